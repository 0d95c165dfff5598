// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "fill_kernels.hpp"

namespace pastur::random {

#if defined(__x86_64__)
extern const FillKernels avx512_kernels;
extern const FillKernels avx2_kernels;
#endif
extern const FillKernels baseline_kernels;

} // namespace pastur::random
