// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "ridge_routes.hpp"
#include "tridiagonal_vectors.hpp"

#include <algorithm>
#include <optional>

namespace pastur::linalg {

namespace {

/// The eigenvectors V of T as they sit on the ranks, applied to vectors that every rank holds.
class EigenvectorsOfT {
public:
  explicit EigenvectorsOfT(BlockCyclicMatrix&& vectors) : v_(std::move(vectors)) {}

  /// V^T z
  std::vector<double> project(std::span<const double> z) const { return product(z, true); }
  /// V c
  std::vector<double> combine(std::span<const double> c) const { return product(c, false); }

private:
  std::vector<double> product(std::span<const double> whole, bool transpose) const {
    const int rows = v_.local_rows();
    const int cols = v_.local_cols();
    const int ld = v_.ld();
    const int one = 1;
    const double unit = 1.0;
    const double zero = 0.0;
    std::vector<double> in(static_cast<std::size_t>(transpose ? rows : cols));
    std::vector<double> out(static_cast<std::size_t>(transpose ? cols : rows), 0.0);
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = whole[index(i, transpose)];
    if (rows > 0 && cols > 0) {
      dgemv_(transpose ? "T" : "N", &rows, &cols, &unit, v_.data(), &ld, in.data(), &one, &zero, out.data(),
             &one);
    }
    std::vector<double> result(whole.size(), 0.0);
    for (std::size_t i = 0; i < out.size(); ++i) result[index(i, !transpose)] = out[i];
    if (v_.grid().team().size() > 1) v_.grid().team().sum(std::span<double>(result));
    return result;
  }

  std::size_t index(std::size_t local, bool row) const {
    const std::int32_t i = static_cast<std::int32_t>(local);
    return static_cast<std::size_t>(row ? v_.global_row(i) : v_.global_col(i));
  }

  BlockCyclicMatrix v_;
};

/// T's spectrum with the rank cut applied.
struct CutSpectrum {
  std::vector<double> values; ///< ascending, exact 0 at or below the cut
  std::size_t zeros = 0;
  double cut = 0.0;
  double least = 0.0; ///< what ridges must outweigh: the least eigenvalue, 0 where it is 0 to within the cut

  CutSpectrum(std::vector<double> raw, double rank_cut) : values(std::move(raw)) {
    if (values.empty()) return;
    cut = rank_cut * std::max(0.0, values.back());
    least = std::abs(values.front()) <= cut ? 0.0 : values.front();
    for (double& value : values) {
      if (value > cut) break;
      value = 0.0;
      ++zeros;
    }
  }
};

/// x = (T + ridge)^+ z where T is singular to the cut and the ridge is within the cut: through the
/// eigenvectors, as elimination would divide rounding errors by the ridge. At ridge 0 the null space gets
/// nothing (minimum norm).
std::vector<double> spectral_solution(const EigenvectorsOfT& v, std::span<const double> projected,
                                      const CutSpectrum& spectrum, double ridge) {
  std::vector<double> c(projected.begin(), projected.end());
  for (std::size_t i = 0; i < c.size(); ++i) {
    const double value = spectrum.values[i] + ridge;
    c[i] = value > 0.0 ? c[i] / value : 0.0;
  }
  return v.combine(c);
}

} // namespace

RidgePath tridiagonal_ridge_path(BlockCyclicMatrix&& k, std::span<const double> y,
                                 std::span<const double> ridges, const RidgePathOptions& options,
                                 DenseLibrary library) {
  const std::size_t n = y.size();
  RidgePath path = empty_ridge_path(n, ridges.size());
  if (n == 0) return path;
  TridiagonalReduction reduction(std::move(k), library);
  const Tridiagonal& t = reduction.t();
  std::vector<double> z(y.begin(), y.end());
  reduction.apply(z, 1, true);
  const CutSpectrum spectrum(tridiagonal_eigenvalues(t), options.rank_cut);

  const bool singular = spectrum.zeros > 0;
  const bool within_cut =
      std::ranges::any_of(ridges, [&](double ridge) { return ridge >= 0.0 && ridge <= spectrum.cut; });
  std::optional<EigenvectorsOfT> vectors;
  std::vector<double> projected;
  if (singular && (within_cut || options.spectrum)) {
    const BlockCyclicMatrix& q = reduction.matrix();
    vectors.emplace(tridiagonal_vectors(t, q.shared_grid(), q.block(), library).vectors);
    projected = vectors->project(z);
  }

  std::vector<double> x(n);
  for (std::size_t r = 0; r < ridges.size(); ++r) {
    const double ridge = ridges[r];
    const std::span<double> solution = std::span(path.coefficients).subspan(r * n, n);
    if (ridge != 0.0 && !(ridge > -spectrum.least)) {
      refuse_ridge(path, r, n);
      continue;
    }
    if (singular && ridge >= 0.0 && ridge <= spectrum.cut) {
      x = spectral_solution(*vectors, projected, spectrum, ridge);
    } else {
      std::ranges::copy(z, x.begin());
      if (!solve_shifted(t, ridge, x)) {
        refuse_ridge(path, r, n);
        continue;
      }
    }
    // K alpha - y = -ridge alpha has a smaller rounding error than the difference itself, which only ridge 0
    // needs.
    path.residual_norms[r] = ridge == 0.0 ? squared_residual(t, x, z) : ridge * ridge * dot(x, x);
    std::ranges::copy(x, solution.begin());
  }

  if (options.spectrum) {
    path.rank = static_cast<std::int64_t>(n - spectrum.zeros);
    if (singular) {
      for (std::size_t i = 0; i < n; ++i) {
        const double square = projected[i] * projected[i];
        if (i < spectrum.zeros) {
          path.outside_range += square;
        } else {
          path.pseudo_inverse_norm += square / spectrum.values[i];
        }
      }
    } else {
      std::ranges::copy(z, x.begin());
      solve_shifted(t, 0.0, x);
      path.pseudo_inverse_norm = dot(z, x);
    }
    path.eigenvalues = spectrum.values;
  }
  // NaN columns stay NaN under the reflections, so one call back-transforms all.
  reduction.apply(path.coefficients, static_cast<std::int64_t>(ridges.size()), false);
  return path;
}

} // namespace pastur::linalg
