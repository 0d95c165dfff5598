// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"
#include "guarded_operator.hpp"

#include <pastur/linalg/spectral_density.hpp>
#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/log_event.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace pastur::linalg {

namespace {

constexpr int one = 1;

/// A vector shorter than this fraction of the norm seen so far is rounding: the Krylov space has ended.
constexpr double exhausted = 1e-13;

/// Lanczos from one vector with the basis kept, on this rank's pieces: T grows by a row with every product.
class Recurrence {
public:
  Recurrence(const LinearOperator& a, std::span<const double> start, std::int64_t steps)
      : a_(a), rows_(checked_int(a.local_size, "number of local rows")), steps_(steps),
        basis_(static_cast<std::size_t>(a.local_size * steps)), next_(start.begin(), start.end()),
        overlaps_(static_cast<std::size_t>(steps)) {
    length_ = norm_of_next();
    a_.comm.broadcast(std::span<double>(&length_, 1));
    if (!(length_ > 0.0) || !std::isfinite(length_))
      throw std::invalid_argument("lanczos_quadrature: a start vector is zero or not finite");
  }

  bool ended() const { return ended_; }

  /// The newest basis vector, whose product with A comes next.
  std::span<const double> extend() {
    double* newest = basis_.data() + static_cast<std::ptrdiff_t>(rows_) * size_;
    for (std::size_t i = 0; i < next_.size(); ++i) newest[i] = next_[i] / length_;
    ++size_;
    return {newest, next_.size()};
  }

  void take(std::span<const double> product) {
    std::ranges::copy(product, next_.begin());
    double diagonal = 0.0;
    for (int pass = 0; pass < 2; ++pass) {
      const std::span<double> overlaps = std::span(overlaps_).first(static_cast<std::size_t>(size_));
      std::ranges::fill(overlaps, 0.0); // GEMV leaves them alone on a rank without rows
      multiply("T", next_, overlaps, 1.0);
      a_.comm.sum(overlaps);
      multiply("N", overlaps, next_, -1.0);
      diagonal += overlaps.back();
    }
    // One answer for all ranks, so that all stop together.
    double entries[2] = {diagonal, norm_of_next()};
    a_.comm.broadcast(std::span<double>(entries));
    if (!std::isfinite(entries[0]) || !std::isfinite(entries[1]))
      throw std::runtime_error("lanczos_quadrature: a product is not finite");
    norm_ = std::max(norm_, std::abs(entries[0]) + entries[1] + (off_.empty() ? 0.0 : off_.back()));
    diagonal_.push_back(entries[0]);
    length_ = entries[1];
    ended_ = size_ == steps_ || length_ <= exhausted * norm_;
    if (!ended_) off_.push_back(length_);
  }

  Quadrature quadrature() const {
    Quadrature result;
    solve(diagonal_.size(), result.nodes, result.weights);
    const bool exact = length_ <= exhausted * norm_;
    solve(exact ? diagonal_.size() : std::max<std::size_t>(1, diagonal_.size() * 4 / 5), result.earlier_nodes,
          result.earlier_weights);
    return result;
  }

private:
  /// Golub and Welsch: the eigenvalues of T's first k rows, and the squares of its eigenvectors' first
  /// components.
  void solve(std::size_t k, std::vector<double>& nodes, std::vector<double>& weights) const {
    const int order = static_cast<int>(k);
    nodes.assign(diagonal_.begin(), diagonal_.begin() + order);
    weights.resize(k);
    std::vector<double> off = off_, vectors(k * k), work(2 * k);
    int info = 0;
    dsteqr_("I", &order, nodes.data(), off.data(), vectors.data(), &order, work.data(), &info);
    parallel::agree(a_.comm, info == 0,
                    fmt::format("DSTEQR: {} of {} off-diagonal entries did not converge", info, k));
    for (std::size_t j = 0; j < k; ++j) weights[j] = vectors[j * k] * vectors[j * k];
    a_.comm.broadcast(std::span<double>(nodes));
    a_.comm.broadcast(std::span<double>(weights));
  }

  double norm_of_next() const {
    double sum = 0.0;
    for (const double value : next_) sum += value * value;
    return std::sqrt(a_.comm.sum(sum));
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
  std::int64_t steps_;
  std::vector<double> basis_; // rows x steps, column-major
  std::vector<double> next_;
  std::vector<double> overlaps_;
  double length_ = 0.0; // of next_
  double norm_ = 0.0;   // of T, row sums
  bool ended_ = false;
  std::vector<double> diagonal_, off_; // T
};

void require_valid(const LinearOperator& a, std::span<const double> starts, std::int64_t count,
                   std::int64_t steps) {
  const bool fits =
      count >= 1 && steps >= 1 && static_cast<std::int64_t>(starts.size()) == a.local_size * count;
  const double rows = a.comm.sum(static_cast<double>(a.local_size));
  if (!a.comm.all(fits) || rows != static_cast<double>(a.global_size)) {
    throw std::invalid_argument(fmt::format(
        "lanczos_quadratures: {} steps from {} vectors with {} entries for {} local rows, {} rows of "
        "{} in all",
        steps, count, starts.size(), a.local_size, rows, a.global_size));
  }
}

} // namespace

std::vector<Quadrature> lanczos_quadratures(const LinearOperator& a, std::span<const double> local_starts,
                                            std::int64_t count, std::int64_t steps) {
  require_valid(a, local_starts, count, steps);
  const parallel::LogEvent event("PasturLanczos");
  const auto rows = static_cast<std::size_t>(a.local_size);
  std::vector<Recurrence> recurrences;
  recurrences.reserve(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k)
    recurrences.emplace_back(a, local_starts.subspan(k * rows, rows), std::min(steps, a.global_size));
  std::vector<double> x(local_starts.size()), y(local_starts.size());
  GuardedOperator guarded(a);
  for (;;) {
    std::size_t columns = 0; // those that have not ended, side by side
    for (Recurrence& recurrence : recurrences) {
      if (!recurrence.ended())
        std::ranges::copy(recurrence.extend(), x.begin() + static_cast<std::ptrdiff_t>(rows * columns++));
    }
    if (columns == 0) break;
    guarded.multiply(std::span(x).first(rows * columns), std::span(y).first(rows * columns),
                     static_cast<std::int64_t>(columns));
    columns = 0;
    for (Recurrence& recurrence : recurrences) {
      if (!recurrence.ended()) recurrence.take(std::span(y).subspan(rows * columns++, rows));
    }
  }
  std::vector<Quadrature> quadratures;
  for (const Recurrence& recurrence : recurrences) quadratures.push_back(recurrence.quadrature());
  return quadratures;
}

Quadrature lanczos_quadrature(const LinearOperator& a, std::span<const double> local_start,
                              std::int64_t steps) {
  return lanczos_quadratures(a, local_start, 1, steps).front();
}

} // namespace pastur::linalg
