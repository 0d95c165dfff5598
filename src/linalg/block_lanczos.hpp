// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "guarded_operator.hpp"

#include <pastur/linalg/linear_operator.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace pastur::linalg {

/// Approximate eigenpairs from a subspace V: values ascending, r_i = |A u_i - theta_i u_i| with u_i = V z_i.
struct RitzPairs {
  std::vector<double> values;
  std::vector<double> residuals;
  std::vector<double> vectors; ///< z_i, column-major, orthonormal

  std::size_t size() const { return values.size(); }
  /// Bounds of |theta - lambda| for the least and the greatest pair: r^2 / gap (Temple's inequality) with the
  /// next Ritz value moved towards the end by its own residual, or r where these intervals overlap.
  double least_error() const;
  double greatest_error() const;
};

/// Lanczos with blocks of vectors and full reorthogonalisation: A V = V T + Q C with V, Q orthonormal, T =
/// V^T A V. A block that becomes dependent shrinks; when it is empty V is invariant. The projected problem is
/// solved on one rank, so that all take the same decisions.
class BlockLanczos {
public:
  /// `start`: this rank's rows of `block` >= 1 vectors, column-major. The operator must outlive the object.
  /// Throws std::invalid_argument for sizes that do not fit or local sizes that do not add up. @note
  /// Collective
  BlockLanczos(const LinearOperator& a, std::span<const double> start, std::int64_t block);

  /// Applies A to Q and takes Q into V; nothing when V is invariant. Throws what the operator throws and
  /// std::runtime_error when its product is not finite. @note Collective
  void expand();
  bool invariant() const { return pending_ == 0; }
  std::int64_t size() const { return size_; } ///< of V
  std::int64_t applications() const { return applications_; }

  struct Limits {
    std::int64_t basis;           ///< vectors in V before a restart
    std::int64_t least, greatest; ///< and after it, from either end
    std::int64_t restarts;
  };
  /// Expands and restarts until done(the Ritz pairs), which is asked whenever V has grown by a tenth, or V is
  /// invariant. False when `restarts` were not enough. @note Collective
  bool iterate(const Limits& limits, const std::function<bool(const RitzPairs&)>& done);

  /// Valid until the next expand() or restart(). @note Collective
  const RitzPairs& ritz();
  /// This rank's rows of Ritz vector u_i.
  std::vector<double> ritz_vector(std::size_t i);
  /// V becomes the `least` first and `greatest` last Ritz vectors (thick restart). @note Collective
  void restart(std::int64_t least, std::int64_t greatest);

private:
  double* column(std::int64_t j) { return basis_.data() + static_cast<std::size_t>(j * rows_); }
  std::vector<double> remove_projection(std::int64_t basis, double* w, std::int64_t columns);
  void take_block(std::int64_t columns, double scale);

  const LinearOperator& a_;
  GuardedOperator guarded_;
  std::int64_t rows_;
  std::int64_t size_ = 0;    ///< columns of V
  std::int64_t pending_ = 0; ///< columns of Q, which follow in basis_
  std::int64_t applications_ = 0;
  std::vector<double> basis_;
  std::vector<double> t_;        ///< size x size
  std::vector<double> coupling_; ///< C: pending x size
  RitzPairs ritz_;
  bool current_ = false;
};

/// This rank's rows of `columns` normal vectors that do not depend on the number of ranks.
std::vector<double> lanczos_start(const LinearOperator& a, std::int64_t columns);

} // namespace pastur::linalg
