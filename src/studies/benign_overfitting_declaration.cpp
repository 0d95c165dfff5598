// SPDX-License-Identifier: BSD-3-Clause
// What the study declares: parameters, observables, theory-only outputs.
#include <pastur/studies/benign_overfitting.hpp>
#include <pastur/study/declaration.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::studies {

namespace benign_overfitting {

namespace {

using study::largest_size;
using study::ObservableSpec;
using study::Parameters;
using study::ParameterSpec;
using study::ParameterType;
using study::Role;
using study::TheoryOutputSpec;
using study::Value;
using study::when;
using study::whole;
using study::word;

/// Columns of a random matrix are counted in 32 bits.
constexpr double largest_dimension = 4294967296.0;
/// All k up to here are dimensions of the effective ranks.
constexpr std::int64_t all_places = 10000;

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "n",
       .symbol = "n",
       .type = ParameterType::integer,
       .initial = whole(200),
       .meaning = "samples",
       .range = {2, largest_size}},
      {.name = "p",
       .symbol = "p",
       .type = ParameterType::integer,
       .initial = whole(2000),
       .meaning = "dimension",
       .range = {1, largest_dimension}},
      {.name = "spectrum",
       .symbol = "s",
       .type = ParameterType::choice,
       .initial = word("spiked"),
       .meaning = "eigenvalues s_k of the covariance, k = 1..p: 1; spectrum_spike_height for the first "
                  "spectrum_spikes, else spectrum_tail; k^-a; k^-a ln^-b((k+1)e/2); exp(-k/tau) + floor; a "
                  "file's",
       .choices = {"isotropic", "spiked", "power", "powerlog", "exponential", "file"}},
      {.name = "spectrum_spikes",
       .symbol = "",
       .type = ParameterType::integer,
       .initial = whole(10),
       .meaning = "number of spikes",
       .range = {0, largest_dimension},
       .read_when = "spectrum = spiked",
       .is_read = when("spectrum", "spiked")},
      {.name = "spectrum_spike_height",
       .symbol = "",
       .type = ParameterType::real,
       .initial = Value(10.0),
       .meaning = "variance of the spikes",
       .range = {.lowest = 0.0, .lowest_allowed = false},
       .read_when = "spectrum = spiked",
       .is_read = when("spectrum", "spiked")},
      {.name = "spectrum_tail",
       .symbol = "",
       .type = ParameterType::real,
       .initial = Value(0.2),
       .meaning = "variance of the other directions",
       .range = {.lowest = 0.0, .lowest_allowed = false},
       .read_when = "spectrum = spiked",
       .is_read = when("spectrum", "spiked")},
      {.name = "spectrum_exponent",
       .symbol = "a",
       .type = ParameterType::real,
       .initial = Value(1.0),
       .meaning = "power of the decay",
       .range = {.lowest = 0.0, .lowest_allowed = false},
       .read_when = "spectrum = power or powerlog",
       .is_read = when("spectrum", "power", "powerlog")},
      {.name = "spectrum_log_exponent",
       .symbol = "b",
       .type = ParameterType::real,
       .initial = Value(2.0),
       .meaning = "power of the logarithm",
       .range = {.lowest = 0.0},
       .read_when = "spectrum = powerlog",
       .is_read = when("spectrum", "powerlog")},
      {.name = "spectrum_length",
       .symbol = "tau",
       .type = ParameterType::real,
       .initial = Value(5.0),
       .meaning = "decay length",
       .range = {.lowest = 0.0, .lowest_allowed = false},
       .read_when = "spectrum = exponential",
       .is_read = when("spectrum", "exponential")},
      {.name = "spectrum_floor",
       .symbol = "floor",
       .type = ParameterType::real,
       .initial = Value(1e-3),
       .meaning = "variance under the exponential",
       .range = {.lowest = 0.0, .lowest_allowed = false},
       .read_when = "spectrum = exponential",
       .is_read = when("spectrum", "exponential")},
      {.name = "spectrum_file",
       .symbol = "",
       .type = ParameterType::text,
       .initial = word(""),
       .meaning = "HDF5 file with a vector `spectrum` of p positive numbers, sorted on reading",
       .read_when = "spectrum = file",
       .is_read = when("spectrum", "file")},
      {.name = "target",
       .symbol = "theta*",
       .type = ParameterType::choice,
       .initial = word("top"),
       .meaning = "theta_k: 1 for the first target_count; 1 for all; k^-r; 1 for the last target_count; a "
                  "file's. Then scaled to theta' Sigma theta = 1",
       .choices = {"top", "uniform", "source", "tail", "file"}},
      {.name = "target_count",
       .symbol = "",
       .type = ParameterType::integer,
       .initial = whole(10),
       .meaning = "coordinates of the target",
       .range = {1, largest_dimension},
       .read_when = "target = top or tail",
       .is_read = when("target", "top", "tail")},
      {.name = "target_exponent",
       .symbol = "r",
       .type = ParameterType::real,
       .initial = Value(0.5),
       .meaning = "power of the target's decay",
       .read_when = "target = source",
       .is_read = when("target", "source")},
      {.name = "target_file",
       .symbol = "",
       .type = ParameterType::text,
       .initial = word(""),
       .meaning = "HDF5 file with a vector `target` of p numbers, in the order of the spectrum's file",
       .read_when = "target = file",
       .is_read = when("target", "file")},
      {.name = "noise_variance",
       .symbol = "sigma^2",
       .type = ParameterType::real,
       .initial = Value(0.01),
       .meaning = "variance of the label noise",
       .range = {.lowest = 0.0},
       .unit = "label^2"},
      {.name = "ridge",
       .symbol = "lambda",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{0.0}),
       .meaning =
           "ridge of X^T (X X^T + lambda I)^-1 y, nothing divided by n; may be negative, down to minus "
           "the least eigenvalue of X X^T",
       .role = Role::method,
       .coordinate = true,
       .unit = "as X X^T"},
      {.name = "data",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("gauss"),
       .meaning = "law of the entries of Z, X = Z Sigma^{1/2}: N(0, 1) or fair signs",
       .choices = {"gauss", "rademacher"}},
      {.name = "rank_constant",
       .symbol = "b",
       .type = ParameterType::real,
       .initial = Value(1.0),
       .meaning = "constant in k* = min{k : rho_k >= b}",
       .role = Role::method,
       .range = {.lowest = 0.0, .lowest_allowed = false}},
      {.name = "solver",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("dense"),
       .meaning = "dense: one eigendecomposition of X X^T answers every ridge; krylov: block conjugate "
                  "gradients for each ridge, the variance from random probes, a third of the memory or less, "
                  "no optimal ridge",
       .role = Role::method,
       .choices = {"dense", "krylov"}},
      {.name = "probes",
       .symbol = "",
       .type = ParameterType::integer,
       .initial = whole(16),
       .meaning = "sign vectors that estimate the trace in the variance",
       .role = Role::method,
       .range = {2, 65536},
       .read_when = "solver = krylov",
       .is_read = when("solver", "krylov")},
  };
}

