// SPDX-License-Identifier: BSD-3-Clause
#include "stored_experiment.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pastur::commands {

void warn_of_damage(const store::Reader& reader) {
  const std::size_t draws = reader.damaged().size();
  const std::size_t theory = reader.damaged_theory(false).size() + reader.damaged_theory(true).size();
  if (draws + theory == 0) return;
  fmt::print(stderr,
             "pastur: warning: {}: {} damaged draws and the theory of {} points are left out; `pastur check` "
             "names them\n",
             reader.path().string(), draws, theory);
}

std::optional<run::Experiment> stored_experiment(const store::Reader& reader,
                                                 const study::Registry& studies) {
  const store::Layout& layout = reader.layout();
  const std::vector<std::string> names = studies.names();
  if (std::find(names.begin(), names.end(), layout.study) == names.end()) return std::nullopt;
  return run::parse_experiment(layout.study_file, reader.path().string(), {}, studies);
}

} // namespace pastur::commands
