// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "merge_input.hpp"

namespace pastur::run {

/// The study file that the inputs make together, whatever their order: that of the input which has every
/// point, with as many draws as any has; else one with the union of the sweeps, in ascending order. Throws
/// InputError with the key that does not fit.
Experiment merged_experiment(const std::vector<MergeInput>& inputs, const study::Registry& studies);

} // namespace pastur::run
