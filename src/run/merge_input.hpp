// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace pastur::run {

/// An experiment, and its points by what is read there: two points with the same key have the same draws.
struct KeyedExperiment {
  Experiment experiment;
  std::vector<std::string> keys;
  explicit KeyedExperiment(Experiment made);
};

/// A store to be merged. Inputs with the same study file share their experiment.
struct MergeInput {
  store::Reader reader;
  std::shared_ptr<const KeyedExperiment> source;
  std::string name() const { return reader.path().string(); }
};

/// Opens the stores. Throws InputError for what is not a store, belongs to a study that is not known here, or
/// was written when the study had other parameters or observables.
std::vector<MergeInput> open_inputs(const std::vector<std::filesystem::path>& paths, store::Flaws flaws,
                                    const study::Registry& studies);

/// The different values of a parameter at the points that read it, ascending.
std::vector<study::Value> values_read(const Experiment& experiment, const std::string& parameter);

/// The same as text, for messages.
std::string values_text(const Experiment& experiment, const std::string& parameter);

/// Throws InputError unless seed, study and sharing of random numbers agree. The names are for the message.
void require_same_draws(const StudyFile& one, const std::string& one_name, const StudyFile& other,
                        const std::string& other_name);

/// Why no point of one is a point of the other: a parameter that has other values everywhere, or that there
/// is none.
std::string why_disjoint(const Experiment& one, const std::string& one_name, const Experiment& other,
                         const std::string& other_name);

/// Throws InputError "ONE does not belong to OTHER: WHY".
[[noreturn]] void refuse_input(const std::string& one_name, const std::string& other_name,
                               const std::string& why);

} // namespace pastur::run
