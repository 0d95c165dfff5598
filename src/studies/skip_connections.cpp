// SPDX-License-Identifier: BSD-3-Clause
#include "skip_connections_data.hpp"

#include <pastur/studies/skip_connections.hpp>

#include <fmt/format.h>

#include <algorithm>

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

bool has_spectrum(const study::Parameters& point) {
  return point.is("mode", "block") && point.is("spectrum", "full");
}

bool is_perturbed(const study::Parameters& point) {
  return has_spectrum(point) && point.is("perturbations", "yes");
}

bool has_dual(const study::Parameters& point) {
  return point.is("mode", "network") && point.is("hessian", "dual");
}

std::int64_t eigenvalues(const study::Parameters& point) {
  const std::int64_t all = point.integer("batch") * point.integer("outputs");
  const std::int64_t n = point.integer("n");
  return has_dual(point) ? all : std::min({leading_eigenvalues, all, n * n});
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
            .figures = skip_connections::figures()},
      sources_(std::make_unique<skip_connections::DataSources>()) {}

SkipConnections::~SkipConnections() = default;

void SkipConnections::prepare(std::span<const study::Parameters> points,
                              const parallel::Communicator& world) {
  for (const study::Parameters& point : points) {
    if (point.is("mode", "network") || point.is("mask", "network")) sources_->prepare(point, world);
  }
}

namespace {

void check_network(const study::Parameters& point) {
  const std::int64_t outputs = point.integer("outputs");
  const std::int64_t batch = point.integer("batch");
  if (outputs > point.integer("n"))
    throw InputError(
        fmt::format("outputs: given {} with n = {}; allowed: <= n", outputs, point.integer("n")));
  if (point.is("data", "fashion_mnist") && outputs < 10)
    throw InputError(
        fmt::format("outputs: given {} with data = \"fashion_mnist\"; allowed: >= 10, its classes", outputs));
  if (batch > point.integer("n_train"))
    throw InputError(fmt::format("batch: given {} with n_train = {}; allowed: <= n_train", batch,
                                 point.integer("n_train")));
  if (skip_connections::has_dual(point) && batch * outputs > skip_connections::largest_dual)
    throw InputError(fmt::format("batch: given {} with {} outputs and hessian = \"dual\"; allowed: batch x "
                                 "outputs <= {}, or hessian = \"matrix_free\"",
                                 batch, outputs, skip_connections::largest_dual));
  const std::vector<std::int64_t>& steps = point.integers("steps");
  if (!std::is_sorted(steps.begin(), steps.end()))
    throw InputError("steps: given a list that does not increase; allowed: increasing numbers of steps");
}

} // namespace

void SkipConnections::check(const study::Parameters& point) const {
  const bool reads_data = point.is("mode", "network") || point.is("mask", "network");
  if (reads_data && point.is("data", "file") && point.text("file").empty())
    throw InputError("data = \"file\" without a file; give file = \"path of an HDF5 file with X and y\"");
  if (point.is("mode", "network")) {
    check_network(point);
    return;
  }
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
