// SPDX-License-Identifier: BSD-3-Clause
// Which law predicts which quantity at a point, and why a prediction is missing.
#include <pastur/studies/skip_connections.hpp>

#include <cmath>
#include <optional>
#include <string>

namespace pastur::studies {

namespace {

using skip_connections::density_points;
using study::Parameters;
using study::Recorder;
using theory::CirculantHardEdge;
using theory::RealHardEdge;
using theory::SingularEdges;
using theory::SkipBlockLaw;

constexpr const char* reaches_zero = "the least singular value tends to 0 and its law is not known here";

/// Why no law holds at all, if none does.
std::optional<std::string> no_law(const Parameters& p, const theory::SkipBlock& block) {
  if (p.is("layer_type", "toeplitz")) return "no limit law of block-Toeplitz matrices is known";
  if (block.outer.off == 0.0 && block.outer.on == 0.0) return "no outer unit is on";
  if (block.depth > 1 && block.inner.second_moment() == 0.0) return "no inner unit is on";
  return std::nullopt;
}

/// Predictions of the extremes at one skip; empty: missing with `reason`.
struct Extremes {
  std::optional<double> least, scaled_least, condition, log_condition;
  const char* reason = reaches_zero;
};

void put(Recorder& record, const char* name, std::size_t index, const std::optional<double>& value,
         const char* reason) {
  if (value) {
    record.set_at(name, index, *value);
  } else {
    record.missing_at(name, index, reason);
  }
}

void put(Recorder& record, std::size_t index, const Extremes& extremes) {
  put(record, "singular_min", index, extremes.least, extremes.reason);
  put(record, "scaled_singular_min", index, extremes.scaled_least,
      extremes.least && !extremes.scaled_least ? "the least singular value has no hard edge"
                                               : extremes.reason);
  put(record, "condition_number", index, extremes.condition, extremes.reason);
  put(record, "log_condition_number", index, extremes.log_condition, extremes.reason);
}

/// At a hard edge of slope theta.
Extremes at_hard_edge(const Parameters& p, double upper, double theta) {
  Extremes result;
  if (!skip_connections::is_convolution(p)) {
    const double n = static_cast<double>(p.integer("n"));
    result.least = RealHardEdge::mean() / (n * theta);
    result.scaled_least = RealHardEdge::median() / theta;
    result.condition = n * upper * theta / RealHardEdge::median();
    result.log_condition = std::log(n * upper * theta) - RealHardEdge::mean_log();
    return result;
  }
  if (p.integer("taps") < p.integer("sites")) {
    result.reason = "the circulant hard edge needs taps = sites";
    return result;
  }
  const double channels = static_cast<double>(p.integer("channels"));
  const CirculantHardEdge edge(p.integer("sites"));
  result.least = edge.mean() / (channels * theta);
  result.scaled_least = edge.median() / theta;
  result.condition = channels * upper * theta / edge.median();
  result.reason = "the mean logarithm over frequencies is not known";
  return result;
}

void predict_densenet(const Parameters& p, const SkipBlockLaw& law, Recorder& record) {
  const double upper = law.edges(0.0).upper;
  const std::vector<double>& skips = p.reals("skip");
  for (std::size_t k = 0; k < skips.size(); ++k) {
    const double skip = std::abs(skips[k]);
    const double greatest = std::hypot(skip, upper);
    record.set_at("singular_max", k, greatest);
    Extremes extremes;
    if (skip > 0.0) {
      extremes.least = skip;
      extremes.condition = greatest / skip;
      extremes.log_condition = std::log(greatest / skip);
    }
    put(record, k, extremes);
  }
  for (const char* name : {"critical_skip", "hard_edge_slope", "density_grid", "density"})
    record.missing(name, "a densenet layer has no critical skip");
}

/// The law of n s_min beside its histogram, at skip number k.
void predict_least(const std::optional<double>& theta, std::size_t k, Recorder& record) {
  if (!record.wants("hard_edge_density")) return;
  for (std::size_t i = 0; i < skip_connections::least_points; ++i) {
    const double value = static_cast<double>(i) * skip_connections::least_step;
    put(record, "hard_edge_density", k * skip_connections::least_points + i,
        theta ? std::optional(*theta * RealHardEdge::density(*theta * value)) : std::nullopt, "no hard edge");
  }
}

void predict_density(const Parameters& p, Recorder& record) {
  theory::SkipBlock block = skip_connections::block_law(p);
  block.outer = {};
  const SkipBlockLaw law(block);
  const std::vector<double>& skips = p.reals("skip");
  for (std::size_t k = 0; k < skips.size(); ++k) {
    const double step = 1.05 * law.edges(skips[k]).upper / static_cast<double>(density_points);
    std::vector<double> grid(density_points);
    for (std::size_t i = 0; i < grid.size(); ++i) grid[i] = (static_cast<double>(i) + 0.5) * step;
    const std::vector<double> density = law.density(skips[k], grid);
    for (std::size_t i = 0; i < grid.size(); ++i) {
      record.set_at("density_grid", k * density_points + i, grid[i]);
      put(record, "density", k * density_points + i,
          std::isfinite(density[i]) ? std::optional<double>(density[i]) : std::nullopt,
          "the continuation to the real axis stalled");
    }
  }
}

} // namespace

void SkipConnections::theory(const Parameters& point, Recorder& record) const {
  if (point.is("mode", "network")) return;
  const theory::SkipBlock block = skip_connections::block_law(point);
  if (const std::optional<std::string> reason = no_law(point, block)) {
    for (const Recorder::Slot& slot : record.slots()) record.missing(slot.name, *reason);
    return;
  }
  const SkipBlockLaw law(block);
  if (point.is("layer_type", "densenet")) {
    predict_densenet(point, law, record);
    return;
  }
  const std::vector<double>& skips = point.reals("skip");
  for (std::size_t k = 0; k < skips.size(); ++k) {
    const SingularEdges edges = law.edges(skips[k]);
    const std::optional<double> theta = law.hard_edge_slope(skips[k]);
    record.set_at("singular_max", k, edges.upper);
    put(record, "hard_edge_slope", k, theta, "no hard edge");
    predict_least(theta, k, record);
    if (theta) {
      put(record, k, at_hard_edge(point, edges.upper, *theta));
    } else if (edges.lower > 0.0) {
      put(record, k,
          {edges.lower, std::nullopt, edges.upper / edges.lower, std::log(edges.upper / edges.lower)});
    } else {
      put(record, k, Extremes{});
    }
  }
  record.set("critical_skip", law.critical_skip());
  predict_density(point, record);
}

} // namespace pastur::studies
