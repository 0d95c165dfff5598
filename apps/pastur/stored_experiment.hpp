// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>
#include <pastur/study/registry.hpp>

#include <optional>

namespace pastur::commands {

/// Says on stderr what in a store is damaged and left out of what is shown.
void warn_of_damage(const store::Reader& reader);

/// The experiment that a store came from, made again from the study file it keeps; nothing when this program
/// does not know the study. Throws InputError when it knows the study but no longer accepts the file.
std::optional<run::Experiment> stored_experiment(const store::Reader& reader, const study::Registry& studies);

} // namespace pastur::commands
