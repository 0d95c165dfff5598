// SPDX-License-Identifier: BSD-3-Clause
// The paper's pictures. Sizes live in jobs/skip_connections; a figure only says what is drawn against what.
#include <pastur/studies/skip_connections.hpp>

#include <algorithm>

namespace pastur::studies::skip_connections {

namespace {

using study::Figure;
using study::Parameters;

bool is_network(const Parameters& p) {
  return p.is("mode", "network");
}
bool has_several_skips(const Parameters& p) {
  return !is_network(p) && p.reals("skip").size() > 1;
}
/// One distribution, or several that all have a law.
bool has_least(const Parameters& p) {
  if (is_network(p)) return false;
  if (!has_several_skips(p)) return true;
  const theory::SkipBlock block = block_law(p);
  if (!p.is("layer_type", "dense") || (block.depth > 1 && block.inner.second_moment() == 0.0)) return false;
  const theory::SkipBlockLaw law(block);
  return std::ranges::all_of(p.reals("skip"),
                             [&](double skip) { return law.hard_edge_slope(skip).has_value(); });
}
bool trains(const Parameters& p) {
  return is_network(p) && p.integers("steps").size() > 1;
}

} // namespace

std::vector<Figure> figures() {
  return {
      {.name = "conditioning",
       .title = "Condition number of a block against its skip",
       .observables = {"condition_number"},
       .x = "skip",
       .x_label = "skip",
       .y_label = "condition number (median)",
       .log_y = true,
       .applies = has_several_skips},
      {.name = "extremes",
       .title = "Greatest and least singular value of a block against its skip",
       .observables = {"singular_max", "singular_min"},
       .x = "skip",
       .x_label = "skip",
       .y_label = "singular value",
       .applies = has_several_skips},
      {.name = "erraticity",
       .title = "Relative change of the singular values when one inner unit is switched",
       .observables = {"erraticity"},
       .x = "skip",
       .x_label = "skip",
       .y_label = "relative change",
       .log_y = true,
       .applies =
           [](const Parameters& p) { return has_several_skips(p) && is_perturbed(p) && p.integer("p") > 1; }},
      {.name = "hard_edge",
       .title = "Least singular value at the hard edge, times n",
       .kind = Figure::Kind::histogram,
       .observables = {"scaled_singular_min", "hard_edge_density", "scaled_singular_min"},
       .x_label = "n times the least singular value",
       .y_label = "density",
       .applies = has_least},
      {.name = "layers_sample",
       .title = "Condition number of the map from a layer to the outputs",
       .observables = {"condition_number_sample"},
       .x = "layer",
       .x_label = "layer",
       .y_label = "condition number (median over samples)",
       .log_y = true,
       .applies = is_network},
      {.name = "layers_full",
       .title = "Condition number of the map from a layer to the last state",
       .observables = {"condition_number_full"},
       .x = "layer",
       .x_label = "layer",
       .y_label = "condition number (median over samples)",
       .log_y = true,
       .applies = is_network},
      {.name = "hessian_spread",
       .title = "Hessian of a layer: greatest over median eigenvalue",
       .observables = {"hessian_spread"},
       .x = "layer",
       .x_label = "layer",
       .y_label = "greatest over median eigenvalue",
       .log_y = true,
       .applies = has_dual},
      {.name = "hessian_participation",
       .title = "Hessian of a layer: participation of its eigenvalues",
       .observables = {"hessian_participation"},
       .x = "layer",
       .x_label = "layer",
       .y_label = "participation",
       .log_y = true,
       .applies = is_network},
      {.name = "training",
       .title = "Train error",
       .observables = {"train_error"},
       .x = "steps",
       .x_label = "steps",
       .y_label = "train error",
       .log_y = true,
       .applies = trains},
  };
}

} // namespace pastur::studies::skip_connections
