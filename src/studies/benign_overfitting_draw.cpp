// SPDX-License-Identifier: BSD-3-Clause
// One realisation: X and the noise from the draw's streams, the exact conditional risk along the ridge path.
#include "benign_overfitting_krylov.hpp"
#include "benign_overfitting_ratios.hpp"
#include "benign_overfitting_risk.hpp"

#include <pastur/random/fill.hpp>
#include <pastur/studies/benign_overfitting.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::studies {

namespace {

using benign_overfitting::ConditionalRisk;
using benign_overfitting::KrylovRisk;
using benign_overfitting::RidgeErrors;
using benign_overfitting::Sample;
using study::Parameters;
using study::Recorder;

constexpr const char* ridge_too_low = "ridge at or below minus the least eigenvalue of X X^T";
constexpr const char* singular =
    "X X^T is singular to rounding: the pseudo-inverse fit of ridge 0 needs solver = dense";

std::vector<double> draw_noise(std::int64_t n, double variance, const random::Stream& stream) {
  std::vector<double> noise(static_cast<std::size_t>(n), 0.0);
  if (variance == 0.0) return noise;
  random::fill_normal(stream, {.row = 0, .rows = n, .column = 0, .columns = 1}, noise.data(), n);
  const double deviation = std::sqrt(variance);
  for (double& value : noise) value *= deviation;
  return noise;
}

/// `refusal(ridge)`: why a ridge has no estimator; nullptr where it has one.
template <class Refusal>
void record_path(Recorder& record, const std::vector<double>& ridges, const RidgeErrors& errors,
                 const std::vector<benign_overfitting::Bounds>& bounds, Refusal refusal) {
  for (std::size_t i = 0; i < ridges.size(); ++i) {
    if (const char* reason = refusal(ridges[i])) {
      for (const char* name : {"bias", "variance", "test_error", "train_error"})
        record.missing_at(name, i, reason);
      benign_overfitting::no_ratios(record, i, reason);
      continue;
    }
    record.set_at("bias", i, errors.bias[i]);
    record.set_at("variance", i, errors.variance[i]);
    record.set_at("test_error", i, errors.test_error[i]);
    record.set_at("train_error", i, errors.train_error[i]);
    benign_overfitting::record_ratios(record, i, errors.bias[i], errors.variance[i], bounds[i]);
  }
}

} // namespace

void BenignOverfitting::draw(const Parameters& point, const parallel::Communicator& team,
                             const random::Streams& streams, Recorder& record) const {
  const std::shared_ptr<const Plan> shared = plan(point);
  const std::int64_t n = point.integer("n");
  const double noise_variance = point.real("noise_variance");
  const Sample sample(shared->population, n,
                      point.is("data", "gauss") ? Sample::Law::gauss : Sample::Law::rademacher,
                      streams.stream("X"));
  const std::vector<double> noise = draw_noise(n, noise_variance, streams.stream("noise"));
  const std::vector<double>& ridges = point.reals("ridge");

  if (point.is("solver", "krylov")) {
    const KrylovRisk risk(sample, noise_variance, noise, team);
    record.set("lambda_min", risk.lambda_min());
    record.set("lambda_max", risk.lambda_max());
    const benign_overfitting::KrylovErrors errors =
        risk.errors(ridges, point.integer("probes"), streams.stream("probes"), streams.stream("Nystrom"));
    record.used(errors.solves);
    const auto refusal = [&](double ridge) {
      return risk.admissible(ridge) ? nullptr : ridge == 0.0 ? singular : ridge_too_low;
    };
    record_path(record, ridges, errors.path, shared->bounds, refusal);
    for (std::size_t i = 0; i < ridges.size(); ++i) {
      if (const char* reason = refusal(ridges[i])) {
        record.missing_at("variance_error", i, reason);
      } else {
        record.set_at("variance_error", i, errors.variance_error[i]);
      }
    }
    return;
  }

  const ConditionalRisk risk(sample, noise_variance, noise, team);
  record.used(risk.decomposition());
  record.set("lambda_min", risk.lambda_min());
  record.set("lambda_max", risk.lambda_max());
  record_path(record, ridges, risk.errors(ridges), shared->bounds,
              [&](double ridge) { return risk.admissible(ridge) ? nullptr : ridge_too_low; });
  const benign_overfitting::SampleOptimum optimum = risk.optimum(shared->optimum.ridge);
  record.set("optimal_ridge", optimum.ridge);
  record.set("optimal_test_error", optimum.test_error);
}

} // namespace pastur::studies
