// SPDX-License-Identifier: BSD-3-Clause
#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace pastur::run {

namespace {

constexpr std::size_t fields = 5;

std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return "?";
  const auto total = static_cast<std::int64_t>(std::llround(seconds));
  if (total < 100) return fmt::format("{} s", total);
  if (total < 6000) return fmt::format("{} min {:02d} s", total / 60, total % 60);
  return fmt::format("{} h {:02d} min", total / 3600, total / 60 % 60);
}

/// Never throws, unlike fmt::print: a terminal that went away ends no run.
void write(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

ProgressStyle resolved(ProgressStyle style) {
  if (style != ProgressStyle::automatic) return style;
  return isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::plain;
}

} // namespace

Progress::Progress(const parallel::Communicator& world, ProgressStyle style, std::vector<double> cost,
                   std::string watched)
    : rank_(world.rank()), style_(resolved(style)), cost_(std::move(cost)), watched_(std::move(watched)),
      expected_(cost_.size(), 0), sums_(world, fields * cost_.size()),
      start_(std::chrono::steady_clock::now()), last_shown_(start_) {}

void Progress::expect(const std::vector<std::int64_t>& draws_per_point) {
  for (std::size_t p = 0; p < expected_.size(); ++p) expected_[p] += draws_per_point[p];
}

void Progress::finished(std::int64_t point, bool failed, std::optional<double> value) {
  if (style_ == ProgressStyle::none) return;
  std::array<double, fields> update{1.0, failed ? 1.0 : 0.0, 0.0, 0.0, 0.0};
  if (value && std::isfinite(*value)) {
    update[2] = 1.0;
    update[3] = *value;
    update[4] = *value * *value;
  }
  sums_.add(fields * static_cast<std::size_t>(point), update);
}

double Progress::remaining_fraction(const std::vector<double>& sums) const {
  double total = 0.0;
  double left = 0.0;
  for (std::size_t p = 0; p < cost_.size(); ++p) {
    const auto expected = static_cast<double>(expected_[p]);
    total += expected * cost_[p];
    left += (expected - sums[fields * p]) * cost_[p];
  }
  return total > 0.0 ? left / total : 0.0;
}

std::string Progress::line(const std::vector<double>& sums, double elapsed) const {
  double done = 0.0;
  double failed = 0.0;
  double worst = -1.0; // relative standard error of the watched entry, worst point
  for (std::size_t p = 0; p < cost_.size(); ++p) {
    const double* s = &sums[fields * p];
    done += s[0];
    failed += s[1];
    if (s[2] < 2.0 || s[3] == 0.0) continue;
    const double mean = s[3] / s[2];
    const double variance = std::max(0.0, (s[4] - s[2] * mean * mean) / (s[2] - 1.0));
    worst = std::max(worst, std::sqrt(variance / s[2]) / std::abs(mean));
  }
  const std::int64_t expected = std::accumulate(expected_.begin(), expected_.end(), std::int64_t{0});
  const double left = remaining_fraction(sums);
  std::string text = fmt::format("{:.0f} of {} draws", done, expected);
  if (failed > 0.0) text += fmt::format(", {:.0f} failed", failed);
  if (done > 0.0)
    text += fmt::format(", {:.3g}/s, {} left", done / elapsed,
                        duration(left < 1.0 ? elapsed * left / (1.0 - left) : INFINITY));
  if (worst >= 0.0) text += fmt::format(", {} to {:.2g} %", watched_, 100.0 * worst);
  return text;
}

void Progress::show(bool final) {
  if (rank_ != 0 || style_ == ProgressStyle::none) return;
  const auto now = std::chrono::steady_clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  // Plain lines come ever less often: after 10 s, then each time the run is a third older, at most ten
  // minutes apart.
  const double interval =
      style_ == ProgressStyle::bar ? 0.2 : std::min(600.0, std::max(10.0, 0.25 * elapsed));
  if (!final && std::chrono::duration<double>(now - last_shown_).count() < interval) return;
  last_shown_ = now;
  const std::vector<double> sums = sums_.read();
  const std::string text = line(sums, elapsed);
  if (style_ == ProgressStyle::plain) {
    write(text + "\n");
  } else {
    constexpr int width = 30;
    const int full = static_cast<int>(width * (1.0 - remaining_fraction(sums)));
    write(fmt::format("\r\033[K[{}{}] {}{}", std::string(static_cast<std::size_t>(full), '#'),
                      std::string(static_cast<std::size_t>(width - full), '.'), text, final ? "\n" : ""));
  }
}

} // namespace pastur::run
