// SPDX-License-Identifier: BSD-3-Clause
// A layer's Hessian H = (2/G) sum_g (A_g^T A_g) (x) (z_g z_g^T) through its dual: blocks (2/G) <z_g, z_h> A_g
// A_h^T.
#include "skip_connections_network.hpp"

#include <pastur/learning/network_factors.hpp>
#include <pastur/linalg/singular_values.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/parallel/agree.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace pastur::studies::skip_connections {

namespace {

using learning::Network;
using learning::Pass;
using learning::Samples;
using learning::SamplesView;
using linalg::BlockCyclicMatrix;

/// The samples behind this process's rows (or columns); blocks hold whole samples.
template <class ToGlobal>
std::vector<std::int64_t> samples_of(std::int32_t local, std::int64_t outputs, ToGlobal to_global) {
  std::vector<std::int64_t> chosen;
  for (std::int32_t i = 0; i < local; i += static_cast<std::int32_t>(outputs))
    chosen.push_back(to_global(i) / outputs);
  return chosen;
}

/// Columns [g each, (g + 1) each) of `from` for every chosen g.
Samples gather_columns(SamplesView from, std::span<const std::int64_t> chosen, std::int64_t each) {
  Samples out(from.rows, static_cast<std::int64_t>(chosen.size()) * each);
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    std::copy_n(from.column(chosen[k] * each), from.rows * each,
                out.column(static_cast<std::int64_t>(k) * each));
  }
  return out;
}

/// Ascending eigenvalues of the dual.
std::vector<double> dual_spectrum(const learning::Layer& layer, SamplesView inputs, SamplesView maps,
                                  std::int64_t outputs,
                                  const std::shared_ptr<const linalg::ProcessGrid>& grid) {
  const std::int64_t batch = inputs.columns;
  const std::int64_t size = batch * outputs;
  const auto block = static_cast<std::int32_t>(outputs * std::max<std::int64_t>(1, 64 / outputs));
  BlockCyclicMatrix gram(grid, size, size, block);
  gram.fill(0.0);
  learning::Layer weights_only = layer;
  weights_only.train_bias = false;
  const double scale = 2.0 / static_cast<double>(batch);
  if (grid->team().size() == 1) {
    learning::add_layer_gram(weights_only, {inputs, maps}, {inputs, maps}, scale, gram.data(), gram.ld());
  } else if (gram.local_rows() > 0 && gram.local_cols() > 0) {
    const auto rows =
        samples_of(gram.local_rows(), outputs, [&](std::int32_t i) { return gram.global_row(i); });
    const auto columns =
        samples_of(gram.local_cols(), outputs, [&](std::int32_t j) { return gram.global_col(j); });
    const Samples row_inputs = gather_columns(inputs, rows, 1);
    const Samples row_maps = gather_columns(maps, rows, outputs);
    const Samples column_inputs = gather_columns(inputs, columns, 1);
    const Samples column_maps = gather_columns(maps, columns, outputs);
    learning::add_layer_gram(weights_only, {row_inputs, row_maps}, {column_inputs, column_maps}, scale,
                             gram.data(), gram.ld());
  }
  return linalg::eigenvalues(std::move(gram));
}

void record_spectrum(study::Recorder& record, std::size_t at, const std::vector<double>& ascending) {
  const std::size_t size = ascending.size();
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    const double value = ascending[size - 1 - i];
    record.set_at("hessian_eigenvalues", at * size + i, value);
    sum += value;
    squares += value * value;
  }
  const double greatest = ascending.back();
  const double cut = static_cast<double>(size) * std::numeric_limits<double>::epsilon() * greatest;
  const double median = 0.5 * (ascending[(size - 1) / 2] + ascending[size / 2]);
  const auto put = [&](const char* name, bool exists, double value) {
    if (exists) {
      record.set_at(name, at, value);
    } else {
      record.missing_at(name, at, "deficient");
    }
  };
  put("hessian_condition_number", ascending.front() > cut, greatest / ascending.front());
  put("hessian_spread", median > cut, greatest / median);
  put("hessian_participation", squares > 0.0, sum * sum / squares);
}

double norm(const double* x, std::int64_t n) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return std::sqrt(sum);
}

/// Extreme singular values of one small matrix of this rank.
std::pair<double, double> extremes(SamplesView a, const std::shared_ptr<const linalg::ProcessGrid>& self) {
  BlockCyclicMatrix copy(self, a.rows, a.columns);
  std::copy_n(a.data(), a.size(), copy.data());
  const std::vector<double> values = linalg::singular_values(std::move(copy));
  return {values.front(), values.back()};
}

/// The bounds of the batch's Jacobian Q by its samples' A_g and its inputs Z: eigenvalues are (2/G) s(Q)^2.
void check_bounds(const std::vector<double>& ascending, SamplesView inputs, SamplesView maps,
                  std::int64_t outputs, const parallel::Communicator& team,
                  const std::shared_ptr<const linalg::ProcessGrid>& self, const Batch& batch,
                  Inequalities& inequalities) {
  double z_greatest = 0.0;
  double z_least = 0.0;
  double alone = 0.0;    // max |z_g| s_1(A_g)
  double greatest = 0.0; // max s_1(A_g)
  double least = std::numeric_limits<double>::infinity();
  parallel::agree(team, [&] {
    std::tie(z_greatest, z_least) = extremes(inputs, self);
    for (std::int64_t g = batch.first; g < batch.first + batch.count; ++g) {
      const auto [a_greatest, a_least] = extremes(maps.slice(g * outputs, outputs), self);
      alone = std::max(alone, norm(inputs.column(g), inputs.rows) * a_greatest);
      greatest = std::max(greatest, a_greatest);
      least = std::min(least, a_least);
    }
  });
  const double half = 0.5 * static_cast<double>(inputs.columns);
  BatchBounds bounds{.greatest = half * ascending.back(),
                     .least = half * ascending.front(),
                     .greatest_from_below = std::pow(team.max(alone), 2),
                     .greatest_from_above = std::pow(z_greatest * team.max(greatest), 2),
                     .least_from_below = std::pow(z_least * team.min(least), 2)};
  // The lower bound needs the inputs and the maps to have full rank.
  if (inputs.columns > inputs.rows || outputs > maps.rows) bounds.least_from_below = 0.0;
  inequalities.batch(bounds);
}

} // namespace

void observe_hessians(const Network& network, std::span<const double> parameters, const Batch& batch,
                      std::shared_ptr<const linalg::ProcessGrid> grid, std::size_t run,
                      study::Recorder& record, Inequalities& inequalities) {
  const std::int64_t layers = network.depth() - 1;
  const std::int64_t outputs = network.outputs();
  const parallel::Communicator& team = grid->team();
  const auto alone = parallel::Communicator::self();
  const std::shared_ptr<const linalg::ProcessGrid> self = linalg::ProcessGrid::create(alone);
  Pass pass;
  learning::forward(network, parameters, batch.inputs, pass);
  learning::visit_backward_maps(network, parameters, pass, {}, [&](std::int64_t l, Samples& maps) {
    if (l > layers) return; // the head
    const SamplesView inputs = pass.state(l - 1);
    const std::vector<double> spectrum = dual_spectrum(network.layer(l), inputs, maps, outputs, grid);
    record_spectrum(record, run * static_cast<std::size_t>(layers) + static_cast<std::size_t>(l - 1),
                    spectrum);
    check_bounds(spectrum, inputs, maps, outputs, team, self, batch, inequalities);
  });
}

} // namespace pastur::studies::skip_connections
