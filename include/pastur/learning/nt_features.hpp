// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/inputs.hpp>
#include <pastur/linalg/block_cyclic_matrix.hpp>
#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/linalg/process_grid.hpp>
#include <pastur/parallel/communicator.hpp>
#include <pastur/random/stream.hpp>
#include <pastur/theory/activation.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace pastur::learning {

struct SlopeSource;

/// Law of the rows of the N x d weight matrix: uniform on the unit sphere, or N(0, I_d / d).
enum class WeightLaw { sphere, gauss };

/// How predictions are formed: by the network A_l = sum_i alpha_i sigma'(<w_l, x_i>) x_i, or by blocks of the
/// test-by-train kernel.
enum class PredictionRoute { automatic, network, kernel };

/// The neural-tangent features of a two-layer net at its random initialisation, never formed: with S =
/// sigma'(X W^T), K_N(x, x') = (1/(N d)) sum_l sigma'(<w_l, x>) sigma'(<w_l, x'>) <x, x'>, that is K_N = (S
/// S^T) o (X X^T) / (N d). Rows of W come from stream "W", row l for neuron l; any rank regenerates any of
/// them, in chunks.
class NeuralTangentFeatures {
public:
  /// Throws std::invalid_argument when neurons < 1, std::domain_error when sigma' is undefined.
  NeuralTangentFeatures(Inputs inputs, const theory::Activation& activation, WeightLaw law,
                        std::int64_t neurons, const random::Streams& streams);

  const Inputs& inputs() const { return inputs_; }
  std::int64_t neurons() const { return neurons_; }

  /// Rows [first, first + count) of W, column-major.
  void weights(std::int64_t first, std::int64_t count, double* out, std::int64_t ld) const;

  /// K_N of the training inputs in the lower triangle (the upper one is unspecified). No
  /// communication: n^2 (N + d) flop over the team and 2 N d per local row and column.
  linalg::BlockCyclicMatrix assemble(std::shared_ptr<const linalg::ProcessGrid> grid,
                                     std::int32_t block = 64) const;

  /// Predictions on the test inputs. `alphas`: n x columns, column-major, the same on every rank; the result
  /// is n_test x columns, column-major, on every rank. automatic takes the cheaper route.
  /// @note Collective
  std::vector<double> predict(std::span<const double> alphas, std::int64_t columns,
                              const parallel::Communicator& team,
                              PredictionRoute route = PredictionRoute::automatic) const;

  /// K_N as an operator on vectors and on blocks of k vectors: 4 n N d k flop in products of matrices and one
  /// sum of N d k doubles over the team. Slopes of two values are kept as bits (n N / 8 bytes over the team,
  /// set up with 2 n N d flop) and expanded twice a block, tile by tile; others are kept as doubles (8 n N
  /// bytes) where this rank's rows of them fit in `memory` bytes, else made again for every block (2 n N d
  /// flop more). The operator refers to `team`, which must outlive it; it does not refer to this object.
  linalg::LinearOperator linear_operator(const parallel::Communicator& team, double memory = 2e9) const;

  /// c_0^2 X X^T / d + (E sigma'^2 - c_0^2) I, the infinite-width kernel's linear part and its bulk: what
  /// lets conjugate gradients forget the d outliers. Rank d, or 0 where c_0 = 0.
  linalg::LowRankPreconditioner preconditioner(const parallel::Communicator& team) const;

private:
  SlopeSource slope_source() const;
  Inputs inputs_;
  theory::Activation activation_;
  WeightLaw law_;
  std::int64_t neurons_;
  random::Stream weights_;
};

/// Bit pairs (AND, POPCNT) that take as long as one flop of a matrix product: 8 to 38 were measured.
inline constexpr double bit_pairs_per_flop = 16.0;

/// Estimates for planning, no allocation. Flops and bit pairs are over the whole team, bytes on one rank of
/// `ranks`. `two_slopes`: sigma' takes two values.
struct NeuralTangentCost {
  double assembly_flops = 0.0;
  double assembly_bit_pairs = 0.0;
  double assembly_bytes = 0.0;   ///< panels, beside the n x n matrix itself
  double prediction_flops = 0.0; ///< for `columns` ridges, by the cheaper route
  double prediction_bit_pairs = 0.0;
  double prediction_bytes = 0.0;
  double operator_flops = 0.0; ///< one application
  double operator_bytes = 0.0; ///< with S kept
};
NeuralTangentCost neural_tangent_cost(std::int64_t n, std::int64_t n_test, std::int64_t d,
                                      std::int64_t neurons, std::int64_t columns, bool two_slopes, int ranks);

} // namespace pastur::learning