std::vector<ObservableSpec> observables() {
  return {
      {.name = "bias",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "excess risk without noise, exact given X",
       .has_theory = true},
      {.name = "variance",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "expected excess risk due to the noise, exact given X",
       .has_theory = true},
      {.name = "test_error",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "excess risk (noise-free test error), exact given X and the noise",
       .has_theory = true},
      {.name = "train_error",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "(1/n) |X theta_hat - y|^2, y with its noise",
       .has_theory = true},
      {.name = "lambda_min", .unit = "as X X^T", .meaning = "least eigenvalue of X X^T", .has_theory = true},
      {.name = "lambda_max", .unit = "as X X^T", .meaning = "greatest eigenvalue of X X^T"},
      {.name = "optimal_ridge",
       .unit = "as X X^T",
       .meaning = "ridge above -lambda_min with the least bias + variance",
       .has_theory = true,
       .exists = when("solver", "dense")},
      {.name = "optimal_test_error",
       .unit = "label^2",
       .meaning = "bias + variance at optimal_ridge",
       .has_theory = true,
       .exists = when("solver", "dense")},
      {.name = "variance_error",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "standard error of `variance` over its probes",
       .exists = when("solver", "krylov")},
      {.name = "bias_upper_ratio",
       .dimensions = {"ridge"},
       .meaning = "bias over Tsigler and Bartlett's upper expression at k*",
       .has_theory = true},
      {.name = "bias_lower_ratio",
       .dimensions = {"ridge"},
       .meaning = "bias over Tsigler and Bartlett's lower expression at k*",
       .has_theory = true},
      {.name = "variance_upper_ratio",
       .dimensions = {"ridge"},
       .meaning = "variance over Tsigler and Bartlett's upper expression at k*",
       .has_theory = true},
      {.name = "variance_lower_ratio",
       .dimensions = {"ridge"},
       .meaning = "variance over Tsigler and Bartlett's lower expression at k*",
       .has_theory = true},
  };
}

