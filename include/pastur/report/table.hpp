// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/statistics.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <string>
#include <vector>

namespace pastur::report {

/// One entry of one observable at one point.
struct Row {
  std::int64_t point;
  std::vector<std::string> axes;         ///< text of the point's coordinates, one per axis (zip: one per zipped parameter)
  std::string observable;
  std::vector<std::string> coordinates;  ///< text of its own coordinates ("ridge=0.1")
  run::Estimate estimate;
  double theory;                         ///< NaN where there is none
  double z;
};

struct Table {
  std::vector<std::string> axes;         ///< names
  std::vector<Row> rows;
};

/// Every observable whose own size is at most `largest`, summarised. Longer ones (a spectrum) are left to figures and to the file itself.
Table make_table(const store::Reader& reader, const run::Experiment& experiment, std::int64_t largest = 32);

std::string as_text(const Table& table);
std::string as_csv(const Table& table);
std::string as_json(const Table& table);

} // namespace pastur::report
