// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/report/coordinates.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pastur::report {

struct PointStatus {
  std::vector<Scalar> axes{};
  std::int64_t done = 0, failed = 0, pending = 0;
  double seconds = 0.0;              ///< mean of a draw; NaN before the first
  std::string worst_observable{};    ///< the one with the largest standard error relative to its value; empty
                                     ///< below two draws
  double worst_relative_error = 0.0; ///< of that one
};

/// A draw that failed, and what it was made from.
struct FailedDraw {
  std::int64_t point = 0, draw = 0;
  std::string reason{};
  std::string streams{}; ///< the text its random streams are seeded with; empty when the study is not known
};

/// How the last run did a step that can be done in several ways.
struct MethodStatus {
  std::string step, how;
  std::int64_t times = 0;
  double expected_product_flops = 0.0, seconds = 0.0; ///< of all times together
};

/// How far a run has come.
struct Status {
  std::string study;
  std::vector<std::string> axes{};
  std::vector<PointStatus> points;
  std::int64_t done = 0, failed = 0, pending = 0;
  bool adaptive = false;  ///< draws stop at a precision: the pending ones are the most there can be
  std::int64_t teams = 1; ///< that worked at once in the last run
  double seconds_left =
      0.0; ///< pending draws at each point's pace over `teams`; NaN when no draw has finished
  std::vector<std::string> warnings;            ///< of the last run
  std::vector<MethodStatus> methods{};          ///< of the last run, once it has ended
  std::vector<FailedDraw> failed_draws{};       ///< by point, then draw
  std::map<std::string, std::int64_t> failures; ///< reason -> draws
  std::map<std::string, std::int64_t> missing;  ///< reason for missing entries of finished draws -> draws
};

/// `experiment`: null when the study is not known here.
Status make_status(const store::Reader& reader, const run::Experiment* experiment);

std::string as_text(const Status& status);
std::string as_json(const Status& status);

} // namespace pastur::report
