// SPDX-License-Identifier: BSD-3-Clause
// A deep network of one width: drawn once, trained for every skip on its own, observed at the given steps.
#include "skip_connections_network.hpp"

#include <pastur/learning/network_initialisation.hpp>
#include <pastur/learning/training.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/random/fill.hpp>
#include <pastur/studies/skip_connections.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace pastur::studies::skip_connections {

namespace {

using learning::Network;
using parallel::Communicator;
using study::Parameters;
using study::Recorder;

std::optional<theory::Activation> activation_of(const Parameters& point) {
  const std::string& name = point.text("activation");
  if (name == "linear") return std::nullopt;
  return theory::Activation::named(name, name == "leaky" ? point.real("negative_slope") : 0.0);
}

/// Streams "W1".."WL", "b1".."bL" and "V": the same parameters for every skip.
std::vector<double> draw_parameters(const Parameters& point, const Network& network,
                                    const random::Streams& streams) {
  std::vector<double> parameters(static_cast<std::size_t>(network.parameters()), 0.0);
  const double n = static_cast<double>(point.integer("n"));
  const double tau = point.real("weight_scale");
  const double bias = point.real("bias_scale");
  const auto law =
      point.is("weights", "uniform") ? learning::InitialLaw::uniform : learning::InitialLaw::gauss;
  const std::int64_t head = network.depth();
  for (std::int64_t l = 1; l < head; ++l) {
    learning::draw_weights(network, parameters, l, streams.stream(fmt::format("W{}", l)), law, tau * tau / n);
    learning::draw_bias(network, parameters, l, streams.stream(fmt::format("b{}", l)), bias * bias);
  }
  learning::draw_weights(network, parameters, head, streams.stream("V"), learning::InitialLaw::gauss,
                         1.0 / n);
  return parameters;
}

/// Multiplies V by what makes the mean |y|^2 over all samples equal to the number of outputs.
void normalise_head(const Network& network, std::span<double> parameters, learning::SamplesView local,
                    std::int64_t samples, const Communicator& team) {
  double sum = 0.0;
  if (local.columns > 0) {
    const learning::Samples outputs = learning::predict(network, parameters, local);
    for (const double output : outputs.span()) sum += output * output;
  }
  const double mean = team.sum(sum) / static_cast<double>(samples);
  if (!(mean > 0.0) || !std::isfinite(mean)) {
    throw std::runtime_error(
        fmt::format("the outputs at initialisation have mean square {:g}: no head of unit scale", mean));
  }
  const double factor = std::sqrt(static_cast<double>(network.outputs()) / mean);
  for (double& entry : network.weights(parameters, network.depth())) entry *= factor;
}

Line draw_line(const Network& network, const random::Streams& streams) {
  double uniform = 0.0;
  random::fill_uniform(streams.stream("line"), {0, 1, 0, 1}, &uniform, 1);
  const std::int64_t layers = network.depth() - 1;
  Line line{1 + static_cast<std::int64_t>(uniform * static_cast<double>(layers)),
            std::vector<double>(static_cast<std::size_t>(network.parameters()), 0.0)};
  const std::span<double> weights = network.weights(std::span<double>(line.direction), line.layer);
  const std::int64_t n = network.width(line.layer);
  random::fill_normal(streams.stream("direction"), {0, n, 0, network.width(line.layer - 1)}, weights.data(),
                      n);
  double squares = 0.0;
  for (const double entry : weights) squares += entry * entry;
  for (double& entry : weights) entry /= std::sqrt(squares);
  return line;
}

/// Everything at one (skip, steps) is missing.
void miss(Recorder& record, std::size_t run, std::size_t runs, const std::string& reason) {
  for (const Recorder::Slot& slot : record.slots()) {
    if (slot.name == "violations") continue;
    const std::size_t each = slot.size / runs;
    for (std::size_t e = 0; e < each; ++e) record.missing_at(slot.name, run * each + e, reason);
  }
}

} // namespace

Network skip_network(const Parameters& point, double skip) {
  const std::int64_t n = point.integer("n");
  learning::Layer layer;
  layer.units = n;
  layer.activation = activation_of(point);
  layer.bias = true;
  layer.skip = {learning::Join::add, 1, skip};
  std::vector<learning::Layer> layers(static_cast<std::size_t>(point.integer("L")), layer);
  learning::Layer head;
  head.units = point.integer("outputs");
  layers.push_back(head);
  return Network(n, std::move(layers));
}

void draw_network(const Parameters& point, const DataSources& sources, const Communicator& team,
                  const random::Streams& streams, Recorder& record) {
  const NetworkData data = sources.samples(point, streams);
  const std::int64_t samples = point.integer("n_train");
  const std::int64_t batch_size = point.integer("batch");
  const auto [first, end] = linalg::even_range(batch_size, team.rank(), team.size());
  const Batch batch{data.inputs.view().slice(0, batch_size), data.targets.view().slice(0, batch_size), first,
                    end - first};
  const learning::TeamSamples share = learning::team_share(team, data.inputs, data.targets);
  const std::shared_ptr<const linalg::ProcessGrid> grid = linalg::ProcessGrid::create(team);
  const std::vector<double>& skips = point.reals("skip");
  const std::vector<std::int64_t>& steps = point.integers("steps");
  const std::size_t runs = skips.size() * steps.size();
  const learning::OptimizerOptions options{.kind = learning::optimizer_named(point.text("optimizer")),
                                           .step_size = point.real("step_size")};
  const std::vector<double> drawn = draw_parameters(point, skip_network(point, 0.0), streams);
  const std::int64_t leading = has_dual(point) ? 0 : eigenvalues(point);
  const Line line = draw_line(skip_network(point, 0.0), streams);
  Inequalities inequalities;
  for (std::size_t k = 0; k < skips.size(); ++k) {
    const Network network = skip_network(point, skips[k]);
    std::vector<double> parameters = drawn;
    if (point.is("head", "unit")) normalise_head(network, parameters, share.inputs, samples, team);
    learning::TeamLoss loss(team, network, share, 1.0 / static_cast<double>(samples));
    learning::Training training(loss, options, network.parameters());
    for (std::size_t s = 0; s < steps.size(); ++s) {
      const std::size_t run = k * steps.size() + s;
      training.advance_to(steps[s], parameters);
      const double error = training.diverged() ? 0.0 : loss.value(parameters);
      if (training.diverged() || !std::isfinite(error)) {
        miss(record, run, runs, fmt::format("the training diverged within {} steps", steps[s]));
        continue;
      }
      record.set_at("train_error", run, error);
      observe_maps(network, parameters, batch, team, run, record);
      observe_hessians(network, parameters, batch, grid, leading, run, record, inequalities);
      const double defect = quadratic_defect(network, parameters, batch, line, team, inequalities);
      if (std::isfinite(defect)) {
        record.set_at("quadratic_defect", run, defect);
      } else {
        record.missing_at("quadratic_defect", run, "the activation region is too small for a difference");
      }
    }
  }
  inequalities.record(record);
}

} // namespace pastur::studies::skip_connections
