// SPDX-License-Identifier: BSD-3-Clause
#include "band_reduction.hpp"
#include "dense_checks.hpp"
#include "elpa.hpp"
#include "tridiagonal_reduction.hpp"
#include "tridiagonal_vectors.hpp"

#include <pastur/linalg/spectrum.hpp>
#include <pastur/parallel/log_event.hpp>

#include <stdexcept>

namespace pastur::linalg {

namespace {

/// From this size on ELPA finds eigenvectors on a team faster than ScaLAPACK does (docs/performance.md).
constexpr std::int64_t elpa_worthwhile = 1000;

Eigensolver resolve(const BlockCyclicMatrix& a, Eigensolver solver, bool vectors) {
  const bool alone = a.grid().team().size() == 1;
  if (solver == Eigensolver::lapack && !alone)
    throw std::invalid_argument("LAPACK's eigensolver needs a team of one rank");
  if (solver == Eigensolver::automatic && vectors && !alone && a.rows() >= elpa_worthwhile)
    solver = Eigensolver::elpa;
  if (solver == Eigensolver::automatic || solver == Eigensolver::two_stages)
    return alone ? Eigensolver::lapack : Eigensolver::scalapack;
  // ELPA cannot take a matrix with fewer rows than process rows or columns.
  if (solver == Eigensolver::elpa && elpa_block(a) == 0) return Eigensolver::scalapack;
  return solver;
}

DenseLibrary library(Eigensolver solver) {
  return solver == Eigensolver::lapack ? DenseLibrary::lapack : DenseLibrary::scalapack;
}

/// The full symmetric matrix in blocks that ELPA can take.
BlockCyclicMatrix for_elpa(BlockCyclicMatrix&& a) {
  a.symmetrize_from_lower();
  const std::int32_t block = elpa_block(a);
  if (block == a.block()) return std::move(a);
  return a.redistribute(a.shared_grid(), block);
}

} // namespace

std::vector<double> eigenvalues(BlockCyclicMatrix&& a, Eigensolver solver) {
  require_square(a, "eigenvalues");
  const bool alone = a.grid().team().size() == 1;
  const bool two_stages = solver == Eigensolver::two_stages ||
                          (solver == Eigensolver::automatic && a.rows() >= BandReduction::worthwhile(alone));
  solver = resolve(a, solver, false);
  require_finite(a, "eigenvalues");
  if (a.rows() == 0) return {};
  if (solver == Eigensolver::elpa) {
    BlockCyclicMatrix full = for_elpa(std::move(a));
    const parallel::LogEvent event("PasturSpectrum");
    std::vector<double> values(static_cast<std::size_t>(full.rows()));
    if (!elpa_values(full, values)) throw std::runtime_error("ELPA's eigenvalue solver failed");
    return values;
  }
  if (two_stages) return tridiagonal_eigenvalues(tridiagonal_of(BandReduction(std::move(a)).band()));
  const TridiagonalReduction reduction(std::move(a), library(solver));
  return tridiagonal_eigenvalues(reduction.t());
}

EigenDecomposition eigen_decomposition(BlockCyclicMatrix&& a, Eigensolver solver) {
  require_square(a, "eigen_decomposition");
  solver = resolve(a, solver, true);
  require_finite(a, "eigen_decomposition");
  const std::shared_ptr<const ProcessGrid> grid = a.shared_grid();
  const std::int32_t block = a.block();
  if (solver == Eigensolver::elpa) {
    BlockCyclicMatrix full = for_elpa(std::move(a));
    const parallel::LogEvent event("PasturSpectrum");
    EigenDecomposition out{std::vector<double>(static_cast<std::size_t>(full.rows())),
                           BlockCyclicMatrix(grid, full.rows(), full.cols(), full.block()),
                           "ELPA, one stage"};
    if (!elpa_vectors(full, out.values, out.vectors))
      throw std::runtime_error("ELPA's eigenvector solver failed");
    if (full.block() != block) out.vectors = out.vectors.redistribute(grid, block);
    return out;
  }
  TridiagonalReduction reduction(std::move(a), library(solver));
  TridiagonalVectors found = tridiagonal_vectors(reduction.t(), grid, block, library(solver));
  reduction.apply(found.vectors, false);
  const std::string name = solver == Eigensolver::lapack ? "LAPACK, " : "ScaLAPACK, ";
  return {std::move(found.values), std::move(found.vectors), name + found.method};
}

} // namespace pastur::linalg
