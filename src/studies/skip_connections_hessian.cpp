// SPDX-License-Identifier: BSD-3-Clause
// A layer's Hessian H = (2/G) sum_g (A_g^T A_g) (x) (z_g z_g^T): all of its nonzero spectrum through its
// dual, blocks (2/G) <z_g, z_h> A_g A_h^T, or the greatest eigenvalues through products with H.
#include "skip_connections_network.hpp"

#include <pastur/learning/network_factors.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/linalg/singular_values.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/parallel/agree.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
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

double squared_norm(const double* x, std::int64_t n) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

learning::Layer weights_of(const learning::Layer& layer) {
  learning::Layer weights_only = layer;
  weights_only.train_bias = false;
  return weights_only;
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
  const learning::Layer weights_only = weights_of(layer);
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

/// The `count` greatest eigenvalues, descending, from products V -> (2/G) sum_g A_g^T (A_g V z_g) z_g^T; each
/// rank sums its own samples.
std::vector<double> leading_spectrum(const learning::Layer& layer, const learning::LayerFactors& mine,
                                     double scale, std::int64_t count, const parallel::Communicator& team) {
  const std::int64_t size = layer.units * mine.inputs.rows;
  std::vector<double> product(static_cast<std::size_t>(size));
  const linalg::LinearOperator hessian = linalg::on_whole_vectors(team, size, [&](std::span<double> v) {
    std::ranges::fill(product, 0.0);
    learning::add_layer_curvature(layer, mine, scale, v, product);
    team.sum(std::span<double>(product));
    std::ranges::copy(product, v.begin());
  });
  return linalg::leading_eigenvalues(hessian, count, {.prefix = "hessian_"}).values;
}

/// Sum and sum of squares of all eigenvalues.
struct Moments {
  double sum = 0.0;
  double squares = 0.0;
};

/// From the dual's diagonal and elements, panel by panel; it is never stored.
Moments dual_moments(const learning::Layer& layer, const learning::LayerFactors& mine,
                     const learning::LayerFactors& all, double scale, std::int64_t outputs,
                     const parallel::Communicator& team) {
  const learning::Layer weights_only = weights_of(layer);
  const std::int64_t rows = mine.maps.columns;
  Moments moments;
  for (std::int64_t g = 0; g < mine.inputs.columns; ++g) {
    const double inputs = squared_norm(mine.inputs.column(g), mine.inputs.rows);
    moments.sum += scale * inputs * squared_norm(mine.maps.column(g * outputs), outputs * mine.maps.rows);
  }
  // About 32 MB a panel.
  const std::int64_t panel =
      std::max<std::int64_t>(1, (std::int64_t{1} << 22) / std::max<std::int64_t>(1, rows * outputs));
  std::vector<double> gram;
  for (std::int64_t h = 0; h < all.inputs.columns && rows > 0; h += panel) {
    const std::int64_t count = std::min(panel, all.inputs.columns - h);
    gram.assign(static_cast<std::size_t>(rows * count * outputs), 0.0);
    learning::add_layer_gram(weights_only, mine,
                             {all.inputs.slice(h, count), all.maps.slice(h * outputs, count * outputs)},
                             scale, gram.data(), rows);
    moments.squares += squared_norm(gram.data(), static_cast<std::int64_t>(gram.size()));
  }
  return {team.sum(moments.sum), team.sum(moments.squares)};
}

void put(study::Recorder& record, const char* name, std::size_t at, bool exists, double value) {
  if (exists) {
    record.set_at(name, at, value);
  } else {
    record.missing_at(name, at, "deficient");
  }
}

void record_participation(study::Recorder& record, std::size_t at, const Moments& moments) {
  put(record, "hessian_participation", at, moments.squares > 0.0,
      moments.sum * moments.sum / moments.squares);
}

void record_spectrum(study::Recorder& record, std::size_t at, const std::vector<double>& ascending) {
  const std::size_t size = ascending.size();
  Moments moments;
  for (std::size_t i = 0; i < size; ++i) {
    const double value = ascending[size - 1 - i];
    record.set_at("hessian_eigenvalues", at * size + i, value);
    moments.sum += value;
    moments.squares += value * value;
  }
  const double greatest = ascending.back();
  const double cut = static_cast<double>(size) * std::numeric_limits<double>::epsilon() * greatest;
  const double median = 0.5 * (ascending[(size - 1) / 2] + ascending[size / 2]);
  put(record, "hessian_condition_number", at, ascending.front() > cut, greatest / ascending.front());
  put(record, "hessian_spread", at, median > cut, greatest / median);
  record_participation(record, at, moments);
}

/// Extreme singular values of one small matrix of this rank.
std::pair<double, double> extremes(SamplesView a, const std::shared_ptr<const linalg::ProcessGrid>& self) {
  BlockCyclicMatrix copy(self, a.rows, a.columns);
  std::copy_n(a.data(), a.size(), copy.data());
  const std::vector<double> values = linalg::singular_values(std::move(copy));
  return {values.front(), values.back()};
}

/// The bounds of the batch's Jacobian Q by its samples' A_g and its inputs Z: eigenvalues are (2/G) s(Q)^2.
/// Without the least of them its bound says nothing.
void check_bounds(double lambda_max, std::optional<double> lambda_min, SamplesView inputs, SamplesView maps,
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
      alone = std::max(alone, std::sqrt(squared_norm(inputs.column(g), inputs.rows)) * a_greatest);
      greatest = std::max(greatest, a_greatest);
      least = std::min(least, a_least);
    }
  });
  const double half = 0.5 * static_cast<double>(inputs.columns);
  BatchBounds bounds{.greatest = half * lambda_max,
                     .least = half * lambda_min.value_or(0.0),
                     .greatest_from_below = std::pow(team.max(alone), 2),
                     .greatest_from_above = std::pow(z_greatest * team.max(greatest), 2),
                     .least_from_below = std::pow(z_least * team.min(least), 2)};
  // The lower bound needs the inputs and the maps to have full rank.
  if (!lambda_min || inputs.columns > inputs.rows || outputs > maps.rows) bounds.least_from_below = 0.0;
  inequalities.batch(bounds);
}

} // namespace

void observe_hessians(const Network& network, std::span<const double> parameters, const Batch& batch,
                      std::shared_ptr<const linalg::ProcessGrid> grid, std::int64_t leading, std::size_t run,
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
    const std::size_t at = run * static_cast<std::size_t>(layers) + static_cast<std::size_t>(l - 1);
    if (leading == 0) {
      const std::vector<double> spectrum = dual_spectrum(network.layer(l), inputs, maps, outputs, grid);
      record_spectrum(record, at, spectrum);
      check_bounds(spectrum.back(), spectrum.front(), inputs, maps, outputs, team, self, batch, inequalities);
      return;
    }
    const learning::LayerFactors all{inputs, maps};
    const learning::LayerFactors mine{inputs.slice(batch.first, batch.count),
                                      all.maps.slice(batch.first * outputs, batch.count * outputs)};
    const double scale = 2.0 / static_cast<double>(inputs.columns);
    const std::vector<double> greatest = leading_spectrum(network.layer(l), mine, scale, leading, team);
    for (std::size_t i = 0; i < greatest.size(); ++i)
      record.set_at("hessian_eigenvalues", at * greatest.size() + i, greatest[i]);
    record_participation(record, at, dual_moments(network.layer(l), mine, all, scale, outputs, team));
    check_bounds(greatest.front(), std::nullopt, inputs, maps, outputs, team, self, batch, inequalities);
  });
}

} // namespace pastur::studies::skip_connections
