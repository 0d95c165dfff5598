// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as --set KEY=VALUE, one a line, on a fixed study file. What is accepted must be accepted again
// from the text that a store keeps, with the same points.
#include "support/toy_study.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/run/study_file.hpp>

#include <sstream>

namespace {

constexpr const char* study_text = R"(study = "toy_mean"
seed = 7
draws = { min = 2, max = 8, until = { observable = "sample_mean", relative_stderr = 0.1 } }

[parameters]
n = 30
ridge = [0.1, 1.0]

[sweep]
scale = [1.0, 2.0, 4.0]
law = ["gauss", "uniform"]

[theory]
scale = { from = 1, to = 4, count = 5, scale = "log" }
)";

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pastur;
  static const study::Registry registry = testing_support::toy_registry();
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> settings;
  for (std::string line; settings.size() < 8 && std::getline(lines, line);) settings.push_back(line);
  std::size_t points = 0;
  std::string kept;
  try {
    const run::Experiment experiment = run::parse_experiment(study_text, "fuzz.toml", settings, registry);
    points = experiment.points.size();
    kept = run::with_settings(experiment.file);
  } catch (const InputError&) {
    return 0;
  }
  // Outside the try block: an exception here is a finding.
  if (run::parse_experiment(kept, "kept", {}, registry).points.size() != points) std::abort();
  return 0;
}
