// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/load_vector.hpp>
#include <pastur/studies/benign_overfitting.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace pastur::studies {

namespace {

using benign_overfitting::Population;
using study::Parameters;

std::string spectrum_key(const Parameters& p) {
  return "spectrum " + p.text("spectrum_file");
}
std::string target_key(const Parameters& p) {
  return "target " + p.text("target_file");
}

} // namespace

BenignOverfitting::BenignOverfitting() : info_(benign_overfitting::declaration()) {}

void BenignOverfitting::check(const Parameters& point) const {
  const std::int64_t p = point.integer("p");
  if (point.is("spectrum", "spiked") && point.integer("spectrum_spikes") > p) {
    throw InputError(
        fmt::format("spectrum_spikes: given {}; allowed: 0 to p = {}", point.integer("spectrum_spikes"), p));
  }
  if ((point.is("target", "top") || point.is("target", "tail")) && point.integer("target_count") > p) {
    throw InputError(
        fmt::format("target_count: given {}; allowed: 1 to p = {}", point.integer("target_count"), p));
  }
  if (point.is("spectrum", "file") && point.text("spectrum_file").empty()) {
    throw InputError("spectrum = \"file\" without a file; give spectrum_file = \"path of an HDF5 file with a "
                     "vector spectrum\"");
  }
  if (point.is("target", "file") && point.text("target_file").empty()) {
    throw InputError(
        "target = \"file\" without a file; give target_file = \"path of an HDF5 file with a vector target\"");
  }
}

void BenignOverfitting::prepare(std::span<const Parameters> points, const parallel::Communicator& world) {
  const auto load = [&](const std::string& key, const std::string& path, const char* name) {
    if (vectors_.contains(key)) return;
    vectors_[key] = std::make_shared<const std::vector<double>>(learning::load_vector(world, path, name));
  };
  for (const Parameters& point : points) {
    if (point.is("spectrum", "file")) load(spectrum_key(point), point.text("spectrum_file"), "spectrum");
    if (point.is("target", "file")) load(target_key(point), point.text("target_file"), "target");
    (void)population(point); // refuses numbers that are no spectrum or target
  }
}

std::vector<std::string> BenignOverfitting::warnings(const Parameters& point) const {
  if (!point.is("spectrum", "file") || population(point).was_sorted()) return {};
  return {fmt::format(
      "spectrum_file: \"{}\" is not in descending order; its numbers are sorted (and the target file's with "
      "them)",
      point.text("spectrum_file"))};
}

Population BenignOverfitting::population(const Parameters& point) const {
  benign_overfitting::PopulationSetting setting = benign_overfitting::setting_of(point);
  const auto loaded = [&](const std::string& key) {
    const auto found = vectors_.find(key);
    if (found == vectors_.end())
      throw std::logic_error("benign_overfitting: prepare() has not seen this point");
    return found->second;
  };
  if (point.is("spectrum", "file")) setting.spectrum_values = loaded(spectrum_key(point));
  if (point.is("target", "file")) setting.target_values = loaded(target_key(point));
  return Population(std::move(setting));
}

std::shared_ptr<const BenignOverfitting::Plan> BenignOverfitting::plan(const Parameters& point) const {
  std::string key;
  for (const auto& [name, value] : point.all()) key += name + "=" + study::to_string(value) + ";";
  const std::lock_guard lock(last_mutex_);
  if (!last_plan_ || key != last_point_) {
    const std::int64_t n = point.integer("n");
    const double noise = point.real("noise_variance");
    Population covariance = population(point);
    theory::OptimalRidge optimum = theory::optimal_ridge(covariance.model(n, noise));
    std::vector<benign_overfitting::Bounds> bounds =
        benign_overfitting::bounds(covariance, n, noise, point.real("rank_constant"), point.reals("ridge"));
    last_plan_ = std::make_shared<const Plan>(std::move(covariance), optimum, std::move(bounds));
    last_point_ = key;
  }
  return last_plan_;
}

} // namespace pastur::studies
