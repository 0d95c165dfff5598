// SPDX-License-Identifier: BSD-3-Clause
// The covariance spectra and targets of the study, in descending order of the eigenvalues.
#include <pastur/parallel/error.hpp>
#include <pastur/studies/benign_overfitting_population.hpp>
#include <pastur/theory/compensated_sum.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace pastur::studies::benign_overfitting {

namespace {

/// sum_{k = first}^{last} k^-q, first >= 1: term by term up to 10^6, then Euler-Maclaurin, whose first term
/// left out is below 1e-25 of the sum.
double power_sum(std::int64_t first, std::int64_t last, double q) {
  constexpr std::int64_t terms = 1'000'000;
  theory::CompensatedSum sum;
  const std::int64_t direct = std::min(last, std::max(first, terms) - 1);
  for (std::int64_t k = first; k <= direct; ++k) sum.add(std::pow(static_cast<double>(k), -q));
  if (direct == last) return sum.value();
  const double a = static_cast<double>(direct + 1);
  const double b = static_cast<double>(last);
  const double fa = std::pow(a, -q);
  const double fb = std::pow(b, -q);
  const double integral = std::abs(q - 1.0) < 1e-12 ? std::log(b / a) : (a * fa - b * fb) / (q - 1.0);
  sum.add(integral);
  sum.add(0.5 * (fa + fb));
  sum.add(q * (fa / a - fb / b) / 12.0);
  return sum.value();
}

Spectrum spectrum_of(const std::string& name) {
  if (name == "isotropic") return Spectrum::isotropic;
  if (name == "spiked") return Spectrum::spiked;
  if (name == "power") return Spectrum::power;
  if (name == "powerlog") return Spectrum::powerlog;
  if (name == "exponential") return Spectrum::exponential;
  return Spectrum::file;
}

Target target_of(const std::string& name) {
  if (name == "top") return Target::top;
  if (name == "uniform") return Target::uniform;
  if (name == "source") return Target::source;
  if (name == "tail") return Target::tail;
  return Target::file;
}

void require_length(const std::shared_ptr<const std::vector<double>>& values, std::int64_t p,
                    const char* parameter) {
  const std::size_t length = values ? values->size() : 0;
  if (static_cast<std::int64_t>(length) != p) {
    throw InputError(fmt::format("{}: a vector of length {}; allowed: p = {} numbers", parameter, length, p));
  }
}

} // namespace

PopulationSetting setting_of(const study::Parameters& point) {
  PopulationSetting setting;
  setting.p = point.integer("p");
  setting.spectrum = spectrum_of(point.text("spectrum"));
  setting.spikes = point.integer("spectrum_spikes");
  setting.spike_height = point.real("spectrum_spike_height");
  setting.tail = point.real("spectrum_tail");
  setting.exponent = point.real("spectrum_exponent");
  setting.log_exponent = point.real("spectrum_log_exponent");
  setting.length = point.real("spectrum_length");
  setting.floor = point.real("spectrum_floor");
  setting.target = target_of(point.text("target"));
  setting.target_count = point.integer("target_count");
  setting.target_exponent = point.real("target_exponent");
  return setting;
}

Population::Population(PopulationSetting setting) : setting_(std::move(setting)) {
  const std::int64_t p = setting_.p;
  if (setting_.spectrum == Spectrum::spiked && setting_.spikes > p)
    throw InputError(fmt::format("spectrum_spikes: given {}; allowed: 0 to p = {}", setting_.spikes, p));
  if ((setting_.target == Target::top || setting_.target == Target::tail) && setting_.target_count > p)
    throw InputError(fmt::format("target_count: given {}; allowed: 1 to p = {}", setting_.target_count, p));
  if (setting_.spectrum == Spectrum::file) {
    require_length(setting_.spectrum_values, p, "spectrum_file");
    sort_file();
  }
  if (setting_.target == Target::file) require_length(setting_.target_values, p, "target_file");
  spikes_last_ = setting_.spectrum == Spectrum::spiked && setting_.spike_height < setting_.tail;
  const double least = eigenvalue(p - 1);
  if (!(least >= std::numeric_limits<double>::min())) {
    throw InputError(
        fmt::format("spectrum: its eigenvalue {} of p = {} is {}; allowed: positive numbers", p, p, least));
  }
  if (!std::isfinite(eigenvalue(0)))
    throw InputError(
        fmt::format("spectrum: its greatest eigenvalue is {}; allowed: finite numbers", eigenvalue(0)));
  group();
}

void Population::sort_file() {
  const std::vector<double>& values = *setting_.spectrum_values;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!(values[k] > 0.0) || !std::isfinite(values[k])) {
      throw InputError(
          fmt::format("spectrum_file: entry {} (from 0) is {}; allowed: positive numbers", k, values[k]));
    }
  }
  if (std::is_sorted(values.begin(), values.end(), std::greater<>())) return;
  order_.resize(values.size());
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
  std::stable_sort(order_.begin(), order_.end(), [&](std::int64_t i, std::int64_t j) {
    return values[static_cast<std::size_t>(i)] > values[static_cast<std::size_t>(j)];
  });
}

