// SPDX-License-Identifier: BSD-3-Clause
// One realisation: inputs, labels and weights from the draw's streams, kernels block-cyclic over the team,
// errors on the test points.
#include "nt_interpolation_density.hpp"
#include "nt_interpolation_matrix_free.hpp"

#include <pastur/learning/inner_product_kernel.hpp>
#include <pastur/learning/nt_features.hpp>
#include <pastur/learning/targets.hpp>
#include <pastur/linalg/factorisation.hpp>
#include <pastur/linalg/ridge_path.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/studies/nt_interpolation.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

namespace pastur::studies {

namespace {

using learning::Inputs;
using learning::Labels;
using learning::NeuralTangentFeatures;
using linalg::BlockCyclicMatrix;
using linalg::ProcessGrid;
using linalg::RidgePath;
using nt_interpolation::mean_squared_difference;
using nt_interpolation::ridge_too_low;
using parallel::Communicator;
using study::Parameters;
using study::Recorder;

/// Eigenvalues at or below this share of the greatest count as 0.
constexpr double rank_cut = 1e-11;

learning::Target target_of(const Parameters& p) {
  if (p.is("target", "linear")) return learning::Target::linear;
  if (p.is("target", "lin_quad")) return learning::Target::lin_quad;
  if (p.is("target", "random_labels")) return learning::Target::random_labels;
  return learning::Target::data_labels;
}

/// Coefficients with zeros where there are none, so that products with them stay finite.
std::vector<double> finite_columns(const RidgePath& path, std::int64_t n) {
  std::vector<double> alphas = path.coefficients;
  for (std::size_t i = 0; i < path.admissible.size(); ++i) {
    if (path.admissible[i]) continue;
    const auto first = alphas.begin() + static_cast<std::ptrdiff_t>(i) * n;
    std::fill(first, first + n, 0.0);
  }
  return alphas;
}

/// No bound below the number of samples is known for a kernel matrix's rank.
constexpr std::int64_t full_rank = std::numeric_limits<std::int64_t>::max();

/// A kernel ridge regression at every ridge: its path, and its predictions on the test points.
struct Regression {
  RidgePath path;
  std::vector<double> predictions; ///< n_test x ridges, column-major
  std::span<const double> prediction(std::size_t ridge, std::size_t n_test) const {
    return std::span<const double>(predictions).subspan(ridge * n_test, n_test);
  }
};

using Predict = std::function<std::vector<double>(std::span<const double> alphas, std::int64_t columns)>;

linalg::RidgeRoute route_of(const Parameters& p) {
  if (p.is("ridge_route", "band")) return linalg::RidgeRoute::band;
  if (p.is("ridge_route", "tridiagonal")) return linalg::RidgeRoute::tridiagonal;
  if (p.is("ridge_route", "cholesky")) return linalg::RidgeRoute::cholesky;
  return linalg::RidgeRoute::automatic;
}

Regression regress(BlockCyclicMatrix&& kernel, std::span<const double> y, std::span<const double> ridges,
                   const Predict& predict, const linalg::RidgePathOptions& how, Recorder& record) {
  Regression result;
  result.path = linalg::ridge_path(std::move(kernel), y, ridges, how);
  record.used({.step = "ridge path",
               .how = result.path.route,
               .expected_product_flops = result.path.expected_product_flops,
               .seconds = result.path.seconds});
  result.predictions = predict(finite_columns(result.path, static_cast<std::int64_t>(y.size())),
                               static_cast<std::int64_t>(ridges.size()));
  return result;
}

void record_test_error(const char* name, const Regression& regression, const Labels& labels,
                       Recorder& record) {
  for (std::size_t i = 0; i < regression.path.admissible.size(); ++i) {
    if (regression.path.admissible[i]) {
      record.set_at(name, i,
                    mean_squared_difference(regression.prediction(i, labels.test.size()), labels.test));
    } else {
      record.missing_at(name, i, ridge_too_low);
    }
  }
}

void record_train_error(const Regression& regression, const Labels& labels, Recorder& record) {
  const double n = static_cast<double>(labels.train.size());
  for (std::size_t i = 0; i < regression.path.admissible.size(); ++i) {
    if (regression.path.admissible[i]) {
      record.set_at("train_error", i, regression.path.residual_norms[i] / n);
    } else {
      record.missing_at("train_error", i, ridge_too_low);
    }
  }
}

void record_distance(const char* name, const Regression& a, const Regression& b, std::size_t n_test,
                     Recorder& record) {
  for (std::size_t i = 0; i < a.path.admissible.size(); ++i) {
    if (a.path.admissible[i] && b.path.admissible[i]) {
      record.set_at(name, i, mean_squared_difference(a.prediction(i, n_test), b.prediction(i, n_test)));
    } else {
      record.missing_at(name, i, ridge_too_low);
    }
  }
}

NeuralTangentFeatures features_of(const Parameters& p, const Inputs& inputs, const random::Streams& streams) {
  const learning::WeightLaw law =
      p.is("weights", "gauss") ? learning::WeightLaw::gauss : learning::WeightLaw::sphere;
  return NeuralTangentFeatures(inputs, nt_interpolation::activation(p), law, p.integer("N"), streams);
}

/// Spectrum, ridge path and pseudo-inverse fit of one kernel matrix.
void fit(BlockCyclicMatrix&& kernel, const Predict& predict, const Parameters& p, const Labels& labels,
         Recorder& record, std::int64_t rank_bound = full_rank) {
  const Regression regression = regress(
      std::move(kernel), labels.train, p.reals("ridge"), predict,
      {.route = route_of(p), .spectrum = true, .rank_cut = rank_cut, .rank_bound = rank_bound}, record);
  const double n = static_cast<double>(labels.train.size());
  record.set("lambda_min", regression.path.eigenvalues.front());
  record.set("eigenvalues", regression.path.eigenvalues);
  if (nt_interpolation::wants_density(p))
    nt_interpolation::record_density(p, regression.path.eigenvalues, record);
  record.set("interpolation_error", regression.path.outside_range / n);
  record.set("parameter_norm_squared", regression.path.pseudo_inverse_norm / n);
  record_train_error(regression, labels, record);
  record_test_error("test_error", regression, labels, record);
}

/// Extremes of K^{-1/2} K_N K^{-1/2}: the pencil reduced by K's Cholesky factor, values only.
void record_relative_extremes(BlockCyclicMatrix&& network, BlockCyclicMatrix&& infinite, bool singular,
                              Recorder& record) {
  if (singular || !linalg::cholesky(infinite)) {
    for (const char* name : {"relative_min", "relative_max"}) {
      record.missing(name, "the infinite-width kernel matrix is numerically singular");
    }
    return;
  }
  linalg::reduce_generalised(network, infinite);
  const std::vector<double> relative = linalg::eigenvalues(std::move(network));
  record.set("relative_min", relative.front() > rank_cut * relative.back() ? relative.front() : 0.0);
  record.set("relative_max", relative.back());
}

/// NT, infinite-width and polynomial regression on the same inputs and labels. Three n x n matrices live at
/// once: the infinite-width one is assembled again rather than kept.
void compare(const NeuralTangentFeatures& features, const Parameters& p, const Labels& labels,
             const Communicator& team, Recorder& record) {
  const Inputs& inputs = features.inputs();
  const std::shared_ptr<const ProcessGrid> grid = ProcessGrid::create(team);
  const theory::NeuralTangentKernel law(nt_interpolation::activation(p));
  const learning::KernelOfCosine infinite = learning::infinite_width(law);
  const std::vector<double>& ridges = p.reals("ridge");
  const std::size_t n_test = labels.test.size();
  const linalg::RidgePathOptions with_spectrum{
      .route = route_of(p), .spectrum = true, .rank_cut = rank_cut, .rank_bound = full_rank};
  linalg::RidgePathOptions without_spectrum = with_spectrum;
  without_spectrum.spectrum = false;
  const auto predict_with = [&](const learning::KernelOfCosine& kernel) {
    return [&](std::span<const double> alphas, std::int64_t columns) {
      return learning::predict_kernel(inputs, kernel, alphas, columns, team);
    };
  };

  const Regression krr = regress(learning::assemble_kernel(inputs, infinite, grid), labels.train, ridges,
                                 predict_with(infinite), with_spectrum, record);
  record_test_error("test_error_krr", krr, labels, record);

  BlockCyclicMatrix network = features.assemble(grid);
  const bool singular = krr.path.rank < static_cast<std::int64_t>(labels.train.size());
  record_relative_extremes(network.copy(), learning::assemble_kernel(inputs, infinite, grid), singular,
                           record);
  const Regression nt = regress(
      std::move(network), labels.train, ridges,
      [&](std::span<const double> alphas, std::int64_t columns) {
        return features.predict(alphas, columns, team);
      },
      without_spectrum, record);
  record_train_error(nt, labels, record);
  record_test_error("test_error", nt, labels, record);
  record_distance("distance_nt_krr", nt, krr, n_test, record);

  const std::int64_t degree = p.integer("polynomial_degree");
  const double tail = law.tail(static_cast<int>(inputs.d()), static_cast<int>(degree));
  std::vector<double> lifted(ridges);
  for (double& ridge : lifted) ridge += tail;
  const learning::KernelOfCosine polynomial = learning::truncated(law, inputs.d(), degree);
  const Regression prr = regress(learning::assemble_kernel(inputs, polynomial, grid), labels.train, lifted,
                                 predict_with(polynomial), without_spectrum, record);
  record_test_error("test_error_prr", prr, labels, record);
  record_distance("distance_krr_prr", krr, prr, n_test, record);
}

} // namespace

void NtInterpolation::draw(const Parameters& point, const Communicator& team, const random::Streams& streams,
                           Recorder& record) const {
  const std::int64_t n = point.integer("n");
  const std::int64_t n_test = point.integer("n_test");
  const std::int64_t d = point.integer("d");
  const Inputs inputs =
      point.is("data", "sphere") ? Inputs::sphere(streams, n, n_test, d)
      : point.is("data", "gauss")
          ? Inputs::gauss(streams, n, n_test, d)
          : Inputs::rows_of(data_set(point), streams, n, n_test,
                            point.is("data", "file") ? learning::HeldOut::last_rows
                                                     : learning::HeldOut::next_of_permutation);
  const learning::Target target = target_of(point);
  const bool noisy = target == learning::Target::linear || target == learning::Target::lin_quad;
  const Labels labels =
      learning::draw_labels(inputs, target, noisy ? point.real("noise_variance") : 0.0, streams);

  if (point.is("mode", "equivalence")) {
    compare(features_of(point, inputs, streams), point, labels, team, record);
    return;
  }
  if (point.is("kernel", "infinite")) {
    const theory::NeuralTangentKernel law(nt_interpolation::activation(point));
    const learning::KernelOfCosine kernel = learning::infinite_width(law);
    fit(
        learning::assemble_kernel(inputs, kernel, ProcessGrid::create(team)),
        [&](std::span<const double> alphas, std::int64_t columns) {
          return learning::predict_kernel(inputs, kernel, alphas, columns, team);
        },
        point, labels, record);
    return;
  }
  const NeuralTangentFeatures features = features_of(point, inputs, streams);
  if (point.is("solver", "matrix_free")) {
    nt_interpolation::fit_matrix_free(features, point, labels, team, record);
    if (nt_interpolation::wants_density(point))
      nt_interpolation::record_probed_density(point, features, team, streams, record);
    return;
  }
  fit(
      features.assemble(ProcessGrid::create(team)),
      [&](std::span<const double> alphas, std::int64_t columns) {
        return features.predict(alphas, columns, team);
      },
      point, labels, record, features.neurons() * inputs.d());
}

} // namespace pastur::studies
