// SPDX-License-Identifier: BSD-3-Clause
#include "skip_connections_spectrum.hpp"

#include <pastur/linalg/extreme_singular_values.hpp>
#include <pastur/linalg/matrix_product.hpp>
#include <pastur/linalg/singular_values.hpp>
#include <pastur/studies/skip_connections_inequalities.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace pastur::studies::skip_connections {

using linalg::BlockCyclicMatrix;

namespace {

double rank_cut(double greatest, std::int64_t n) {
  return static_cast<double>(n) * std::numeric_limits<double>::epsilon() * greatest;
}

} // namespace

std::size_t rank_of(std::span<const double> values, std::int64_t n) {
  const double cut = rank_cut(values.front(), n);
  return static_cast<std::size_t>(
      std::count_if(values.begin(), values.end(), [&](double s) { return s > cut; }));
}

BlockCyclicMatrix times_slopes(const BlockCyclicMatrix& m, const Slopes& slopes) {
  const std::vector<std::int64_t> columns = slopes.nonzero();
  BlockCyclicMatrix a =
      columns.size() == slopes.values.size() ? m.copy() : linalg::select_columns(m, columns);
  std::vector<double> factors;
  for (const std::int64_t j : columns) factors.push_back(slopes.values[static_cast<std::size_t>(j)]);
  linalg::scale_columns(a, factors);
  return a;
}

std::vector<double> values_times_slopes(const BlockCyclicMatrix& m, const Slopes& slopes) {
  std::vector<double> values;
  if (!slopes.nonzero().empty()) values = linalg::singular_values(times_slopes(m, slopes));
  values.resize(slopes.values.size(), 0.0);
  return values;
}

void record_ends(study::Recorder& record, std::size_t k, double greatest, double least,
                 const SpectrumPlace& place) {
  const bool deficient = !(least > rank_cut(greatest, place.n));
  record.set_at("singular_max", k, greatest);
  record.set_at("singular_min", k, least);
  record.set_at("scaled_singular_min", k, place.unit * least);
  record.set_at("deficient", k, deficient ? 1.0 : 0.0);
  if (deficient) {
    record.missing_at("condition_number", k, "deficient");
    record.missing_at("log_condition_number", k, "deficient");
  } else {
    record.set_at("condition_number", k, greatest / least);
    record.set_at("log_condition_number", k, std::log(greatest / least));
  }
}

void record_spectrum(study::Recorder& record, std::size_t k, std::span<const double> values,
                     const SpectrumPlace& place) {
  record_ends(record, k, values.front(), values[static_cast<std::size_t>(place.r - 1)], place);
  if (!record.wants("singular_values")) return;
  const std::size_t n = values.size();
  for (std::size_t i = 0; i < n; ++i) record.set_at("singular_values", k * n + i, values[i]);
  const std::size_t rank = rank_of(values, place.n);
  if (rank > 0) {
    record.set_at("effective_condition_number", k, values.front() / values[rank - 1]);
  } else {
    record.missing_at("effective_condition_number", k, "A is zero");
  }
}

void record_extremes(study::Recorder& record, const std::vector<double>& skips, const SpectrumPlace& place,
                     const std::function<BlockCyclicMatrix(double)>& at_skip) {
  Inequalities inequalities;
  std::vector<std::array<double, 2>> earlier;
  for (std::size_t k = 0; k < skips.size(); ++k) {
    const linalg::ExtremeSingularValues ends = linalg::extreme_singular_values(at_skip(skips[k]));
    record_ends(record, k, ends.greatest, ends.least, place);
    const std::array<double, 2> values = {ends.greatest, ends.least};
    // Slopes of modulus at most 1 move no value further than the skip does.
    for (std::size_t other = 0; other < k; ++other)
      inequalities.shift(values, earlier[other], skips[k], skips[other]);
    earlier.push_back(values);
  }
  inequalities.record(record);
}

} // namespace pastur::studies::skip_connections
