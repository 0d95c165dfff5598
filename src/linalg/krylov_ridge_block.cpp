// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"
#include "guarded_operator.hpp"
#include "krylov_options.hpp"
#include "tall_blocks.hpp"
#include "woodbury.hpp"

#include <pastur/linalg/krylov_ridge_block.hpp>
#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/log_event.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace pastur::linalg {

namespace {

using Vectors = std::vector<double>; // column-major

bool finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

/// Columns `which` of x, `rows` each.
Vectors select(const Vectors& x, std::size_t rows, const std::vector<std::size_t>& which) {
  Vectors selected;
  selected.reserve(rows * which.size());
  for (const std::size_t j : which)
    selected.insert(selected.end(), x.data() + j * rows, x.data() + (j + 1) * rows);
  return selected;
}

/// Euclidean lengths of `columns` vectors that are split over the team. @note Collective
Vectors lengths(const parallel::Communicator& comm, const Vectors& x, std::size_t columns) {
  Vectors squares(columns, 0.0);
  const std::size_t rows = x.size() / std::max<std::size_t>(columns, 1);
  for (std::size_t i = 0; i < x.size(); ++i) squares[i / rows] += x[i] * x[i];
  comm.sum(std::span<double>(squares));
  for (double& value : squares) value = std::sqrt(value);
  return squares;
}

/// The solution's columns and what is left of their right-hand sides. The residuals of the columns in work
/// are R = W C, W^T M^{-1} W = I; directions S, S^T W = I, conjugate to those before.
class BlockSolver {
public:
  BlockSolver(const LinearOperator& k, double ridge, const LowRankPreconditioner& preconditioner,
              const KrylovOptions& options)
      : k_(k), guarded_(k), ridge_(ridge), options_(options), rows_(k.local_size) {
    if (preconditioner.rank == 0) return;
    inverse_.emplace(k.comm, preconditioner, preconditioner.shift + ridge);
    dual_ = [this](const Vectors& x, std::int64_t columns) {
      Vectors z(x.size());
      inverse_->apply(x, z, columns);
      return z;
    };
  }

  KrylovBlockSolution solve(std::span<const double> y, std::int64_t columns) {
    const auto rows = static_cast<std::size_t>(rows_);
    Vectors residual(y.begin(), y.end());
    x_.assign(residual.size(), 0.0);
    const Vectors norms = lengths(k_.comm, residual, static_cast<std::size_t>(columns));
    if (!finite(norms)) throw std::domain_error("krylov_ridge_block: labels too large for their squares");
    goals_ = norms;
    for (double& goal : goals_) goal *= options_.tolerance;
    std::vector<std::size_t> labelled, open;
    for (std::size_t j = 0; j < norms.size(); ++j)
      if (norms[j] > 0.0) labelled.push_back(j);
    open = labelled;
    double reached = labelled.empty() ? 0.0 : 1.0;
    double previous = 1.0;
    while (reached > options_.tolerance) {
      const char* stopped = descend(open, select(residual, rows, open));
      const Vectors solution = select(x_, rows, labelled);
      const Vectors products = multiply(solution, static_cast<std::int64_t>(labelled.size()));
      for (std::size_t c = 0; c < labelled.size(); ++c)
        for (std::size_t i = 0; i < rows; ++i)
          residual[labelled[c] * rows + i] = y[labelled[c] * rows + i] - products[c * rows + i];
      const Vectors left = lengths(k_.comm, residual, norms.size());
      reached = 0.0;
      open.clear();
      for (const std::size_t j : labelled) {
        if (!(left[j] <= goals_[j])) open.push_back(j);
        if (!(left[j] / norms[j] <= reached)) reached = left[j] / norms[j];
      }
      if (open.empty()) break;
      if (stopped != nullptr || !(reached < 0.5 * previous)) {
        throw std::runtime_error(fmt::format(
            "block conjugate gradients reached the relative residual {:.2g} instead of {:.2g} after {} "
            "iterations for {} right-hand sides ({})",
            reached, options_.tolerance, iterations_, columns,
            stopped != nullptr ? stopped : "the limit of rounding"));
      }
      previous = reached;
    }
    return {.coefficients = std::move(x_),
            .iterations = iterations_,
            .applications = applications_,
            .residual = reached};
  }

private:
  /// (K + ridge) x
  Vectors multiply(const Vectors& x, std::int64_t columns) {
    Vectors y(x.size());
    guarded_.multiply(x, y, columns);
    applications_ += columns;
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += ridge_ * x[i];
    return y;
  }

  /// x + a t, a with `inner` columns and t inner x columns.
  void add_product(Vectors& x, double factor, const Vectors& a, std::int64_t inner, const Vectors& t,
                   std::int64_t columns) const {
    product("N", rows_, columns, inner, factor, a.data(), rows_, t.data(), inner, 1.0, x.data(), rows_);
  }

  /// The block of residuals as an orthonormal basis W, R = W C, and the directions S.
  struct Block {
    std::int64_t width = 0;
    Vectors w, c, s;
  };

  Block start(Vectors residual, std::int64_t columns) const {
    Block block{.w = std::move(residual), .c = {}, .s = {}};
    Vectors z;
    Orthonormalised basis = orthonormalise(k_.comm, rows_, block.w, z, dual_, columns, 0.0);
    block.width = basis.rank;
    block.c = std::move(basis.coefficients);
    block.s = dual_ ? std::move(z) : block.w;
    return block;
  }

