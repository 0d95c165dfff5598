// SPDX-License-Identifier: BSD-3-Clause
#include "stored_experiment.hpp"

#include <algorithm>

namespace pastur::commands {

std::optional<run::Experiment> stored_experiment(const store::Reader& reader,
                                                 const study::Registry& studies) {
  const store::Layout& layout = reader.layout();
  const std::vector<std::string> names = studies.names();
  if (std::find(names.begin(), names.end(), layout.study) == names.end()) return std::nullopt;
  return run::parse_experiment(layout.study_file, reader.path().string(), {}, studies);
}

} // namespace pastur::commands
