// SPDX-License-Identifier: BSD-3-Clause
#include "block_lanczos.hpp"

#include "small_eigenproblem.hpp"
#include "tall_blocks.hpp"

#include <pastur/random/fill.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace pastur::linalg {

namespace {

constexpr double unit = 1.0;
constexpr double minus = -1.0;
constexpr double zero = 0.0;

double bound(double residual, double value, double next, double next_residual) {
  const double gap = std::abs(value - next) - next_residual;
  return gap > residual ? residual * residual / gap : residual;
}

} // namespace

double RitzPairs::least_error() const {
  if (size() < 2) return residuals.front();
  return bound(residuals[0], values[0], values[1], residuals[1]);
}

double RitzPairs::greatest_error() const {
  const std::size_t last = size() - 1;
  if (last == 0) return residuals.front();
  return bound(residuals[last], values[last], values[last - 1], residuals[last - 1]);
}

BlockLanczos::BlockLanczos(const LinearOperator& a, std::span<const double> start, std::int64_t block)
    : a_(a), guarded_(a), rows_(a.local_size) {
  std::array<std::int64_t, 2> total = {
      a.local_size, block >= 1 && static_cast<std::int64_t>(start.size()) == a.local_size * block ? 0 : 1};
  a.comm.sum(total);
  if (total[0] != a.global_size || a.global_size < 1) {
    throw std::invalid_argument(
        fmt::format("an operator of size {} with local sizes that add up to {}", a.global_size, total[0]));
  }
  if (total[1] != 0)
    throw std::invalid_argument(fmt::format("{} start values for blocks of {}", start.size(), block));
  basis_.assign(start.begin(), start.end());
  take_block(std::min(block, a.global_size), 1.0);
}

std::vector<double> BlockLanczos::remove_projection(std::int64_t basis, double* w, std::int64_t columns) {
  const std::vector<double> h = inner_products(a_.comm, rows_, basis_.data(), basis, w, columns);
  product("N", rows_, columns, basis, minus, basis_.data(), rows_, h.data(), basis, unit, w, rows_);
  return h;
}

/// Q of the `columns` vectors that stand after V in basis_, orthogonal to V already; C gets the coefficients
/// of what they were. A vector is dependent when less than rounding of `scale`, the size of A, is left of it.
void BlockLanczos::take_block(std::int64_t columns, double scale) {
  std::vector<double> r(static_cast<std::size_t>(columns * columns), 0.0);
  std::int64_t kept = 0;
  for (std::int64_t j = 0; j < columns; ++j) {
    double* w = column(size_ + j);
    double* target = column(size_ + kept);
    double* coefficients = r.data() + j * columns;
    for (int pass = 0; pass < 2 && kept > 0; ++pass) {
      const std::vector<double> h = inner_products(a_.comm, rows_, column(size_), kept, w, 1);
      product("N", rows_, 1, kept, minus, column(size_), rows_, h.data(), kept, unit, w, rows_);
      for (std::int64_t i = 0; i < kept; ++i) coefficients[i] += h[static_cast<std::size_t>(i)];
    }
    double squares = 0.0;
    for (std::int64_t i = 0; i < rows_; ++i) squares += w[i] * w[i];
    const double norm = std::sqrt(a_.comm.sum(squares));
    if (!std::isfinite(norm))
      throw std::runtime_error(fmt::format("the product with an operator of size {} is not finite after {} "
                                           "applications",
                                           a_.global_size, applications_));
    if (norm <= 10.0 * std::numeric_limits<double>::epsilon() * scale || norm == 0.0) continue;
    for (std::int64_t i = 0; i < rows_; ++i) target[i] = w[i] / norm;
    coefficients[kept++] = norm;
  }
  basis_.resize(static_cast<std::size_t>((size_ + kept) * rows_));
  coupling_.assign(static_cast<std::size_t>(kept * size_), 0.0);
  for (std::int64_t j = 0; j < columns && size_ > 0; ++j)
    std::copy_n(r.data() + j * columns, kept, coupling_.data() + (size_ - columns + j) * kept);
  pending_ = kept;
}

