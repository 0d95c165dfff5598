// SPDX-License-Identifier: BSD-3-Clause
#include "local_panels.hpp"
#include "team_tile.hpp"

#include <pastur/learning/inner_product_kernel.hpp>
#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace pastur::learning {

namespace {

void clip(std::span<double> t) {
  for (double& value : t) value = std::clamp(value, -1.0, 1.0);
}

} // namespace

KernelOfCosine infinite_width(const theory::NeuralTangentKernel& kernel) {
  return [&kernel](std::span<double> t) { kernel.apply(t); };
}

KernelOfCosine truncated(const theory::NeuralTangentKernel& kernel, std::int64_t d, std::int64_t degree) {
  return [&kernel, d = blas_int(d), degree = blas_int(degree)](std::span<double> t) {
    kernel.apply_truncated(d, degree, t);
  };
}

linalg::BlockCyclicMatrix assemble_kernel(const Inputs& inputs, const KernelOfCosine& kernel,
                                          std::shared_ptr<const linalg::ProcessGrid> grid,
                                          std::int32_t block) {
  const parallel::LogEvent event("PasturAssemble");
  linalg::BlockCyclicMatrix matrix(std::move(grid), inputs.n(), inputs.n(), block);
  matrix.fill(0.0);
  const LocalInputs local(inputs, matrix);
  for_each_strip(matrix, local, inputs.d(), 1.0 / static_cast<double>(inputs.d()),
                 [&](std::int32_t column, std::int32_t columns, std::int32_t row, double* t) {
                   const std::int64_t rows = matrix.local_rows() - row;
                   for (std::int32_t j = 0; j < columns; ++j, t += rows) {
                     // Only the lower triangle: kernels cost far more than the product.
                     const std::int64_t diagonal = matrix.global_col(column + j);
                     const std::int32_t skip = matrix.local_rows_below(diagonal) - row;
                     const std::span<double> values(t + skip, static_cast<std::size_t>(rows - skip));
                     if (values.empty()) continue;
                     clip(values);
                     if (matrix.global_row(row + skip) == diagonal) values[0] = 1.0;
                     kernel(values);
                     std::copy(values.begin(), values.end(), &matrix.local(row + skip, column + j));
                   }
                 });
  return matrix;
}

std::vector<double> predict_kernel(const Inputs& inputs, const KernelOfCosine& kernel,
                                   std::span<const double> alphas, std::int64_t columns,
                                   const parallel::Communicator& team) {
  const parallel::LogEvent event("PasturPredict");
  const std::int64_t n = inputs.n(), n_test = inputs.n_test(), d = inputs.d();
  if (static_cast<std::int64_t>(alphas.size()) != n * columns) {
    throw std::invalid_argument(std::to_string(alphas.size()) + " coefficients where n * columns = " +
                                std::to_string(n * columns) + " belong");
  }
  constexpr std::int64_t test_panel = 256, train_panel = 1024;
  std::vector<double> predictions(static_cast<std::size_t>(n_test * columns), 0.0);
  const TeamTile tile = team_tile(n, n_test, team.rank(), team.size());
  Panel test(tile.test_end - tile.test_begin, d), train(train_panel, d), kernels(test_panel, train_panel);
  if (test.size() > 0)
    inputs.rows(n + tile.test_begin, tile.test_end - tile.test_begin, test.data(), test.ld());
  for (std::int64_t i = tile.train_begin; test.size() > 0 && i < tile.train_end; i += train_panel) {
    const std::int64_t count = std::min(train_panel, tile.train_end - i);
    inputs.rows(i, count, train.data(), train.ld());
    for (std::int64_t k = tile.test_begin; k < tile.test_end; k += test_panel) {
      const std::int64_t tests = std::min(test_panel, tile.test_end - k);
      multiply_transposed(tests, count, d, 1.0 / static_cast<double>(d), test.data() + (k - tile.test_begin),
                          test.ld(), train.data(), train.ld(), 0.0, kernels.data(), tests);
      const std::span<double> values(kernels.data(), static_cast<std::size_t>(tests * count));
      clip(values);
      kernel(values);
      multiply(tests, columns, count, 1.0, kernels.data(), tests, alphas.data() + i, n, 1.0,
               predictions.data() + k, n_test);
    }
  }
  team.sum(std::span<double>(predictions));
  return predictions;
}

} // namespace pastur::learning
