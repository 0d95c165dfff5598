// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/communicator.hpp>

#include <climits>
#include <stdexcept>
#include <utility>

namespace pastur::parallel {

namespace {

MPI_Comm duplicate(MPI_Comm comm) {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(comm, &copy);
  return copy;
}

int checked_count(std::size_t count) {
  if (count > static_cast<std::size_t>(INT_MAX))
    throw std::length_error("an MPI message of more than 2^31 - 1 elements");
  return static_cast<int>(count);
}

template <class T>
std::vector<T> gather_all(MPI_Comm comm, int size, std::span<const T> values, MPI_Datatype type) {
  const int mine = checked_count(values.size());
  std::vector<int> counts(static_cast<std::size_t>(size));
  MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, comm);
  std::vector<int> offsets(counts.size());
  std::size_t total = 0;
  for (std::size_t r = 0; r < counts.size(); ++r) {
    offsets[r] = checked_count(total);
    total += static_cast<std::size_t>(counts[r]);
  }
  checked_count(total);
  std::vector<T> all(total);
  MPI_Allgatherv(values.data(), mine, type, all.data(), counts.data(), offsets.data(), type, comm);
  return all;
}

} // namespace

Communicator Communicator::world() {
  return Communicator(duplicate(MPI_COMM_WORLD));
}
Communicator Communicator::self() {
  return Communicator(duplicate(MPI_COMM_SELF));
}

Communicator::Communicator(MPI_Comm comm) : comm_(comm) {
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
}

Communicator::Communicator(Communicator&& other) noexcept
    : comm_(std::exchange(other.comm_, MPI_COMM_NULL)), rank_(other.rank_), size_(other.size_) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  return *this;
}

Communicator::~Communicator() {
  if (comm_ != MPI_COMM_NULL) MPI_Comm_free(&comm_);
}

Communicator Communicator::split(int color) const {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(comm_, color, rank_, &part);
  return Communicator(part);
}

Communicator Communicator::split_by_node() const {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &part);
  return Communicator(part);
}

void Communicator::barrier() const {
  MPI_Barrier(comm_);
}

void Communicator::broadcast(std::span<double> values, int root) const {
  MPI_Bcast(values.data(), checked_count(values.size()), MPI_DOUBLE, root, comm_);
}

void Communicator::broadcast(std::span<std::int64_t> values, int root) const {
  MPI_Bcast(values.data(), checked_count(values.size()), MPI_INT64_T, root, comm_);
}

void Communicator::broadcast(std::string& text, int root) const {
  const std::int64_t length = broadcast(static_cast<std::int64_t>(text.size()), root);
  text.resize(static_cast<std::size_t>(length));
  MPI_Bcast(text.data(), checked_count(text.size()), MPI_CHAR, root, comm_);
}

std::int64_t Communicator::broadcast(std::int64_t value, int root) const {
  MPI_Bcast(&value, 1, MPI_INT64_T, root, comm_);
  return value;
}

void Communicator::sum(std::span<double> values) const {
  if (size_ == 1) return;
  MPI_Allreduce(MPI_IN_PLACE, values.data(), checked_count(values.size()), MPI_DOUBLE, MPI_SUM, comm_);
}

void Communicator::sum(std::span<std::int64_t> values) const {
  if (size_ == 1) return;
  MPI_Allreduce(MPI_IN_PLACE, values.data(), checked_count(values.size()), MPI_INT64_T, MPI_SUM, comm_);
}

double Communicator::sum(double value) const {
  sum(std::span<double>(&value, 1));
  return value;
}

double Communicator::max(double value) const {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, comm_);
  return value;
}

double Communicator::min(double value) const {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MIN, comm_);
  return value;
}

bool Communicator::all(bool value) const {
  int flag = value ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &flag, 1, MPI_INT, MPI_MIN, comm_);
  return flag == 1;
}

std::vector<double> Communicator::all_gather(std::span<const double> values) const {
  return gather_all<double>(comm_, size_, values, MPI_DOUBLE);
}

std::vector<std::int64_t> Communicator::all_gather(std::span<const std::int64_t> values) const {
  return gather_all<std::int64_t>(comm_, size_, values, MPI_INT64_T);
}

std::vector<std::string> Communicator::all_gather(const std::string& text) const {
  const auto length = static_cast<std::int64_t>(text.size());
  const std::vector<std::int64_t> lengths = all_gather(std::span<const std::int64_t>(&length, 1));
  const std::vector<char> joined =
      gather_all<char>(comm_, size_, std::span<const char>(text.data(), text.size()), MPI_CHAR);
  std::vector<std::string> texts;
  texts.reserve(lengths.size());
  auto at = joined.begin();
  for (const std::int64_t n : lengths) {
    texts.emplace_back(at, at + n);
    at += n;
  }
  return texts;
}

} // namespace pastur::parallel