std::vector<TheoryOutputSpec> theory_outputs() {
  return {
      {.name = "effective_ridge",
       .dimensions = {"ridge"},
       .meaning = "kappa, greatest root of n kappa - sum s kappa/(s + kappa) = ridge"},
      {.name = "effective_rank", .dimensions = {"k"}, .meaning = "r_k = sum_{i > k} s_i / s_{k+1}"},
      {.name = "participation_rank",
       .dimensions = {"k"},
       .meaning = "R_k = (sum_{i > k} s_i)^2 / sum_{i > k} s_i^2"},
      {.name = "rank_threshold",
       .dimensions = {"k"},
       .meaning = "b n: ridgeless, k* is the first k with r_k above it"},
      {.name = "critical_index",
       .dimensions = {"ridge"},
       .meaning = "k* = min{k : rho_k >= b}, rho_k = (ridge + sum_{i > k} s_i) / (n s_{k+1})"},
      {.name = "critical_ratio", .dimensions = {"ridge"}, .meaning = "rho_k at k*"},
      {.name = "bias_upper",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "Tsigler and Bartlett's upper expression for the bias, constant 1"},
      {.name = "bias_lower",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "Tsigler and Bartlett's lower expression for the bias, constant 1"},
      {.name = "variance_upper",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "Tsigler and Bartlett's upper expression for the variance, constant 1"},
      {.name = "variance_lower",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "Tsigler and Bartlett's lower expression for the variance, constant 1"},
  };
}

} // namespace

std::vector<double> rank_places(std::int64_t p) {
  std::vector<double> places;
  for (std::int64_t k = 0; k < std::min(p, all_places); ++k) places.push_back(static_cast<double>(k));
  for (int step = 0;; ++step) {
    const double place = std::round(static_cast<double>(all_places) * std::pow(10.0, step / 100.0));
    if (place >= static_cast<double>(p)) return places;
    places.push_back(place);
  }
}

study::StudyInfo declaration() {
  return {.name = "benign_overfitting",
          .paper = "Alexander Tsigler, Peter L. Bartlett, Benign overfitting in ridge regression, Journal of "
                   "Machine Learning Research 24 (2023), arXiv:2009.14286",
          .summary =
              "linear regression that interpolates noise: effective ranks, exact risk, negative optimal "
              "ridge",
          .parameters = parameters(),
          .dimensions = {{.name = "k",
                          .meaning = "leading directions set apart, from 0",
                          .coordinate = [](const Parameters& p) { return rank_places(p.integer("p")); }}},
          .observables = observables(),
          .theory_outputs = theory_outputs(),
          .figures = figures()};
}

} // namespace benign_overfitting

} // namespace pastur::studies
