// SPDX-License-Identifier: BSD-3-Clause
#include "../../src/store/run_lock.hpp"

#include "samples.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/store/reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

namespace pastur::store {
namespace {

using parallel::Communicator;
using testing::HasSubstr;

std::string refusal_of_second_run(const Communicator& world, const std::filesystem::path& path,
                                  bool overwrite) {
  try {
    if (overwrite) {
      Store::create(world, path, samples::grid(), true);
    } else {
      Store::resume(world, path, samples::grid());
    }
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(RunLock, a_second_writer_is_refused_and_told_who_holds_the_file) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  setenv("SLURM_JOB_ID", "4711", 1);
  {
    Store store = Store::create(world, scratch / "out.h5", samples::grid(), false);
    unsetenv("SLURM_JOB_ID");
    const DrawRecord record = samples::record(samples::grid(), 0, 0);
    if (world.rank() == 0) store.commit({&record, 1});
    for (const bool overwrite : {false, true}) {
      const std::string message = refusal_of_second_run(world, scratch / "out.h5", overwrite);
      EXPECT_THAT(message, HasSubstr("another run"));
      EXPECT_THAT(message, HasSubstr("SLURM job 4711"));
      EXPECT_THAT(message, HasSubstr("(host "));
      EXPECT_THAT(message, HasSubstr("process "));
      EXPECT_THAT(message, HasSubstr("since 20"));
    }
    EXPECT_EQ(store.states()[0], DrawState::done);
    // Readers are welcome meanwhile.
    EXPECT_EQ(Reader(scratch / "out.h5").states()[0], DrawState::done);
  }
  EXPECT_EQ(refusal_of_second_run(world, scratch / "out.h5", false), "");
  EXPECT_EQ(scratch.contents(), std::vector<std::string>{"out.h5"});
}

TEST(RunLock, two_names_of_one_file_share_one_lock) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  Store store = Store::create(world, scratch / "out.h5", samples::grid(), false);
  if (world.rank() == 0) std::filesystem::create_symlink(scratch / "out.h5", scratch / "link.h5");
  world.barrier();
  EXPECT_THAT(refusal_of_second_run(world, scratch / "link.h5", false), HasSubstr("another run"));
}

/// A process that holds a lock until it is killed.
class Holder {
public:
  template <class Lock>
  explicit Holder(const Lock& lock) {
    int ready[2];
    if (pipe(ready) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      const RunLock held = lock();
      const ssize_t written = write(ready[1], held.held() ? "x" : "-", 1);
      for (;;) pause();
      _exit(static_cast<int>(written));
    }
    char byte = 0;
    holds_ = read(ready[0], &byte, 1) == 1 && byte == 'x';
    close(ready[0]);
    close(ready[1]);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { end(); }

  bool holds() const { return holds_; }
  void end() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }

private:
  pid_t child_ = -1;
  bool holds_ = false;
};

TEST(RunLock, dies_with_its_owner) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  if (world.rank() != 0) return;
  Holder holder([&] { return RunLock::acquire(scratch / "out.h5"); });
  ASSERT_TRUE(holder.holds());
  EXPECT_THROW(RunLock::acquire(scratch / "out.h5"), InputError);
  holder.end();
  EXPECT_TRUE(RunLock::acquire(scratch / "out.h5").held());
  EXPECT_TRUE(scratch.contents().empty());
}

TEST(RunLock, lasts_as_long_as_any_rank_lives) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  if (world.rank() != 0) return;
  const std::filesystem::path path = scratch / "out.h5";
  Holder first([&] {
    RunLock lock = RunLock::acquire(path);
    lock.share();
    return lock;
  });
  ASSERT_TRUE(first.holds());
  Holder second([&] { return RunLock::join(path); });
  ASSERT_TRUE(second.holds());
  first.end();
  EXPECT_THROW(RunLock::acquire(path), InputError);
  second.end();
  EXPECT_TRUE(RunLock::acquire(path).held());
  EXPECT_TRUE(scratch.contents().empty());
}

TEST(RunLock, another_run_cannot_join) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  if (world.rank() != 0) return;
  const RunLock lock = RunLock::acquire(scratch / "out.h5");
  try {
    RunLock::join(scratch / "out.h5");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr((scratch / "out.h5").string() + " is being written by another run"));
  }
}

TEST(RunLock, errors_of_file_systems_without_locks_are_told_from_a_held_lock) {
  EXPECT_TRUE(means_no_locks_here(ENOLCK));
  EXPECT_TRUE(means_no_locks_here(ENOSYS));
  EXPECT_TRUE(means_no_locks_here(524));
  EXPECT_FALSE(means_no_locks_here(EWOULDBLOCK));
  EXPECT_FALSE(means_no_locks_here(EIO));
}

} // namespace
} // namespace pastur::store