void BlockLanczos::expand() {
  const std::int64_t b = pending_;
  if (b == 0) return;
  current_ = false;
  const std::int64_t grown = size_ + b;
  basis_.resize(static_cast<std::size_t>((grown + b) * rows_));
  double* w = column(grown);
  const auto length = static_cast<std::size_t>(rows_ * b);
  guarded_.multiply(std::span<const double>(column(size_), length), std::span<double>(w, length), b);
  applications_ += b;

  // Twice is enough (Giraud, Langou, Rozloznik, van den Eshof, 2005).
  std::vector<double> h = remove_projection(grown, w, b);
  const std::vector<double> rest = remove_projection(grown, w, b);
  double scale = 0.0;
  for (std::size_t i = 0; i < h.size(); ++i) {
    h[i] += rest[i];
    scale = std::max(scale, std::abs(h[i]));
  }
  std::vector<double> t(static_cast<std::size_t>(grown * grown), 0.0);
  for (std::int64_t j = 0; j < size_; ++j) std::copy_n(t_.data() + j * size_, size_, t.data() + j * grown);
  for (std::int64_t j = 0; j < b; ++j) {
    for (std::int64_t i = 0; i < grown; ++i) {
      const double value = h[static_cast<std::size_t>(i + j * grown)];
      if (i >= size_ + j) t[static_cast<std::size_t>(size_ + j + i * grown)] = value;
      if (i <= size_ + j) t[static_cast<std::size_t>(i + (size_ + j) * grown)] = value;
    }
  }
  t_ = std::move(t);
  size_ = grown;
  take_block(b, scale);
}

bool BlockLanczos::iterate(const Limits& limits, const std::function<bool(const RitzPairs&)>& done) {
  std::int64_t restarts = 0;
  for (std::int64_t seen = 0;;) {
    expand();
    if (size_ < seen + std::max<std::int64_t>(1, seen / 10) && size_ < limits.basis && !invariant()) continue;
    if (done(ritz()) || invariant()) return true;
    seen = size_;
    if (size_ < limits.basis) continue;
    if (restarts++ == limits.restarts) return false;
    restart(limits.least, limits.greatest);
    seen = size_;
  }
}

const RitzPairs& BlockLanczos::ritz() {
  if (current_) return ritz_;
  const auto m = static_cast<std::size_t>(size_);
  ritz_.vectors = t_;
  ritz_.values = small_eigenvectors(a_.comm, ritz_.vectors, size_);
  std::vector<double> remainder(static_cast<std::size_t>(pending_ * size_));
  product("N", pending_, size_, size_, unit, coupling_.data(), pending_, ritz_.vectors.data(), size_, zero,
          remainder.data(), pending_);
  ritz_.residuals.assign(m, 0.0);
  for (std::size_t i = 0; i < m; ++i) {
    double squares = 0.0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(pending_); ++k) {
      const double value = remainder[k + i * static_cast<std::size_t>(pending_)];
      squares += value * value;
    }
    ritz_.residuals[i] = std::sqrt(squares);
  }
  current_ = true;
  return ritz_;
}

std::vector<double> BlockLanczos::ritz_vector(std::size_t i) {
  std::vector<double> u(static_cast<std::size_t>(rows_));
  product("N", rows_, 1, size_, unit, basis_.data(), rows_,
          ritz_.vectors.data() + i * static_cast<std::size_t>(size_), size_, zero, u.data(), rows_);
  return u;
}

void BlockLanczos::restart(std::int64_t least, std::int64_t greatest) {
  const RitzPairs& pairs = ritz();
  if (least + greatest >= size_) return;
  const std::int64_t kept = least + greatest;
  std::vector<double> z(pairs.vectors.begin(), pairs.vectors.begin() + least * size_);
  z.insert(z.end(), pairs.vectors.end() - greatest * size_, pairs.vectors.end());
  std::vector<double> values(pairs.values.begin(), pairs.values.begin() + least);
  values.insert(values.end(), pairs.values.end() - greatest, pairs.values.end());

  std::vector<double> basis(static_cast<std::size_t>((kept + pending_) * rows_));
  product("N", rows_, kept, size_, unit, basis_.data(), rows_, z.data(), size_, zero, basis.data(), rows_);
  std::copy_n(column(size_), rows_ * pending_, basis.data() + kept * rows_);
  std::vector<double> coupling(static_cast<std::size_t>(pending_ * kept));
  product("N", pending_, kept, size_, unit, coupling_.data(), pending_, z.data(), size_, zero,
          coupling.data(), pending_);
  basis_ = std::move(basis);
  coupling_ = std::move(coupling);
  t_.assign(static_cast<std::size_t>(kept * kept), 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) t_[i * (values.size() + 1)] = values[i];
  size_ = kept;
  current_ = false;
}

std::vector<double> lanczos_start(const LinearOperator& a, std::int64_t columns) {
  const std::vector<std::int64_t> sizes = a.comm.all_gather(std::span<const std::int64_t>(&a.local_size, 1));
  const std::int64_t first = std::reduce(sizes.begin(), sizes.begin() + a.comm.rank());
  std::vector<double> start(static_cast<std::size_t>(a.local_size * columns));
  random::fill_normal(random::Streams("block Lanczos").stream("start"), {first, a.local_size, 0, columns},
                      start.data(), a.local_size);
  return start;
}

} // namespace pastur::linalg
