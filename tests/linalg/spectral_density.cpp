// SPDX-License-Identifier: BSD-3-Clause
// Stochastic Lanczos quadrature against exact traces and full spectra.
#include "support/replicated_operator.hpp"

#include <pastur/linalg/spectral_density.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace pastur::linalg {
namespace {

const parallel::Communicator& world() {
  static const parallel::Communicator& comm = *new parallel::Communicator(parallel::Communicator::world());
  return comm;
}

random::Stream probes(std::string_view identity = "probes") {
  return random::Streams(identity).stream("z");
}

/// 40 outliers far above a Marchenko-Pastur bulk, as a kernel matrix has them.
Eigen::MatrixXd bulk_and_outliers(Eigen::Index n) {
  const Eigen::MatrixXd x = test::normal_matrix("bulk", n, 2 * n);
  const Eigen::MatrixXd u = test::normal_matrix("outliers", n, 40);
  return 0.1 * x * x.transpose() / static_cast<double>(2 * n) + u * u.transpose() / 60.0;
}

std::vector<double> spectrum_of(const Eigen::MatrixXd& matrix) {
  const Eigen::VectorXd values = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix).eigenvalues();
  return {values.data(), values.data() + values.size()};
}

std::vector<double> grid(double from, double to, std::size_t count) {
  std::vector<double> positions(count);
  for (std::size_t i = 0; i < count; ++i)
    positions[i] = from + (to - from) * static_cast<double>(i) / static_cast<double>(count - 1);
  return positions;
}

/// This rank's piece of a whole vector.
std::vector<double> piece(const Eigen::VectorXd& whole) {
  const auto [first, last] = even_range(whole.size(), world().rank(), world().size());
  return {whole.data() + first, whole.data() + last};
}

double moment(const Quadrature& q, int power) {
  double sum = 0.0;
  for (std::size_t j = 0; j < q.nodes.size(); ++j) sum += q.weights[j] * std::pow(q.nodes[j], power);
  return sum;
}

TEST(LanczosQuadrature, integrates_polynomials_of_degree_below_twice_its_nodes) {
  const Eigen::MatrixXd g = test::normal_matrix("wigner", 90, 90);
  const Eigen::MatrixXd a = (g + g.transpose()) / 30.0;
  const Eigen::VectorXd v = test::normal_matrix("start", 90, 1);
  for (const int steps : {1, 2, 7}) {
    const Quadrature q = lanczos_quadrature(test::replicated_operator(world(), a), piece(v), steps);
    ASSERT_EQ(q.nodes.size(), static_cast<std::size_t>(steps));
    EXPECT_NEAR(std::accumulate(q.weights.begin(), q.weights.end(), 0.0), 1.0, 1e-13);
    Eigen::VectorXd power = v;
    for (int k = 0; k < 2 * steps; ++k, power = a * power)
      EXPECT_NEAR(moment(q, k), v.dot(power) / v.squaredNorm(), 1e-12) << steps << " steps, power " << k;
  }
}

TEST(LanczosQuadrature, is_exact_once_the_krylov_space_ends) {
  // Three distinct eigenvalues, 30 times each: three nodes whatever the number of steps, no ghosts.
  Eigen::VectorXd values(90);
  values << Eigen::VectorXd::Constant(30, -1.0), Eigen::VectorXd::Constant(30, 0.5),
      Eigen::VectorXd::Constant(30, 50.0);
  const Eigen::MatrixXd a = test::symmetric_with(values);
  const Eigen::VectorXd v = test::normal_matrix("start", 90, 1);
  const Quadrature q = lanczos_quadrature(test::replicated_operator(world(), a), piece(v), 60);
  ASSERT_EQ(q.nodes.size(), 3U);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> full(a);
  const Eigen::VectorXd seen = (full.eigenvectors().transpose() * v).array().square() / v.squaredNorm();
  const double nodes[] = {-1.0, 0.5, 50.0};
  for (int j = 0; j < 3; ++j) {
    EXPECT_NEAR(q.nodes[static_cast<std::size_t>(j)], nodes[j], 1e-11);
    EXPECT_NEAR(q.weights[static_cast<std::size_t>(j)], seen.segment(30 * j, 30).sum(), 1e-11);
  }
}

