// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"
#include "petsc_shell.hpp"
#include "small_eigenproblem.hpp"

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
constexpr double zero = 0.0;
/// Vectors of the sketch that the operator takes at a time.
constexpr std::int64_t sketch_block = 32;

/// a^T b summed over the team, for this rank's rows of two matrices of `columns` columns.
std::vector<double> inner_products(const parallel::Communicator& comm, const std::vector<double>& a,
                                   const std::vector<double>& b, int rows, int columns) {
  std::vector<double> products(static_cast<std::size_t>(columns) * static_cast<std::size_t>(columns), 0.0);
  const int ld = std::max(rows, 1);
  if (rows > 0)
    dgemm_("T", "N", &columns, &columns, &rows, &unit, a.data(), &ld, b.data(), &ld, &zero, products.data(),
           &columns);
  comm.sum(std::span<double>(products));
  return products;
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

/// This rank's rows of an orthonormal basis of `rank` normal vectors, by Cholesky QR, twice: their condition
/// is at most some n.
std::vector<double> test_vectors(const LinearOperator& k, std::int64_t rank, const random::Stream& stream) {
  const std::vector<std::int64_t> sizes = k.comm.all_gather(std::span<const std::int64_t>(&k.local_size, 1));
  if (std::reduce(sizes.begin(), sizes.end()) != k.global_size)
    throw std::invalid_argument(
        fmt::format("nystrom_preconditioner: local sizes do not add up to {}", k.global_size));
  const std::int64_t first = std::reduce(sizes.begin(), sizes.begin() + k.comm.rank());
  std::vector<double> omega(static_cast<std::size_t>(k.local_size * rank));
  random::fill_normal(stream, {first, k.local_size, 0, rank}, omega.data(), k.local_size);
  const int rows = static_cast<int>(k.local_size);
  const int columns = static_cast<int>(rank);
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<double> gram = inner_products(k.comm, omega, omega, rows, columns);
    if (!factorise(k.comm, gram, columns))
      throw std::runtime_error(fmt::format("nystrom_preconditioner: {} dependent normal vectors", rank));
    divide_by_transpose(omega, rows, gram, columns);
  }
  return omega;
}

/// K Omega, this rank's rows.
std::vector<double> sketch(const LinearOperator& k, const std::vector<double>& omega, std::int64_t rank) {
  std::vector<double> product(omega.size());
  CallbackErrors errors(k.comm);
  for (std::int64_t j = 0; j < rank; j += sketch_block) {
    const std::int64_t columns = std::min(sketch_block, rank - j);
    const auto begin = static_cast<std::size_t>(j * k.local_size);
    const auto length = static_cast<std::size_t>(columns * k.local_size);
    const PetscErrorCode code = errors.run([&] {
      k.multiply(std::span<const double>(omega).subspan(begin, length),
                 std::span(product).subspan(begin, length), columns);
    });
    errors.require(code, "the operator");
  }
  return product;
}

} // namespace

LowRankPreconditioner nystrom_preconditioner(const LinearOperator& k, std::int64_t rank,
                                             const random::Stream& stream) {
  if (rank < 1) throw std::invalid_argument(fmt::format("nystrom_preconditioner: rank {}", rank));
  const parallel::LogEvent event("PasturNystrom");
  rank = std::min(rank, k.global_size);
  const int columns = checked_int(rank, "rank");
  const int rows = checked_int(k.local_size, "number of rows");
  const std::vector<double> omega = test_vectors(k, rank, stream);
  std::vector<double> y = sketch(k, omega, rank);

  // Omega^T K Omega may be singular to rounding: K + nu I is sketched in its place, and nu taken off again.
  double squares = 0.0;
  for (const double value : y) squares += value * value;
  const double norm = std::sqrt(k.comm.sum(squares));
  if (!std::isfinite(norm))
    throw std::domain_error("nystrom_preconditioner: the product with the operator is not finite");
  const double nu =
      std::sqrt(static_cast<double>(k.global_size)) * std::numeric_limits<double>::epsilon() * norm;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += nu * omega[i];
  std::vector<double> inner = inner_products(k.comm, omega, y, rows, columns);
  if (!factorise(k.comm, inner, columns))
    throw std::domain_error(fmt::format(
        "nystrom_preconditioner: the operator of size {} is not positive semidefinite", k.global_size));

  // B = Y L^{-T}: B B^T is the approximation, B^T B has its eigenvalues.
  divide_by_transpose(y, rows, inner, columns);
  std::vector<double> vectors = inner_products(k.comm, y, y, rows, columns);
  const std::vector<double> values = small_eigenvectors(k.comm, vectors, columns);
  const double least = std::max(values.front() - nu, 0.0);
  // U sqrt(Lambda - lambda_r) = B V sqrt((Lambda - lambda_r) / Lambda)
  LowRankPreconditioner preconditioner;
  preconditioner.shift = least;
  preconditioner.rank = rank;
  preconditioner.factor.resize(y.size());
  for (std::size_t j = 0; j < values.size(); ++j) {
    const double lambda = values[j];
    const double weight = lambda > 0.0 ? std::sqrt(std::max(lambda - nu - least, 0.0) / lambda) : 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) vectors[i + j * values.size()] *= weight;
  }
  const int ld = std::max(rows, 1);
  if (rows > 0)
    dgemm_("N", "N", &rows, &columns, &columns, &unit, y.data(), &ld, vectors.data(), &columns, &zero,
           preconditioner.factor.data(), &ld);
  return preconditioner;
}

} // namespace pastur::linalg
