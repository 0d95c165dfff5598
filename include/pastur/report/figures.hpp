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

struct PlottedFigures {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> left_out; ///< why the store cannot show others of the study's figures
};

/// Draws with gnuplot. With one applicable figure: `output` itself; with several: STEM_NAME.SUFFIX each.
/// `only`: one figure by name. `keep_script`: leaves the .gp file beside the figure. Throws InputError for an
/// unknown figure or suffix.
PlottedFigures plot(const store::Reader& reader, const run::Experiment& experiment,
                    const std::filesystem::path& output, const std::string& only = {},
                    bool keep_script = false);

} // namespace pastur::report
