// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pastur::report {

/// A gnuplot script with its data inline, so that it can be kept, edited and run anywhere.
class Script {
public:
  /// Adds a data block and returns its name. NaN breaks a line. `about`: a comment above it.
  std::string data(const std::string& about, const std::vector<std::vector<double>>& rows);
  void line(const std::string& command) { body_ += command + "\n"; }
  /// The whole script. `output`: svg, png or pdf; its file name stands in the script, without the folder.
  /// Sizes in pixels of the svg.
  std::string text(const std::filesystem::path& output, int width, int height) const;

private:
  std::string blocks_, body_;
  int count_ = 0;
};

/// Throws InputError unless the suffix is svg, png or pdf.
void require_figure_suffix(const std::filesystem::path& output);

/// Runs gnuplot on a script beside `output`, in its folder. `keep_script`: leaves STEM.gp there. Throws
/// std::runtime_error with gnuplot's own words when it fails or is not there.
void run_gnuplot(const std::string& script, const std::filesystem::path& output, bool keep_script);

} // namespace pastur::report
