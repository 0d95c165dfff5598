// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/studies/skip_connections.hpp>

namespace pastur::studies::skip_connections {

namespace {

using study::ParameterSpec;
using study::ParameterType;
using study::Role;
using study::Value;

Value word(const char* text) {
  return Value(std::string(text));
}
Value whole(std::int64_t number) {
  return Value(number);
}

const std::vector<std::string> activations = {"linear", "relu", "leaky", "abs"};

} // namespace

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "mode",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("block"),
       .meaning = "block: the matrix A = (M_0 + skip I) D_0 of one block",
       .choices = {"block"}},
      {.name = "n",
       .symbol = "n",
       .type = ParameterType::integer,
       .initial = whole(300),
       .meaning = "units per layer (a convolution has sites x channels instead)",
       .range = {2, 16384}},
      {.name = "p",
       .symbol = "p",
       .type = ParameterType::integer,
       .initial = whole(1),
       .meaning = "weight layers inside the skip",
       .range = {1, 8}},
      {.name = "skip",
       .symbol = "rho",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{1.0}),
       .meaning = "fraction of the identity that is added: 0 plain, 1 residual; one draw answers all entries",
       .role = Role::method,
       .coordinate = true},
      {.name = "weight_scale",
       .symbol = "tau",
       .type = ParameterType::real,
       .initial = Value(1.0),
       .meaning = "each W_l has independent entries of variance tau^2 / n (filters: tau^2 / (taps channels))",
       .range = {.lowest = 0.0, .lowest_allowed = false}},
      {.name = "weights",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("gauss"),
       .meaning = "law of the weights: Gaussian, or uniform of the same variance",
       .choices = {"gauss", "uniform"}},
      {.name = "activation",
       .symbol = "phi_0",
       .type = ParameterType::choice,
       .initial = word("relu"),
       .meaning =
           "slopes of D_0: 1 where a unit is on, else 1 (linear), 0 (relu), negative_slope (leaky), -1 (abs)",
       .choices = activations},
      {.name = "on_fraction",
       .symbol = "c_0",
       .type = ParameterType::real,
       .initial = Value(0.5),
       .meaning = "probability that a unit of D_0 is on",
       .range = {0.0, 1.0}},
      {.name = "negative_slope",
       .symbol = "eta_0",
       .type = ParameterType::real,
       .initial = Value(0.1),
       .meaning = "slope of an off unit of D_0, leaky only",
       .range = {-1.0, 1.0}},
      {.name = "inner_activation",
       .symbol = "phi_1..phi_{p-1}",
       .type = ParameterType::choice,
       .initial = word("relu"),
       .meaning = "slopes of D_1..D_{p-1}, between the layers of the block",
       .choices = activations},
      {.name = "inner_on_fraction",
       .symbol = "c_j",
       .type = ParameterType::real,
       .initial = Value(0.5),
       .meaning = "probability that a unit of D_1..D_{p-1} is on",
       .range = {0.0, 1.0}},
      {.name = "inner_negative_slope",
       .symbol = "eta_j",
       .type = ParameterType::real,
       .initial = Value(0.1),
       .meaning = "slope of an off unit of D_1..D_{p-1}, leaky only",
       .range = {-1.0, 1.0}},
      {.name = "mask",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("bernoulli"),
       .meaning =
           "which units are on: independently; a random set of round(on_fraction n); those of a forward "
           "pass of a random input (dense only)",
       .choices = {"bernoulli", "exact", "network"}},
      {.name = "layer_type",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("dense"),
       .meaning =
           "dense; circulant or toeplitz: 1-D multi-channel filter with centred taps; densenet: [skip I; D_0 "
           "W_1]; all but dense need p = 1",
       .choices = {"dense", "circulant", "toeplitz", "densenet"}},
      {.name = "channels",
       .symbol = "C",
       .type = ParameterType::integer,
       .initial = whole(32),
       .meaning = "channels of a convolution",
       .range = {1, 16384}},
      {.name = "sites",
       .symbol = "N",
       .type = ParameterType::integer,
       .initial = whole(32),
       .meaning = "positions of a convolution",
       .range = {1, 16384}},
      {.name = "taps",
       .symbol = "k",
       .type = ParameterType::integer,
       .initial = whole(3),
       .meaning = "filter length, at most sites",
       .range = {1, 16384}},
      {.name = "perturbations",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("yes"),
       .meaning =
           "yes: skip_derivative and erraticity, and their inequalities (singular vectors and one more set "
           "of singular values for each skip); no: the singular values alone, three times as fast",
       .role = Role::method,
       .choices = {"yes", "no"}},
  };
}

} // namespace pastur::studies::skip_connections