TEST(LanczosQuadrature, of_vectors_side_by_side_is_that_of_each_alone) {
  // The first vector lies in an invariant subspace of two eigenvalues and ends early.
  const Eigen::MatrixXd a = bulk_and_outliers(60);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> full(a);
  const Eigen::VectorXd other = test::normal_matrix("start", 60, 1);
  const std::vector<double> first = piece(full.eigenvectors().col(3) + full.eigenvectors().col(50)),
                            second = piece(other);
  std::vector<double> both = first;
  both.insert(both.end(), second.begin(), second.end());
  const LinearOperator op = test::replicated_operator(world(), a);
  const auto found = lanczos_quadratures(op, both, 2, 9);
  const Quadrature alone = lanczos_quadrature(op, second, 9);
  ASSERT_EQ(found[0].nodes.size(), 2U);
  ASSERT_EQ(found[1].nodes.size(), 9U);
  EXPECT_NEAR(found[0].weights[0], 0.5, 1e-12);
  for (std::size_t j = 0; j < 9; ++j) {
    EXPECT_NEAR(found[1].nodes[j], alone.nodes[j], 1e-12);
    EXPECT_NEAR(found[1].weights[j], alone.weights[j], 1e-12);
  }
}

TEST(LanczosQuadrature, of_every_unit_vector_is_the_whole_spectrum) {
  const Eigen::Index n = 24;
  const Eigen::MatrixXd g = test::normal_matrix("wigner", n, n);
  const Eigen::MatrixXd a = g + g.transpose();
  std::vector<Quadrature> all;
  for (Eigen::Index i = 0; i < n; ++i)
    all.push_back(
        lanczos_quadrature(test::replicated_operator(world(), a), piece(Eigen::VectorXd::Unit(n, i)), n));
  const std::vector<double> positions = grid(-20.0, 20.0, 41);
  const ProbedDensity density = smoothed_density(all, positions, 0.3);
  const std::vector<double> exact = smoothed_density(spectrum_of(a), positions, 0.3);
  for (std::size_t i = 0; i < positions.size(); ++i) EXPECT_NEAR(density.density[i], exact[i], 1e-11);
}

TEST(ProbeSpectrum, of_signs_is_exact_for_a_diagonal_matrix) {
  const Eigen::MatrixXd a = Eigen::VectorXd::LinSpaced(40, -1.0, 3.0).asDiagonal();
  const auto found =
      probe_spectrum(test::replicated_operator(world(), a), probes(), {.probes = 1, .steps = 40});
  ASSERT_EQ(found[0].nodes.size(), 40U);
  for (std::size_t j = 0; j < 40; ++j) {
    EXPECT_NEAR(found[0].nodes[j], a(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(j)), 1e-12);
    EXPECT_NEAR(found[0].weights[j], 1.0 / 40.0, 1e-12);
  }
}

