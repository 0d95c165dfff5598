// SPDX-License-Identifier: BSD-3-Clause
#include "avx512.hpp"
#include "bulge_chase.hpp"

#if defined(__x86_64__)
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq")
#endif

extern "C" void dlarfg_(const int* n, double* alpha, double* x, const int* incx, double* tau);

namespace pastur::linalg {

namespace {

using Lane = __m512d;
using Bits = std::int64_t __attribute__((vector_size(64)));

[[gnu::always_inline]] inline void load(Lane& to, const double* from) {
  std::memcpy(&to, from, sizeof(Lane));
}
[[gnu::always_inline]] inline void store(double* to, const Lane& from) {
  std::memcpy(to, &from, sizeof(Lane));
}
/// a b + c and c - a b with one rounding, as in BLAS: half the instructions.
[[gnu::always_inline]] inline Lane plus_product(const Lane& a, const Lane& b, const Lane& c) {
  return _mm512_fmadd_pd(a, b, c);
}
[[gnu::always_inline]] inline Lane minus_product(const Lane& a, const Lane& b, const Lane& c) {
  return _mm512_fnmadd_pd(a, b, c);
}
[[gnu::always_inline]] inline Lane all(double value) {
  return _mm512_set1_pd(value);
}
/// All ones in lanes >= r.
inline constexpr std::int64_t lane_masks[16] = {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1};
[[gnu::always_inline]] inline void keep_from(Lane& x, std::int64_t r) {
  Bits mask;
  std::memcpy(&mask, lane_masks + 8 - r, sizeof(Bits));
  x = (Lane)((Bits)x & mask);
}

/// H = I - tau v v^T on 8 * Lanes rows.
template <int Lanes>
struct Reflector {
  Lane v[Lanes];
  double tau;
  double at(std::int64_t j) const { return reinterpret_cast<const double*>(v)[j]; }
};

/// Makes x into beta e_1 and h the reflector that does it (as DLARFG, to which extreme magnitudes go).
template <int Lanes>
[[gnu::always_inline]] inline void annihilate(double* x, Reflector<Lanes>& h) {
  constexpr int rows = 8 * Lanes;
  for (std::int64_t q = 0; q < Lanes; ++q) load(h.v[q], x + 8 * q);
  const double alpha = x[0];
  Lane squares = {};
  h.v[0][0] = 0.0;
  for (std::int64_t q = 0; q < Lanes; ++q) squares = plus_product(h.v[q], h.v[q], squares);
  const double below = sum_of(squares);
  double beta = alpha;
  if (below > 1e-280 && below + alpha * alpha < 1e280) {
    beta = -std::copysign(std::sqrt(alpha * alpha + below), alpha);
    h.tau = (beta - alpha) / beta;
    const double scale = 1.0 / (alpha - beta);
    for (std::int64_t q = 0; q < Lanes; ++q) h.v[q] = h.v[q] * scale;
  } else {
    const int n = rows, one = 1;
    dlarfg_(&n, &beta, x + 1, &one, &h.tau);
    for (std::int64_t q = 0; q < Lanes; ++q) load(h.v[q], x + 8 * q);
  }
  h.v[0][0] = 1.0;
  std::fill_n(x, rows, 0.0);
  x[0] = beta;
}

/// Columns 8 P + r of a diagonal block's lower triangle: y += A_lower v, dots = (A_strictly_lower)^T v.
template <int Lanes, std::int64_t P>
[[gnu::always_inline]] inline void multiply_panel(const double* block, const Reflector<Lanes>& h,
                                                  Lane (&y)[Lanes], double* dots) {
  for (std::int64_t r = 0; r < 8; ++r) {
    const double* column = block + (8 * P + r) * chase_stride(Lanes);
    const Lane factor = all(h.at(8 * P + r));
    Lane a, dot;
    load(a, column + 8 * P);
    keep_from(a, r);
    y[P] = plus_product(a, factor, y[P]);
    keep_from(a, r + 1);
    dot = a * h.v[P];
    for (std::int64_t q = P + 1; q < Lanes; ++q) {
      load(a, column + 8 * q);
      y[q] = plus_product(a, factor, y[q]);
      dot = plus_product(a, h.v[q], dot);
    }
    dots[8 * P + r] = sum_of(dot);
  }
}

/// A_lower -= v w^T + w v^T in the same columns.
template <int Lanes, std::int64_t P>
[[gnu::always_inline]] inline void update_panel(double* block, const Reflector<Lanes>& h,
                                                const Reflector<Lanes>& w) {
  for (std::int64_t r = 0; r < 8; ++r) {
    double* column = block + (8 * P + r) * chase_stride(Lanes);
    const Lane vj = all(h.at(8 * P + r)), wj = all(w.at(8 * P + r));
    Lane a, change = plus_product(h.v[P], wj, w.v[P] * vj);
    keep_from(change, r);
    load(a, column + 8 * P);
    store(column + 8 * P, a - change);
    for (std::int64_t q = P + 1; q < Lanes; ++q) {
      load(a, column + 8 * q);
      store(column + 8 * q, minus_product(h.v[q], wj, minus_product(w.v[q], vj, a)));
    }
  }
}

/// The diagonal block A becomes H A H: w = tau A v - (tau^2 v^T A v / 2) v.
template <int Lanes, std::int64_t... P>
[[gnu::always_inline]] inline void reflect_both_sides(double* block, const Reflector<Lanes>& h,
                                                      std::integer_sequence<std::int64_t, P...>) {
  Lane y[Lanes] = {};
  alignas(64) double dots[8 * Lanes];
  (multiply_panel<Lanes, P>(block, h, y, dots), ...);
  Reflector<Lanes> w;
  Lane product = {};
  for (std::int64_t q = 0; q < Lanes; ++q) {
    load(w.v[q], dots + 8 * q);
    w.v[q] = (w.v[q] + y[q]) * h.tau;
    product = plus_product(w.v[q], h.v[q], product);
  }
  const double half = 0.5 * h.tau * sum_of(product);
  for (std::int64_t q = 0; q < Lanes; ++q) w.v[q] -= h.v[q] * half;
  (update_panel<Lanes, P>(block, h, w), ...);
}

/// The block below a diagonal one, B: B H from the right, then its first column annihilated by a new
/// reflector from the left, which `h` becomes. B passes twice.
template <int Lanes>
[[gnu::always_inline]] inline void move_on(double* block, Reflector<Lanes>& h) {
  constexpr int rows = 8 * Lanes;
  Lane w[Lanes] = {}, b[Lanes];
  for (int j = 0; j < rows; ++j) {
    const double* column = block + j * chase_stride(Lanes);
    for (std::int64_t q = 0; q < Lanes; ++q) {
      load(b[q], column + 8 * q);
      w[q] = plus_product(b[q], all(h.at(j)), w[q]);
    }
  }
  for (std::int64_t q = 0; q < Lanes; ++q) {
    w[q] = w[q] * h.tau;
    load(b[q], block + 8 * q);
    store(block + 8 * q, b[q] - w[q]);
  }
  Reflector<Lanes> next;
  annihilate(block, next);
  for (int j = 1; j < rows; ++j) {
    double* column = block + j * chase_stride(Lanes);
    const Lane factor = all(h.at(j));
    Lane dot = {};
    for (std::int64_t q = 0; q < Lanes; ++q) {
      load(b[q], column + 8 * q);
      b[q] = minus_product(w[q], factor, b[q]);
      dot = plus_product(b[q], next.v[q], dot);
    }
    const Lane overlap = all(next.tau * sum_of(dot));
    for (std::int64_t q = 0; q < Lanes; ++q) store(column + 8 * q, minus_product(next.v[q], overlap, b[q]));
  }
  h = next;
}

/// Sweep s makes column s tridiagonal and chases the bulge down in blocks; a sweep may enter a block once the
/// one before it is two blocks ahead. `together` sweeps go in a row, so that a block is in the cache for all
/// of them.
template <int Lanes>
void chase(double* band, std::int64_t n) {
  constexpr std::int64_t rows = std::int64_t{8} * Lanes, stride = chase_stride(Lanes), together = 8;
  constexpr std::make_integer_sequence<std::int64_t, Lanes> panels;
  const auto at = [band](std::int64_t i, std::int64_t j) { return band + i + j * stride; };
  for (std::int64_t first = 0; first + 2 < n; first += together) {
    const std::int64_t sweeps = std::min(together, n - 2 - first);
    Reflector<Lanes> h[together];
    const std::int64_t blocks = (n - 2 - first) / rows + 1; // of the first, longest sweep
    for (std::int64_t time = 0; time < blocks + 2 * (sweeps - 1); ++time) {
      for (std::int64_t s = 0; s < sweeps; ++s) {
        const std::int64_t block = time - 2 * s, column = first + s, row = column + 1 + block * rows;
        if (block < 0 || row >= n) continue;
        if (block == 0) {
          annihilate(at(row, column), h[s]);
        } else {
          move_on(at(row, row - rows), h[s]);
        }
        reflect_both_sides(at(row, row), h[s], panels);
      }
    }
  }
}

} // namespace

const ChaseKernels avx512_chase_kernels{chase<6>, chase<8>};

} // namespace pastur::linalg
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
