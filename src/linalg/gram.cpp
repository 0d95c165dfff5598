// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"

#include <pastur/linalg/gram.hpp>
#include <pastur/parallel/log_event.hpp>

#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

/// out := alpha * A B^T + beta * out with panels of k columns, on rectangles of the local part.
struct PanelProduct {
  BlockCyclicMatrix& out;
  const double* row_panel;
  int row_ld;
  const double* col_panel;
  int col_ld;
  int k;
  double alpha, beta;
  double flops = 0.0;

  void rectangle(std::int32_t row, std::int32_t row_end, std::int32_t col, std::int32_t col_end) {
    const int m = row_end - row;
    const int n = col_end - col;
    if (m <= 0 || n <= 0) return;
    const int ld = out.ld();
    dgemm_("N", "T", &m, &n, &k, &alpha, row_panel + row, &row_ld, col_panel + col, &col_ld, &beta,
           &out.local(row, col), &ld);
    flops += 2.0 * m * n * k;
  }

  std::int32_t first_row(std::int32_t col) const {
    return col < out.local_cols() ? out.local_rows_below(out.global_col(col)) : out.local_rows();
  }

  /// The blocks on and below the diagonal in local columns [col, end), halved until one block column is left:
  /// the rectangles are as large as can be, and only the blocks that the diagonal cuts are computed in full.
  void staircase(std::int32_t col, std::int32_t end) {
    const std::int32_t blocks = (end - col + out.block() - 1) / out.block();
    if (blocks <= 1) {
      rectangle(first_row(col), first_row(end), col, end);
      return;
    }
    const std::int32_t middle = col + blocks / 2 * out.block();
    staircase(col, middle);
    rectangle(first_row(middle), first_row(end), col, middle);
    staircase(middle, end);
  }
};

} // namespace

void accumulate_gram(BlockCyclicMatrix& gram, const double* row_panel, std::int64_t row_ld,
                     const double* col_panel, std::int64_t col_ld, std::int64_t k, double alpha,
                     double beta) {
  if (gram.rows() != gram.cols())
    throw std::invalid_argument("a Gram matrix of " + std::to_string(gram.rows()) + " x " +
                                std::to_string(gram.cols()));
  PanelProduct product{gram,
                       row_panel,
                       checked_int(row_ld, "panel's leading dimension"),
                       col_panel,
                       checked_int(col_ld, "panel's leading dimension"),
                       checked_int(k, "panel's width"),
                       alpha,
                       beta};
  const parallel::LogEvent event("PasturGram");
  if (gram.grid().team().size() == 1) {
    const int n = gram.local_rows();
    const int ld = gram.ld();
    if (n > 0) dsyrk_("L", "N", &n, &product.k, &alpha, row_panel, &product.row_ld, &beta, gram.data(), &ld);
    event.flops(1.0 * n * n * product.k);
    return;
  }
  product.staircase(0, gram.local_cols());
  event.flops(product.flops);
}

void accumulate_product(BlockCyclicMatrix& out, const double* row_panel, std::int64_t row_ld,
                        const double* col_panel, std::int64_t col_ld, std::int64_t k, double alpha,
                        double beta) {
  PanelProduct product{out,
                       row_panel,
                       checked_int(row_ld, "panel's leading dimension"),
                       col_panel,
                       checked_int(col_ld, "panel's leading dimension"),
                       checked_int(k, "panel's width"),
                       alpha,
                       beta};
  const parallel::LogEvent event("PasturProduct");
  product.rectangle(0, out.local_rows(), 0, out.local_cols());
  event.flops(product.flops);
}

} // namespace pastur::linalg
