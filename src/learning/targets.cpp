// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"

#include <pastur/learning/targets.hpp>
#include <pastur/random/fill.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace pastur::learning {

namespace {

/// u = X beta of the n + n_test inputs. In panels of one size, so that every rank rounds alike.
std::vector<double> projections(const Inputs& inputs, const random::Stream& stream) {
  constexpr std::int64_t panel_rows = 512;
  const std::int64_t total = inputs.n() + inputs.n_test();
  std::vector<double> beta(static_cast<std::size_t>(inputs.d()));
  random::fill_sphere_rows(stream, 0, 1, inputs.d(), 1.0, beta.data(), 1);
  std::vector<double> u(static_cast<std::size_t>(total));
  Panel panel(panel_rows, inputs.d());
  for (std::int64_t i = 0; i < total; i += panel_rows) {
    const std::int64_t count = std::min(panel_rows, total - i);
    inputs.rows(i, count, panel.data(), panel.ld());
    cblas_dgemv(CblasColMajor, CblasNoTrans, blas_int(count), blas_int(inputs.d()), 1.0, panel.data(),
                blas_int(panel.ld()), beta.data(), 1, 0.0, u.data() + i, 1);
  }
  return u;
}

Labels labels_of_data(const Inputs& inputs) {
  const DataSet* data = inputs.data_set();
  if (data == nullptr) throw InputError("labels of the data set are asked for, but the inputs are random");
  if (!data->has_labels()) throw InputError("`" + data->source + "`: it has no labels");
  Labels labels;
  for (std::size_t i = 0; i < inputs.selected().size(); ++i) {
    const auto row = static_cast<std::size_t>(inputs.selected()[i]);
    if (row >= data->labels.size())
      throw InputError("`" + data->source +
                       "`: its held-out rows have no labels (`X_test` without `y_test`)");
    (i < static_cast<std::size_t>(inputs.n()) ? labels.train : labels.test).push_back(data->labels[row]);
  }
  return labels;
}

} // namespace

Labels draw_labels(const Inputs& inputs, Target target, double noise_variance,
                   const random::Streams& streams) {
  if (!(noise_variance >= 0.0))
    throw std::invalid_argument("noise_variance must be >= 0, not " + std::to_string(noise_variance));
  if (target == Target::data_labels) return labels_of_data(inputs);
  const auto n = static_cast<std::size_t>(inputs.n());
  Labels labels{std::vector<double>(n), std::vector<double>(static_cast<std::size_t>(inputs.n_test()), 0.0)};
  if (n > 0 && target == Target::random_labels) {
    random::fill_signs(streams.stream("labels"), {.row = 0, .rows = inputs.n(), .column = 0, .columns = 1},
                       labels.train.data(), inputs.n());
  }
  if (target == Target::random_labels) return labels;

  std::vector<double> values = projections(inputs, streams.stream("beta"));
  if (target == Target::lin_quad) {
    const auto d = static_cast<double>(inputs.d());
    const double half = std::sqrt(0.5);
    const double deviation = std::sqrt(2.0 * (d - 1.0) / (d + 2.0)); // of u^2 on the sphere
    for (double& u : values) u = half * u + half * (u * u - 1.0) / deviation;
  }
  std::copy(values.begin() + inputs.n(), values.end(), labels.test.begin());
  if (n > 0 && noise_variance > 0.0) {
    random::fill_normal(streams.stream("noise"), {.row = 0, .rows = inputs.n(), .column = 0, .columns = 1},
                        labels.train.data(), inputs.n());
  }
  const double deviation = std::sqrt(noise_variance);
  for (std::size_t i = 0; i < n; ++i) labels.train[i] = values[i] + deviation * labels.train[i];
  return labels;
}

} // namespace pastur::learning
