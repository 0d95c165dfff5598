// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"

#include <pastur/linalg/spectral_density.hpp>
#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/log_event.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

constexpr int one = 1;

/// A vector shorter than this fraction of the norm seen so far is rounding: the Krylov space has ended.
constexpr double exhausted = 1e-13;

/// Lanczos with the basis kept, on this rank's pieces.
class Recurrence {
public:
  Recurrence(const LinearOperator& a, std::span<const double> start, std::int64_t steps)
      : a_(a), rows_(checked_int(a.local_size, "number of local rows")),
        basis_(static_cast<std::size_t>(a.local_size * steps)), next_(start.begin(), start.end()),
        overlaps_(static_cast<std::size_t>(steps)) {}

  double norm_of_next() const {
    double sum = 0.0;
    for (const double value : next_) sum += value * value;
    return std::sqrt(a_.comm.sum(sum));
  }

  /// Makes next / length the newest basis vector and next = A times it, orthogonal to the basis. Returns the
  /// diagonal entry of T.
  double step(double length) {
    double* newest = basis_.data() + static_cast<std::ptrdiff_t>(rows_) * size_;
    for (std::size_t i = 0; i < next_.size(); ++i) newest[i] = next_[i] / length;
    ++size_;
    apply({newest, next_.size()});
    double diagonal = 0.0;
    for (int pass = 0; pass < 2; ++pass) {
      const std::span<double> overlaps = std::span(overlaps_).first(static_cast<std::size_t>(size_));
      std::ranges::fill(overlaps, 0.0); // GEMV leaves them alone on a rank without rows
      multiply("T", next_, overlaps, 1.0);
      a_.comm.sum(overlaps);
      multiply("N", overlaps, next_, -1.0);
      diagonal += overlaps.back();
    }
    return diagonal;
  }

private:
  /// next = A v; a rank's exception is everyone's.
  void apply(std::span<const double> v) {
    std::string failure;
    try {
      a_.apply(v, next_);
    } catch (const std::exception& error) {
      failure = error.what();
      if (failure.empty()) failure = "the operator failed";
    }
    parallel::agree(a_.comm, failure.empty(), failure);
  }

  /// y += alpha op(basis) x.
  void multiply(const char* op, std::span<const double> x, std::span<double> y, double alpha) const {
    const int ld = std::max(rows_, 1);
    const double keep = 1.0;
    dgemv_(op, &rows_, &size_, &alpha, basis_.data(), &ld, x.data(), &one, &keep, y.data(), &one);
  }

  const LinearOperator& a_;
  int rows_;
  int size_ = 0;
  std::vector<double> basis_; // rows x steps, column-major
  std::vector<double> next_;
  std::vector<double> overlaps_;
};

/// Golub and Welsch: the eigenvalues of T, and the squares of its eigenvectors' first components.
Quadrature quadrature_of(std::vector<double> diagonal, std::vector<double> off) {
  const int k = static_cast<int>(diagonal.size());
  std::vector<double> vectors(diagonal.size() * diagonal.size()), work(2 * diagonal.size());
  int info = 0;
  dsteqr_("I", &k, diagonal.data(), off.data(), vectors.data(), &k, work.data(), &info);
  if (info != 0)
    throw std::runtime_error(fmt::format("DSTEQR: {} of {} off-diagonal entries did not converge", info, k));
  Quadrature quadrature{std::move(diagonal), {}};
  for (std::size_t j = 0; j < quadrature.nodes.size(); ++j) {
    const double first = vectors[j * quadrature.nodes.size()];
    quadrature.weights.push_back(first * first);
  }
  return quadrature;
}

void require_valid(const LinearOperator& a, std::span<const double> start, std::int64_t steps) {
  const bool fits = static_cast<std::int64_t>(start.size()) == a.local_size && steps >= 1;
  const double rows = a.comm.sum(static_cast<double>(a.local_size));
  if (!a.comm.all(fits) || rows != static_cast<double>(a.global_size)) {
    throw std::invalid_argument(
        fmt::format("lanczos_quadrature: {} steps from {} entries for {} local rows, {} rows of {} in all",
                    steps, start.size(), a.local_size, rows, a.global_size));
  }
}

} // namespace

Quadrature lanczos_quadrature(const LinearOperator& a, std::span<const double> local_start,
                              std::int64_t steps) {
  require_valid(a, local_start, steps);
  const parallel::LogEvent event("PasturLanczos");
  const std::int64_t most = std::min(steps, a.global_size);
  Recurrence recurrence(a, local_start, most);
  std::vector<double> diagonal, off;
  double length = recurrence.norm_of_next();
  if (!(length > 0.0) || !std::isfinite(length))
    throw std::invalid_argument("lanczos_quadrature: the start vector is zero or not finite");
  double norm = 0.0; // of T, row sums
  for (;;) {
    // One answer for all ranks, so that all stop together.
    double entries[2] = {recurrence.step(length), 0.0};
    entries[1] = recurrence.norm_of_next();
    a.comm.broadcast(std::span<double>(entries));
    if (!std::isfinite(entries[0]) || !std::isfinite(entries[1]))
      throw std::runtime_error("lanczos_quadrature: a product is not finite");
    norm = std::max(norm, std::abs(entries[0]) + entries[1] + (off.empty() ? 0.0 : off.back()));
    diagonal.push_back(entries[0]);
    if (static_cast<std::int64_t>(diagonal.size()) == most || entries[1] <= exhausted * norm) break;
    off.push_back(entries[1]);
    length = entries[1];
  }
  Quadrature quadrature = quadrature_of(std::move(diagonal), std::move(off));
  a.comm.broadcast(std::span<double>(quadrature.nodes));
  a.comm.broadcast(std::span<double>(quadrature.weights));
  return quadrature;
}

} // namespace pastur::linalg
