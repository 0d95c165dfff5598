// SPDX-License-Identifier: BSD-3-Clause
#include "woodbury.hpp"

#include "blas.hpp"
#include "dense_checks.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace pastur::linalg {
namespace {

constexpr int one = 1;

int local_rows(const LowRankPreconditioner& low_rank) {
  return checked_int(static_cast<std::int64_t>(low_rank.factor.size()) / low_rank.rank,
                     "rows of a preconditioner");
}

} // namespace

WoodburyInverse::WoodburyInverse(const parallel::Communicator& comm, const LowRankPreconditioner& low_rank,
                                 double shift)
    : comm_(comm), low_rank_(low_rank), shift_(shift) {
  const int rank = checked_int(low_rank.rank, "rank of a preconditioner");
  const int rows = local_rows(low_rank);
  const int ld = std::max(rows, 1);
  const double unit = 1.0;
  const double zero = 0.0;
  inner_factor_.assign(static_cast<std::size_t>(low_rank.rank * low_rank.rank), 0.0);
  dsyrk_("L", "T", &rank, &rows, &unit, low_rank.factor.data(), &ld, &zero, inner_factor_.data(), &rank);
  comm.sum(inner_factor_);
  for (std::int64_t k = 0; k < low_rank.rank; ++k)
    inner_factor_[static_cast<std::size_t>(k * (low_rank.rank + 1))] += shift;
  if (!std::ranges::all_of(inner_factor_, [](double value) { return std::isfinite(value); })) {
    throw std::domain_error("the low-rank preconditioner is not finite");
  }
  int info = 0;
  dpotrf_("L", &rank, inner_factor_.data(), &rank, &info);
  if (info != 0)
    throw std::domain_error("the shift of the low-rank preconditioner is lost in its rounding errors");
}

void WoodburyInverse::apply(std::span<const double> x, std::span<double> y) const {
  const int rank = static_cast<int>(low_rank_.rank);
  const int rows = local_rows(low_rank_);
  const int ld = std::max(rows, 1);
  const double unit = 1.0;
  const double zero = 0.0;
  const double minus = -1.0;
  std::vector<double> inner(static_cast<std::size_t>(rank), 0.0);
  if (rows > 0)
    dgemv_("T", &rows, &rank, &unit, low_rank_.factor.data(), &ld, x.data(), &one, &zero, inner.data(), &one);
  comm_.sum(inner);
  int info = 0;
  dpotrs_("L", &rank, &one, inner_factor_.data(), &rank, inner.data(), &rank, &info);
  std::ranges::copy(x, y.begin());
  if (rows > 0)
    dgemv_("N", &rows, &rank, &minus, low_rank_.factor.data(), &ld, inner.data(), &one, &unit, y.data(),
           &one);
  for (double& value : y) value /= shift_;
}

} // namespace pastur::linalg