  /// Takes the columns out of `open` whose residual W C is small enough. The block stays as it is, for the
  /// directions to come are conjugate to those before only if none is left out, until half of it would do:
  /// then the rest starts afresh. @note Collective
  void drop_converged(std::vector<std::size_t>& open, Block& block) const {
    const auto width = static_cast<std::size_t>(block.width);
    Vectors gram;
    if (dual_)
      gram = inner_products(k_.comm, rows_, block.w.data(), block.width, block.w.data(), block.width);
    std::vector<std::size_t> kept, places;
    for (std::size_t j = 0; j < open.size(); ++j) {
      const double* const column = block.c.data() + j * width;
      double square = 0.0;
      for (std::size_t i = 0; i < width; ++i) {
        double sum = column[i];
        if (dual_) sum = std::inner_product(column, column + width, gram.data() + i * width, 0.0);
        square += column[i] * sum;
      }
      if (std::sqrt(std::max(square, 0.0)) <= goals_[open[j]]) continue;
      kept.push_back(j);
      places.push_back(open[j]);
    }
    if (kept.size() == open.size()) return;
    open = std::move(places);
    block.c = select(block.c, width, kept);
    if (2 * kept.size() > width) return;
    const auto left = static_cast<std::int64_t>(kept.size());
    Vectors residual(static_cast<std::size_t>(rows_ * left), 0.0);
    add_product(residual, 1.0, block.w, block.width, block.c, left);
    block = start(std::move(residual), left);
  }

  /// Solves for what is left of the columns `open`, and adds it to the solution; nullptr, or why it stopped
  /// before their residuals were small enough.
  const char* descend(std::vector<std::size_t> open, Vectors residual) {
    Block b = start(std::move(residual), static_cast<std::int64_t>(open.size()));
    auto& [block, w, c, s] = b;
    Vectors z;
    for (;;) {
      drop_converged(open, b);
      if (block == 0) return nullptr;
      if (iterations_ == options_.max_iterations) return "the limit of iterations";
      ++iterations_;
      const Vectors q = multiply(s, block);
      Vectors curvature = inner_products(k_.comm, rows_, s.data(), block, q.data(), block);
      if (!finite(curvature)) return "a product with the operator is not finite";
      const int order = checked_int(block, "block");
      int info = 0;
      dpotrf_("L", &order, curvature.data(), &order, &info);
      if (info != 0) return "not positive definite";
      const auto inverse_curvature_of = [&](Vectors right, std::int64_t columns) {
        const int width = checked_int(columns, "number of right-hand sides");
        dpotrs_("L", &order, &width, curvature.data(), &order, right.data(), &order, &info);
        return right;
      };
      const auto active = static_cast<std::int64_t>(open.size());
      Vectors step(static_cast<std::size_t>(rows_ * active), 0.0);
      add_product(step, 1.0, s, block, inverse_curvature_of(c, active), active);
      for (std::size_t j = 0; j < open.size(); ++j)
        for (std::size_t i = 0; i < static_cast<std::size_t>(rows_); ++i)
          x_[open[j] * static_cast<std::size_t>(rows_) + i] += step[j * static_cast<std::size_t>(rows_) + i];

      Vectors identity(static_cast<std::size_t>(block * block), 0.0);
      for (std::int64_t i = 0; i < block; ++i) identity[static_cast<std::size_t>(i * (block + 1))] = 1.0;
      add_product(w, -1.0, q, block, inverse_curvature_of(std::move(identity), block), block);
      const Orthonormalised basis = orthonormalise(k_.comm, rows_, w, z, dual_, block, exhausted);

      // S = M^{-1} W + S zeta^T, C = zeta C
      Vectors next = dual_ ? std::move(z) : w;
      Vectors transposed(basis.coefficients.size());
      for (std::int64_t i = 0; i < basis.rank; ++i)
        for (std::int64_t j = 0; j < block; ++j)
          transposed[static_cast<std::size_t>(j + i * block)] =
              basis.coefficients[static_cast<std::size_t>(i + j * basis.rank)];
      add_product(next, 1.0, s, block, transposed, basis.rank);
      s = std::move(next);
      Vectors shrunk(static_cast<std::size_t>(basis.rank * active), 0.0);
      product("N", basis.rank, active, block, 1.0, basis.coefficients.data(), basis.rank, c.data(), block,
              0.0, shrunk.data(), basis.rank);
      c = std::move(shrunk);
      block = basis.rank;
    }
  }

  /// A residual direction of length 1 that a step makes shorter than this is done: the rest is rounding.
  static constexpr double exhausted = 10.0 * std::numeric_limits<double>::epsilon();

  const LinearOperator& k_;
  GuardedOperator guarded_;
  double ridge_;
  KrylovOptions options_;
  std::int64_t rows_;
  std::optional<WoodburyInverse> inverse_;
  Dual dual_; // by inverse_
  Vectors x_, goals_;
  std::int64_t iterations_ = 0, applications_ = 0;
};

} // namespace

KrylovBlockSolution krylov_ridge_block(const LinearOperator& k, std::span<const double> local_y,
                                       std::int64_t columns, double ridge,
                                       const LowRankPreconditioner& preconditioner,
                                       const KrylovOptions& options) {
  parallel::agree(k.comm, [&] {
    if (columns < 0 || static_cast<std::int64_t>(local_y.size()) != k.local_size * columns)
      throw std::invalid_argument(fmt::format("krylov_ridge_block: {} labels for {} columns of {} local rows",
                                              local_y.size(), columns, k.local_size));
    if (!std::isfinite(ridge) || !finite(local_y))
      throw std::domain_error("krylov_ridge_block: the ridge or a label is not finite");
    require_valid(preconditioner, k.local_size, ridge);
  });
  const parallel::LogEvent event("PasturBlockCG");
  BlockSolver solver(k, ridge, preconditioner, steered(options));
  return solver.solve(local_y, columns);
}

} // namespace pastur::linalg
