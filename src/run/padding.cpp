// SPDX-License-Identifier: BSD-3-Clause
#include "padding.hpp"

#include <algorithm>
#include <limits>

namespace pastur::run {

void copy_corner(std::span<const double> source, std::span<const std::size_t> from, std::span<double> target,
                 std::span<const std::size_t> to) {
  if (from.empty()) {
    target[0] = source[0];
    return;
  }
  const std::size_t source_stride = source.size() / from[0];
  const std::size_t target_stride = target.size() / to[0];
  for (std::size_t i = 0; i < std::min(from[0], to[0]); ++i) {
    copy_corner(source.subspan(i * source_stride, source_stride), from.subspan(1),
                target.subspan(i * target_stride, target_stride), to.subspan(1));
  }
}

std::vector<std::vector<double>> padded_values(const store::Layout& layout,
                                               const std::vector<store::Variable>& variables,
                                               const std::vector<std::string>& recorded_as,
                                               const study::StudyInfo& info, const study::Parameters& point,
                                               const study::Recorder& recorder, bool fine) {
  std::vector<std::vector<double>> all;
  all.reserve(variables.size());
  for (std::size_t v = 0; v < variables.size(); ++v) {
    std::vector<double>& values =
        all.emplace_back(static_cast<std::size_t>(layout.own_size(variables[v], fine)),
                         std::numeric_limits<double>::quiet_NaN());
    if (!recorder.wants(recorded_as[v])) continue;
    std::vector<std::size_t> from;
    std::vector<std::size_t> to;
    for (const std::string& name : variables[v].dimensions) {
      from.push_back(study::coordinate(info, name, point).size());
      to.push_back(layout.dimension(name, fine).size());
    }
    copy_corner(recorder.values(recorded_as[v]), from, values, to);
  }
  return all;
}

} // namespace pastur::run
