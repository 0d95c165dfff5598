// SPDX-License-Identifier: BSD-3-Clause
// The paper's pictures. Sizes live in jobs/nt_interpolation; a figure only says what is drawn against what.
#include <pastur/studies/nt_interpolation.hpp>

namespace pastur::studies::nt_interpolation {

namespace {

using study::Figure;
using study::Parameters;

double parameter_count(const Parameters& p) {
  return static_cast<double>(p.integer("N")) * static_cast<double>(p.integer("d"));
}
double overparameterisation(const Parameters& p) {
  return parameter_count(p) / static_cast<double>(p.integer("n"));
}
bool fits_network(const Parameters& p) {
  return p.is("mode", "fit") && p.is("kernel", "nt");
}
bool is_real(const Parameters& p) {
  return p.is("data", "fashion_mnist") || p.is("data", "file");
}

} // namespace

std::vector<Figure> figures() {
  return {
      {.name = "memorisation",
       .title = "Train error of the minimum-norm fit of random labels",
       .kind = Figure::Kind::heat_map,
       .observables = {"interpolation_error"},
       .x = "N",
       .y = "n",
       .x_label = "N d",
       .y_label = "n",
       .log_x = true,
       .log_y = true,
       .applies = [](const Parameters& p) { return fits_network(p) && p.is("target", "random_labels"); },
       .scaled_x = parameter_count},
      {.name = "least_eigenvalue",
       .title = "Least eigenvalue of the neural-tangent kernel",
       .observables = {"lambda_min", "slope_variance", "lambda_min_infinite", "lambda_min_crude"},
       .x = "N",
       .x_label = "N d / n",
       .y_label = "least eigenvalue",
       .log_x = true,
       .applies = [](const Parameters& p) { return fits_network(p) && !is_real(p); },
       .scaled_x = overparameterisation},
      {.name = "errors",
       .title = "Test and train error through the interpolation peak",
       .observables = {"test_error", "train_error", "test_error_infinite"},
       .x = "N",
       .x_label = "N d / n",
       .y_label = "error",
       .log_x = true,
       .log_y = true,
       .applies =
           [](const Parameters& p) {
             return fits_network(p) && !is_real(p) && !p.is("target", "random_labels");
           },
       .scaled_x = overparameterisation},
      {.name = "equivalence",
       .title = "Neural-tangent, infinite-width and polynomial ridge regression",
       .observables = {"test_error", "test_error_krr", "test_error_prr"},
       .x = "ridge",
       .x_label = "ridge",
       .y_label = "test error",
       .log_x = true,
       .log_y = true,
       .applies = [](const Parameters& p) { return p.is("mode", "equivalence"); }},
      {.name = "distances",
       .title = "Distance of the predictors",
       .observables = {"distance_nt_krr", "distance_krr_prr"},
       .x = "ridge",
       .x_label = "ridge",
       .y_label = "mean squared difference",
       .log_x = true,
       .log_y = true,
       .applies = [](const Parameters& p) { return p.is("mode", "equivalence"); }},
      {.name = "spectrum",
       .title = "Spectrum of the kernel matrix",
       .kind = Figure::Kind::histogram,
       .observables = {"eigenvalues"},
       .x = "",
       .x_label = "eigenvalue",
       .y_label = "density",
       .log_x = true,
       .applies = [](const Parameters& p) { return p.is("mode", "fit") && p.is("solver", "dense"); }},
      {.name = "real_data",
       .title = "Least eigenvalue on a data set, with the sphere's predictions",
       .observables = {"lambda_min", "lambda_min_infinite", "lambda_min_crude"},
       .x = "N",
       .x_label = "N d / n",
       .y_label = "least eigenvalue",
       .log_x = true,
       .applies = [](const Parameters& p) { return fits_network(p) && is_real(p); },
       .scaled_x = overparameterisation},
      {.name = "real_data_errors",
       .title = "Test and train error on a data set",
       .observables = {"test_error", "train_error"},
       .x = "N",
       .x_label = "N d / n",
       .y_label = "error",
       .log_x = true,
       .log_y = true,
       .applies = [](const Parameters& p) { return fits_network(p) && is_real(p); },
       .scaled_x = overparameterisation},
  };
}

} // namespace pastur::studies::nt_interpolation
