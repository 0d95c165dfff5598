// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "skip_connections_data.hpp"

#include <pastur/learning/network.hpp>
#include <pastur/learning/network_pass.hpp>
#include <pastur/linalg/process_grid.hpp>
#include <pastur/studies/skip_connections_inequalities.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace pastur::studies::skip_connections {

/// z_l = phi(W_l z_{l-1} + b_l) + skip z_{l-1}, l = 1..L, and y = V z_L as layer L + 1.
learning::Network skip_network(const study::Parameters& point, double skip);

/// The first `batch` samples, on every rank, with this rank's share.
struct Batch {
  learning::SamplesView inputs, targets;
  std::int64_t first = 0; ///< this rank's samples: [first, first + count)
  std::int64_t count = 0;
};

/// Where an observation of a trained network goes.
struct Place {
  std::size_t run = 0;   ///< index into skip x steps, row-major
  std::size_t layer = 0; ///< from 0
};

/// Condition numbers of the backward maps of every layer, medians over the batch. @note Collective over
/// `team`
void observe_maps(const learning::Network& network, std::span<const double> parameters, const Batch& batch,
                  const parallel::Communicator& team, std::size_t run, study::Recorder& record);

/// Spectrum of every layer's Hessian of the mean squared loss of the batch, and the bounds on it: with
/// `leading` = 0 all nonzero eigenvalues, through the Gram matrix of the samples' Jacobians (batch outputs
/// square), otherwise the `leading` greatest, through products with the Hessian. @note Collective over the
/// grid's team
void observe_hessians(const learning::Network& network, std::span<const double> parameters,
                      const Batch& batch, std::shared_ptr<const linalg::ProcessGrid> grid,
                      std::int64_t leading, std::size_t run, study::Recorder& record,
                      Inequalities& inequalities);

/// One line through the parameters of one layer, Gaussian direction of norm 1.
struct Line {
  std::int64_t layer = 1;
  std::vector<double> direction; ///< as long as the parameter vector, zero outside W_layer
};

/// Third difference of the batch loss along a line inside the activation region, relative to the loss; first
/// and second differences against the exact derivatives are inequalities. NaN when rounding leaves no room in
/// the region. @note Collective over `team`
double quadratic_defect(const learning::Network& network, std::span<const double> parameters,
                        const Batch& batch, const Line& line, const parallel::Communicator& team,
                        Inequalities& inequalities);

/// One draw of mode = network. @note Collective over `team`
void draw_network(const study::Parameters& point, const DataSources& sources,
                  const parallel::Communicator& team, const random::Streams& streams,
                  study::Recorder& record);

} // namespace pastur::studies::skip_connections
