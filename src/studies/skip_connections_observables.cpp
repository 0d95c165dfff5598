// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/studies/skip_connections.hpp>

#include <numeric>

namespace pastur::studies::skip_connections {

namespace {

using study::Parameters;
using study::Summary;

bool is_block(const Parameters& p) {
  return p.is("mode", "block");
}
bool is_network(const Parameters& p) {
  return p.is("mode", "network");
}
bool is_dense(const Parameters& p) {
  return is_block(p) && p.is("layer_type", "dense");
}
bool has_dense_spectrum(const Parameters& p) {
  return is_dense(p) && has_spectrum(p);
}

std::vector<double> count_from(double first, std::size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

} // namespace

std::vector<study::Dimension> dimensions() {
  return {
      {.name = "index",
       .meaning = "place in descending order, from 0",
       .coordinate = [](const Parameters& p) { return count_from(0.0, static_cast<std::size_t>(width(p))); }},
      {.name = "inequality",
       .meaning = "number of the inequality (documentation of the study)",
       .coordinate = [](const Parameters&) { return count_from(1.0, inequality_count); }},
      {.name = "layer",
       .meaning = "layer of the network, from 1",
       .coordinate =
           [](const Parameters& p) { return count_from(1.0, static_cast<std::size_t>(p.integer("L"))); }},
      {.name = "eigenvalue",
       .meaning = "place in descending order, from 0",
       .coordinate =
           [](const Parameters& p) { return count_from(0.0, static_cast<std::size_t>(eigenvalues(p))); }},
      {.name = "least",
       .meaning = "values of scaled_singular_min",
       .coordinate =
           [](const Parameters&) {
             std::vector<double> values = count_from(0.0, least_points);
             for (double& value : values) value *= least_step;
             return values;
           }},
      {.name = "grid", .meaning = "number of the grid point, from 1", .coordinate = [](const Parameters&) {
         return count_from(1.0, density_points);
       }}};
}

std::vector<study::ObservableSpec> observables() {
  return {
      {.name = "singular_values",
       .dimensions = {"skip", "index"},
       .meaning =
           "singular values of A, descending; columns switched off by an outer relu are the last, exactly 0",
       .exists = has_spectrum},
      {.name = "block_singular_values",
       .dimensions = {"index"},
       .meaning = "singular values of M_0, descending",
       .exists = has_dense_spectrum},
      {.name = "skip_singular_values",
       .dimensions = {"skip", "index"},
       .meaning = "singular values of M_0 + skip I, descending",
       .exists = has_dense_spectrum},
      {.name = "singular_max",
       .dimensions = {"skip"},
       .meaning = "greatest singular value of A",
       .has_theory = true,
       .exists = is_block},
      {.name = "singular_min",
       .dimensions = {"skip"},
       .meaning = "singular value r of A, r the number of its nonzero slopes",
       .has_theory = true,
       .exists = is_block},
      {.name = "scaled_singular_min",
       .dimensions = {"skip"},
       .meaning = "n (convolutions: channels) times singular_min",
       .summary = Summary::median,
       .has_theory = true,
       .exists = is_block},
      {.name = "condition_number",
       .dimensions = {"skip"},
       .meaning = "singular_max / singular_min; it has no mean where the least singular value reaches 0",
       .summary = Summary::median,
       .missing_as = study::MissingAs::infinity,
       .has_theory = true,
       .exists = is_block},
      {.name = "log_condition_number",
       .dimensions = {"skip"},
       .unit = "nat",
       .meaning = "ln(singular_max / singular_min)",
       .has_theory = true,
       .exists = is_block},
      {.name = "deficient",
       .dimensions = {"skip"},
       .meaning = "1 where the rank of A is below r, else 0",
       .exists = is_block},
      {.name = "effective_condition_number",
       .dimensions = {"skip"},
       .meaning = "singular_max over the least singular value above rounding",
       .summary = Summary::median,
       .exists = has_spectrum},
      {.name = "skip_derivative",
       .dimensions = {"skip", "index"},
       .meaning = "d s_i / d skip = u_i^T v_i of M_0 + skip I",
       .exists = [](const Parameters& p) { return is_dense(p) && is_perturbed(p); }},
      {.name = "erraticity",
       .dimensions = {"skip"},
       .unit = "relative",
       .meaning = "median over the greater half of |s_i' - s_i| / s_i when one inner unit is switched",
       .exists = is_perturbed},
      {.name = "condition_number_sample",
       .dimensions = {"skip", "steps", "layer"},
       .meaning = "median over the batch of s_1 / s_m of A_g, the derivative of the outputs by the layer's "
                  "preactivations; "
                  "m = min(outputs, nonzero slopes)",
       .summary = Summary::median,
       .exists = is_network},
      {.name = "condition_number_full",
       .dimensions = {"skip", "steps", "layer"},
       .meaning = "the same of the last state in place of the outputs, s_1 / s_r, r the nonzero slopes",
       .summary = Summary::median,
       .missing_as = study::MissingAs::infinity,
       .exists = is_network},
      {.name = "hessian_eigenvalues",
       .dimensions = {"skip", "steps", "layer", "eigenvalue"},
       .unit = "loss",
       .meaning = "nonzero spectrum of the Hessian of the mean squared loss of the batch by the layer's "
                  "weights, descending (hessian = matrix_free: its 10 greatest)",
       .summary = Summary::median,
       .exists = is_network},
      {.name = "hessian_condition_number",
       .dimensions = {"skip", "steps", "layer"},
       .meaning = "greatest over least of hessian_eigenvalues",
       .summary = Summary::median,
       .missing_as = study::MissingAs::infinity,
       .exists = has_dual},
      {.name = "hessian_spread",
       .dimensions = {"skip", "steps", "layer"},
       .meaning = "greatest over median of hessian_eigenvalues",
       .summary = Summary::median,
       .exists = has_dual},
      {.name = "hessian_participation",
       .dimensions = {"skip", "steps", "layer"},
       .meaning = "(sum)^2 / sum of squares of the nonzero spectrum",
       .summary = Summary::median,
       .exists = is_network},
      {.name = "quadratic_defect",
       .dimensions = {"skip", "steps"},
       .unit = "relative",
       .meaning =
           "third difference of the batch loss along a line inside one activation region, over the loss",
       .exists = is_network},
      {.name = "train_error",
       .dimensions = {"skip", "steps"},
       .unit = "label^2",
       .meaning = "(1/n_train) sum |y_hat - y|^2",
       .summary = Summary::median,
       .exists = is_network},
      {.name = "violations",
       .dimensions = {"inequality"},
       .meaning = "how often an inequality of the paper fails by more than its tolerance (1e-10 of the "
                  "greatest singular "
                  "value)"},
  };
}

std::vector<study::TheoryOutputSpec> theory_outputs() {
  return {
      {.name = "critical_skip",
       .meaning = "spectral radius of M_0: the skip from which s_min stays away from 0",
       .exists = is_block},
      {.name = "hard_edge_slope",
       .dimensions = {"skip"},
       .meaning = "theta: P(n s_min theta > x) = exp(-x^2/2 - x)",
       .exists = is_block},
      {.name = "density_grid",
       .dimensions = {"skip", "grid"},
       .meaning = "where density stands: (k - 1/2) 1.05 s_max / 400",
       .exists = is_block},
      {.name = "density",
       .dimensions = {"skip", "grid"},
       .meaning = "density of the singular values of M_0 + skip I, without atoms",
       .exists = is_block},
      {.name = "hard_edge_density",
       .dimensions = {"skip", "least"},
       .meaning = "density of n s_min at the hard edge",
       .exists = is_dense},
  };
}

} // namespace pastur::studies::skip_connections
