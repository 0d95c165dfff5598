// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/data_set.hpp>
#include <pastur/parallel/communicator.hpp>

#include <cstdint>

namespace pastur::learning {

struct WhiteningOptions {
  bool sphere = true; ///< scale each whitened row to norm sqrt(components); false leaves the unit covariance
};

/// Subtracts the mean, projects on the `components` leading principal components, scales each to unit
/// variance (divisor rows), then each row to norm sqrt(components). Mean and components come from the
/// training rows; held-out rows go through the same map. The sign of a component makes its entry of greatest
/// modulus positive. Independent of the number of ranks to rounding. Throws InputError when `components`
/// exceeds the rank of the centred data (eigenvalues below 1e-10 of the greatest count as 0), when it is
/// below 1, or when a row has no component left to scale. Cost rows columns^2 flop over the ranks + 9
/// columns^3 on each. @note Collective
DataSet whiten(const parallel::Communicator& comm, const DataSet& data, std::int64_t components,
               const WhiteningOptions& options = {});

} // namespace pastur::learning
