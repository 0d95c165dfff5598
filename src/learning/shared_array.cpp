// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/shared_array.hpp>

#include <fcntl.h>
#include <mpi.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace pastur::learning {

namespace {

void* map_private(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return memory;
}

/// A name no other process of this machine uses.
std::string fresh_name() {
  static int counter = 0;
  return "/pastur-" + std::to_string(getpid()) + "-" + std::to_string(counter++);
}

/// The segment `name` (created and given its pages when `size_it`), or null. The pages are allocated here: a
/// full /dev/shm must be seen now and not as a bus error at the first write.
void* map_shared(const std::string& name, std::size_t bytes, bool size_it) {
  const int file = shm_open(name.c_str(), size_it ? O_RDWR | O_CREAT | O_EXCL : O_RDWR, 0600);
  if (file < 0) return nullptr;
  void* memory = MAP_FAILED;
  if (!size_it || posix_fallocate(file, 0, static_cast<off_t>(bytes)) == 0) {
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  close(file);
  return memory == MAP_FAILED ? nullptr : memory;
}

} // namespace

SharedArray SharedArray::create(const parallel::Communicator& comm, std::size_t count) {
  SharedArray array;
  array.count_ = count;
  if (count == 0) return array;
  const std::size_t bytes = count * sizeof(double);
  const parallel::Communicator node = comm.split_by_node();
  if (node.size() > 1) {
    const bool creator = node.rank() == 0;
    std::string name = creator ? fresh_name() : std::string();
    void* memory = creator ? map_shared(name, bytes, true) : nullptr;
    node.broadcast(name);
    if (!creator) memory = map_shared(name, bytes, false);
    const bool everywhere = node.all(memory != nullptr);
    if (creator) shm_unlink(name.c_str());
    if (everywhere) {
      array.data_ = static_cast<double*>(memory);
      array.shared_ = true;
      array.is_holder_ = creator;
      return array;
    }
    if (memory != nullptr) munmap(memory, bytes);
  }
  array.data_ = static_cast<double*>(map_private(bytes));
  return array;
}

SharedArray::SharedArray(SharedArray&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)),
      shared_(other.shared_), is_holder_(other.is_holder_) {}

SharedArray& SharedArray::operator=(SharedArray&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(count_, other.count_);
  std::swap(shared_, other.shared_);
  std::swap(is_holder_, other.is_holder_);
  return *this;
}

SharedArray::~SharedArray() {
  if (data_ != nullptr) munmap(data_, count_ * sizeof(double));
}

void SharedArray::exchange(const parallel::Communicator& comm, std::span<const std::size_t> offsets) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  comm.barrier();
  const parallel::Communicator holders = comm.split(is_holder_ ? 0 : 1);
  const parallel::Communicator node = comm.split_by_node();
  std::int64_t mine = is_holder_ ? holders.rank() : -1;
  if (shared_) mine = node.broadcast(mine);
  const std::vector<std::int64_t> holder_of = comm.all_gather(std::span<const std::int64_t>(&mine, 1));
  if (is_holder_ && holders.size() > 1) {
    constexpr std::size_t chunk = std::size_t{1} << 27;
    for (std::size_t rank = 0; rank < holder_of.size(); ++rank) {
      for (std::size_t begin = offsets[rank]; begin < offsets[rank + 1]; begin += chunk) {
        const std::size_t size = std::min(chunk, offsets[rank + 1] - begin);
        MPI_Bcast(data_ + begin, static_cast<int>(size), MPI_DOUBLE, static_cast<int>(holder_of[rank]),
                  holders.get());
      }
    }
  }
  std::atomic_thread_fence(std::memory_order_seq_cst);
  comm.barrier();
}

} // namespace pastur::learning
