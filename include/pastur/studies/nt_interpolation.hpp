// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/data_set.hpp>
#include <pastur/study/study.hpp>
#include <pastur/theory/activation.hpp>

#include <map>
#include <memory>
#include <string>

namespace pastur::studies {

/// Memorisation and generalisation of two-layer networks in the neural-tangent regime: the kernel
/// K_N = (S S^T) o (X X^T) / (N d), S = sigma'(X W^T), its spectrum, its ridge path and what it predicts
/// (docs/nt_interpolation.md).
class NtInterpolation final : public study::Study {
public:
  NtInterpolation();

  const study::StudyInfo& info() const override { return info_; }
  void check(const study::Parameters& point) const override;
  /// Loads and whitens every data set that a point names. @note Collective over `world`
  void prepare(std::span<const study::Parameters> points, const parallel::Communicator& world) override;
  study::Cost cost(const study::Parameters& point) const override;
  /// @note Collective over `team`
  void draw(const study::Parameters& point, const parallel::Communicator& team,
            const random::Streams& streams, study::Recorder& record) const override;
  void theory(const study::Parameters& point, study::Recorder& record) const override;

private:
  std::shared_ptr<const learning::DataSet> data_set(const study::Parameters& point) const;

  study::StudyInfo info_;
  /// Whitened data sets by source and dimension.
  std::map<std::string, std::shared_ptr<const learning::DataSet>> data_;
};

namespace nt_interpolation {

/// sigma with its shift where it has one.
theory::Activation activation(const study::Parameters& point);
/// The study's declaration: parameters, dimensions, observables, theory-only outputs, figures.
study::StudyInfo declaration();
std::vector<study::Figure> figures();

} // namespace nt_interpolation
} // namespace pastur::studies
