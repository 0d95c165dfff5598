// SPDX-License-Identifier: BSD-3-Clause
#include "descriptor.hpp"
#include "layout_text.hpp"
#include "open_file.hpp"
#include "place_file.hpp"
#include "provenance_slots.hpp"
#include "run_lock.hpp"
#include "skip_finalize.hpp"
#include "slot_table.hpp"
#include "theory_table.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/error.hpp>
#include <pastur/parallel/hang_guard.hpp>
#include <pastur/store/store.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <vector>

namespace pastur::store {

namespace {

Handle open_in_parallel(const parallel::Communicator& comm, const std::filesystem::path& path) {
  const Handle access = own(H5Pcreate(H5P_FILE_ACCESS), "HDF5 properties");
  require(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18), "HDF5 version bounds");
  require(H5Pset_fapl_mpio(access.get(), comm.get(), MPI_INFO_NULL), "HDF5 MPI-IO driver");
  return Handle(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get()));
}

/// The layout as a file gives it back: what is compared on resume.
Layout as_stored(const Layout& layout) {
  return layout_from_text(layout_to_text(layout));
}

/// The stored layout of a file that can be continued with `layout`.
Layout continuable(const std::filesystem::path& path, const Layout& layout) {
  Layout stored;
  try {
    stored = open_file(path).layout;
  } catch (const NotAStore& error) {
    throw InputError(fmt::format("{}; it is left as it is", error.what()));
  }
  const Layout wanted = as_stored(layout);
  if (stored.identity != wanted.identity) {
    throw InputError(fmt::format("{} holds the results of another study file (seed, parameters or sweep "
                                 "differ): choose another output "
                                 "file (`pastur merge` takes over the draws they share), or --overwrite",
                                 path.string()));
  }
  const std::string difference = layout_difference(stored, wanted);
  if (!difference.empty())
    throw InputError(fmt::format("{} cannot be continued: {}", path.string(), difference));
  return stored;
}

} // namespace

struct Store::Impl {
  parallel::Communicator comm;
  std::filesystem::path path;   // as the user names it
  std::filesystem::path opened; // the same, or the temporary name of a staged store
  bool overwrite = false;
  Layout layout;
  RunLock lock;
  Handle file;
  std::unique_ptr<SlotTable> slots;
  std::unique_ptr<TheoryTable> theory;
  std::unique_ptr<ProvenanceSlots> provenance;
  Descriptor descriptor; // of the same file, for fdatasync: HDF5 has no call that forces data alone
  bool unsynced = false;
  bool refused = false; // a write, by the system; HDF5 could not close the file while it does
  int exceptions = std::uncaught_exceptions();

  /// A communicator of its own. @note Collective
  explicit Impl(const parallel::Communicator& parent) : comm(parent.split(0)) {}

  /// A new file under a temporary name, not open yet. @note Collective
  static std::unique_ptr<Impl> create(const parallel::Communicator& parent, const std::filesystem::path& path,
                                      const Layout& layout, bool overwrite) {
    auto impl = std::make_unique<Impl>(parent);
    parallel::agree(parent, [&] {
      const QuietErrors quiet;
      validate(layout);
      impl->path = resolved(path);
      if (parent.rank() != 0) return;
      impl->layout = as_stored(layout);
      impl->lock = RunLock::acquire(impl->path);
      impl->opened = create_beside(impl->path, impl->layout, overwrite, impl->lock.held());
    });
    impl->overwrite = overwrite;
    impl->share_layout();
    return impl;
  }

  /// What stands in rank 0's file, everywhere. @note Collective
  void share_layout() {
    std::string text = comm.rank() == 0 ? layout_to_text(layout) : std::string();
    comm.broadcast(text);
    layout = layout_from_text(text);
    std::string name = opened.string();
    comm.broadcast(name);
    opened = name;
  }

  bool staged() const { return opened != path; }

  /// @note Collective
  void take_name() {
    parallel::agree(comm, [&] {
      if (comm.rank() == 0) move_into_place(opened, path, overwrite);
    });
    opened = path;
  }

