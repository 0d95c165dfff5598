// SPDX-License-Identifier: BSD-3-Clause
#include "local_panels.hpp"

#include <functional>

namespace pastur::learning {

namespace {

/// Rows of X with ascending global indices, fetched in runs of consecutive ones.
Panel gather(const Inputs& inputs, std::int32_t count,
             const std::function<std::int64_t(std::int32_t)>& global) {
  Panel panel(count, inputs.d());
  for (std::int32_t i = 0; i < count;) {
    std::int32_t end = i + 1;
    while (end < count && global(end) == global(end - 1) + 1) ++end;
    inputs.rows(global(i), end - i, panel.data() + i, panel.ld());
    i = end;
  }
  return panel;
}

} // namespace

LocalInputs::LocalInputs(const Inputs& inputs, const linalg::BlockCyclicMatrix& matrix)
    : rows_(gather(inputs, matrix.local_rows(), [&](std::int32_t i) { return matrix.global_row(i); })),
      same_(matrix.grid().rows() == 1 && matrix.grid().cols() == 1) {
  if (!same_)
    columns_ = gather(inputs, matrix.local_cols(), [&](std::int32_t j) { return matrix.global_col(j); });
}

} // namespace pastur::learning
