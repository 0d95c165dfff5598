// SPDX-License-Identifier: BSD-3-Clause
// What the deterministic equivalent and the bounds say at a point, and why a prediction is missing.
#include "benign_overfitting_ratios.hpp"

#include <pastur/studies/benign_overfitting.hpp>

#include <cmath>

namespace pastur::studies {

namespace {

using benign_overfitting::Bounds;
using study::Parameters;
using study::Recorder;

constexpr const char* below_edge = "ridge at or below the predicted edge of the spectrum";
constexpr const char* no_limit = "infinite: p = n at ridge 0";

void record_risk(Recorder& record, std::size_t i, double ridge, const theory::EquivalentRisk& risk,
                 const Bounds& bounds) {
  if (std::isfinite(risk.kappa)) {
    record.set_at("effective_ridge", i, risk.kappa);
  } else {
    record.missing_at("effective_ridge", i, below_edge);
  }
  if (!std::isfinite(risk.test_error)) {
    const char* reason = ridge == 0.0 ? no_limit : below_edge;
    for (const char* name : {"bias", "variance", "test_error", "train_error"})
      record.missing_at(name, i, reason);
    benign_overfitting::no_ratios(record, i, reason);
    return;
  }
  record.set_at("bias", i, risk.bias);
  record.set_at("variance", i, risk.variance);
  record.set_at("test_error", i, risk.test_error);
  record.set_at("train_error", i, risk.train_error);
  benign_overfitting::record_ratios(record, i, risk.bias, risk.variance, bounds);
}

void record_bounds(Recorder& record, std::size_t i, const Bounds& bounds) {
  const auto put = [&](const char* name, double value) {
    if (std::isnan(value)) {
      record.missing_at(name, i, benign_overfitting::no_critical_index);
    } else {
      record.set_at(name, i, value);
    }
  };
  put("critical_index", bounds.critical_index);
  put("critical_ratio", bounds.critical_ratio);
  put("bias_upper", bounds.bias_upper);
  put("bias_lower", bounds.bias_lower);
  put("variance_upper", bounds.variance_upper);
  put("variance_lower", bounds.variance_lower);
}

} // namespace

void BenignOverfitting::theory(const Parameters& point, Recorder& record) const {
  const std::shared_ptr<const Plan> shared = plan(point);
  const std::int64_t n = point.integer("n");
  const theory::DeterministicEquivalent equivalent(shared->population.model(n, point.real("noise_variance")));
  const std::vector<double>& ridges = point.reals("ridge");
  const std::vector<theory::EquivalentRisk> risks = equivalent.risks(ridges);
  for (std::size_t i = 0; i < ridges.size(); ++i) {
    record_risk(record, i, ridges[i], risks[i], shared->bounds[i]);
    record_bounds(record, i, shared->bounds[i]);
  }
  record.set("lambda_min", equivalent.lambda_min());
  if (record.wants("optimal_ridge")) {
    record.set("optimal_ridge", shared->optimum.ridge);
    record.set("optimal_test_error", shared->optimum.test_error);
  }

  const std::vector<double> places = benign_overfitting::rank_places(point.integer("p"));
  const benign_overfitting::EffectiveRanks ranks =
      benign_overfitting::effective_ranks(shared->population, places);
  record.set("effective_rank", ranks.effective);
  record.set("participation_rank", ranks.participation);
  record.set("rank_threshold",
             std::vector<double>(places.size(), point.real("rank_constant") * static_cast<double>(n)));
}

} // namespace pastur::studies
