// SPDX-License-Identifier: BSD-3-Clause
#include "sweep.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/run/warnings.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace pastur::run {

namespace {

struct Warning {
  std::string message, first_point;
  std::int64_t points = 0;
};

std::string text_of(const Warning& warning) {
  if (warning.first_point.empty()) return warning.message;
  std::string others;
  if (warning.points > 1)
    others = fmt::format(" and {} other point{}", warning.points - 1, warning.points == 2 ? "" : "s");
  return fmt::format("{} (at {}{})", warning.message, warning.first_point, others);
}

} // namespace

std::vector<std::string> warnings(const Experiment& experiment, bool fine) {
  std::vector<Warning> found;
  for (const study::Parameters& point : fine ? experiment.theory_points : experiment.points) {
    for (const std::string& message : experiment.study->warnings(point)) {
      auto known = std::find_if(found.begin(), found.end(),
                                [&](const Warning& warning) { return warning.message == message; });
      if (known == found.end())
        known = found.insert(found.end(), {message, point_text(experiment.file, point, fine)});
      ++known->points;
    }
  }
  std::vector<std::string> texts;
  for (const Warning& warning : found) texts.push_back(text_of(warning));
  return texts;
}

std::vector<std::string> print_warnings(const Experiment& experiment, bool fine,
                                        const parallel::Communicator& world) {
  constexpr std::size_t most_lines = 10;
  std::vector<std::string> all;
  parallel::agree(world, [&] {
    if (world.rank() != 0) return;
    all = warnings(experiment, fine);
    const std::size_t lines = std::min(all.size(), most_lines);
    for (std::size_t w = 0; w < lines; ++w) fmt::print(stderr, "warning: {}\n", all[w]);
    if (all.size() > lines) fmt::print(stderr, "warning: {} more like these\n", all.size() - lines);
  });
  return all;
}

} // namespace pastur::run