TEST(ProbeSpectrum, moments_agree_with_exact_traces_within_the_probes_own_error) {
  const Eigen::Index n = 200;
  const Eigen::MatrixXd a = bulk_and_outliers(n);
  const double exact[] = {a.trace() / static_cast<double>(n), a.squaredNorm() / static_cast<double>(n)};
  for (const ProbeLaw law : {ProbeLaw::signs, ProbeLaw::normal}) {
    const auto found = probe_spectrum(test::replicated_operator(world(), a), probes(),
                                      {.probes = 60, .steps = 10, .law = law});
    for (int power = 1; power <= 2; ++power) {
      double mean = 0.0, square = 0.0;
      for (const Quadrature& q : found) {
        mean += moment(q, power) / 60.0;
        square += moment(q, power) * moment(q, power) / 60.0;
      }
      const double error = std::sqrt((square - mean * mean) / 59.0);
      EXPECT_LT(std::abs(mean - exact[power - 1]), 3.5 * error) << "power " << power;
      // The error itself is that of Hutchinson's estimator, signs or normal.
      if (power == 1) {
        const double off = a.squaredNorm() - (law == ProbeLaw::signs ? a.diagonal().squaredNorm() : 0.0);
        const double known = std::sqrt(2.0 * off / 60.0) / static_cast<double>(n);
        EXPECT_NEAR(error / known, 1.0, 0.4);
      }
    }
  }
}

TEST(ProbeSpectrum, density_agrees_with_the_full_spectrum_within_the_probes_own_error) {
  const Eigen::Index n = 300;
  const Eigen::MatrixXd a = bulk_and_outliers(n);
  const std::vector<double> spectrum = spectrum_of(a), positions = grid(0.0, 0.4, 81);
  const std::vector<double> exact = smoothed_density(spectrum, positions, 0.01);
  const auto found =
      probe_spectrum(test::replicated_operator(world(), a), probes(), {.probes = 30, .steps = 120});
  const ProbedDensity density = smoothed_density(found, positions, 0.01);
  double greatest = 0.0, squares = 0.0, peak = 0.0, error = 0.0;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const double z = (density.density[i] - exact[i]) / density.standard_error[i];
    greatest = std::max(greatest, std::abs(z));
    squares += z * z / static_cast<double>(positions.size());
    peak = std::max(peak, exact[i]);
    error = std::max(error, density.standard_error[i]);
  }
  // Neighbouring positions see the same eigenvalues: some ten of the 81 are independent.
  EXPECT_LT(greatest, 4.0);
  EXPECT_LT(squares, 3.0);
  EXPECT_GT(squares, 0.1);
  EXPECT_LT(error, 0.06 * peak); // so that agreement says something
}

TEST(ProbeSpectrum, tells_whether_its_steps_were_enough) {
  const Eigen::MatrixXd a = bulk_and_outliers(200);
  const std::vector<double> positions = grid(0.02, 0.25, 24);
  double ratios[2] = {0.0, 0.0};
  for (int k = 0; k < 2; ++k) {
    const auto found = probe_spectrum(test::replicated_operator(world(), a), probes(),
                                      {.probes = 8, .steps = k == 0 ? 12 : 120});
    const ProbedDensity density = smoothed_density(found, positions, 0.01);
    for (std::size_t i = 0; i < positions.size(); ++i)
      ratios[k] = std::max(ratios[k], density.step_error[i] / density.standard_error[i]);
  }
  EXPECT_GT(ratios[0], 1.0);
  EXPECT_LT(ratios[1], 0.1);
}

TEST(ProbeSpectrum, errors_fall_like_the_root_of_the_number_of_probes) {
  const Eigen::MatrixXd a = bulk_and_outliers(100);
  const std::vector<double> positions = grid(0.02, 0.25, 12);
  const auto found =
      probe_spectrum(test::replicated_operator(world(), a), probes(), {.probes = 80, .steps = 50});
  const auto mean_error = [&](std::size_t count) {
    const ProbedDensity density = smoothed_density(std::span(found).first(count), positions, 0.02);
    return std::accumulate(density.standard_error.begin(), density.standard_error.end(), 0.0);
  };
  EXPECT_NEAR(mean_error(20) / mean_error(80), 2.0, 0.5);
  EXPECT_TRUE(std::isnan(smoothed_density(std::span(found).first(1), positions, 0.02).standard_error[0]));
}

