// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/rate_model.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace pastur::run {

namespace {

/// What a team of several ranks reaches of the sum of its ranks: PBLAS products 0.57 to 0.65, reductions 0.4
/// to 0.6, measured on two ranks.
constexpr double team_efficiency = 0.55;
/// Of a product's rate, for a study that does not state its work.
constexpr double unstated_fraction = 0.3;

double work_of(const study::Cost& cost) {
  return std::max(1.0, cost.product_flops > 0.0 ? cost.product_flops : cost.flops / unstated_fraction);
}

/// Ranks that a team of `size` is worth.
double strength(int size) {
  return size == 1 ? 1.0 : team_efficiency * size;
}

/// "activation=relu mode=spectrum": the parameters that choose between kinds of work.
std::string words(const study::Study& study, const study::Parameters& point) {
  std::string text;
  for (const study::ParameterSpec& spec : study.info().parameters) {
    const study::Value& value = point.value(spec.name);
    if (const auto* word = std::get_if<std::string>(&value)) text += fmt::format("{}={} ", spec.name, *word);
  }
  return text;
}

/// The one size that the teams of all runs of a store had.
int stored_team_size(const store::Reader& reader) {
  std::set<int> sizes;
  for (const std::string& record : reader.provenance()) {
    const auto run = nlohmann::json::parse(record, nullptr, false);
    if (!run.is_object() || !run.contains("team_sizes") || !run["team_sizes"].is_array()) continue;
    for (const auto& size : run["team_sizes"]) {
      if (size.is_number_integer()) sizes.insert(size.get<int>());
    }
  }
  if (sizes.size() != 1) {
    throw InputError(
        fmt::format("{}: the teams of its runs had {} sizes; allowed: a store whose teams all had "
                    "the same size (`pastur run --team-size 1`)",
                    reader.path().string(), sizes.size()));
  }
  return *sizes.begin();
}

} // namespace

RateModel::RateModel(double product_rate) : product_rate_(product_rate) {}

RateModel::RateModel(const Experiment& experiment, const Experiment& stored, const store::Reader& reader) {
  if (stored.file.study != experiment.file.study) {
    throw InputError(fmt::format("{}: its study is {}; allowed: a store of {}", reader.path().string(),
                                 stored.file.study, experiment.file.study));
  }
  const std::vector<store::DrawState> states = reader.states();
  const std::vector<double> seconds = reader.seconds();
  const auto draws = static_cast<std::size_t>(reader.layout().draws);
  for (std::size_t p = 0; p < stored.points.size(); ++p) {
    double spent = 0.0;
    double done = 0.0;
    for (std::size_t slot = p * draws; slot < (p + 1) * draws; ++slot) {
      if (states[slot] != store::DrawState::done) continue;
      spent += seconds[slot];
      done += 1.0;
    }
    if (!(spent > 0.0)) continue;
    const double work = work_of(stored.study->cost(stored.points[p]));
    const std::pair<double, double> entry{std::log(work), work * done / spent};
    measured_[words(*stored.study, stored.points[p])].push_back(entry);
    measured_[""].push_back(entry);
  }
  if (measured_.empty())
    throw InputError(fmt::format("{}: no draw in it is finished", reader.path().string()));
  const double ranks = strength(stored_team_size(reader));
  for (auto& [kind, rates] : measured_) {
    std::sort(rates.begin(), rates.end());
    for (auto& [work, rate] : rates) rate /= ranks;
  }
}

double RateModel::rate(const study::Study& study, const study::Parameters& point, double work) const {
  if (measured_.empty()) return product_rate_;
  const auto same = measured_.find(words(study, point));
  const Rates& rates = same != measured_.end() ? same->second : measured_.at("");
  const double place = std::log(work);
  const auto above = std::lower_bound(rates.begin(), rates.end(), std::pair{place, 0.0});
  if (above == rates.begin()) return above->second;
  const auto below = std::prev(above);
  const bool nearer_below = above == rates.end() || place - below->first < above->first - place;
  return nearer_below ? below->second : above->second;
}

double RateModel::seconds(const study::Study& study, const study::Parameters& point, int team_size) const {
  const double work = work_of(study.cost(point));
  return work / (rate(study, point, work) * strength(team_size));
}

} // namespace pastur::run
