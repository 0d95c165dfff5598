// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/parameters.hpp>
#include <pastur/theory/deterministic_equivalent.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pastur::studies::benign_overfitting {

enum class Spectrum { isotropic, spiked, power, powerlog, exponential, file };
enum class Target { top, uniform, source, tail, file };

/// What Sigma = diag(s_1 >= ... >= s_p) and theta* are made of; the vectors of the user's own as they stand
/// in their files.
struct PopulationSetting {
  std::int64_t p = 0;
  Spectrum spectrum = Spectrum::spiked;
  std::int64_t spikes = 0;
  double spike_height = 1.0;
  double tail = 1.0;
  double exponent = 1.0;     ///< of power, powerlog
  double log_exponent = 0.0; ///< of powerlog
  double length = 1.0;       ///< of exponential
  double floor = 1.0;        ///< of exponential
  Target target = Target::top;
  std::int64_t target_count = 1;
  double target_exponent = 0.0; ///< of source
  std::shared_ptr<const std::vector<double>> spectrum_values{};
  std::shared_ptr<const std::vector<double>> target_values{};
};

PopulationSetting setting_of(const study::Parameters& point);

/// Coordinates [first, first + count) with one eigenvalue.
struct Group {
  double eigenvalue;
  std::int64_t first;
  std::int64_t count;
  double energy; ///< sum s theta^2 over the group; 1 over all groups
};

/// Covariance and target, coordinates in descending order of their eigenvalues and counted from 0. Values are
/// computed on demand; what is stored is one group per distinct eigenvalue (and the user's own vectors).
class Population {
public:
  /// Throws InputError for eigenvalues that are not positive and finite, vectors of another length than p, a
  /// target without energy, and counts above p.
  explicit Population(PopulationSetting setting);

  std::int64_t p() const { return setting_.p; }
  /// s of coordinates [first, first + out.size()).
  void eigenvalues(std::int64_t first, std::span<double> out) const;
  /// theta* there, scaled so that theta*' Sigma theta* = 1.
  void target(std::int64_t first, std::span<double> out) const;
  double least_eigenvalue() const { return groups_.back().eigenvalue; }
  const std::vector<Group>& groups() const { return groups_; }
  /// Whether a file's spectrum did not come in descending order.
  bool was_sorted() const { return order_.empty(); }

  theory::SpectralModel model(std::int64_t n, double noise_variance) const;

private:
  double eigenvalue(std::int64_t k) const;
  double raw_target(std::int64_t k) const;
  /// sum theta^2 (not scaled) over [first, last).
  double raw_square_sum(std::int64_t first, std::int64_t last) const;
  std::int64_t constant_from() const;
  void sort_file();
  void group();

  PopulationSetting setting_;
  std::vector<std::int64_t> order_; // sorted place -> place in the file, where they differ
  bool spikes_last_ = false;        // spikes lower than the tail come last
  double scale_ = 1.0;
  std::vector<Group> groups_;
};

} // namespace pastur::studies::benign_overfitting