double Population::eigenvalue(std::int64_t k) const {
  const double place = static_cast<double>(k + 1);
  switch (setting_.spectrum) {
  case Spectrum::isotropic:
    return 1.0;
  case Spectrum::spiked: {
    const bool spike = spikes_last_ ? k >= setting_.p - setting_.spikes : k < setting_.spikes;
    return spike ? setting_.spike_height : setting_.tail;
  }
  case Spectrum::power:
    return std::pow(place, -setting_.exponent);
  case Spectrum::powerlog:
    return std::pow(place, -setting_.exponent) *
           std::pow(std::log(0.5 * (place + 1.0) * std::numbers::e), -setting_.log_exponent);
  case Spectrum::exponential:
    return std::exp(-place / setting_.length) + setting_.floor;
  case Spectrum::file:
    break;
  }
  const std::int64_t place_in_file = order_.empty() ? k : order_[static_cast<std::size_t>(k)];
  return (*setting_.spectrum_values)[static_cast<std::size_t>(place_in_file)];
}

double Population::raw_target(std::int64_t k) const {
  switch (setting_.target) {
  case Target::top:
    return k < setting_.target_count ? 1.0 : 0.0;
  case Target::uniform:
    return 1.0;
  case Target::source:
    return std::pow(static_cast<double>(k + 1), -setting_.target_exponent);
  case Target::tail:
    return k >= setting_.p - setting_.target_count ? 1.0 : 0.0;
  case Target::file:
    break;
  }
  std::int64_t place = k;
  if (!order_.empty()) {
    place = order_[static_cast<std::size_t>(k)];
  } else if (spikes_last_) {
    place = (k + setting_.spikes) % setting_.p;
  }
  return (*setting_.target_values)[static_cast<std::size_t>(place)];
}

double Population::raw_square_sum(std::int64_t first, std::int64_t last) const {
  const auto overlap = [&](std::int64_t from, std::int64_t to) {
    return static_cast<double>(std::max<std::int64_t>(0, std::min(last, to) - std::max(first, from)));
  };
  switch (setting_.target) {
  case Target::top:
    return overlap(0, setting_.target_count);
  case Target::uniform:
    return overlap(0, setting_.p);
  case Target::tail:
    return overlap(setting_.p - setting_.target_count, setting_.p);
  case Target::source:
    return power_sum(first + 1, last, 2.0 * setting_.target_exponent);
  case Target::file:
    break;
  }
  theory::CompensatedSum sum;
  for (std::int64_t k = first; k < last; ++k) {
    const double value = raw_target(k);
    sum.add(value * value);
  }
  return sum.value();
}

/// The first coordinate from which on every eigenvalue is the least one.
std::int64_t Population::constant_from() const {
  const double least = eigenvalue(setting_.p - 1);
  std::int64_t low = 0; // eigenvalues descend
  std::int64_t high = setting_.p - 1;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (eigenvalue(middle) == least) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

void Population::group() {
  const std::int64_t flat = constant_from();
  for (std::int64_t k = 0; k < flat;) {
    const double value = eigenvalue(k);
    std::int64_t end = k + 1;
    while (end < flat && eigenvalue(end) == value) ++end;
    groups_.push_back({value, k, end - k, 0.0});
    k = end;
  }
  groups_.push_back({eigenvalue(flat), flat, setting_.p - flat, 0.0});
  theory::CompensatedSum energy;
  for (Group& group : groups_) {
    group.energy = group.eigenvalue * raw_square_sum(group.first, group.first + group.count);
    energy.add(group.energy);
  }
  if (!(energy.value() > 0.0) || !std::isfinite(energy.value())) {
    throw InputError(
        fmt::format("target: theta' Sigma theta is {} before scaling; allowed: a positive number "
                    "(theta not all zero)",
                    energy.value()));
  }
  for (Group& group : groups_) group.energy /= energy.value();
  scale_ = 1.0 / std::sqrt(energy.value());
}

void Population::eigenvalues(std::int64_t first, std::span<double> out) const {
  const double least = least_eigenvalue();
  const std::int64_t flat = groups_.back().first;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t k = first + static_cast<std::int64_t>(i);
    out[i] = k >= flat ? least : eigenvalue(k);
  }
}

void Population::target(std::int64_t first, std::span<double> out) const {
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = scale_ * raw_target(first + static_cast<std::int64_t>(i));
}

theory::SpectralModel Population::model(std::int64_t n, double noise_variance) const {
  theory::SpectralModel model;
  model.samples = static_cast<double>(n);
  model.noise_variance = noise_variance;
  model.groups.reserve(groups_.size());
  for (const Group& group : groups_)
    model.groups.push_back({group.eigenvalue, static_cast<double>(group.count), group.energy});
  return model;
}

} // namespace pastur::studies::benign_overfitting
