// SPDX-License-Identifier: BSD-3-Clause
#include "symmetric_band.hpp"

#include "blas.hpp"
#include "bulge_chase.hpp"
#include "dense_checks.hpp"

#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

constexpr int one = 1;
constexpr int query = -1;

/// B + shift I in general band storage with room for the fill of pivoting, factored and solved.
bool solve_by_elimination(const SymmetricBand& band, double shift, std::span<double> x) {
  const int n = band.n;
  const int width = band.width;
  const int ld = 3 * width + 1;
  std::vector<double> general(static_cast<std::size_t>(ld) * static_cast<std::size_t>(n), 0.0);
  const auto element = [&](std::int64_t i, std::int64_t j) -> double& {
    return general[static_cast<std::size_t>(2 * width + i - j + j * ld)];
  };
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = j; i < std::min<std::int64_t>(n, j + width + 1); ++i)
      element(i, j) = element(j, i) = band.at(i, j) + (i == j ? shift : 0.0);
  }
  std::vector<int> pivots(static_cast<std::size_t>(n));
  int info = 0;
  dgbsv_(&n, &width, &width, &one, general.data(), &ld, pivots.data(), x.data(), &n, &info);
  return info == 0;
}

} // namespace

Tridiagonal tridiagonal_of(const SymmetricBand& band) {
  const parallel::LogEvent event("PasturBulgeChase");
  event.flops(6.0 * band.n * static_cast<double>(band.n) * band.width);
  const ChaseKernels* kernels = chase_kernels();
  if (kernels != nullptr && band.width <= widest_chase) return chase_bulges(band, *kernels);
  return lapack_tridiagonal_of(band);
}

Tridiagonal lapack_tridiagonal_of(const SymmetricBand& band) {
  const int n = band.n;
  const int width = band.width;
  const int ld = width + 1;
  Tridiagonal t{std::vector<double>(static_cast<std::size_t>(n)),
                std::vector<double>(static_cast<std::size_t>(std::max(n - 1, 0)))};
  if (n == 0) return t;
  std::vector<double> values = band.values;
  double house = 0.0, wanted = 0.0;
  int info = 0;
  dsytrd_sb2st_("N", "N", "L", &n, &width, values.data(), &ld, t.diagonal.data(), t.off.data(), &house,
                &query, &wanted, &query, &info);
  const int house_size = work_size(house), lwork = work_size(wanted);
  std::vector<double> reflectors(static_cast<std::size_t>(house_size)), work(static_cast<std::size_t>(lwork));
  dsytrd_sb2st_("N", "N", "L", &n, &width, values.data(), &ld, t.diagonal.data(), t.off.data(),
                reflectors.data(), &house_size, work.data(), &lwork, &info);
  if (info != 0) throw std::runtime_error("DSYTRD_SB2ST: argument " + std::to_string(-info));
  return t;
}

BandSolution solve_shifted(const SymmetricBand& band, double shift, std::span<double> x,
                           double* reciprocal_condition) {
  const int n = band.n;
  const int width = band.width;
  const int ld = width + 1;
  if (reciprocal_condition != nullptr) *reciprocal_condition = 0.0;
  if (n == 0) return BandSolution::definite;
  std::vector<double> factor = band.values;
  for (std::int64_t j = 0; j < n; ++j) factor[static_cast<std::size_t>(j * ld)] += shift;
  std::vector<double> work(3 * static_cast<std::size_t>(n));
  const double norm =
      reciprocal_condition != nullptr ? dlansb_("1", "L", &n, &width, factor.data(), &ld, work.data()) : 0.0;
  int info = 0;
  dpbtrf_("L", &n, &width, factor.data(), &ld, &info);
  if (info != 0) {
    return solve_by_elimination(band, shift, x) ? BandSolution::indefinite : BandSolution::singular;
  }
  if (reciprocal_condition != nullptr) {
    std::vector<int> iwork(static_cast<std::size_t>(n));
    dpbcon_("L", &n, &width, factor.data(), &ld, &norm, reciprocal_condition, work.data(), iwork.data(),
            &info);
  }
  dpbtrs_("L", &n, &width, &one, factor.data(), &ld, x.data(), &n, &info);
  return BandSolution::definite;
}

double squared_residual(const SymmetricBand& band, std::span<const double> x, std::span<const double> z) {
  const int n = band.n;
  const int width = band.width;
  const int ld = width + 1;
  const double unit = 1.0, minus = -1.0;
  std::vector<double> r(z.begin(), z.end());
  dsbmv_("L", &n, &width, &unit, band.values.data(), &ld, x.data(), &one, &minus, r.data(), &one);
  double sum = 0.0;
  for (const double value : r) sum += value * value;
  return sum;
}

} // namespace pastur::linalg
