// SPDX-License-Identifier: BSD-3-Clause
#include "plot_axis.hpp"

#include "gnuplot_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace pastur::report {

namespace {

/// Tics of a short logarithmic axis: 1, 2 and 5 times powers of ten with labels, the other digits without.
std::string short_log_tics(double lowest, double highest, double decades) {
  std::vector<std::string> tics;
  for (int power = static_cast<int>(std::floor(std::log10(lowest))); power <= std::log10(highest); ++power) {
    for (int digit = 1; digit <= 9; ++digit) {
      const double value = digit * std::pow(10.0, power);
      if (value < lowest * (1 - 1e-9) || value > highest * (1 + 1e-9)) continue;
      const bool labelled = decades < 0.7 || digit == 1 || digit == 2 || digit == 5;
      tics.push_back(labelled ? fmt::format("'{:g}' {:g}", value, value) : fmt::format("'' {:g} 1", value));
    }
  }
  return fmt::format("({})", fmt::join(tics, ", "));
}

/// Tics of a logarithmic axis too short for powers of ten: four to nine even steps of 1, 2 or 5 times a power
/// of ten.
std::string even_tics(double lowest, double highest) {
  const double power = std::pow(10.0, std::floor(std::log10(highest - lowest)));
  double step = power;
  if ((highest - lowest) / step < 4.0) step = power / 2.0;
  if ((highest - lowest) / step < 4.0) step = power / 5.0;
  std::vector<std::string> tics;
  for (double tic = std::ceil(lowest / step); tic * step <= highest; tic += 1.0) {
    tics.push_back(fmt::format("'{:.6g}' {:.10g}", tic * step, tic * step));
  }
  return fmt::format("({})", fmt::join(tics, ", "));
}

} // namespace

double PlotAxis::position(double value) const {
  value = place(value);
  return log ? std::log(value / lowest) / std::log(highest / lowest) : (value - lowest) / (highest - lowest);
}

std::string PlotAxis::commands(const std::string& name) const {
  std::string text = fmt::format("set {}label {}\n", name, literal(label));
  text += fmt::format("{} logscale {}\n", log ? "set" : "unset", name);
  text += fmt::format("set {}range [{:.10g}:{:.10g}]\n", name, lowest, highest);
  text += fmt::format("set format {} '%g'\nset {}tics autofreq\nset m{}tics default\n", name, name, name);
  if (!categories.empty()) {
    std::vector<std::string> tics;
    for (std::size_t c = 0; c < categories.size(); ++c)
      tics.push_back(fmt::format("{} {}", literal(typeset(categories[c])), c));
    return text + fmt::format("set {}tics ({})\n", name, fmt::join(tics, ", "));
  }
  if (!log) return text;
  const double from = zero ? positive : lowest;
  const double decades = std::log10(highest / from);
  if (decades < 0.4) {
    text += fmt::format("set {}tics {}\n", name, even_tics(from, highest));
  } else if (decades < 2.6) {
    text += fmt::format("set {}tics {}\n", name, short_log_tics(from, highest, decades));
  } else {
    const int step = std::max(1, static_cast<int>(std::ceil(decades / 7.0)));
    text += fmt::format("set format {} '10^{{%L}}'\nset {}tics {:.10g},{:g}\n", name, name,
                        std::pow(10.0, std::ceil(std::log10(from))), std::pow(10.0, step));
    text += step == 1 ? fmt::format("set m{}tics 10\n", name) : fmt::format("unset m{}tics\n", name);
  }
  if (zero) text += fmt::format("set {}tics add ('0' {:.10g})\n", name, *zero);
  return text;
}

void add_zero(PlotAxis& axis) {
  if (!axis.log) return;
  const double decades = std::log10(axis.highest / axis.lowest);
  axis.positive = axis.lowest;
  axis.zero = axis.lowest / std::pow(10.0, std::max(0.15, 0.1 * decades));
  axis.lowest = *axis.zero / std::pow(10.0, 0.03 * decades);
}

void fit(PlotAxis& axis, const std::vector<double>& values, double margin) {
  const auto range = [&values](bool positive, double& low, double& high) {
    bool any = false;
    for (const double value : values) {
      if (!std::isfinite(value) || (positive && value <= 0.0)) continue;
      low = any ? std::min(low, value) : value;
      high = any ? std::max(high, value) : value;
      any = true;
    }
    return any;
  };
  double low = 0.0;
  double high = 1.0;
  if (axis.log && (!range(true, low, high) || high <= low * (1.0 + 1e-12))) axis.log = false;
  if (axis.log) {
    const double factor = std::pow(high / low, margin);
    axis.lowest = low / factor;
    axis.highest = high * factor;
    return;
  }
  if (!range(false, low, high)) {
    low = 0.0;
    high = 1.0;
  }
  double widening = margin * (high - low);
  if (high <= low) widening = high == 0.0 ? 1.0 : 0.1 * std::fabs(high);
  axis.lowest = low - widening;
  axis.highest = high + widening;
}

} // namespace pastur::report
