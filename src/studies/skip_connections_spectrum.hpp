// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "skip_connections_block.hpp"

#include <pastur/study/recorder.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace pastur::studies::skip_connections {

/// Where the singular values of A = (M_0 + skip I) D_0 go, and what they are measured against.
struct SpectrumPlace {
  std::int64_t n = 0; ///< columns of A with those of slope 0
  std::int64_t r = 0; ///< without them
  double unit = 1.0;  ///< what multiplies s_r in scaled_singular_min
};

/// Number of values > n 2^-52 values.front().
std::size_t rank_of(std::span<const double> values, std::int64_t n);

/// M D without the columns of slope 0. @note Collective
linalg::BlockCyclicMatrix times_slopes(const linalg::BlockCyclicMatrix& m, const Slopes& slopes);
/// Singular values of M D, descending, n of them: columns with slope 0 are dropped and give exact zeros at
/// the end. @note Collective
std::vector<double> values_times_slopes(const linalg::BlockCyclicMatrix& m, const Slopes& slopes);

/// Everything that the singular values of A at skip number k say, or its two ends alone.
void record_spectrum(study::Recorder& record, std::size_t k, std::span<const double> values,
                     const SpectrumPlace& place);
void record_ends(study::Recorder& record, std::size_t k, double greatest, double least,
                 const SpectrumPlace& place);

/// spectrum = extremes: the ends of A's singular values at every skip, and the inequality between skips.
/// `at_skip` gives A without the columns of slope 0. @note Collective
void record_extremes(study::Recorder& record, const std::vector<double>& skips, const SpectrumPlace& place,
                     const std::function<linalg::BlockCyclicMatrix(double)>& at_skip);

} // namespace pastur::studies::skip_connections
