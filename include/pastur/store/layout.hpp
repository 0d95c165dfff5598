// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace pastur::store {

/// A named dimension with its coordinate values: an HDF5 dimension scale at the root.
struct Axis {
  std::string name;
  std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> values;
  std::string unit = "1";
  std::string long_name;
  std::size_t size() const;
};

/// A quantity with its own dimensions (names of Layout::dimensions).
struct Variable {
  std::string name;
  std::vector<std::string> dimensions;
  std::string unit = "1";
  std::string long_name;
  std::string summary = "mean";
  std::string
      theory_of{}; ///< theory variables: the observable they predict, or empty for a theory-only output
  std::string missing_as = "ignored"; ///< observables: or "infinity", in medians
  std::string comparison{};           ///< with theory_of: "prediction", "limit" or "bound"
};

/// Everything about a store that is fixed when it is created. Points are numbered row-major over the axes
/// (last axis fastest); with a zip sweep there is one axis `point`, and the zipped parameters are coordinates
/// along it.
struct Layout {
  std::vector<Axis> axes;              ///< sweep axes; empty: one point
  std::vector<Axis> point_coordinates; ///< zip only: values along `point`, one per point
  std::int64_t draws = 0;              ///< slots per point (the most there can be)
  std::vector<Axis> dimensions;        ///< own dimensions of the variables
  std::vector<Variable> observables;   ///< stored as NAME(axes..., draw, own...)
  std::vector<Variable> theory;        ///< stored as NAME(axes..., own...)
  std::vector<Axis> theory_axes; ///< finer grid of the group theory/: its own axes (same names where they
                                 ///< replace a sweep axis); empty: none
  std::vector<Axis>
      theory_dimensions; ///< own dimensions that are finer in the group theory/ than at the root
  std::string study, paper,
      study_file; ///< root attributes; study_file is the text as read, with --set applied listed after it
  std::string identity; ///< canonical text of all that fixes the numbers: seed, study, parameters, sweep.
                        ///< Same identity = resumable
  std::int64_t seed = 0;
  bool common_random_numbers = false;

  std::int64_t points() const;
  bool has_finer_theory() const { return !theory_axes.empty() || !theory_dimensions.empty(); }
  std::int64_t theory_points() const; ///< of the finer grid; 0 without one
  /// `fine`: in the group theory/.
  std::int64_t own_size(const Variable& variable, bool fine = false) const;
  const Axis& dimension(const std::string& name, bool fine = false) const;
};

/// What `wanted` has that a file made from `stored` cannot hold, in words; empty when the file can be
/// continued with it. Identities are not compared.
std::string layout_difference(const Layout& stored, const Layout& wanted);

/// Bytes of everything that a store with this layout keeps: draws, theory, bookkeeping. The file adds some
/// kilobytes of names and coordinates. Throws InputError when the layout asks for more than a store can hold.
double stored_bytes(const Layout& layout);

} // namespace pastur::store
