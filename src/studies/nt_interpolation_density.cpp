// SPDX-License-Identifier: BSD-3-Clause
#include "nt_interpolation_density.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/study/declaration.hpp>
#include <pastur/theory/gram_density.hpp>

#include <fmt/format.h>

#include <cmath>

namespace pastur::studies::nt_interpolation {

namespace {

using study::Parameters;
using study::ParameterType;
using study::Role;
using study::Value;
using study::whole;

bool is_probed(const Parameters& p) {
  return wants_density(p) && p.is("kernel", "nt") && p.is("solver", "matrix_free");
}

/// density_points values from one end of density_range to the other; none when there is no range.
std::vector<double> positions(const Parameters& p) {
  const std::vector<double>& range = p.reals("density_range");
  if (range.size() != 2) return {};
  std::vector<double> values(static_cast<std::size_t>(p.integer("density_points")));
  const double intervals = static_cast<double>(values.size()) - 1.0;
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = range[0] + (range[1] - range[0]) * static_cast<double>(i) / intervals;
  return values;
}

} // namespace

bool wants_density(const Parameters& p) {
  return p.is("mode", "fit") && !p.reals("density_range").empty();
}

std::vector<study::ParameterSpec> density_parameters() {
  return {
      {.name = "density_range",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{}),
       .meaning = "ends of the grid on which spectral_density stands, [from, to]; empty: no spectral_density",
       .role = Role::method,
       .unit = "as K_N",
       .read_when = "mode = fit",
       .is_read = [](const Parameters& p) { return p.is("mode", "fit"); }},
      {.name = "density_points",
       .type = ParameterType::integer,
       .initial = whole(200),
       .meaning = "points of that grid, evenly spaced, ends included",
       .role = Role::method,
       .range = {2, 1e6},
       .read_when = "mode = fit with a density_range",
       .is_read = wants_density},
      {.name = "density_width",
       .symbol = "w",
       .type = ParameterType::real,
       .initial = Value(0.005),
       .meaning = "half width at half height of the Cauchy kernel that smooths the density",
       .role = Role::method,
       .range = {.lowest = 0.0, .lowest_allowed = false},
       .unit = "as K_N",
       .read_when = "mode = fit with a density_range",
       .is_read = wants_density},
      {.name = "density_probes",
       .type = ParameterType::integer,
       .initial = whole(10),
       .meaning = "random vectors from which a draw's density is estimated",
       .role = Role::method,
       .range = {2, 1e6},
       .read_when = "solver = matrix_free with a density_range",
       .is_read = is_probed},
      {.name = "density_steps",
       .type = ParameterType::integer,
       .initial = whole(100),
       .meaning = "Lanczos steps, so products with K_N, a probe; about 5 times the bulk's half width over "
                  "density_width leave only the probes' noise",
       .role = Role::method,
       .range = {1, 1e6},
       .read_when = "solver = matrix_free with a density_range",
       .is_read = is_probed},
  };
}

study::Dimension density_dimension() {
  return {.name = "eigenvalue", .meaning = "where spectral_density stands", .coordinate = positions};
}

std::vector<study::ObservableSpec> density_observables() {
  return {
      {.name = "spectral_density",
       .dimensions = {"eigenvalue"},
       .unit = "1/K_N",
       .meaning =
           "density of the eigenvalues smoothed by a Cauchy kernel, (1/(pi n)) Im tr (K - x - i w)^{-1}",
       .has_theory = true,
       .comparison = study::Comparison::limit,
       .exists = wants_density},
      {.name = "spectral_density_probe_error",
       .dimensions = {"eigenvalue"},
       .unit = "1/K_N",
       .meaning = "standard error of a draw's spectral_density over its probes",
       .exists = is_probed},
      {.name = "spectral_density_step_error",
       .dimensions = {"eigenvalue"},
       .unit = "1/K_N",
       .meaning = "change of a draw's spectral_density in the last fifth of its Lanczos steps",
       .exists = is_probed},
  };
}

study::Figure density_figure() {
  return {.name = "density",
          .title = "Density of the kernel matrix's eigenvalues",
          .observables = {"spectral_density"},
          .x = "eigenvalue",
          .x_label = "eigenvalue",
          .y_label = "smoothed density",
          .applies = wants_density};
}

void check_density(const Parameters& p) {
  const std::vector<double>& range = p.reals("density_range");
  if (range.empty() || (range.size() == 2 && range[0] < range[1])) return;
  throw InputError(fmt::format("density_range: given {}; allowed: [from, to] with from < to, or empty",
                               study::to_string(p.value("density_range"))));
}

void record_density(const Parameters& p, std::span<const double> eigenvalues, study::Recorder& record) {
  record.set("spectral_density",
             linalg::smoothed_density(eigenvalues, positions(p), p.real("density_width")));
}

linalg::ProbeOptions density_probes(const Parameters& p) {
  return {.probes = p.integer("density_probes"), .steps = p.integer("density_steps")};
}

void record_probed_density(const Parameters& p, const learning::NeuralTangentFeatures& features,
                           const parallel::Communicator& team, const random::Streams& streams,
                           study::Recorder& record) {
  const std::vector<linalg::Quadrature> spectra = linalg::probe_spectrum(
      features.linear_operator(team), streams.stream("density probes"), density_probes(p));
  const linalg::ProbedDensity found =
      linalg::smoothed_density(spectra, positions(p), p.real("density_width"));
  record.set("spectral_density", found.density);
  record.set("spectral_density_probe_error", found.standard_error);
  record.set("spectral_density_step_error", found.step_error);
}

void predict_density(const Parameters& p, const theory::SpectralModel& model, double implicit_ridge,
                     study::Recorder& record) {
  const std::vector<double> density =
      theory::smoothed_gram_density(model, implicit_ridge, positions(p), p.real("density_width"));
  for (std::size_t i = 0; i < density.size(); ++i) {
    if (std::isfinite(density[i])) {
      record.set_at("spectral_density", i, density[i]);
    } else {
      record.missing_at("spectral_density", i, "the limit law's fixed point did not converge here");
    }
  }
}

} // namespace pastur::studies::nt_interpolation
