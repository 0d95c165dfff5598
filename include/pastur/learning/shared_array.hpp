// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <cstddef>
#include <span>

namespace pastur::learning {

/// Doubles that every rank reads and nobody changes after they were filled: one copy per node in shared
/// memory, private copies where the node has no room for that. The segment has no name once create() has
/// returned, so a kill later leaves nothing behind, and unmapping it is local, unlike the free of an MPI
/// window.
class SharedArray {
public:
  SharedArray() = default;
  /// `count` zeros. @note Collective
  static SharedArray create(const parallel::Communicator& comm, std::size_t count);
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;
  SharedArray(SharedArray&& other) noexcept;
  SharedArray& operator=(SharedArray&& other) noexcept;
  ~SharedArray();

  std::span<const double> values() const { return {data_, count_}; }
  /// For filling, by one writer per element: this copy is seen by every rank with the same holder().
  std::span<double> writable() { return {data_, count_}; }
  /// Whether this rank is the one that answers for its copy.
  bool is_holder() const { return is_holder_; }
  /// Whether ranks share the copy.
  bool shared() const { return shared_; }

  /// Makes every copy whole when each rank has written the elements [offsets[rank], offsets[rank + 1]) of its
  /// own copy; `offsets` ascends from 0 to the size and is the same on every rank of the communicator the
  /// array was created on. @note Collective
  void exchange(const parallel::Communicator& comm, std::span<const std::size_t> offsets);

private:
  double* data_ = nullptr;
  std::size_t count_ = 0;
  bool shared_ = false;
  bool is_holder_ = true;
};

} // namespace pastur::learning
