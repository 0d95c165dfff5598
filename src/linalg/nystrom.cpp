// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"
#include "guarded_operator.hpp"
#include "small_eigenproblem.hpp"
#include "tall_blocks.hpp"

#include <pastur/linalg/nystrom.hpp>
#include <pastur/parallel/log_event.hpp>
#include <pastur/random/fill.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace pastur::linalg {

namespace {

constexpr double unit = 1.0;
/// Vectors of the sketch that the operator takes at a time.
constexpr std::int64_t sketch_block = 32;
/// The rank that is doubled where none is given: 4 sqrt(n), to see past a group of large eigenvalues as wide
/// as a kernel's linear part.
std::int64_t first_rank(std::int64_t n) {
  return static_cast<std::int64_t>(std::ceil(4.0 * std::sqrt(static_cast<double>(n))));
}

/// x = x L^{-T} for the Cholesky factor L of a small matrix.
void divide_by_transpose(std::vector<double>& x, int rows, const std::vector<double>& factor, int order) {
  const int ld = std::max(rows, 1);
  if (rows > 0) dtrsm_("R", "L", "T", "N", &rows, &order, &unit, factor.data(), &order, x.data(), &ld);
}

/// The Cholesky factor in place; whether there is one. @note Collective
bool factorise(const parallel::Communicator& comm, std::vector<double>& matrix, int order) {
  int info = 0;
  dpotrf_("L", &order, matrix.data(), &order, &info);
  return comm.all(info == 0);
}

/// Omega and K Omega, this rank's rows, which grow column by column.
class Sketch {
public:
  Sketch(const LinearOperator& k, const random::Stream& stream) : k_(k), guarded_(k), stream_(stream) {
    const std::vector<std::int64_t> sizes =
        k.comm.all_gather(std::span<const std::int64_t>(&k.local_size, 1));
    if (std::reduce(sizes.begin(), sizes.end()) != k.global_size)
      throw std::invalid_argument(
          fmt::format("nystrom_preconditioner: local sizes do not add up to {}", k.global_size));
    first_row_ = std::reduce(sizes.begin(), sizes.begin() + k.comm.rank());
  }

  void grow(std::int64_t rank) {
    const auto rows = k_.local_size;
    omega_.resize(static_cast<std::size_t>(rows * rank));
    product_.resize(omega_.size());
    random::fill_normal(stream_, {first_row_, rows, rank_, rank - rank_}, omega_.data() + rows * rank_, rows);
    for (std::int64_t j = rank_; j < rank; j += sketch_block) {
      const std::int64_t columns = std::min(sketch_block, rank - j);
      const auto begin = static_cast<std::size_t>(j * rows);
      const auto length = static_cast<std::size_t>(columns * rows);
      guarded_.multiply(std::span<const double>(omega_).subspan(begin, length),
                        std::span(product_).subspan(begin, length), columns);
    }
    rank_ = rank;
  }

  std::int64_t rank() const { return rank_; }
  const std::vector<double>& omega() const { return omega_; }
  const std::vector<double>& product() const { return product_; }

private:
  const LinearOperator& k_;
  GuardedOperator guarded_;
  random::Stream stream_;
  std::int64_t first_row_ = 0, rank_ = 0;
  std::vector<double> omega_, product_;
};

/// K ~ B B^T - nu I on the span of B, B = B V Lambda^{1/2} in its singular vectors.
struct Approximation {
  std::vector<double> b;       ///< this rank's rows
  std::vector<double> vectors; ///< V
  std::vector<double> values;  ///< Lambda, ascending
  double nu = 0.0;             ///< rounding of K

