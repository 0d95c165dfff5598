// SPDX-License-Identifier: BSD-3-Clause
// Which formula predicts which quantity at a point, and why a prediction is missing.
#include "nt_interpolation_density.hpp"

#include <pastur/studies/nt_interpolation.hpp>
#include <pastur/studies/nt_interpolation_theory.hpp>

#include <cmath>
#include <optional>
#include <string>

namespace pastur::studies {

namespace {

using nt_interpolation::InfiniteWidth;
using nt_interpolation::Setting;
using study::Parameters;
using study::Recorder;

Setting setting_of(const Parameters& p) {
  Setting setting{.activation = nt_interpolation::activation(p),
                  .n = p.integer("n"),
                  .d = p.integer("d"),
                  .N = p.integer("N")};
  if (p.is("target", "lin_quad")) setting.target = learning::Target::lin_quad;
  if (p.is("target", "random_labels")) setting.target = learning::Target::random_labels;
  if (p.is("target", "file")) setting.target = learning::Target::data_labels;
  const bool noisy =
      setting.target == learning::Target::linear || setting.target == learning::Target::lin_quad;
  setting.noise_variance = noisy ? p.real("noise_variance") : 0.0;
  return setting;
}

/// Why the finite-width formula does not hold, if it does not.
std::optional<std::string> finite_width_fails(const Setting& s) {
  const double d = static_cast<double>(s.d);
  if (static_cast<double>(s.n) >= d * d * d / 6.0) return "the finite-N theory needs n < d^3/6";
  if (s.d < 20) return "the finite-N theory needs d >= 20";
  return std::nullopt;
}

/// Records one error of the ridge path. A NaN is either the ridgeless peak or a ridge outside the formula's
/// range.
void put(Recorder& record, const char* name, std::size_t index, double value, double ridge) {
  if (std::isfinite(value)) {
    record.set_at(name, index, value);
  } else if (ridge == 0.0) {
    record.missing_at(name, index, "infinite: as many features as samples at ridge 0");
  } else {
    record.missing_at(name, index, "ridge at or below minus the predicted least eigenvalue");
  }
}

void predict_test_errors(const Parameters& p, const char* name, const InfiniteWidth& infinite,
                         Recorder& record) {
  const std::vector<double>& ridges = p.reals("ridge");
  const std::vector<theory::EquivalentRisk> risks =
      theory::DeterministicEquivalent(infinite.model).risks(ridges, infinite.tail);
  for (std::size_t i = 0; i < ridges.size(); ++i) put(record, name, i, risks[i].test_error, ridges[i]);
}

double infinite_lambda_min(const InfiniteWidth& infinite) {
  return infinite.tail + theory::equivalent_lambda_min(infinite.model);
}

/// train_error and test_error of a model, under any two names.
void predict_errors(const Parameters& p, const theory::DeterministicEquivalent& equivalent,
                    double implicit_ridge, const char* train, const char* test, Recorder& record) {
  const std::vector<double>& ridges = p.reals("ridge");
  const std::vector<theory::EquivalentRisk> risks = equivalent.risks(ridges, implicit_ridge);
  for (std::size_t i = 0; i < ridges.size(); ++i) {
    put(record, train, i, risks[i].train_error, ridges[i]);
    put(record, test, i, risks[i].test_error, ridges[i]);
  }
}

void record_outputs(const Parameters& p, const Setting& setting, const InfiniteWidth& infinite,
                    Recorder& record) {
  record.set("hermite_tail", nt_interpolation::hermite_tail(setting.activation, p.integer("theory_degree")));
  record.set("kernel_eigenvalues", infinite.eigenvalues);
  record.set("kernel_tail", infinite.tail);
  record.set("slope_variance", nt_interpolation::hermite_tail(setting.activation, 1)[1]);
  record.set("lambda_min_infinite", infinite_lambda_min(infinite));
  if (p.is("target", "file")) {
    for (const char* name : {"train_error_infinite", "test_error_infinite"})
      record.missing(name, "the labels of a data set have no model");
  } else {
    predict_errors(p, theory::DeterministicEquivalent(infinite.model), infinite.tail, "train_error_infinite",
                   "test_error_infinite", record);
  }
  if (p.is("mode", "fit") && p.is("kernel", "infinite")) {
    record.missing("lambda_min_crude", "kernel = infinite has no N");
  } else {
    record.set("lambda_min_crude", nt_interpolation::crude_lambda_min(setting));
  }
}

void predict_finite_width(const Parameters& p, const Setting& setting, Recorder& record) {
  const bool fits = p.is("mode", "fit");
  if (const std::optional<std::string> reason = finite_width_fails(setting)) {
    for (const char* name : {"train_error", "test_error", "lambda_min", "spectral_density"}) {
      if (record.wants(name)) record.missing(name, *reason);
    }
    if (!fits) return;
    if (setting.target == learning::Target::random_labels) { // counts features only
      record.set("interpolation_error", nt_interpolation::interpolation_error(setting, {}));
    } else {
      record.missing("interpolation_error", *reason);
    }
    return;
  }
  const theory::SpectralModel finite = nt_interpolation::finite_width(
      setting, nt_interpolation::squared_singular_values(setting.N, setting.d));
  const theory::DeterministicEquivalent equivalent(finite);
  predict_errors(p, equivalent, 0.0, "train_error", "test_error", record);
  if (!fits) return;
  record.set("lambda_min", equivalent.lambda_min());
  record.set("interpolation_error", nt_interpolation::interpolation_error(setting, finite));
  if (nt_interpolation::wants_density(p)) nt_interpolation::predict_density(p, finite, 0.0, record);
}

} // namespace

void NtInterpolation::theory(const Parameters& point, Recorder& record) const {
  const Setting setting = setting_of(point);
  const InfiniteWidth infinite = nt_interpolation::infinite_width(setting, point.integer("theory_degree"));
  record_outputs(point, setting, infinite, record);

  if (!point.is("data", "sphere")) {
    for (const study::ObservableSpec& observable : info_.observables) {
      if (observable.has_theory && record.wants(observable.name)) {
        record.missing(observable.name, "the predictions are for inputs uniform on the sphere");
      }
    }
    return;
  }
  if (point.is("mode", "fit") && point.is("kernel", "infinite")) {
    record.set("lambda_min", infinite_lambda_min(infinite));
    predict_errors(point, theory::DeterministicEquivalent(infinite.model), infinite.tail, "train_error",
                   "test_error", record);
    record.set("interpolation_error", 0.0);
    if (nt_interpolation::wants_density(point))
      nt_interpolation::predict_density(point, infinite.model, infinite.tail, record);
    return;
  }
  predict_finite_width(point, setting, record);
  if (point.is("mode", "equivalence")) {
    const nt_interpolation::RelativeEdges edges = nt_interpolation::relative_edges(setting);
    record.set("relative_min", edges.lowest);
    record.set("relative_max", edges.greatest);
    predict_test_errors(point, "test_error_krr", infinite, record);
    predict_test_errors(point, "test_error_prr",
                        nt_interpolation::infinite_width(setting, point.integer("polynomial_degree")),
                        record);
  }
}

} // namespace pastur::studies
