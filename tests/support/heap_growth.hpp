// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <malloc.h>

#include <algorithm>
#include <limits>

namespace pastur::testing_support {

/// The least growth of the heap, in bytes, over three repeats of `count` rounds: MPI's own buffers grow now
/// and then, and keep their size; what is leaked once a round shows in every repeat.
template <class Round>
double least_heap_growth(int count, const Round& round) {
  const auto after = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) round();
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
  };
  double before = after(5);
  double least = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < 3; ++repeat) {
    const double now = after(count);
    least = std::min(least, now - before);
    before = now;
  }
  return least;
}

/// The smallest object of PETSc, leaked once in each of 20 rounds, is far above this.
inline constexpr double no_leak = 32e3;

} // namespace pastur::testing_support