  double least() const { return std::max(values.front() - nu, 0.0); }
  /// Whether half of the sketch lies among eigenvalues that no preconditioner need tell apart.
  bool reaches_the_rest() const { return values[values.size() / 2] <= 10.0 * std::max(least(), nu); }
};

/// The Cholesky factor of Omega^T (K + nu I) Omega, b = (K + nu I) Omega. Rounding, which the condition of
/// the normal vectors enlarges, may leave Omega^T K Omega indefinite where K is singular: nu is the least
/// shift on a coarse scale that will do.
std::vector<double> shifted_inner(const LinearOperator& k, const std::vector<double>& omega, int columns,
                                  Approximation& result, double norm) {
  const int rows = checked_int(k.local_size, "number of rows");
  constexpr double largest = 1e-8, coarse = 100.0;
  const double root = std::sqrt(static_cast<double>(k.global_size));
  double shift = root * std::numeric_limits<double>::epsilon() * norm;
  // Of K = 0 there is nothing to know.
  if (norm == 0.0) shift = std::numeric_limits<double>::min();
  while (shift <= std::max(largest * norm, std::numeric_limits<double>::min())) {
    for (std::size_t i = 0; i < omega.size(); ++i) result.b[i] += (shift - result.nu) * omega[i];
    result.nu = shift;
    std::vector<double> inner = inner_products(k.comm, rows, omega.data(), columns, result.b.data(), columns);
    if (factorise(k.comm, inner, columns)) return inner;
    shift *= coarse;
  }
  throw std::domain_error(fmt::format(
      "nystrom_preconditioner: the operator of size {} is not positive semidefinite", k.global_size));
}

Approximation approximate(const LinearOperator& k, const Sketch& sketch) {
  const int rows = checked_int(k.local_size, "number of rows");
  const int columns = checked_int(sketch.rank(), "rank");
  Approximation result{.b = sketch.product(), .vectors = {}, .values = {}};
  std::vector<double> omega = sketch.omega();
  // Omega orthonormal, by Cholesky QR, twice: the condition of normal vectors is at most some n.
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<double> gram = inner_products(k.comm, rows, omega.data(), columns, omega.data(), columns);
    if (!factorise(k.comm, gram, columns))
      throw std::runtime_error(fmt::format("nystrom_preconditioner: {} dependent normal vectors", columns));
    divide_by_transpose(omega, rows, gram, columns);
    divide_by_transpose(result.b, rows, gram, columns);
  }
  double squares = 0.0;
  for (const double value : result.b) squares += value * value;
  const double norm = std::sqrt(k.comm.sum(squares));
  if (!std::isfinite(norm))
    throw std::domain_error("nystrom_preconditioner: the product with the operator is not finite");
  const std::vector<double> inner = shifted_inner(k, omega, columns, result, norm);
  divide_by_transpose(result.b, rows, inner, columns);
  result.vectors = inner_products(k.comm, rows, result.b.data(), columns, result.b.data(), columns);
  result.values = small_eigenvectors(k.comm, result.vectors, columns);
  return result;
}

} // namespace

LowRankPreconditioner nystrom_preconditioner(const LinearOperator& k, const random::Stream& stream,
                                             const NystromOptions& options) {
  if (options.rank < 0 || options.most_rank < 1)
    throw std::invalid_argument(
        fmt::format("nystrom_preconditioner: rank {}, at most {}", options.rank, options.most_rank));
  const parallel::LogEvent event("PasturNystrom");
  const bool given = options.rank > 0;
  const std::int64_t most = std::min(given ? options.rank : options.most_rank, k.global_size);
  Sketch sketch(k, stream);
  sketch.grow(given ? most : std::min(first_rank(k.global_size), most));
  Approximation found = approximate(k, sketch);
  while (sketch.rank() < most && !found.reaches_the_rest()) {
    sketch.grow(std::min(2 * sketch.rank(), most));
    found = approximate(k, sketch);
  }

  // U sqrt(Lambda - lambda_r) = B V sqrt((Lambda - lambda_r) / Lambda)
  const double least = found.least();
  const std::size_t rank = found.values.size();
  for (std::size_t j = 0; j < rank; ++j) {
    const double lambda = found.values[j];
    const double weight = lambda > 0.0 ? std::sqrt(std::max(lambda - found.nu - least, 0.0) / lambda) : 0.0;
    for (std::size_t i = 0; i < rank; ++i) found.vectors[i + j * rank] *= weight;
  }
  LowRankPreconditioner preconditioner{
      .shift = least, .factor = std::vector<double>(found.b.size()), .rank = sketch.rank()};
  product("N", k.local_size, sketch.rank(), sketch.rank(), unit, found.b.data(), k.local_size,
          found.vectors.data(), sketch.rank(), 0.0, preconditioner.factor.data(), k.local_size);
  return preconditioner;
}

} // namespace pastur::linalg
