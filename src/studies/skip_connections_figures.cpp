// SPDX-License-Identifier: BSD-3-Clause
// The paper's pictures. Sizes live in jobs/skip_connections; a figure only says what is drawn against what.
#include <pastur/studies/skip_connections.hpp>

namespace pastur::studies::skip_connections {

namespace {

using study::Figure;
using study::Parameters;

bool has_several_skips(const Parameters& p) {
  return p.reals("skip").size() > 1;
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
           [](const Parameters& p) {
             return has_several_skips(p) && p.is("perturbations", "yes") && p.integer("p") > 1;
           }},
      {.name = "hard_edge",
       .title = "Least singular value at the hard edge, times n",
       .kind = Figure::Kind::histogram,
       .observables = {"scaled_singular_min", "scaled_singular_min"},
       .x_label = "n times the least singular value",
       .y_label = "density",
       .applies = [](const Parameters& p) { return !has_several_skips(p); }},
  };
}

} // namespace pastur::studies::skip_connections
