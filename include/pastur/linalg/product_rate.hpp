// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace pastur::linalg {

/// Flops per second of a large matrix product (DGEMM) on one core of this machine: the best of several,
/// measured for a sixth of a second in processor time, which other programs on the machine disturb less than
/// the clock. Sets the BLAS to one thread.
double matrix_product_rate();

} // namespace pastur::linalg
