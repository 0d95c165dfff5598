// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/report/table.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace pastur::report {

/// The gnuplot script (data inline) of one of the study's figures for this store, writing `output` (svg, png
/// or pdf by its suffix).
std::string gnuplot_script(const study::Figure& figure, const store::Reader& reader,
                           const run::Experiment& experiment, const std::filesystem::path& output);

/// Draws with gnuplot. With one applicable figure: `output` itself; with several: STEM_NAME.SUFFIX each.
/// `only`: one figure by name. `keep_script`: leaves the .gp file beside the figure. Returns the files
/// written. Throws InputError for an unknown figure or suffix.
std::vector<std::filesystem::path> plot(const store::Reader& reader, const run::Experiment& experiment,
                                        const std::filesystem::path& output, const std::string& only = {},
                                        bool keep_script = false);

} // namespace pastur::report
