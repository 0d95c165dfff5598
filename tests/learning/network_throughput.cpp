// SPDX-License-Identifier: BSD-3-Clause
#include "learning/example_networks.hpp"

#include <pastur/learning/network_loss.hpp>

#include <cblas.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>

namespace {

using namespace pastur::learning;
using namespace pastur::learning::examples;

/// Processor time of this thread (BLAS has one): other jobs on the machine do not count.
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class Work>
double seconds(Work&& work) {
  const double start = thread_seconds();
  work();
  return thread_seconds() - start;
}

/// The derivatives are matrix products and little else: timed in turn with DGEMM of the same shape, best of
/// several, they reach the larger part of its rate.
TEST(NetworkThroughput, derivatives_reach_most_of_the_rate_of_matrix_products) {
  constexpr std::int64_t width = 784, samples = 512, depth = 4;
  std::vector<Layer> layers(depth,
                            with_skip(with_bias(layer(width, ActivationKind::relu)), Join::add, 1, 0.5));
  layers.push_back(linear(10));
  const Network network(width, layers);
  const std::vector<double> parameters = random_parameters(network, "throughput");
  const std::vector<double> direction = random_vector(network.parameters(), "direction");
  const Samples x = random_samples(width, samples, "x"), y = random_samples(10, samples, "y");
  Pass pass;
  std::vector<double> result(parameters.size());
  Samples product(width, samples);

  constexpr double infinity = std::numeric_limits<double>::infinity();
  double gemm = infinity, forwards = infinity, gradient = infinity, hessian = infinity;
  for (int run = 0; run < 4; ++run) {
    gemm = std::min(gemm, seconds([&] {
                      for (std::int64_t l = 0; l < depth; ++l)
                        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, width, samples, width, 1.0,
                                    parameters.data(), width, x.data(), width, 0.0, product.data(), width);
                    }));
    forwards = std::min(forwards, seconds([&] { forward(network, parameters, x, pass); }));
    gradient = std::min(gradient,
                        seconds([&] { loss_gradient(network, parameters, pass, y, 1.0 / samples, result); }));
    hessian = std::min(hessian, seconds([&] {
                         hessian_product(network, parameters, pass, y, 1.0 / samples, direction, result);
                       }));
  }
  const double flops = forward_flops(network, samples);
  // Below layer 1 no cotangent is formed: one product of 784 x 784 less.
  const double saved = 2.0 * width * width * samples;
  const double dgemm_rate = 2.0 * width * width * samples * depth / gemm;
  const double gradient_rate = (3.0 * flops - saved) / (forwards + gradient);
  const double hessian_rate = (7.0 * flops - 4.0 * saved) / hessian;
  std::printf("GF/s: dgemm %.1f, forward %.1f, forward + backward %.1f, Hessian product %.1f\n",
              dgemm_rate / 1e9, flops / forwards / 1e9, gradient_rate / 1e9, hessian_rate / 1e9);
  EXPECT_GT(gradient_rate, 0.7 * dgemm_rate);
  EXPECT_GT(hessian_rate, 0.7 * dgemm_rate);
}

} // namespace
