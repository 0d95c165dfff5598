// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mpi.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pastur::parallel {

/// Move-only owner of an MPI communicator. Every call but rank(), size() and get() is collective over it.
/// MPI errors end the program (MPI_ERRORS_ARE_FATAL): a lost rank cannot be repaired from inside.
class Communicator {
public:
  /// A duplicate of MPI_COMM_WORLD. @note Collective over the world.
  static Communicator world();
  /// A duplicate of MPI_COMM_SELF.
  static Communicator self();
  /// Takes ownership of `comm`.
  explicit Communicator(MPI_Comm comm);
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  ~Communicator();

  int rank() const { return rank_; }
  int size() const { return size_; }
  MPI_Comm get() const { return comm_; }

  /// Ranks with the same colour, ordered by this communicator's rank. @note Collective
  Communicator split(int color) const;
  /// Teams of `team_size` consecutive ranks; the last team is smaller when the size does not divide. @note
  /// Collective
  Communicator split_into_teams(int team_size) const { return split(rank_ / team_size); }
  /// The ranks that share memory with this one. @note Collective
  Communicator split_by_node() const;

  void barrier() const;
  void broadcast(std::span<double> values, int root = 0) const;
  void broadcast(std::span<std::int64_t> values, int root = 0) const;
  void broadcast(std::string& text, int root = 0) const;
  std::int64_t broadcast(std::int64_t value, int root = 0) const;
  void sum(std::span<double> values) const;       ///< in place, over all ranks, result everywhere
  void sum(std::span<std::int64_t> values) const; ///< the same for integers
  double sum(double value) const;
  double max(double value) const;
  double min(double value) const;
  bool all(bool value) const;
  /// Concatenation of every rank's values in rank order, on every rank.
  std::vector<double> all_gather(std::span<const double> values) const;
  std::vector<std::int64_t> all_gather(std::span<const std::int64_t> values) const;
  /// One string per rank, on every rank.
  std::vector<std::string> all_gather(const std::string& text) const;

private:
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

} // namespace pastur::parallel
