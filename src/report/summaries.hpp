// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/statistics.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <string>
#include <vector>

namespace pastur::report {

/// One observable over its finished draws, beside its theory.
class Summaries {
public:
  /// `states`: of the reader. `experiment` may be null.
  Summaries(const store::Reader& reader, const run::Experiment* experiment, const store::Variable& variable,
            const std::vector<store::DrawState>& states);

  run::Estimate estimate(std::size_t point, std::size_t entry) const;
  /// NaN where there is none.
  double theory(std::size_t point, std::size_t entry) const;
  /// Entry of every finished draw at a point, NaN (missing) ones left out.
  std::vector<double> draws(std::size_t point, std::size_t entry) const;
  std::size_t entries() const { return own_; }
  bool has_theory() const { return !theory_.empty(); }
  /// How the theory is meant: "prediction", "limit" or "bound"; empty without one.
  const std::string& comparison() const { return comparison_; }

private:
  std::vector<double> taken(std::size_t point, std::size_t entry) const;

  std::size_t draws_, own_;
  std::vector<bool> done_;     // points x draws
  std::vector<double> values_; // points x draws x own
  std::vector<double> theory_; // points x own, or empty
  std::string comparison_;
  std::vector<study::Summary> summary_; // per point
  study::MissingAs missing_as_ = study::MissingAs::ignored;
};

/// The theory variable that predicts an observable, or null.
const store::Variable* theory_of(const store::Layout& layout, const std::string& observable);

} // namespace pastur::report
