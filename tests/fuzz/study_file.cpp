// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as a study file: parsed, checked and spread into points, or refused with a message.
#include "support/toy_study.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/run/layout.hpp>
#include <pastur/run/study_file.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pastur;
  static const study::Registry registry = testing_support::toy_registry();
  try {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const run::Experiment experiment = run::parse_experiment(text, "fuzz.toml", {}, registry);
    if (experiment.points.empty()) std::abort();
    run::draw_identity(experiment, experiment.points.front(), 0);
    run::draw_identity(experiment, experiment.points.back(), experiment.file.draws.max - 1);
  } catch (const InputError&) {
    return 0;
  }
  return 0;
}
