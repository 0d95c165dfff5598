// SPDX-License-Identifier: BSD-3-Clause
#include "place_file.hpp"

#include "create_file.hpp"
#include "descriptor.hpp"
#include "layout_text.hpp"
#include "schema.hpp"

#include <pastur/parallel/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <stdexcept>

namespace pastur::store {

namespace {

std::string temporary_prefix(const std::filesystem::path& target) {
  return fmt::format(".{}.creating.", target.filename().string());
}

std::uint64_t planned_bytes(const Layout& layout) {
  std::uint64_t total = std::uint64_t{1} << 18; // metadata
  for (const SlotDatasetPlan& plan : slot_datasets(layout)) total += plan.bytes();
  return total + 2 * layout_to_text(layout).size();
}

[[noreturn]] void refuse(const std::filesystem::path& file, int error) {
  throw std::runtime_error(fmt::format("{} cannot be written: {}", file.string(), std::strerror(error)));
}

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some network file systems cannot sync a folder; the file's own data are safe by then.
  if (directory.get() >= 0 && fsync(directory.get()) != 0 && errno == EIO) refuse(folder, errno);
}

/// Renames unless the target exists. Without renameat2 (old kernels, some network file systems) a hard link
/// does the same, and where there are no hard links either, the caller's lock is what keeps others away
/// between the look and the rename.
int rename_unless_exists(const std::filesystem::path& file, const std::filesystem::path& target) {
  if (renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno == EEXIST) return EEXIST;
  if (link(file.c_str(), target.c_str()) == 0) {
    unlink(file.c_str());
    return 0;
  }
  if (errno == EEXIST) return EEXIST;
  struct stat there {};
  if (lstat(target.c_str(), &there) == 0) return EEXIST;
  return rename(file.c_str(), target.c_str()) == 0 ? 0 : errno;
}

} // namespace

std::filesystem::path resolved(const std::filesystem::path& path) {
  if (path.empty() || path.filename().empty() || path.filename() == "." || path.filename() == "..") {
    throw InputError(fmt::format("'{}' is not the name of a result file", path.string()));
  }
  std::error_code error;
  std::filesystem::path file = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
  if (error) throw InputError(fmt::format("{} cannot be reached: {}", path.string(), error.message()));
  const std::filesystem::path folder = file.parent_path();
  if (!std::filesystem::is_directory(folder, error)) {
    throw InputError(
        fmt::format("{} cannot be written: the folder {} does not exist", path.string(), folder.string()));
  }
  return file;
}

void require_space(const std::filesystem::path& trial, std::uint64_t bytes) {
  constexpr double mib = 1024.0 * 1024.0;
  const std::string needs = fmt::format("the result file needs {:.1f} MiB", static_cast<double>(bytes) / mib);
  struct statvfs disk {};
  if (statvfs(trial.parent_path().c_str(), &disk) == 0) {
    const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    if (bytes > free) {
      throw std::runtime_error(fmt::format("{}, {} has {:.1f} MiB free", needs, trial.parent_path().string(),
                                           static_cast<double>(free) / mib));
    }
  }
  const Descriptor file(open(trial.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) refuse(trial.parent_path(), errno);
  const int error = fallocate(file.get(), 0, 0, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
  unlink(trial.c_str());
  if (error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO) {
    throw std::runtime_error(fmt::format("{}, which {} does not give: {}", needs,
                                         trial.parent_path().string(), std::strerror(error)));
  }
}

std::filesystem::path temporary_name(const std::filesystem::path& target) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  std::random_device entropy;
  return target.parent_path() /
         fmt::format("{}{}.{}.{:08x}", temporary_prefix(target), host.data(), getpid(), entropy());
}

void remove_stale_temporaries(const std::filesystem::path& target) {
  const std::string prefix = temporary_prefix(target);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(target.parent_path(), error)) {
    if (entry.path().filename().string().starts_with(prefix)) std::filesystem::remove(entry.path(), error);
  }
}

std::filesystem::path create_beside(const std::filesystem::path& path, const Layout& layout, bool overwrite,
                                    bool locked) {
  if (!overwrite && std::filesystem::exists(path)) {
    throw InputError(fmt::format("{} exists; it is left as it is (--overwrite replaces it)", path.string()));
  }
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path)) {
    throw InputError(fmt::format("{} is not a regular file: it is left as it is", path.string()));
  }
  if (locked) remove_stale_temporaries(path);
  const std::filesystem::path temporary = temporary_name(path);
  require_space(temporary, planned_bytes(layout));
  try {
    create_file(temporary, layout);
  } catch (const std::exception& error) {
    unlink(temporary.c_str());
    throw std::runtime_error(fmt::format("{} cannot be created: {}", path.string(), error.what()));
  }
  return temporary;
}

void move_into_place(const std::filesystem::path& file, const std::filesystem::path& target, bool overwrite) {
  const int error = overwrite ? (rename(file.c_str(), target.c_str()) == 0 ? 0 : errno)
                              : rename_unless_exists(file, target);
  if (error == EEXIST)
    throw InputError(
        fmt::format("{} exists; it is left as it is (--overwrite replaces it)", target.string()));
  if (error != 0) refuse(target, error);
  sync_folder(target.parent_path());
}

} // namespace pastur::store
