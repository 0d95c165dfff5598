// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/studies/benign_overfitting_bounds.hpp>
#include <pastur/studies/benign_overfitting_population.hpp>
#include <pastur/study/study.hpp>
#include <pastur/theory/optimal_ridge.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pastur::studies {

/// Ridge(less) linear regression with a general covariance: exact conditional bias, variance and risk along a
/// ridge path of either sign, the optimal ridge, effective ranks, the deterministic equivalent and the bounds
/// of Tsigler and Bartlett (docs/benign_overfitting.md).
class BenignOverfitting final : public study::Study {
public:
  BenignOverfitting();

  const study::StudyInfo& info() const override { return info_; }
  void check(const study::Parameters& point) const override;
  std::vector<std::string> warnings(const study::Parameters& point) const override;
  /// Loads the files that points name and checks every covariance. @note Collective over `world`
  void prepare(std::span<const study::Parameters> points, const parallel::Communicator& world) override;
  study::Cost cost(const study::Parameters& point) const override;
  /// @note Collective over `team`
  void draw(const study::Parameters& point, const parallel::Communicator& team,
            const random::Streams& streams, study::Recorder& record) const override;
  void theory(const study::Parameters& point, study::Recorder& record) const override;

private:
  /// What all draws of a point share and no draw changes.
  struct Plan {
    benign_overfitting::Population population;
    theory::OptimalRidge optimum;                   ///< of the deterministic equivalent
    std::vector<benign_overfitting::Bounds> bounds; ///< one for every ridge
  };
  benign_overfitting::Population population(const study::Parameters& point) const;
  std::shared_ptr<const Plan> plan(const study::Parameters& point) const;

  study::StudyInfo info_;
  /// Vectors of the user's own by what they are and where they stand.
  std::map<std::string, std::shared_ptr<const std::vector<double>>> vectors_;
  /// The point met last: draws of a point mostly come in a row.
  mutable std::mutex last_mutex_;
  mutable std::string last_point_;
  mutable std::shared_ptr<const Plan> last_plan_;
};

namespace benign_overfitting {

/// The study's declaration: parameters, dimensions, observables, theory-only outputs, figures.
study::StudyInfo declaration();
std::vector<study::Figure> figures();
/// k = 0, 1, ... below min(p, 10^4), then 100 values a decade below p: a prefix of the same list for every p.
std::vector<double> rank_places(std::int64_t p);

} // namespace benign_overfitting
} // namespace pastur::studies
