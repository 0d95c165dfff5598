// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/store/layout.hpp>
#include <pastur/study/recorder.hpp>
#include <pastur/study/study.hpp>

#include <span>
#include <vector>

namespace pastur::run {

/// Copies what two row-major arrays with extents `from` and `to` have in common: the leading corner.
void copy_corner(std::span<const double> source, std::span<const std::size_t> from, std::span<double> target,
                 std::span<const std::size_t> to);

/// A point's recorded values as the store's slots: one vector per `variables`, its own dimensions padded with
/// NaN to the layout's lengths; all NaN for a quantity that does not exist at the point. `recorded_as` names
/// the recorder's slot for each variable. `fine`: a point of the finer theory grid.
std::vector<std::vector<double>> padded_values(const store::Layout& layout,
                                               const std::vector<store::Variable>& variables,
                                               const std::vector<std::string>& recorded_as,
                                               const study::StudyInfo& info, const study::Parameters& point,
                                               const study::Recorder& recorder, bool fine = false);

} // namespace pastur::run