  /// Rank 0's lock becomes everyone's, so that it lasts as long as any rank may write. @note Collective
  void share_lock() {
    if (comm.broadcast(static_cast<std::int64_t>(lock.held() ? 1 : 0)) == 0) return;
    parallel::agree(comm, [&] { lock.share(); });
    parallel::agree(comm, [&] {
      if (comm.rank() != 0) lock = RunLock::join(path);
    });
  }

  /// @note Collective
  void open() {
    const QuietErrors quiet;
    share_lock();
    parallel::agree(comm, [&] {
      descriptor = Descriptor(::open(opened.c_str(), O_RDWR | O_CLOEXEC));
      if (!descriptor) {
        throw std::runtime_error(
            fmt::format("{} cannot be written: {}", path.string(), std::strerror(errno)));
      }
    });
    file = open_in_parallel(comm, opened);
    parallel::agree(
        comm, static_cast<bool>(file),
        fmt::format("{} cannot be opened in parallel: {}", path.string(), file ? "" : hdf5_reason()));
    parallel::agree(comm, [&] {
      slots = std::make_unique<SlotTable>(file.get(), layout);
      theory = std::make_unique<TheoryTable>(file.get(), layout);
      if (comm.rank() == 0) provenance = std::make_unique<ProvenanceSlots>(file.get());
    });
  }

  template <class Write>
  void hand_over(const Write& write) {
    try {
      write();
    } catch (const std::invalid_argument&) {
      throw;
    } catch (...) {
      refused = true;
      throw;
    }
  }

  /// Whether the system writes again after it refused, or never did: the first byte is tried, unchanged.
  bool takes_writes() const {
    char first = 0;
    return !refused ||
           (pread(descriptor.get(), &first, 1, 0) == 1 && pwrite(descriptor.get(), &first, 1, 0) == 1);
  }

  void remove_staged() const {
    if (staged() && comm.rank() == 0) unlink(opened.c_str());
  }

  /// Throws with the bare reason.
  void sync() {
    if (fdatasync(descriptor.get()) != 0) throw std::runtime_error(std::strerror(errno));
    unsynced = false;
    // What is written to a file without its name would be lost without a word.
    struct stat written {
    }, named{};
    const int there = stat(opened.c_str(), &named);
    if (fstat(descriptor.get(), &written) == 0 &&
        (there != 0 || named.st_ino != written.st_ino || named.st_dev != written.st_dev)) {
      throw std::runtime_error(fmt::format("the file was {} while the run wrote it",
                                           there == 0 ? "replaced" : "moved or removed"));
    }
  }

  /// For good, but not lost: a leak report would name what nobody can reach.
  static void leave_open(std::unique_ptr<Impl> impl) {
    static std::vector<Impl*>& left = *new std::vector<Impl*>;
    left.push_back(impl.release());
  }

