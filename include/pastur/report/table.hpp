// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/report/coordinates.hpp>
#include <pastur/run/statistics.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <string>
#include <vector>

namespace pastur::report {

/// One entry of one observable at one point.
struct Row {
  std::int64_t point = 0;
  std::vector<Scalar> axes{}; ///< the point's coordinates, one per Table::axes
  std::string observable{};
  std::vector<Scalar> coordinates{}; ///< its own coordinates, one per Table::dimensions; a NaN where the
                                     ///< observable has no such dimension
  run::Estimate estimate{};
  double theory = 0.0;      ///< NaN where there is none
  std::string comparison{}; ///< how it is meant: "prediction", "limit" or "bound"; empty where there is none
  double z = 0.0;           ///< NaN but for a prediction
};

struct Table {
  std::string study;
  std::vector<std::string> axes{};     ///< names of the swept parameters
  std::vector<std::string> dimensions; ///< names of the own dimensions that some row has
  std::vector<Row> rows;               ///< observable by observable, point by point
  std::vector<std::string> left_out;   ///< observables longer than asked for
};

/// Every observable whose own size is at most `largest`, summarised over its finished draws. Longer ones (a
/// spectrum) are left to figures and to the file itself. `experiment`: null when the study is not known here;
/// then every summary is the one the store names. `only`: these observables, whatever their size; throws
/// InputError for one that is not in the store.
Table make_table(const store::Reader& reader, const run::Experiment* experiment, std::int64_t largest = 32,
                 const std::vector<std::string>& only = {});

/// "+1.3", or "limit" or "bound" for a theory that has no z-score.
std::string z_text(const Row& row);

/// Columns for reading: "0.0394(14)" is a mean and the standard error of its last digits.
std::string as_text(const Table& table);
/// A header line, then numbers in full precision; empty cells where there is nothing.
std::string as_csv(const Table& table);
/// {"study", "rows": [{axis..., "observable", dimension..., "value", "standard_error", "count", "theory",
/// "comparison", "z"}]}; null where there is nothing.
std::string as_json(const Table& table);

} // namespace pastur::report
