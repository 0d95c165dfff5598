// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pastur::studies::relu_inconsistency {

/// f(x) = c + scale sum_i w_i relu(<a_i, x> + b_i), neurons along the rows of every array so that loops over
/// neurons vectorise. Inputs come scaled already (ntk weights).
struct TwoLayer {
  std::int64_t n = 0, d = 1;
  double scale = 1.0;
  std::vector<double> a; ///< n x d, column-major
  std::vector<double> b, w;
  double c = 0.0;
};

/// u_ij = <a_i, x_j> + b_i of a point x_j, n numbers; returns f(x_j). Sums over neurons have a fixed order.
double forward(const TwoLayer& network, const double* x, double* u);

/// Sum over points of g_j df(x_j)/dtheta, added up point by point.
struct Slope {
  std::vector<double> a, b, w; ///< shapes of TwoLayer; a and b still to be multiplied by w
  double c = 0.0;
  explicit Slope(const TwoLayer& network) : a(network.a.size()), b(network.b.size()), w(network.w.size()) {}
  void clear();
  /// u of `count` <= 4 points at distance n, their inputs at distance d.
  void add(const TwoLayer& network, const double* x, const double* u, const double* g, int count);
  /// The factors scale and w.
  void complete(const TwoLayer& network);
};

/// J v for the direction `slope` (complete): the derivative of f at a point along it.
double derivative_along(const TwoLayer& network, const Slope& slope, const double* x, const double* u);

/// How many of n neurons are active now but were not, or the reverse.
std::int64_t pattern_changes(const double* u, const unsigned char* active, std::int64_t n);
/// The largest |b_i| / |a_i|.
double largest_kink(const TwoLayer& network);

} // namespace pastur::studies::relu_inconsistency
