// SPDX-License-Identifier: BSD-3-Clause
#include "band_reduction.hpp"
#include "blas.hpp"
#include "dense_checks.hpp"
#include "scalapack.hpp"

#include <algorithm>

namespace pastur::linalg {

namespace {

constexpr int one = 1;
constexpr int query = -1;

/// n x width panels in one block column, so on the first process column of the grid, rows as K's.
class PanelOnTeam {
public:
  PanelOnTeam(const BlockCyclicMatrix& k, std::int32_t width)
      : matrix_(k.shared_grid(), k.rows(), width, k.block()) {}

  BlockCyclicMatrix& matrix() { return matrix_; }
  double* data() { return matrix_.data(); }
  const int* descriptor() const { return matrix_.descriptor().data(); }
  /// First local row at or below a global one.
  std::int32_t first(std::int64_t global) const { return matrix_.local_rows_below(global); }
  /// This rank's share of the columns: all or none.
  bool mine() const { return matrix_.local_cols() > 0; }

private:
  BlockCyclicMatrix matrix_;
};

/// left^T right over the rows from `row` on, p x p on every rank.
std::vector<double> inner_products(PanelOnTeam& left, PanelOnTeam& right, std::int64_t row, int p) {
  std::vector<double> g(static_cast<std::size_t>(p) * static_cast<std::size_t>(p), 0.0);
  const std::int32_t first = left.first(row);
  const int m = left.matrix().local_rows() - first;
  const int ld = left.matrix().ld();
  const double unit = 1.0, zero = 0.0;
  if (left.mine() && m > 0) {
    dgemm_("T", "N", &p, &p, &m, &unit, left.data() + first, &ld, right.data() + first, &ld, &zero, g.data(),
           &p);
  }
  left.matrix().grid().team().sum(std::span<double>(g));
  return g;
}

/// out = alpha a b + beta out over the rows from `row` on, with b (p x p) on every rank.
void times_small(PanelOnTeam& a, const std::vector<double>& b, std::int64_t row, int p, double alpha,
                 double beta, PanelOnTeam& out) {
  const std::int32_t first = a.first(row);
  const int m = a.matrix().local_rows() - first;
  const int ld = a.matrix().ld();
  if (a.mine() && m > 0)
    dgemm_("N", "N", &m, &p, &p, &alpha, a.data() + first, &ld, b.data(), &p, &beta, out.data() + first, &ld);
}

/// T of I - V T V^T = H_1 ... H_p from V^T V and the reflectors' scales (DLARFT's recursion).
std::vector<double> triangular_factor(const std::vector<double>& gram, const std::vector<double>& tau,
                                      int p) {
  std::vector<double> t(gram.size(), 0.0);
  const auto at = [p](int i, int j) { return static_cast<std::size_t>(i + j * p); };
  for (int j = 0; j < p; ++j) {
    const double scale = tau[static_cast<std::size_t>(j)];
    for (int i = 0; i < j; ++i) {
      double sum = 0.0;
      for (int l = i; l < j; ++l) sum += t[at(i, l)] * gram[at(l, j)];
      t[at(i, j)] = -scale * sum;
    }
    t[at(j, j)] = scale;
  }
  return t;
}

} // namespace

void BandReduction::reduce_on_team() {
  const int n = static_cast<int>(matrix_.rows());
  const int width = band_.width;
  const int* desc = matrix_.descriptor().data();
  tau_.assign(static_cast<std::size_t>(matrix_.local_cols()) + 1, 0.0);
  if (n <= width + 1) return;
  PanelOnTeam v(matrix_, width), vt(matrix_, width), w(matrix_, width);
  const double unit = 1.0, zero = 0.0, minus = -1.0;
  std::vector<double> work;
  int info = 0;
  for (int k = 0; k + width + 1 < n; k += width) {
    const int m = n - k - width;
    const int p = std::min(m, width);
    const int row = k + width + 1, column = k + 1; // counted from 1
    double wanted = 0.0;
    pdgeqrf_(&m, &width, matrix_.data(), &row, &column, desc, tau_.data(), &wanted, &query, &info);
    const int lwork = work_size(wanted);
    work.resize(std::max(work.size(), static_cast<std::size_t>(lwork)));
    pdgeqrf_(&m, &width, matrix_.data(), &row, &column, desc, tau_.data(), work.data(), &lwork, &info);

    std::vector<double> tau(static_cast<std::size_t>(p), 0.0);
    const std::int32_t first = matrix_.local_cols_below(k), last = matrix_.local_cols_below(k + p);
    if (matrix_.grid().row() == 0) {
      for (std::int32_t j = first; j < last; ++j)
        tau[static_cast<std::size_t>(matrix_.global_col(j) - k)] = tau_[static_cast<std::size_t>(j)];
    }
    matrix_.grid().team().sum(std::span<double>(tau));

    pdgeadd_("N", &m, &p, &unit, matrix_.data(), &row, &column, desc, &zero, v.data(), &row, &one,
             v.descriptor());
    // R stands above the reflectors, whose first elements are 1.
    if (v.mine()) {
      for (std::int32_t i = v.first(k + width); i < v.first(k + width + p); ++i) {
        const auto diagonal = static_cast<std::int32_t>(v.matrix().global_row(i) - (k + width));
        v.matrix().local(i, diagonal) = 1.0;
        for (std::int32_t j = diagonal + 1; j < p; ++j) v.matrix().local(i, j) = 0.0;
      }
    }
    const std::vector<double> t = triangular_factor(inner_products(v, v, k + width, p), tau, p);
    times_small(v, t, k + width, p, 1.0, 0.0, vt);
    pdsymm_("L", "L", &m, &p, &unit, matrix_.data(), &row, &row, desc, vt.data(), &row, &one, vt.descriptor(),
            &zero, w.data(), &row, &one, w.descriptor());
    times_small(v, inner_products(vt, w, k + width, p), k + width, p, -0.5, 1.0, w);
    pdsyr2k_("L", "N", &m, &p, &minus, v.data(), &row, &one, v.descriptor(), w.data(), &row, &one,
             w.descriptor(), &unit, matrix_.data(), &row, &row, desc);
  }
}

void BandReduction::apply_on_team(BlockCyclicMatrix& c, bool transpose) const {
  const int n = static_cast<int>(matrix_.rows());
  const int width = band_.width;
  const int cols = static_cast<int>(c.cols());
  const char* trans = transpose ? "T" : "N";
  std::vector<double> work;
  int info = 0;
  const auto panel = [&](int k) {
    const int m = n - k - width;
    const int p = std::min(m, width);
    const int row = k + width + 1, column = k + 1;
    double wanted = 0.0;
    pdormqr_("L", trans, &m, &cols, &p, matrix_.data(), &row, &column, matrix_.descriptor().data(),
             tau_.data(), c.data(), &row, &one, c.descriptor().data(), &wanted, &query, &info);
    const int lwork = work_size(wanted);
    work.resize(std::max(work.size(), static_cast<std::size_t>(lwork)));
    pdormqr_("L", trans, &m, &cols, &p, matrix_.data(), &row, &column, matrix_.descriptor().data(),
             tau_.data(), c.data(), &row, &one, c.descriptor().data(), work.data(), &lwork, &info);
  };
  const int last = (n - width - 2) / width * width;
  if (transpose) {
    for (int k = 0; k <= last; k += width) panel(k);
  } else {
    for (int k = last; k >= 0; k -= width) panel(k);
  }
}

} // namespace pastur::linalg
