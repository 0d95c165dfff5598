// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/report/coordinates.hpp>
#include <pastur/run/study_file.hpp>

#include <string>
#include <vector>

namespace pastur::report {

/// One entry of one prediction at one point.
struct TheoryRow {
  std::vector<Scalar> axes{};
  std::string quantity{}; ///< NAME_theory for an observable, the output's own name else
  std::vector<Scalar> coordinates{};
  double value = 0.0;
};

struct TheoryTable {
  std::string study;
  std::vector<std::string> axes, dimensions;
  std::vector<TheoryRow> rows;
  std::vector<std::string> reasons; ///< why entries are missing, distinct
};

/// What the study predicts at one point, as the numbers of every theory slot end to end.
std::vector<double> predictions(const run::Experiment& experiment, const study::Parameters& point,
                                std::string& reasons);

/// `values`: predictions() of every point of the finer grid where there is one, else of every point.
TheoryTable make_theory_table(const run::Experiment& experiment,
                              const std::vector<std::vector<double>>& values);

std::string as_text(const TheoryTable& table);
std::string as_csv(const TheoryTable& table);
std::string as_json(const TheoryTable& table);

} // namespace pastur::report
