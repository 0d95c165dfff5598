// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/study.hpp>

#include <vector>

namespace pastur::studies {

/// Ensembles of tiny trainings of two-layer ReLU networks f(x) = c + sum_i w_i relu(a_i x + b_i) from zero
/// biases: do the kinks ever leave the gap of the data around 0? Until one does, a step of gradient descent
/// on the whole network is a step of two 3 x 3 maps, at a cost that depends on neither width nor samples
/// (docs/relu_inconsistency.md).
class ReluInconsistency final : public study::Study {
public:
  ReluInconsistency();

  const study::StudyInfo& info() const override { return info_; }
  void check(const study::Parameters& point) const override;
  std::vector<std::string> warnings(const study::Parameters& point) const override;
  study::Cost cost(const study::Parameters& point) const override;
  /// @note Collective over `team`
  void draw(const study::Parameters& point, const parallel::Communicator& team,
            const random::Streams& streams, study::Recorder& record) const override;
  void theory(const study::Parameters& point, study::Recorder& record) const override;

private:
  study::StudyInfo info_;
};

namespace relu_inconsistency {

/// The study's declaration: parameters, dimensions, observables, figures.
study::StudyInfo declaration();
std::vector<study::Figure> figures();

} // namespace relu_inconsistency
} // namespace pastur::studies