  /// @note Collective
  void close() noexcept {
    const QuietErrors quiet;
    slots.reset();
    theory.reset();
    provenance.reset();
    file.close();
    if (unsynced && !staged()) fdatasync(descriptor.get());
    descriptor = Descriptor();
    remove_staged();
    // Nobody may take the lock while a rank still has the file open, and it is free when any rank goes on.
    comm.barrier();
    lock = RunLock();
    comm.barrier();
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;

Store& Store::operator=(Store&& other) noexcept {
  Store old(std::move(*this));
  impl_ = std::move(other.impl_);
  return *this;
}

Store::~Store() {
  if (!impl_) return;
  if (std::uncaught_exceptions() > impl_->exceptions && impl_->comm.size() > 1 &&
      !parallel::all_arrive(impl_->comm)) {
    // This rank alone failed. Closing is collective and would wait for ever; every committed slot is on the
    // disk already, so the file is left open: HDF5 closes it in MPI_Finalize, and the lock goes with the
    // process.
    Impl::leave_open(std::move(impl_));
    return;
  }
  if (!impl_->comm.all(impl_->takes_writes())) {
    impl_->remove_staged();
    skip_finalize();
    Impl::leave_open(std::move(impl_));
    return;
  }
  impl_->close();
}

Store Store::create(const parallel::Communicator& comm, const std::filesystem::path& path,
                    const Layout& layout, bool overwrite) {
  Store store(Impl::create(comm, path, layout, overwrite));
  store.impl_->take_name();
  store.impl_->open();
  return store;
}

Store Store::stage(const parallel::Communicator& comm, const std::filesystem::path& path,
                   const Layout& layout, bool overwrite) {
  Store store(Impl::create(comm, path, layout, overwrite));
  store.impl_->open();
  return store;
}

void Store::publish() {
  parallel::agree(impl_->comm, [&] {
    try {
      impl_->sync();
    } catch (const std::exception& error) {
      throw std::runtime_error(
          fmt::format("{} could not be written: {}", impl_->path.string(), error.what()));
    }
  });
  impl_->take_name();
}

Store Store::resume(const parallel::Communicator& comm, const std::filesystem::path& path,
                    const Layout& layout) {
  auto impl = std::make_unique<Impl>(comm);
  parallel::agree(comm, [&] {
    const QuietErrors quiet;
    impl->path = resolved(path);
    if (comm.rank() != 0) return;
    // Looked at before the lock as well: a foreign file gets no lock file beside it.
    continuable(impl->path, layout);
    impl->lock = RunLock::acquire(impl->path);
    impl->layout = continuable(impl->path, layout);
    impl->opened = impl->path;
    remove_stale_temporaries(impl->path);
  });
  impl->share_layout();
  impl->open();
  return Store(std::move(impl));
}

const Layout& Store::layout() const {
  return impl_->layout;
}

std::vector<DrawState> Store::states() const {
  const parallel::Communicator& comm = impl_->comm;
  const std::int64_t total = impl_->layout.points() * impl_->layout.draws;
  const auto boundary = [&](int rank) { return total * rank / comm.size(); };
  comm.barrier(); // what any rank committed before its call counts
  std::vector<std::uint8_t> mine;
  parallel::agree(comm, [&] {
    const QuietErrors quiet;
    mine = impl_->slots->verified_states(impl_->slots->marks(), boundary(comm.rank()),
                                         boundary(comm.rank() + 1));
  });
  std::vector<int> counts, offsets;
  for (int rank = 0; rank < comm.size(); ++rank) {
    offsets.push_back(static_cast<int>(boundary(rank))); // validate() keeps the total below 2^31
    counts.push_back(static_cast<int>(boundary(rank + 1) - boundary(rank)));
  }
  std::vector<std::uint8_t> all(static_cast<std::size_t>(total));
  MPI_Allgatherv(mine.data(), static_cast<int>(mine.size()), MPI_UINT8_T, all.data(), counts.data(),
                 offsets.data(), MPI_UINT8_T, comm.get());
  std::vector<DrawState> states;
  states.reserve(all.size());
  for (const std::uint8_t state : all) states.push_back(static_cast<DrawState>(state));
  return states;
}

std::vector<double> Store::read(std::size_t observable, std::int64_t point, std::int64_t draw) const {
  const QuietErrors quiet;
  return impl_->slots->observable(observable, point, draw);
}

void Store::commit(std::span<const DrawRecord> records) {
  if (records.empty()) return;
  const QuietErrors quiet;
  try {
    impl_->hand_over([&] { impl_->slots->write(records); });
    impl_->unsynced = true;
    if (!impl_->staged()) impl_->sync();
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: {} finished draws could not be written: {}",
                                         impl_->path.string(), records.size(), error.what()));
  }
}

bool Store::has_theory(std::int64_t point, bool fine) const {
  const QuietErrors quiet;
  return impl_->theory->has(point, fine);
}

void Store::write_theory(std::int64_t point, std::span<const std::vector<double>> values, bool fine) {
  const QuietErrors quiet;
  impl_->hand_over([&] { impl_->theory->write(point, values, fine); });
  impl_->unsynced = true;
}

void Store::write_provenance(const std::string& json) {
  if (impl_->comm.rank() != 0) throw std::logic_error("only rank 0 writes provenance");
  const QuietErrors quiet;
  try {
    impl_->hand_over([&] { impl_->provenance->write(json); });
    impl_->sync();
  } catch (const std::exception& error) {
    throw std::runtime_error(
        fmt::format("{}: the run's record could not be written: {}", impl_->path.string(), error.what()));
  }
}

void Store::append_provenance(std::span<const std::string> records) {
  if (impl_->comm.rank() != 0) throw std::logic_error("only rank 0 writes provenance");
  const QuietErrors quiet;
  impl_->provenance->append(records);
  impl_->unsynced = true;
}

} // namespace pastur::store
