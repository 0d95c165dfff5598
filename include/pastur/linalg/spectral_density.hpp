// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/linear_operator.hpp>
#include <pastur/random/stream.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

/// Gauss quadrature of the spectral measure mu = sum_i (u_i . v)^2 / |v|^2 delta(lambda_i) that a vector v
/// sees: with k nodes, sum weights f(nodes) is mu(f) for every polynomial f of degree < 2 k, and for all f
/// once the Krylov space of v is exhausted.
struct Quadrature {
  std::vector<double> nodes;   ///< ascending
  std::vector<double> weights; ///< >= 0, sum 1
  /// After 4/5 of the steps (the same where the Krylov space has ended): what still differs has not
  /// converged.
  std::vector<double> earlier_nodes, earlier_weights;
};

/// At most `steps` Lanczos steps from v, this rank's piece `local_start`; fewer where the Krylov space ends.
/// Every new vector is orthogonalised twice against all before it: 4 n steps^2 flop and `steps` vectors of
/// memory, both small beside the operator's, buy nodes that are distinct and weights that are those of v.
/// (Without it the sums over nodes stay right, Knizhnerman 1996, but ghosts appear among the nodes.) Throws
/// std::invalid_argument for steps < 1, sizes that do not add up, or v = 0 or not finite; std::runtime_error
/// when a product is not finite; and what the operator throws. The same on every rank. @note Collective
Quadrature lanczos_quadrature(const LinearOperator& a, std::span<const double> local_start,
                              std::int64_t steps);

/// The same from `count` vectors side by side (local_size x count, column-major), whose products go to the
/// operator as one block while none has ended. @note Collective
std::vector<Quadrature> lanczos_quadratures(const LinearOperator& a, std::span<const double> local_starts,
                                            std::int64_t count, std::int64_t steps);

/// Independent directions, whose mean quadrature is that of the density of states (1/n) sum_i
/// delta(lambda_i). Signs have the smaller variance, which vanishes for a diagonal matrix; normal ones are
/// uniform on the sphere, whatever the basis.
enum class ProbeLaw { signs, normal };

struct ProbeOptions {
  std::int64_t probes = 10;
  std::int64_t steps = 100;
  ProbeLaw law = ProbeLaw::signs;
};

/// Stochastic Lanczos quadrature: one quadrature a probe, entry i of probe k being element (i, k) of `stream`
/// whatever the number of ranks. probes * steps applications, up to 8 probes at once. Throws as
/// lanczos_quadrature(), and std::invalid_argument for probes < 1. @note Collective
std::vector<Quadrature> probe_spectrum(const LinearOperator& a, const random::Stream& stream,
                                       const ProbeOptions& options = {});

/// Bytes on a rank with `rows` of the operator's rows, for planning.
double probe_bytes(double rows, const ProbeOptions& options);

// Densities are smoothed by the Cauchy kernel: rho(x) = (1/n) sum_i (w/pi) / ((x - lambda_i)^2 + w^2) =
// (1/pi) Im (1/n) tr (A - x - i w)^{-1}, the Stieltjes transform at height w. So a limit law's transform at
// the same point is its counterpart, with no convolution; and the Gauss quadrature of a resolvent converges
// by a factor of about exp(-2 w/h) a step on a bulk of half width h, so some 10 h/w steps leave nothing but
// the probes' noise.

/// At every position, from all eigenvalues. Throws std::invalid_argument unless width > 0 and there are
/// eigenvalues.
std::vector<double> smoothed_density(std::span<const double> eigenvalues, std::span<const double> positions,
                                     double width);

struct ProbedDensity {
  std::vector<double> density;        ///< mean over the probes
  std::vector<double> standard_error; ///< of that mean, from the probes' scatter; NaN for one probe
  /// |density - the same after 4/5 of the steps|: where it is not small beside the standard error, there were
  /// too few steps.
  std::vector<double> step_error;
};
/// The same from quadratures. Throws std::invalid_argument unless width > 0 and there are quadratures.
ProbedDensity smoothed_density(std::span<const Quadrature> quadratures, std::span<const double> positions,
                               double width);

} // namespace pastur::linalg
