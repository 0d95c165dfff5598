// SPDX-License-Identifier: BSD-3-Clause
#include "tridiagonal_vectors.hpp"

#include "blas.hpp"
#include "dense_checks.hpp"
#include "elpa.hpp"
#include "scalapack.hpp"

#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {

namespace {

constexpr int one = 1;

bool lapack_divide_and_conquer(TridiagonalVectors& out, std::vector<double> off) {
  const int n = out.vectors.local_rows();
  const int ld = out.vectors.ld();
  const std::int64_t size = n;
  const int lwork = checked_int(1 + 4 * size + size * size, "workspace");
  const int liwork = checked_int(3 + 5 * size, "workspace");
  std::vector<double> work(static_cast<std::size_t>(lwork));
  std::vector<int> iwork(static_cast<std::size_t>(liwork));
  int info = 0;
  dstedc_("I", &n, out.values.data(), off.data(), out.vectors.data(), &ld, work.data(), &lwork, iwork.data(),
          &liwork, &info);
  out.method = "DSTEDC";
  return info == 0;
}

bool lapack_qr(TridiagonalVectors& out, std::vector<double> off) {
  const int n = out.vectors.local_rows();
  const int ld = out.vectors.ld();
  std::vector<double> work(2 * out.values.size());
  int info = 0;
  dsteqr_("I", &n, out.values.data(), off.data(), out.vectors.data(), &ld, work.data(), &info);
  out.method = "DSTEQR";
  return info == 0;
}

/// PDSTEDC has three traps: blocks of Q that deflation never touches keep what stood in them, up to n = block
/// only the first process learns the eigenvalues, and its workspace is too small for the PDLASRT inside.
bool scalapack_divide_and_conquer(TridiagonalVectors& out, std::vector<double> off) {
  const int n = static_cast<int>(out.vectors.rows());
  const std::int64_t rows = out.vectors.local_rows();
  const std::int64_t cols = out.vectors.local_cols();
  const std::int64_t sort = std::max<std::int64_t>(n, rows * (cols + out.vectors.block()));
  const std::int64_t wanted = std::max(6 * std::int64_t{n} + 2 * rows * cols, sort) + 64;
  // Beyond 32 bits on any rank: the other route needs no such array.
  if (out.vectors.grid().team().max(static_cast<double>(wanted)) > std::numeric_limits<int>::max())
    return false;
  const int lwork = static_cast<int>(wanted);
  const int liwork = checked_int(2 + 7 * std::int64_t{n} + 8 * std::int64_t{out.vectors.grid().cols()} + 64,
                                 "workspace (PDSTEDC)");
  std::vector<double> work(static_cast<std::size_t>(lwork));
  std::vector<int> iwork(static_cast<std::size_t>(liwork));
  int info = 0;
  off.resize(out.values.size());
  out.vectors.fill(0.0);
  pdstedc_("I", &n, out.values.data(), off.data(), out.vectors.data(), &one, &one,
           out.vectors.descriptor().data(), work.data(), &lwork, iwork.data(), &liwork, &info);
  out.vectors.grid().team().broadcast(std::span<double>(out.values));
  out.method = "PDSTEDC";
  return out.vectors.grid().team().all(info == 0);
}

bool elpa_divide_and_conquer(TridiagonalVectors& out, std::vector<double> off) {
  out.method = "ELPA";
  const std::int32_t block = elpa_block(out.vectors);
  if (block == 0) return false;
  off.resize(out.values.size());
  if (block == out.vectors.block()) return elpa_tridiagonal(out.values, off, out.vectors);
  BlockCyclicMatrix finer(out.vectors.shared_grid(), out.vectors.rows(), out.vectors.cols(), block);
  const bool ok = elpa_tridiagonal(out.values, off, finer);
  if (ok) out.vectors = finer.redistribute(out.vectors.shared_grid(), out.vectors.block());
  return ok;
}

} // namespace

TridiagonalVectors tridiagonal_vectors(const Tridiagonal& t, std::shared_ptr<const ProcessGrid> grid,
                                       std::int32_t block, DenseLibrary library, TridiagonalRoute route) {
  const std::int64_t n = static_cast<std::int64_t>(t.size());
  TridiagonalVectors out{t.diagonal, BlockCyclicMatrix(std::move(grid), n, n, block), "none"};
  if (n == 0) return out;
  const parallel::LogEvent event("PasturSpectrum");
  const bool lapack = library == DenseLibrary::lapack;
  if (route == TridiagonalRoute::first) {
    if (lapack ? lapack_divide_and_conquer(out, t.off) : scalapack_divide_and_conquer(out, t.off)) return out;
    out.values = t.diagonal;
  }
  if (lapack ? lapack_qr(out, t.off) : elpa_divide_and_conquer(out, t.off)) return out;
  throw std::runtime_error("the eigenvectors of a tridiagonal matrix of size " + std::to_string(n) +
                           " did not converge (divide and conquer, then " + out.method + ")");
}

} // namespace pastur::linalg
