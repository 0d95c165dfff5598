// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/study.hpp>
#include <pastur/theory/skip_block_law.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pastur::studies {

namespace skip_connections {
class DataSources;
}

/// Singular values of layers with skip connections: the matrix A = (M_0 + skip I) D_0 that a trained layer is
/// followed by, whose squares are the axes of the local quadratic loss; and the same in deep networks, at
/// initialisation and in training (docs/skip_connections.md).
class SkipConnections final : public study::Study {
public:
  SkipConnections();
  ~SkipConnections() override;

  const study::StudyInfo& info() const override { return info_; }
  void check(const study::Parameters& point) const override;
  /// Loads the data sets that points name. @note Collective over `world`
  void prepare(std::span<const study::Parameters> points, const parallel::Communicator& world) override;
  study::Cost cost(const study::Parameters& point) const override;
  /// @note Collective over `team`
  void draw(const study::Parameters& point, const parallel::Communicator& team,
            const random::Streams& streams, study::Recorder& record) const override;
  void theory(const study::Parameters& point, study::Recorder& record) const override;

private:
  study::StudyInfo info_;
  std::unique_ptr<skip_connections::DataSources> sources_;
};

namespace skip_connections {

/// The slope of an off unit: 1 (linear), 0 (relu), `negative_slope` (leaky), -1 (abs).
double off_slope(const std::string& activation, double negative_slope);
/// Units per layer: n, or sites x channels of a convolution.
std::int64_t width(const study::Parameters& point);
bool is_convolution(const study::Parameters& point);
/// Whether draws of a block find all its singular values, and how they move.
bool has_spectrum(const study::Parameters& point);
bool is_perturbed(const study::Parameters& point);
/// Whether draws of a network find all eigenvalues of its layers' Hessians.
bool has_dual(const study::Parameters& point);
/// Eigenvalues of a layer's Hessian that a draw finds: all batch x outputs, or the greatest.
std::int64_t eigenvalues(const study::Parameters& point);
/// The limit law's block at a point; masks of a real forward pass are on with probability 1/2.
theory::SkipBlock block_law(const study::Parameters& point);

std::vector<study::ParameterSpec> parameters();
std::vector<study::Dimension> dimensions();
std::vector<study::ObservableSpec> observables();
std::vector<study::TheoryOutputSpec> theory_outputs();
std::vector<study::Figure> figures();

/// Points of the density's grid.
inline constexpr std::size_t density_points = 400;
/// Grid of the hard edge's density: multiples of least_step.
inline constexpr std::size_t least_points = 101;
inline constexpr double least_step = 0.05;
/// Inequalities of the paper that a draw checks: `inequality` = 1..10 (docs/skip_connections.md).
inline constexpr std::size_t inequality_count = 10;
/// The largest batch x outputs whose dual is formed.
inline constexpr std::int64_t largest_dual = 65536;
/// How many eigenvalues of a Hessian without a dual are found.
inline constexpr std::int64_t leading_eigenvalues = 10;

} // namespace skip_connections
} // namespace pastur::studies
