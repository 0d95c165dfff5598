// SPDX-License-Identifier: BSD-3-Clause
// One realisation: X and the noise from the draw's streams, the exact conditional risk along the ridge path.
#include "benign_overfitting_ratios.hpp"
#include "benign_overfitting_risk.hpp"

#include <pastur/random/fill.hpp>
#include <pastur/studies/benign_overfitting.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::studies {

namespace {

using benign_overfitting::ConditionalRisk;
using benign_overfitting::RidgeErrors;
using benign_overfitting::Sample;
using study::Parameters;
using study::Recorder;

constexpr const char* ridge_too_low = "ridge at or below minus the least eigenvalue of X X^T";

std::vector<double> draw_noise(std::int64_t n, double variance, const random::Stream& stream) {
  std::vector<double> noise(static_cast<std::size_t>(n), 0.0);
  if (variance == 0.0) return noise;
  random::fill_normal(stream, {.row = 0, .rows = n, .column = 0, .columns = 1}, noise.data(), n);
  const double deviation = std::sqrt(variance);
  for (double& value : noise) value *= deviation;
  return noise;
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
  const ConditionalRisk risk(sample, noise_variance, noise, team);

  record.set("lambda_min", risk.lambda_min());
  record.set("lambda_max", risk.lambda_max());
  const std::vector<double>& ridges = point.reals("ridge");
  const RidgeErrors errors = risk.errors(ridges);
  const auto put = [&](const char* name, const std::vector<double>& values) {
    for (std::size_t i = 0; i < ridges.size(); ++i) {
      if (risk.admissible(ridges[i])) {
        record.set_at(name, i, values[i]);
      } else {
        record.missing_at(name, i, ridge_too_low);
      }
    }
  };
  put("bias", errors.bias);
  put("variance", errors.variance);
  put("test_error", errors.test_error);
  put("train_error", errors.train_error);
  for (std::size_t i = 0; i < ridges.size(); ++i) {
    if (risk.admissible(ridges[i])) {
      benign_overfitting::record_ratios(record, i, errors.bias[i], errors.variance[i], shared->bounds[i]);
    } else {
      benign_overfitting::no_ratios(record, i, ridge_too_low);
    }
  }
  const benign_overfitting::SampleOptimum optimum = risk.optimum(shared->optimum.ridge);
  record.set("optimal_ridge", optimum.ridge);
  record.set("optimal_test_error", optimum.test_error);
}

} // namespace pastur::studies
