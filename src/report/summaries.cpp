// SPDX-License-Identifier: BSD-3-Clause
#include "summaries.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::report {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The declaration of an observable, or null where the study is not known.
const study::ObservableSpec* declaration(const run::Experiment* experiment, const std::string& observable) {
  if (experiment == nullptr) return nullptr;
  const std::vector<study::ObservableSpec>& all = experiment->study->info().observables;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const study::ObservableSpec& spec) { return spec.name == observable; });
  return found == all.end() ? nullptr : &*found;
}

} // namespace

const store::Variable* theory_of(const store::Layout& layout, const std::string& observable) {
  const auto found = std::find_if(layout.theory.begin(), layout.theory.end(),
                                  [&](const store::Variable& t) { return t.theory_of == observable; });
  return found == layout.theory.end() ? nullptr : &*found;
}

Summaries::Summaries(const store::Reader& reader, const run::Experiment* experiment,
                     const store::Variable& variable, const std::vector<store::DrawState>& states)
    : draws_(static_cast<std::size_t>(reader.layout().draws)),
      own_(static_cast<std::size_t>(reader.layout().own_size(variable))),
      values_(reader.observable(variable.name)) {
  for (const store::DrawState state : states) done_.push_back(state == store::DrawState::done);
  if (const store::Variable* prediction = theory_of(reader.layout(), variable.name)) {
    theory_ = reader.theory(prediction->name);
    comparison_ = prediction->comparison;
  }
  const study::ObservableSpec* declared = declaration(experiment, variable.name);
  if (declared != nullptr && has_theory()) comparison_ = study::to_string(declared->comparison);
  const study::Summary stored = variable.summary == "median" ? study::Summary::median : study::Summary::mean;
  const bool infinite = declared != nullptr
                            ? declared->missing_as == study::MissingAs::infinity
                            : variable.missing_as == study::to_string(study::MissingAs::infinity);
  if (infinite) missing_as_ = study::MissingAs::infinity;
  summary_.assign(static_cast<std::size_t>(reader.layout().points()), stored);
  if (declared == nullptr || !declared->summary_at) return;
  for (std::size_t p = 0; p < summary_.size(); ++p)
    summary_[p] = declared->summary_at(experiment->points.at(p));
}

std::vector<double> Summaries::taken(std::size_t point, std::size_t entry) const {
  std::vector<double> values;
  for (std::size_t slot = point * draws_; slot < (point + 1) * draws_; ++slot) {
    if (done_[slot]) values.push_back(values_[slot * own_ + entry]);
  }
  return values;
}

std::vector<double> Summaries::draws(std::size_t point, std::size_t entry) const {
  std::vector<double> values = taken(point, entry);
  std::erase_if(values, [](double value) { return std::isnan(value); });
  return values;
}

run::Estimate Summaries::estimate(std::size_t point, std::size_t entry) const {
  return run::estimate(taken(point, entry), summary_[point], missing_as_);
}

double Summaries::theory(std::size_t point, std::size_t entry) const {
  return theory_.empty() ? nan : theory_[point * own_ + entry];
}

} // namespace pastur::report
