// SPDX-License-Identifier: BSD-3-Clause
#include "slurm_job.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace pastur::run {

namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

struct ClosePipe {
  void operator()(std::FILE* pipe) const { pclose(pipe); }
};

/// The end as squeue knows it; a controller that is away must not hold the run up for long.
std::optional<std::int64_t> end_from_squeue(std::int64_t job) {
  const std::string command =
      fmt::format("SLURM_TIME_FORMAT=%s timeout 10 squeue --noheader --job={} --format=%e 2>/dev/null", job);
  const std::unique_ptr<std::FILE, ClosePipe> pipe(popen(command.c_str(), "re"));
  std::array<char, 64> line{};
  if (!pipe || std::fgets(line.data(), line.size(), pipe.get()) == nullptr) return std::nullopt;
  const std::string_view text(line.data());
  return number(text.substr(0, text.find_first_of(" \n"))); // "NONE" is no number
}

} // namespace

std::optional<double> seconds_to_end_of_slurm_job() {
  const std::optional<std::int64_t> job = number(variable("SLURM_JOB_ID"));
  if (!job) return std::nullopt;
  std::optional<std::int64_t> end = number(variable("SLURM_JOB_END_TIME"));
  if (!end) end = end_from_squeue(*job);
  if (!end) return std::nullopt;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(*end) - now.count();
}

} // namespace pastur::run
