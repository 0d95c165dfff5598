// SPDX-License-Identifier: BSD-3-Clause
// What a draw without the matrix is expected to take, beside the products that its solvers count.
#include "../../src/studies/nt_interpolation_products.hpp"

#include "support/study_points.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/krylov_ridge_path.hpp>
#include <pastur/random/fill.hpp>
#include <pastur/studies/nt_interpolation.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace pastur;
using namespace pastur::studies::nt_interpolation;
using testing_support::point_of;
using testing_support::whole;
using testing_support::word;

constexpr linalg::KrylovOptions options{.tolerance = 1e-12, .max_iterations = 100000};

class NtInterpolationProducts : public testing::Test {
protected:
  struct Sizes {
    std::int64_t n, d, N;
  };

  study::Parameters point(const Sizes& sizes, const std::vector<double>& ridges) const {
    return point_of(study_, {{"n", whole(sizes.n)},
                             {"d", whole(sizes.d)},
                             {"N", whole(sizes.N)},
                             {"ridge", study::Value(ridges)},
                             {"solver", word("matrix_free")}});
  }
  learning::NeuralTangentFeatures features(const Sizes& sizes) const {
    const random::Streams streams("products");
    return {learning::Inputs::sphere(streams, sizes.n, 10, sizes.d), theory::Activation::named("relu"),
            learning::WeightLaw::sphere, sizes.N, streams};
  }
  std::vector<double> labels(const Sizes& sizes) const {
    std::vector<double> y(static_cast<std::size_t>(sizes.n));
    random::fill_normal(random::Streams("products").stream("y"), {0, sizes.n, 0, 1}, y.data(), sizes.n);
    return y;
  }

  studies::NtInterpolation study_;
  parallel::Communicator team_ = parallel::Communicator::self();
};

TEST_F(NtInterpolationProducts, are_estimated_within_a_factor_of_two) {
  for (const Sizes& sizes :
       {Sizes{1000, 40, 60}, {1000, 40, 120}, {2000, 40, 60}, {1500, 20, 250}, {600, 20, 20}}) {
    const learning::NeuralTangentFeatures nt = features(sizes);
    const linalg::LinearOperator kernel = nt.linear_operator(team_);
    const std::vector<double> y = labels(sizes);
    const bool definite = sizes.N * sizes.d > sizes.n;
    const std::string what = "n = " + std::to_string(sizes.n) + ", N = " + std::to_string(sizes.N);
    const auto extremes = static_cast<double>(linalg::extreme_eigenvalues(kernel).applications);
    EXPECT_LT(std::abs(std::log(expected_products(point(sizes, {1.0})).extremes / extremes)), std::log(2.0))
        << what << ": " << extremes << " products for the ends";
    for (const double ridge : {1e-3, 0.1}) {
      // Ridge 0 stands for the interpolation; so many that they share a space.
      std::vector<double> ridges;
      for (int r = 0; r < 20; ++r) ridges.push_back(ridge * (1.0 + 0.01 * r));
      const double expected = expected_products(point(sizes, ridges)).solves;
      if (definite) ridges.push_back(0.0);
      const auto counted = static_cast<double>(
          linalg::krylov_ridge_path(kernel, y, ridges, nt.preconditioner(team_), options).applications);
      EXPECT_LT(std::abs(std::log(expected / counted)), std::log(2.0))
          << what << ", ridge " << ridge << ": " << counted << " products";
    }
  }
}

TEST_F(NtInterpolationProducts, are_fewer_by_the_way_that_is_chosen) {
  const Sizes sizes{1000, 40, 60};
  const learning::NeuralTangentFeatures nt = features(sizes);
  const linalg::LinearOperator kernel = nt.linear_operator(team_);
  const std::vector<double> y = labels(sizes);
  const double lambda_min = linalg::extreme_eigenvalues(kernel).lambda_min;
  for (const std::vector<double>& ridges :
       {std::vector<double>{0.0}, {0.0, 1.0}, {0.0, 1e-4, 1e-3, 1e-2}, std::vector<double>(12, 0.1)}) {
    std::int64_t separate = 0;
    for (const double ridge : ridges)
      separate += linalg::krylov_ridge(kernel, y, ridge, nt.preconditioner(team_), options).iterations;
    const std::int64_t shared =
        linalg::krylov_ridge_path(kernel, y, ridges, nt.preconditioner(team_), options).applications;
    EXPECT_EQ(separate_solves_pay(ridges, lambda_min), separate < shared)
        << ridges.size() << " ridges: " << separate << " against " << shared;
  }
}

} // namespace
