// SPDX-License-Identifier: BSD-3-Clause
#include "run_lock.hpp"

#include <pastur/parallel/error.hpp>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

namespace pastur::store {

namespace {

std::string signature() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  std::string text = fmt::format("host {}, process {}", host.data(), getpid());
  if (const char* job = std::getenv("SLURM_JOB_ID"); job != nullptr && *job != '\0')
    text += fmt::format(", SLURM job {}", job);
  return text + fmt::format(", since {:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(std::time(nullptr)));
}

std::string read_signature(int fd) {
  std::array<char, 1024> text{};
  const ssize_t length = pread(fd, text.data(), text.size(), 0);
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length))
                    : std::string("a run that is just starting");
}

/// Whether `fd` is still the file at `path`: its last owner may have removed it between our open and our
/// lock.
bool still_there(int fd, const std::filesystem::path& path) {
  struct stat opened {
  }, named{};
  return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

void sign(int fd) {
  const std::string text = signature();
  // Only the message of a refused run depends on these, so a failure here is not worth stopping for.
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text.data(), text.size(), 0) < 0)
    std::fputs("warning: the lock file could not be signed\n", stderr);
}

} // namespace

bool means_no_locks_here(int error) {
  static constexpr int linux_enotsupp =
      524; // a kernel-internal code that some network file systems let through
  return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL ||
         error == linux_enotsupp;
}

RunLock RunLock::acquire(const std::filesystem::path& result_file) {
  RunLock lock;
  lock.path_ = result_file.parent_path() / fmt::format(".{}.lock", result_file.filename().string());
  lock.owner_ = getpid();
  for (;;) {
    const int fd = open(lock.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
      throw InputError(fmt::format("{} cannot be written: {}", result_file.string(), std::strerror(errno)));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
      if (still_there(fd, lock.path_)) {
        sign(fd);
        lock.fd_ = fd;
        return lock;
      }
      close(fd);
      continue;
    }
    const int error = errno;
    const std::string holder = read_signature(fd);
    close(fd);
    if (error == EINTR) continue;
    if (means_no_locks_here(error)) {
      std::fputs(fmt::format("warning: the file system of {} has no file locks ({}): do not start a second "
                             "run on this file\n",
                             result_file.string(), std::strerror(error))
                     .c_str(),
                 stderr);
      unlink(lock.path_.c_str());
      return RunLock();
    }
    throw InputError(
        fmt::format("{} is being written by another run ({}): wait for it or choose another output file",
                    result_file.string(), holder));
  }
}

RunLock::RunLock(RunLock&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), owner_(other.owner_) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(owner_, other.owner_);
  return *this;
}

RunLock::~RunLock() {
  if (fd_ < 0) return;
  // Removed while still locked, so that nobody can hold a lock on a name that is about to go.
  if (owner_ == getpid()) unlink(path_.c_str());
  close(fd_);
}

} // namespace pastur::store
