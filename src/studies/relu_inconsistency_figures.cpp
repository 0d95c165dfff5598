// SPDX-License-Identifier: BSD-3-Clause
// The paper's pictures. Sizes live in jobs/relu_inconsistency; a figure only says what is drawn against what.
#include <pastur/studies/relu_inconsistency.hpp>

namespace pastur::studies::relu_inconsistency {

std::vector<study::Figure> figures() {
  using study::Figure;
  using study::Parameters;
  return {
      {.name = "crossing",
       .title = "Probability that a kink leaves the gap",
       .observables = {"crossed", "crossed_refined"},
       .x = "n",
       .x_label = "n",
       .y_label = "crossing probability",
       .log_x = true,
       .log_y = true,
       .applies =
           [](const Parameters& p) {
             return !p.is("data", "star") && !p.is("data", "radial") && !p.is("data", "wave");
           }},
      {.name = "pattern_changes",
       .title = "Networks whose pattern has changed, and networks below the linear fits",
       .observables = {"crossed_path", "below_linear_path"},
       .x = "times",
       .x_label = "updates",
       .y_label = "share of networks",
       .log_x = true,
       .applies = [](const Parameters& p) { return p.is("engine", "full"); }},
      {.name = "losses",
       .title = "Loss during training",
       .observables = {"loss_path"},
       .x = "times",
       .x_label = "updates",
       .y_label = "loss",
       .log_x = true,
       .applies = [](const Parameters& p) { return p.integers("times").size() > 1; }},
      {.name = "fit",
       .title = "The network during training, and the linear fits on both sides",
       .observables = {"fit_path", "fit_linear"},
       .x = "fit_x",
       .x_label = "x",
       .y_label = "f(x)",
       .applies = [](const Parameters& p) { return !p.reals("fit_x").empty(); }},
      {.name = "test_errors",
       .title = "Test error",
       .observables = {"test_error"},
       .x = "d",
       .x_label = "d",
       .y_label = "root mean square error",
       .log_x = true,
       .applies = [](const Parameters& p) { return p.is("data", "radial"); }},
      {.name = "wave_errors",
       .title = "Test error by initial biases",
       .observables = {"test_error"},
       .x = "bias",
       .x_label = "initial biases",
       .y_label = "root mean square error",
       .applies = [](const Parameters& p) { return p.is("data", "wave"); }},
  };
}

} // namespace pastur::studies::relu_inconsistency
