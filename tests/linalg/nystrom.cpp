// SPDX-License-Identifier: BSD-3-Clause
#include "support/replicated_operator.hpp"

#include <pastur/linalg/nystrom.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {
namespace {

const parallel::Communicator& world() {
  static const parallel::Communicator& comm = *new parallel::Communicator(parallel::Communicator::world());
  return comm;
}

random::Stream stream() {
  return random::Streams("nystrom test").stream("Omega");
}

/// shift I + U U^T, whole, on every rank.
Eigen::MatrixXd gathered(const LowRankPreconditioner& preconditioner, Eigen::Index n) {
  const auto [first, last] = even_range(n, world().rank(), world().size());
  Eigen::MatrixXd factor(n, static_cast<Eigen::Index>(preconditioner.rank));
  for (Eigen::Index k = 0; k < factor.cols(); ++k) {
    const auto rows = static_cast<std::size_t>(last - first);
    const std::span<const double> mine =
        std::span(preconditioner.factor).subspan(static_cast<std::size_t>(k) * rows, rows);
    const std::vector<double> whole = world().all_gather(mine);
    factor.col(k) = Eigen::Map<const Eigen::VectorXd>(whole.data(), n);
  }
  return preconditioner.shift * Eigen::MatrixXd::Identity(n, n) + factor * factor.transpose();
}

Eigen::VectorXd spikes_above(double bulk, Eigen::Index n, Eigen::Index spikes) {
  Eigen::VectorXd spectrum = Eigen::VectorXd::LinSpaced(n, 0.5 * bulk, 1.5 * bulk);
  for (Eigen::Index k = 0; k < spikes; ++k) spectrum(k) = 1000.0 / static_cast<double>(1 + k);
  return spectrum;
}

TEST(Nystrom, is_exact_for_a_matrix_of_its_rank_and_for_the_whole_matrix) {
  Eigen::VectorXd spectrum = Eigen::VectorXd::Zero(60);
  spectrum.head(7) = Eigen::VectorXd::LinSpaced(7, 1.0, 3.0);
  for (const std::int64_t rank : {7, 20, 60, 100}) {
    const Eigen::MatrixXd matrix = test::symmetric_with(spectrum);
    const LowRankPreconditioner found =
        nystrom_preconditioner(test::replicated_operator(world(), matrix), stream(), {.rank = rank});
    EXPECT_EQ(found.rank, std::min<std::int64_t>(rank, 60));
    if (rank > 7) {
      EXPECT_LT(found.shift, 1e-12);
    }
    // Of rank 7 exactly, it is the matrix with its least eigenvalue as the rest's.
    Eigen::VectorXd expected = spectrum;
    if (rank == 7) expected.tail(53).setConstant(1.0);
    EXPECT_LT((gathered(found, 60) - test::symmetric_with(expected)).norm(), 1e-11 * spectrum.norm()) << rank;
  }
}

TEST(Nystrom, saves_iterations_where_eigenvalues_stand_above_the_rest) {
  constexpr Eigen::Index n = 300;
  for (const double bulk : {1.0, 1e-2}) {
    const Eigen::MatrixXd matrix = test::symmetric_with(spikes_above(bulk, n, 20));
    const LinearOperator k = test::replicated_operator(world(), matrix);
    const LowRankPreconditioner sketched = nystrom_preconditioner(k, stream());
    EXPECT_EQ(sketched.rank, 70); // 4 sqrt(300), more than twice the 20
    EXPECT_EQ(nystrom_preconditioner(k, stream(), {.most_rank = 50}).rank, 50);
    const Eigen::VectorXd y = test::normal_matrix("labels", n, 1);
    const auto [first, last] = even_range(n, world().rank(), world().size());
    const std::span<const double> mine(y.data() + first, static_cast<std::size_t>(last - first));
    for (const double ridge : {0.0, 1e-4, 1e-1}) {
      const KrylovSolution plain = krylov_ridge(k, mine, ridge);
      const KrylovSolution fast = krylov_ridge(k, mine, ridge, sketched);
      EXPECT_LT(2 * fast.iterations, plain.iterations) << bulk << " " << ridge;
      const Eigen::VectorXd expected = (matrix + ridge * Eigen::MatrixXd::Identity(n, n)).llt().solve(y);
      for (Eigen::Index i = first; i < last; ++i)
        EXPECT_NEAR(fast.coefficients[static_cast<std::size_t>(i - first)], expected(i),
                    1e-8 * expected.norm());
    }
  }
}

TEST(Nystrom, grows_until_it_sees_the_rest) {
  const Eigen::MatrixXd matrix = test::symmetric_with(spikes_above(0.01, 300, 60));
  EXPECT_EQ(nystrom_preconditioner(test::replicated_operator(world(), matrix), stream()).rank, 140);
}

TEST(Nystrom, does_not_depend_on_the_number_of_ranks) {
  const Eigen::MatrixXd matrix = test::symmetric_with(spikes_above(1.0, 50, 5));
  const LowRankPreconditioner team =
      nystrom_preconditioner(test::replicated_operator(world(), matrix), stream(), {.rank = 12});
  const parallel::Communicator self = parallel::Communicator::self();
  const LowRankPreconditioner alone =
      nystrom_preconditioner(test::replicated_operator(self, matrix), stream(), {.rank = 12});
  const Eigen::Map<const Eigen::MatrixXd> factor(alone.factor.data(), 50, 12);
  const Eigen::MatrixXd expected =
      alone.shift * Eigen::MatrixXd::Identity(50, 50) + factor * factor.transpose();
  EXPECT_LT((gathered(team, 50) - expected).norm(), 1e-10 * expected.norm());
}

TEST(Nystrom, takes_singular_matrices_of_any_scale) {
  for (const Eigen::Index n : {1, 2, 30, 60}) {
    Eigen::VectorXd spectrum = Eigen::VectorXd::Zero(n);
    spectrum.head((n + 3) / 4).setLinSpaced(1.0, 2.0);
    for (const double scale : {0.0, 1e-100, 1e-12, 1.0, 1e12, 1e100}) {
      const Eigen::MatrixXd matrix = test::symmetric_with(scale * spectrum);
      const LowRankPreconditioner found =
          nystrom_preconditioner(test::replicated_operator(world(), matrix), stream(), {.rank = n});
      EXPECT_LE((gathered(found, n) - matrix).norm(), 1e-7 * matrix.norm()) << "n = " << n << ", " << scale;
    }
  }
}

TEST(Nystrom, refuses_what_is_not_positive_semidefinite_or_not_finite) {
  Eigen::MatrixXd matrix = test::symmetric_with(Eigen::VectorXd::LinSpaced(30, -1.0, 2.0));
  const LinearOperator k = test::replicated_operator(world(), matrix);
  EXPECT_THROW(nystrom_preconditioner(k, stream(), {.rank = 30}), std::domain_error);
  EXPECT_THROW(nystrom_preconditioner(k, stream(), {.rank = -1}), std::invalid_argument);
  matrix(2, 3) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(nystrom_preconditioner(k, stream(), {.rank = 5}), std::domain_error);
  LinearOperator failing = k;
  const int last = world().size() - 1;
  failing.apply = [last](std::span<const double>, std::span<double>) {
    if (world().rank() == last) throw std::range_error("only here");
  };
  EXPECT_THROW(nystrom_preconditioner(failing, stream(), {.rank = 5}), std::runtime_error);
}

} // namespace
} // namespace pastur::linalg
