// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/studies/benign_overfitting_bounds.hpp>
#include <pastur/study/recorder.hpp>

#include <cstddef>
#include <string_view>

namespace pastur::studies::benign_overfitting {

inline constexpr const char* no_critical_index = "no k*: rho_k < rank_constant at every k";

/// The four ratios of bias and variance over the bounds' expressions at one ridge; missing with the reason
/// where there is no k* or where a ratio is 0/0.
void record_ratios(study::Recorder& record, std::size_t ridge, double bias, double variance,
                   const Bounds& bounds);
void no_ratios(study::Recorder& record, std::size_t ridge, std::string_view reason);

} // namespace pastur::studies::benign_overfitting
