// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>

namespace pastur::store {

/// The right to write one result file: an advisory lock (flock) on the file .NAME.lock beside it, which the
/// system drops when the process ends, however it ends. One rank acquires it alone, then all ranks share it,
/// so that it lasts as long as any of them may still write. The result file itself is not locked: its readers
/// (HDF5 locks what it reads) and Open MPI's own locks would meet that lock.
class RunLock {
public:
  RunLock() = default;
  /// Throws InputError when another run holds the file (naming its host, process, job and start), and
  /// std::runtime_error when the folder cannot be written. Where the file system knows no locks it warns on
  /// stderr and goes on without one.
  static RunLock acquire(const std::filesystem::path& result_file);
  /// Lets other ranks of this run join. Throws InputError if another run came in between.
  void share();
  /// A share of the lock that another rank of this run holds. Throws like acquire().
  static RunLock join(const std::filesystem::path& result_file);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock();

  /// False where the file system knows no locks.
  bool held() const { return fd_ >= 0; }

private:
  std::filesystem::path path_;
  int fd_ = -1;
  int owner_ = -1; // process id: a forked child must not remove its parent's lock file
};

/// Whether an errno of flock means that the file system knows no locks, not that somebody holds one.
bool means_no_locks_here(int error);

} // namespace pastur::store
