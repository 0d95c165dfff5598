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
#include <stdexcept>
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

std::filesystem::path lock_file(const std::filesystem::path& result_file) {
  return result_file.parent_path() / fmt::format(".{}.lock", result_file.filename().string());
}

[[noreturn]] void refuse_unwritable(const std::filesystem::path& result_file, int error) {
  throw std::runtime_error(
      fmt::format("{} cannot be written: {}", result_file.string(), std::strerror(error)));
}

[[noreturn]] void refuse_second_writer(const std::filesystem::path& lock_file, const std::string& holder) {
  const std::string name = lock_file.filename().string(); // ".NAME.lock"
  throw InputError(
      fmt::format("{} is being written by another run ({}): wait for it or choose another output file",
                  (lock_file.parent_path() / name.substr(1, name.size() - 6)).string(), holder));
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
  lock.path_ = lock_file(result_file);
  lock.owner_ = getpid();
  for (;;) {
    const int fd = open(lock.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) refuse_unwritable(result_file, errno);
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
    refuse_second_writer(lock.path_, holder);
  }
}

void RunLock::share() {
  if (fd_ < 0) return;
  // The change is not atomic: another run may come in between, and then the file is that run's.
  while (flock(fd_, LOCK_SH | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    const std::string holder = read_signature(fd_);
    owner_ = -1;
    refuse_second_writer(path_, holder);
  }
}

RunLock RunLock::join(const std::filesystem::path& result_file) {
  RunLock lock;
  lock.path_ = lock_file(result_file);
  lock.fd_ = open(lock.path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (lock.fd_ < 0) refuse_unwritable(result_file, errno);
  lock.share();
  return lock;
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
