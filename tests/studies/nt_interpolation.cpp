// SPDX-License-Identifier: BSD-3-Clause
// Monte Carlo against the numbers measured independently (3 combined standard errors) and against the theory
// (the stated tolerances).
#include "support/study_points.hpp"

#include <pastur/studies/nt_interpolation.hpp>

#include <gtest/gtest.h>

#include <cstdio>

namespace {

using namespace pastur;
using testing_support::Estimate;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

class NtInterpolation : public testing::Test {
protected:
  /// `observables` at a point, with a line for each on rank 0.
  std::vector<Estimate> sample(const std::vector<Setting>& settings,
                               const std::vector<std::string>& observables, std::int64_t draws) {
    const study::Parameters point = point_of(study_, settings);
    const std::vector<Estimate> found = testing_support::estimates(study_, point, observables, draws, world_);
    if (world_.rank() == 0) {
      std::string label;
      for (const auto& [name, value] : settings) label += name + "=" + study::to_string(value) + " ";
      for (std::size_t k = 0; k < found.size(); ++k) {
        std::printf("%s%s: %.6g(%.2g)\n", label.c_str(), observables[k].c_str(), found[k].mean,
                    found[k].error);
      }
      std::fflush(stdout);
    }
    return found;
  }

  double theory(const std::vector<Setting>& settings, const char* name) {
    return predicted(study_, point_of(study_, settings)).values(name).front();
  }

  /// Within 3 combined standard errors of an independent measurement `printed` (its error and the rounding of
  /// its last digit).
  static void expect_measured(const Estimate& found, double printed, double printed_error) {
    const double combined = std::sqrt(found.error * found.error + printed_error * printed_error);
    EXPECT_LE(std::abs(found.mean - printed), 3.0 * combined)
        << found.mean << "(" << found.error << ") measured, " << printed << "(" << printed_error
        << ") expected, z = " << (found.mean - printed) / combined;
  }

  /// Within a relative tolerance of the theory, plus 3 standard errors.
  static void expect_predicted(const Estimate& found, double theory, double tolerance) {
    EXPECT_LE(std::abs(found.mean - theory), tolerance * theory + 3.0 * found.error)
        << found.mean << "(" << found.error << ") measured, " << theory << " predicted";
  }

