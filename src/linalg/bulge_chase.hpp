// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "symmetric_band.hpp"

#include <cstdint>

namespace pastur::linalg {

/// Element (i, j), 0 <= i - j < 16 lanes, of the band that a kernel works on stands at [i + j *
/// chase_stride]: columns of a block are that far apart, an odd multiple of 8, which keeps them out of each
/// other's cache sets.
constexpr std::int64_t chase_stride(int lanes) {
  return 16 * lanes + 8;
}
/// Makes the n x n band tridiagonal, in place. 16 lanes zero rows stand below the matrix.
using ChaseKernel = void (*)(double* band, std::int64_t n);

/// For bands of width up to 48 (6 lanes) and up to 64 (8 lanes).
struct ChaseKernels {
  ChaseKernel width_48;
  ChaseKernel width_64;
};
#if defined(__x86_64__)
extern const ChaseKernels avx512_chase_kernels;
#endif
/// Those that this processor can run, or null.
const ChaseKernels* chase_kernels();

inline constexpr std::int32_t widest_chase = 64;

/// T with the eigenvalues of a band no wider than widest_chase: LAPACK's algorithm (DSB2ST) with reflections
/// of 48 or 64 rows, fused so that a block passes twice through registers instead of four times, and sweeps
/// in groups whose blocks stay in the second-level cache. Throws std::invalid_argument for a wider one.
Tridiagonal chase_bulges(const SymmetricBand& band, const ChaseKernels& kernels);
/// Bytes that takes.
double chase_bytes(std::int64_t n);

} // namespace pastur::linalg
