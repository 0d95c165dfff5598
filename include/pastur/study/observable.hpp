// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/parameters.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pastur::study {

/// A dimension of observables that is not a coordinate parameter, e.g. `index` of the eigenvalues. The
/// coordinate of every point must be a prefix of the longest one in the study file: shorter points are padded
/// with NaN.
struct Dimension {
  std::string name;
  std::string meaning{};
  std::function<std::vector<double>(const Parameters&)> coordinate;
};

/// How draws are summarised: a mean with its standard error, or a median with its (for means that do not
/// exist).
enum class Summary { mean, median };

/// How an observable's theory is meant. A prediction is the value that the summary estimates, so a z-score
/// compares the two. A limit is what it tends to with some size, and a bound is what it must not cross: both
/// stand beside the draws without a z-score.
enum class Comparison { prediction, limit, bound };

/// What a missing entry of a draw is to the median over draws: left out, or +infinity (the condition number
/// of a deficient matrix).
enum class MissingAs { ignored, infinity };

std::string_view to_string(Summary summary);
std::string_view to_string(Comparison comparison);
std::string_view to_string(MissingAs missing);

struct ObservableSpec {
  std::string name;
  std::vector<std::string>
      dimensions{}; ///< own dimensions, in order: coordinate parameters or names of Dimension
  std::string unit = "1";
  std::string meaning{};
  Summary summary = Summary::mean;
  MissingAs missing_as = MissingAs::ignored; ///< infinity: with a median only
  bool has_theory = false; ///< theory() sets it under the same name; it becomes NAME_theory in the store
  Comparison comparison = Comparison::prediction;  ///< of its theory
  std::function<bool(const Parameters&)> exists{}; ///< at which points; empty: at all
  std::function<Summary(const Parameters&)>
      summary_at{}; ///< where the summary depends on the point; empty: `summary`
};

/// A prediction with a name of its own that no draw measures (a phase boundary, a constant).
struct TheoryOutputSpec {
  std::string name;
  std::vector<std::string> dimensions{};
  std::string unit = "1";
  std::string meaning{};
  std::function<bool(const Parameters&)> exists{};
};

/// What a figure shows. Points with error bars are draws, lines are theory (from the finer theory grid when
/// the study file has one).
struct Figure {
  enum class Kind { curve, heat_map, histogram };
  std::string name; ///< lower_snake_case, chosen by `pastur plot --figure NAME`
  std::string title{};
  Kind kind = Kind::curve;
  std::vector<std::string> observables; ///< curve: one or more; heat_map, histogram: one. Theory-only outputs
                                        ///< may appear: drawn as lines
  std::string x{};      ///< swept parameter or dimension on the x axis (heat_map too); histogram: unused
  std::string y{};      ///< heat_map: second axis
  std::string x_mark{}; ///< curve: a number in units of x; vertical lines mark its prediction
  std::string x_label{}, y_label{};
  bool log_x = false, log_y = false;
  std::function<bool(const Parameters&)>
      applies{}; ///< whether it makes sense for a study file (looked at its first point); empty: always
  std::function<double(const Parameters&)>
      scaled_x{}; ///< x as a function of the point (e.g. N d / n); empty: the parameter itself
};

} // namespace pastur::study