  studies::NtInterpolation study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

TEST_F(NtInterpolation, least_eigenvalue_agrees_with_measurement_and_finite_width_theory) {
  struct Row {
    std::int64_t n, d, N;
    double relu, relu_error, tanh, tanh_error, tanh_tolerance;
  };
  const Row rows[] = {{600, 40, 20, 0.00328, 0.00005, 0.00170, 0.00002, 0.20},
                      {600, 40, 30, 0.01502, 0.00023, 0.00801, 0.00008, 0.20},
                      {600, 40, 60, 0.03952, 0.00014, 0.02270, 0.00013, 0.20},
                      {600, 40, 120, 0.05893, 0.00019, 0.03732, 0.00013, 0.20},
                      {600, 40, 480, 0.08092, 0.00015, 0.05616, 0.00026, 0.20},
                      {900, 60, 60, 0.04494, 0.00018, 0.02372, 0.00010, 0.20},
                      {1200, 80, 60, 0.0485, 0.0006, 0.02387, 0.00018, 0.08}};
  for (const Row& row : rows) {
    for (const bool is_relu : {true, false}) {
      const std::vector<Setting> at = {{"n", whole(row.n)},  {"d", whole(row.d)},
                                       {"N", whole(row.N)},  {"activation", word(is_relu ? "relu" : "tanh")},
                                       {"n_test", whole(1)}, {"ridge", reals({1.0})}};
      const Estimate found = sample(at, {"lambda_min"}, 8).front();
      expect_measured(found, is_relu ? row.relu : row.tanh, is_relu ? row.relu_error : row.tanh_error);
      expect_predicted(found, theory(at, "lambda_min"), is_relu ? 0.06 : row.tanh_tolerance);
    }
  }
}

TEST_F(NtInterpolation, least_eigenvalue_on_gaussian_inputs_is_lower_by_the_measured_amount) {
  struct Row {
    const char* activation;
    double printed, error;
  };
  for (const Row& row : {Row{"relu", 0.0352, 0.0003}, Row{"tanh", 0.0155, 0.0004}}) {
    const Estimate found = sample({{"activation", word(row.activation)},
                                   {"data", word("gauss")},
                                   {"n_test", whole(1)},
                                   {"ridge", reals({1.0})}},
                                  {"lambda_min"}, 8)
                               .front();
    expect_measured(found, row.printed, row.error);
  }
}

TEST_F(NtInterpolation, infinite_width_least_eigenvalue_agrees_with_measurement_and_theory) {
  struct Row {
    const char* activation;
    double printed, error;
  };
  for (const Row& row :
       {Row{"relu", 0.09170, 0.00009}, Row{"softplus", 0.00191, 0.00002}, Row{"tanh", 0.0651, 0.0002},
        Row{"erf", 0.0983, 0.0003}, Row{"shifted_relu", 0.0894, 0.0001}}) {
    const std::vector<Setting> at = {{"kernel", word("infinite")},
                                     {"activation", word(row.activation)},
                                     {"n_test", whole(1)},
                                     {"ridge", reals({1.0})}};
    const Estimate found = sample(at, {"lambda_min"}, 8).front();
    expect_measured(found, row.printed, row.error);
    expect_predicted(found, theory(at, "lambda_min"), 0.05);
  }
}

TEST_F(NtInterpolation, relative_extremes_agree_with_measurement_and_marchenko_pastur) {
  struct Row {
    std::int64_t N;
    double least, least_error, greatest, greatest_error;
  };
  for (const Row& row : {Row{60, 0.246, 0.003, 2.277, 0.013}, Row{120, 0.407, 0.003, 1.865, 0.005}}) {
    const std::vector<Setting> at = {
        {"mode", word("equivalence")}, {"N", whole(row.N)}, {"n_test", whole(1)}, {"ridge", reals({1.0})}};
    const auto found = sample(at, {"relative_min", "relative_max"}, 8);
    expect_measured(found[0], row.least, row.least_error);
    expect_measured(found[1], row.greatest, row.greatest_error);
    expect_predicted(found[0], theory(at, "relative_min"), 0.04);
    expect_predicted(found[1], theory(at, "relative_max"), 0.04);
  }
}

TEST_F(NtInterpolation, random_labels_are_memorised_once_parameters_outnumber_samples) {
  struct Row {
    std::int64_t N;
    double printed, error;
  };
  for (const Row& row : {Row{8, 0.467, 0.010}, Row{12, 0.197, 0.008}}) {
    const std::vector<Setting> at = {{"target", word("random_labels")},
                                     {"N", whole(row.N)},
                                     {"n_test", whole(1)},
                                     {"ridge", reals({0.0})}};
    const auto found = sample(at, {"interpolation_error", "train_error"}, 8);
    expect_measured(found[0], row.printed, row.error);
    expect_predicted(found[0], theory(at, "interpolation_error"),
                     row.N == 8 ? 0.01 : 0.03); // (1/2)^N of the samples are inactive
    EXPECT_NEAR(found[1].mean, found[0].mean, 1e-9);
  }
  const std::vector<Setting> above = {
      {"target", word("random_labels")}, {"N", whole(20)}, {"n_test", whole(1)}, {"ridge", reals({0.0})}};
  const auto found = sample(above, {"interpolation_error", "train_error", "lambda_min"}, 8);
  EXPECT_LT(found[0].mean, 1e-12);
  EXPECT_LT(found[1].mean, 1e-12);
  EXPECT_GT(found[2].mean, 1e-3);
}

TEST_F(NtInterpolation, linear_target_leaves_the_measured_interpolation_error) {
  const std::vector<Setting> at = {
      {"activation", word("softplus")}, {"N", whole(8)}, {"n_test", whole(1)}, {"ridge", reals({0.0})}};
  const auto found = sample(at, {"interpolation_error", "train_error"}, 8);
  expect_measured(found[0], 0.125, 0.003);
  expect_predicted(found[0], theory(at, "interpolation_error"), 0.15);
  EXPECT_NEAR(found[1].mean, found[0].mean, 1e-9);
}

TEST_F(NtInterpolation, errors_at_finite_width_agree_with_measurement_and_theory) {
  struct Row {
    std::int64_t n, d, N;
    double ridge;
    const char* target;
    const char* activation;
    double test, test_error, train, train_error;
  };
  const Row rows[] = {
      {600, 40, 8, 1e-3, "linear", "relu", 0.495, 0.010, 0.1670, 0.0034},
      {600, 40, 15, 1e-3, "linear", "relu", 2.18, 0.07, 0.0118, 0.0005},
      {600, 40, 30, 1e-3, "linear", "relu", 0.374, 0.006, 6e-5, 0.2e-5}, // the table's last digit decides
      {600, 40, 120, 1e-3, "linear", "relu", 0.1305, 0.0029, 0.0, 0.0},
      {600, 40, 30, 0.1, "linear", "relu", 0.122, 0.002, 0.0552, 0.0010},
      {600, 40, 120, 1e-3, "linear", "softplus", 0.400, 0.011, 0.00232, 0.00008},
      {900, 30, 60, 0.01, "lin_quad", "relu", 0.454, 0.014, 0.0087, 0.0002},
      {900, 30, 120, 0.05, "lin_quad", "softplus", 0.212, 0.006, 0.2151, 0.0025}};
  for (const Row& row : rows) {
    const std::vector<Setting> at = {{"n", whole(row.n)},          {"d", whole(row.d)},
                                     {"N", whole(row.N)},          {"ridge", reals({row.ridge})},
                                     {"target", word(row.target)}, {"activation", word(row.activation)}};
    const auto found = sample(at, {"test_error", "train_error"}, 20);
    expect_measured(found[0], row.test, row.test_error);
    expect_predicted(found[0], theory(at, "test_error"), 0.15);
    if (row.train > 0.0) expect_measured(found[1], row.train, row.train_error);
    expect_predicted(found[1], theory(at, "train_error"), 0.15);
  }
}

TEST_F(NtInterpolation, errors_at_infinite_width_agree_with_measurement_and_theory) {
  struct Row {
    std::int64_t n, d;
    double ridge;
    const char* target;
    double test, test_error, train, train_error;
  };
  const Row rows[] = {{600, 40, 0.0, "linear", 0.0891, 0.0032, 0.0, 0.0},
                      {600, 40, 0.1, "lin_quad", 0.366, 0.009, 0.0587, 0.0009},
                      {1000, 20, 0.05, "lin_quad", 0.0675, 0.0023, 0.0299, 0.0004}};
  for (const Row& row : rows) {
    const std::vector<Setting> at = {{"kernel", word("infinite")},
                                     {"n", whole(row.n)},
                                     {"d", whole(row.d)},
                                     {"ridge", reals({row.ridge})},
                                     {"target", word(row.target)}};
    const auto found = sample(at, {"test_error", "train_error"}, 20);
    expect_measured(found[0], row.test, row.test_error);
    expect_predicted(found[0], theory(at, "test_error"), 0.05);
    if (row.train > 0.0) {
      expect_measured(found[1], row.train, row.train_error);
      expect_predicted(found[1], theory(at, "train_error"), 0.05);
    } else {
      EXPECT_LT(found[1].mean, 1e-12);
    }
  }
}

TEST_F(NtInterpolation, equivalence_agrees_with_measurement_and_theory) {
  struct Row {
    std::int64_t n, d, N;
    std::int64_t draws;
    Estimate nt, krr, prr, nt_krr, krr_prr;
  };
  const Row rows[] = {{600,
                       60,
                       60,
                       24,
                       {0.1349, 0.0016},
                       {0.0660, 0.0011},
                       {0.0332, 0.0009},
                       {0.0683, 0.0010},
                       {0.0332, 0.0004}},
                      {600,
                       60,
                       960,
                       24,
                       {0.0696, 0.0011},
                       {0.0660, 0.0011},
                       {0.0332, 0.0009},
                       {0.0035, 0.0001},
                       {0.0332, 0.0004}},
                      {1000,
                       150,
                       200,
                       12,
                       {0.0754, 0.0019},
                       {0.0620, 0.0018},
                       {0.0539, 0.0016},
                       {0.0136, 0.0002},
                       {0.0093, 0.0001}},
                      {1000,
                       300,
                       100,
                       12,
                       {0.1501, 0.0023},
                       {0.1347, 0.0024},
                       {0.1325, 0.0024},
                       {0.0171, 0.0003},
                       {0.0025, 0.0001}},
                      {1000, 20, 1600, 12, {0.0769, 0.0014}, {0.0667, 0.0013}, {0.0640, 0.0013}, {}, {}}};
  for (const Row& row : rows) {
    const bool quadratic = row.d == 20;
    const std::vector<Setting> at = {{"mode", word("equivalence")},
                                     {"n", whole(row.n)},
                                     {"d", whole(row.d)},
                                     {"N", whole(row.N)},
                                     {"ridge", reals({0.0})},
                                     {"target", word(quadratic ? "lin_quad" : "linear")},
                                     {"polynomial_degree", whole(quadratic ? 2 : 1)}};
    const auto found =
        sample(at, {"test_error", "test_error_krr", "test_error_prr", "distance_nt_krr", "distance_krr_prr"},
               row.draws);
    expect_measured(found[0], row.nt.mean, row.nt.error);
    expect_measured(found[1], row.krr.mean, row.krr.error);
    expect_measured(found[2], row.prr.mean, row.prr.error);
    if (!quadratic) {
      expect_measured(found[3], row.nt_krr.mean, row.nt_krr.error);
      expect_measured(found[4], row.krr_prr.mean, row.krr_prr.error);
    }
    expect_predicted(found[0], theory(at, "test_error"), 0.15);
    expect_predicted(found[1], theory(at, "test_error_krr"), 0.05);
    expect_predicted(found[2], theory(at, "test_error_prr"), 0.05);
  }
}

} // namespace
