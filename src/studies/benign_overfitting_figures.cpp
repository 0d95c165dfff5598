// SPDX-License-Identifier: BSD-3-Clause
// The papers' pictures. Sizes live in jobs/benign_overfitting; a figure only says what is drawn against what.
#include <pastur/studies/benign_overfitting.hpp>

namespace pastur::studies::benign_overfitting {

namespace {

using study::Figure;
using study::Parameters;

double aspect_ratio(const Parameters& p) {
  return static_cast<double>(p.integer("p")) / static_cast<double>(p.integer("n"));
}

} // namespace

std::vector<Figure> figures() {
  return {
      {.name = "ridge_path",
       .title = "Bias, variance, risk and train error along the ridge path",
       .kind = Figure::Kind::curve,
       .observables = {"bias", "variance", "test_error", "train_error"},
       .x = "ridge",
       .x_mark = "optimal_ridge",
       .x_label = "ridge",
       .y_label = "error",
       .log_y = true,
       .applies = [](const Parameters& p) { return p.reals("ridge").size() > 1; }},
      {.name = "double_descent",
       .title = "Risk through p = n, at the given ridges and at the optimal one",
       .observables = {"test_error", "optimal_test_error"},
       .x = "p",
       .x_label = "p / n",
       .y_label = "excess risk",
       .log_x = true,
       .log_y = true,
       .scaled_x = aspect_ratio},
      {.name = "benign",
       .title = "Bias and variance as samples and dimension grow",
       .observables = {"bias", "variance"},
       .x = "n",
       .x_label = "n",
       .y_label = "error",
       .log_x = true,
       .log_y = true},
      {.name = "bounds",
       .title = "Bias and variance over the bounds' expressions",
       .observables = {"bias_upper_ratio", "bias_lower_ratio", "variance_upper_ratio",
                       "variance_lower_ratio"},
       .x = "n",
       .x_label = "n",
       .y_label = "ratio",
       .log_x = true,
       .log_y = true},
      {.name = "ranks",
       .title = "Effective ranks; k* is where r_k crosses b n",
       .observables = {"effective_rank", "participation_rank", "rank_threshold"},
       .x = "k",
       .x_label = "k",
       .y_label = "rank",
       .log_x = true,
       .log_y = true},
      {.name = "optimal_ridge_map",
       .title = "Optimal ridge",
       .kind = Figure::Kind::heat_map,
       .observables = {"optimal_ridge"},
       .x = "noise_variance",
       .y = "spectrum_spike_height",
       .x_label = "noise variance",
       .y_label = "spike height",
       .log_x = true,
       .log_y = true},
      {.name = "optimal_ridge",
       .title = "Optimal ridge, and the least eigenvalue (minus the lowest ridge)",
       .observables = {"optimal_ridge", "lambda_min"},
       .x = "noise_variance",
       .x_label = "noise variance",
       .y_label = "ridge",
       .log_x = true},
  };
}

} // namespace pastur::studies::benign_overfitting
