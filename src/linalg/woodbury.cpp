// SPDX-License-Identifier: BSD-3-Clause
#include "woodbury.hpp"

#include "blas.hpp"
#include "dense_checks.hpp"
#include "tall_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace pastur::linalg {
namespace {

int local_rows(const LowRankPreconditioner& low_rank) {
  return checked_int(static_cast<std::int64_t>(low_rank.factor.size()) / low_rank.rank,
                     "rows of a preconditioner");
}

} // namespace

void require_valid(const LowRankPreconditioner& preconditioner, std::int64_t local_size, double ridge) {
  const std::int64_t rank = preconditioner.rank;
  if (rank < 0 || static_cast<std::int64_t>(preconditioner.factor.size()) != local_size * rank) {
    throw std::invalid_argument(fmt::format("a preconditioner of rank {} with {} values for {} local rows",
                                            rank, preconditioner.factor.size(), local_size));
  }
  if (rank > 0 && !(preconditioner.shift >= 0.0 && preconditioner.shift + ridge > 0.0)) {
    throw std::invalid_argument(
        fmt::format("preconditioner shift {:g} with ridge {:g}", preconditioner.shift, ridge));
  }
}

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

void WoodburyInverse::apply(std::span<const double> x, std::span<double> y, std::int64_t columns) const {
  const std::int64_t rows = local_rows(low_rank_);
  const double* u = low_rank_.factor.data();
  std::vector<double> inner = inner_products(comm_, rows, u, low_rank_.rank, x.data(), columns);
  const int order = static_cast<int>(low_rank_.rank);
  const int width = checked_int(columns, "vectors to precondition");
  int info = 0;
  dpotrs_("L", &order, &width, inner_factor_.data(), &order, inner.data(), &order, &info);
  std::ranges::copy(x, y.begin());
  product("N", rows, columns, low_rank_.rank, -1.0, u, rows, inner.data(), low_rank_.rank, 1.0, y.data(),
          rows);
  for (double& value : y) value /= shift_;
}

} // namespace pastur::linalg