TEST(ProbeSpectrum, does_not_depend_on_the_number_of_ranks) {
  const Eigen::MatrixXd a = bulk_and_outliers(97);
  const parallel::Communicator self = parallel::Communicator::self();
  for (const ProbeLaw law : {ProbeLaw::signs, ProbeLaw::normal}) {
    const ProbeOptions options{.probes = 3, .steps = 25, .law = law};
    const std::vector<double> positions = grid(0.0, 0.4, 21);
    const ProbedDensity together = smoothed_density(
        probe_spectrum(test::replicated_operator(world(), a), probes(), options), positions, 0.02);
    const ProbedDensity alone = smoothed_density(
        probe_spectrum(test::replicated_operator(self, a), probes(), options), positions, 0.02);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      EXPECT_NEAR(together.density[i], alone.density[i], 1e-10);
      EXPECT_NEAR(together.standard_error[i], alone.standard_error[i], 1e-10);
    }
  }
}

TEST(ProbeSpectrum, of_the_smallest_sizes_leaves_ranks_without_rows) {
  for (Eigen::Index n = 1; n <= 3; ++n) {
    const Eigen::MatrixXd a = 2.0 * Eigen::MatrixXd::Identity(n, n);
    const auto found = probe_spectrum(test::replicated_operator(world(), a), probes(), {.probes = 2});
    for (const Quadrature& q : found) {
      ASSERT_EQ(q.nodes.size(), 1U) << n;
      EXPECT_DOUBLE_EQ(q.nodes[0], 2.0);
      EXPECT_DOUBLE_EQ(q.weights[0], 1.0);
    }
  }
}

TEST(SmoothedDensity, is_a_cauchy_density_of_mass_one) {
  const std::vector<double> one =
      smoothed_density(std::vector<double>{2.0}, std::vector<double>{2.0, 2.5}, 0.5);
  EXPECT_DOUBLE_EQ(one[0], 1.0 / (std::numbers::pi * 0.5));
  EXPECT_DOUBLE_EQ(one[1], 0.5 * one[0]); // at half width
  const std::vector<double> positions = grid(-400.0, 404.0, 80401);
  const std::vector<double> density = smoothed_density(std::vector<double>{1.0, 3.0}, positions, 0.1);
  const double mass = std::accumulate(density.begin(), density.end(), 0.0) * 0.01;
  EXPECT_NEAR(mass, 1.0, 2e-4);
}

TEST(ProbeSpectrum, misuse_and_failing_operators_are_errors_on_every_rank) {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Identity(9, 9);
  LinearOperator good = test::replicated_operator(world(), a);
  const std::vector<double> start(static_cast<std::size_t>(good.local_size), 1.0);
  const std::vector<double> zero(start.size(), 0.0);
  EXPECT_THROW(lanczos_quadrature(good, start, 0), std::invalid_argument);
  EXPECT_THROW(lanczos_quadrature(good, zero, 2), std::invalid_argument);
  EXPECT_THROW(probe_spectrum(good, probes(), {.probes = 0}), std::invalid_argument);
  LinearOperator wrong = good;
  wrong.global_size = 10;
  EXPECT_THROW(lanczos_quadrature(wrong, start, 2), std::invalid_argument);
  LinearOperator failing = good;
  const int last = world().size() - 1;
  failing.apply = [&](std::span<const double>, std::span<double>) {
    if (world().rank() == last) throw std::range_error("only here");
  };
  EXPECT_THROW(lanczos_quadrature(failing, start, 2), std::runtime_error);
  failing.apply = [](std::span<const double>, std::span<double> y) {
    std::ranges::fill(y, std::numeric_limits<double>::quiet_NaN());
  };
  EXPECT_THROW(lanczos_quadrature(failing, start, 2), std::runtime_error);
  EXPECT_THROW(smoothed_density(std::vector<double>{}, start, 1.0), std::invalid_argument);
  EXPECT_THROW(smoothed_density(std::vector<double>{1.0}, start, 0.0), std::invalid_argument);
}

} // namespace
} // namespace pastur::linalg
