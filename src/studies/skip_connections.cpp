// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/studies/skip_connections.hpp>

#include <fmt/format.h>

namespace pastur::studies {

namespace skip_connections {

double off_slope(const std::string& activation, double negative_slope) {
  if (activation == "linear") return 1.0;
  if (activation == "relu") return 0.0;
  if (activation == "abs") return -1.0;
  return negative_slope;
}

bool is_convolution(const study::Parameters& point) {
  return point.is("layer_type", "circulant") || point.is("layer_type", "toeplitz");
}

std::int64_t width(const study::Parameters& point) {
  return is_convolution(point) ? point.integer("sites") * point.integer("channels") : point.integer("n");
}

theory::SkipBlock block_law(const study::Parameters& point) {
  const bool real_pass = point.is("mask", "network");
  return {.scale = point.real("weight_scale"),
          .depth = static_cast<int>(point.integer("p")),
          .inner = {real_pass ? 0.5 : point.real("inner_on_fraction"),
                    off_slope(point.text("inner_activation"), point.real("inner_negative_slope"))},
          .outer = {real_pass ? 0.5 : point.real("on_fraction"),
                    off_slope(point.text("activation"), point.real("negative_slope"))}};
}

} // namespace skip_connections

SkipConnections::SkipConnections()
    : info_{.name = "skip_connections",
            .paper = "Rudolf H. Riedi, Randall Balestriero, Richard G. Baraniuk, Singular Value Perturbation "
                     "and Deep Network Optimization, Constructive Approximation (2022), "
                     "doi:10.1007/s00365-022-09601-5, arXiv:2203.03099",
            .summary =
                "singular values of layers with skip connections: conditioning, perturbation, hard edge, "
                "critical skip",
            .parameters = skip_connections::parameters(),
            .dimensions = skip_connections::dimensions(),
            .observables = skip_connections::observables(),
            .theory_outputs = skip_connections::theory_outputs(),
            .figures = skip_connections::figures()} {}

void SkipConnections::check(const study::Parameters& point) const {
  const std::string& type = point.text("layer_type");
  if (type != "dense" && point.integer("p") > 1) {
    throw InputError(
        fmt::format("p: given {} with layer_type = \"{}\"; allowed: 1, or layer_type = \"dense\"",
                    point.integer("p"), type));
  }
  if (type != "dense" && point.is("mask", "network")) {
    throw InputError(
        fmt::format("mask: given \"network\" with layer_type = \"{}\"; allowed: \"bernoulli\" or "
                    "\"exact\", or layer_type = \"dense\"",
                    type));
  }
  if (!skip_connections::is_convolution(point)) return;
  if (point.integer("taps") > point.integer("sites")) {
    throw InputError(fmt::format("taps: given {} on {} sites; allowed: <= sites", point.integer("taps"),
                                 point.integer("sites")));
  }
  constexpr std::int64_t widest = 16384;
  if (skip_connections::width(point) > widest) {
    throw InputError(fmt::format("sites: given {} with {} channels; allowed: sites x channels <= {}",
                                 point.integer("sites"), point.integer("channels"), widest));
  }
}

} // namespace pastur::studies
