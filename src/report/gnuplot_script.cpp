// SPDX-License-Identifier: BSD-3-Clause
#include "gnuplot_script.hpp"

#include "gnuplot_text.hpp"

#include <pastur/parallel/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pastur::report {

namespace fs = std::filesystem;

namespace {

std::string terminal(const std::string& suffix, int width, int height) {
  // The bitmap has twice the pixels, so that print and dense screens are sharp.
  if (suffix == ".png") {
    return fmt::format(
        "pngcairo enhanced size {},{} font 'DejaVu Sans,13' fontscale 1.55 linewidth 2 pointscale 2",
        2 * width, 2 * height);
  }
  if (suffix == ".pdf") {
    return fmt::format(
        "pdfcairo enhanced size {:.3f}in,{:.3f}in font 'DejaVu Sans,13' fontscale 0.8 pointscale 0.8",
        width / 100.0, height / 100.0);
  }
  return fmt::format("svg enhanced size {},{} font 'DejaVu Sans,14' background rgb 'white'", width, height);
}

/// Runs `gnuplot FILE` in `folder` with its messages going to `log`; the exit status, 127 when there is no
/// gnuplot.
int gnuplot(const fs::path& folder, const std::string& file, const fs::path& log) {
  const std::string log_name = log.string();
  const std::string folder_name = folder.string();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot start gnuplot: fork failed");
  if (child == 0) {
    const int messages = open(log_name.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (messages >= 0) {
      dup2(messages, STDOUT_FILENO);
      dup2(messages, STDERR_FILENO);
    }
    if (chdir(folder_name.c_str()) != 0) _exit(126);
    execlp("gnuplot", "gnuplot", file.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

} // namespace

std::string Script::data(const std::string& about, const std::vector<std::vector<double>>& rows) {
  const std::string name = fmt::format("$data{}", ++count_);
  blocks_ += fmt::format("# {}\n{} << EOD\n", about, name);
  for (const std::vector<double>& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      blocks_ += c > 0 ? " " : "";
      blocks_ += std::isfinite(row[c]) ? fmt::format("{:.10g}", row[c]) : std::string("NaN");
    }
    blocks_ += "\n";
  }
  blocks_ += "EOD\n";
  return name;
}

std::string Script::text(const fs::path& output, int width, int height) const {
  std::string text = "# gnuplot 5.4 or later\nset encoding utf8\n";
  text += fmt::format("set terminal {}\n", terminal(output.extension().string(), width, height));
  text += fmt::format("set output {}\n", literal(output.filename().string()));
  text += "\n" + blocks_ + "\n";
  return text + body_ + "unset output\n";
}

void require_figure_suffix(const fs::path& output) {
  const std::string suffix = output.extension().string();
  if (suffix != ".svg" && suffix != ".png" && suffix != ".pdf") {
    throw InputError(fmt::format("{}: a figure's name ends in .svg, .png or .pdf", output.string()));
  }
}

void run_gnuplot(const std::string& script, const fs::path& output, bool keep_script) {
  const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
  if (!fs::is_directory(folder))
    throw InputError(fmt::format("{}: there is no such folder", folder.string()));
  fs::path script_path = output;
  script_path.replace_extension(keep_script ? ".gp" : fmt::format(".{}.gp", getpid()));
  {
    std::ofstream file(script_path);
    file << script;
    file.flush();
    if (!file) throw InputError(fmt::format("{}: cannot be written", script_path.string()));
  }
  const fs::path log = fs::temp_directory_path() / fmt::format("pastur-gnuplot-{}.log", getpid());
  const int status = gnuplot(folder, script_path.filename().string(), log);
  const std::string messages = contents(log);
  std::error_code ignored;
  fs::remove(log, ignored);
  if (!keep_script) fs::remove(script_path, ignored);
  if (status == 127) {
    throw std::runtime_error(
        "gnuplot is not installed (package gnuplot-nox); --script keeps the script for another machine");
  }
  if (status != 0 || !fs::exists(output) || fs::file_size(output) == 0) {
    throw std::runtime_error(fmt::format("gnuplot could not draw {}:\n{}", output.string(), messages));
  }
}

} // namespace pastur::report
