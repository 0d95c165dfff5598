// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"

#include <pastur/learning/whitening.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/parallel/agree.hpp>

#include <algorithm>
#include <cmath>
#include <string>

extern "C" void dsyevr_(const char* jobz, const char* range, const char* uplo, const int* n, double* a,
                        const int* lda, const double* vl, const double* vu, const int* il, const int* iu,
                        const double* abstol, int* m, double* w, double* z, const int* ldz, int* isuppz,
                        double* work, const int* lwork, int* iwork, const int* liwork, int* info, std::size_t,
                        std::size_t, std::size_t);

namespace pastur::learning {

namespace {

constexpr std::int64_t panel_rows = 1024;
constexpr double rank_cut = 1e-10;

std::vector<double> mean_of(const parallel::Communicator& comm, const DataSet& data) {
  std::vector<double> mean(static_cast<std::size_t>(data.columns), 0.0);
  const auto [begin, end] = linalg::even_range(data.rows, comm.rank(), comm.size());
  for (std::int64_t i = begin; i < end; ++i) {
    const std::span<const double> row = data.row(i);
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += row[j];
  }
  comm.sum(std::span<double>(mean));
  for (double& value : mean) value /= static_cast<double>(data.rows);
  return mean;
}

/// Rows [first, first + count) minus the mean, each contiguous: a columns x count column-major matrix.
void centred(const DataSet& data, std::span<const double> mean, std::int64_t first, std::int64_t count,
             double* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::span<const double> row = data.row(first + i);
    for (std::size_t j = 0; j < mean.size(); ++j) *out++ = row[j] - mean[j];
  }
}

/// (1/rows) sum of centred rows' outer products, lower triangle, on every rank.
std::vector<double> covariance_of(const parallel::Communicator& comm, const DataSet& data,
                                  std::span<const double> mean) {
  const int columns = blas_int(data.columns);
  std::vector<double> covariance(mean.size() * mean.size(), 0.0);
  Panel panel(data.columns, panel_rows);
  const auto [begin, end] = linalg::even_range(data.rows, comm.rank(), comm.size());
  for (std::int64_t i = begin; i < end; i += panel_rows) {
    const std::int64_t count = std::min(panel_rows, end - i);
    centred(data, mean, i, count, panel.data());
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, columns, blas_int(count),
                1.0 / static_cast<double>(data.rows), panel.data(), columns, 1.0, covariance.data(), columns);
  }
  comm.sum(std::span<double>(covariance));
  return covariance;
}

/// The columns x components map to unit-variance components, leading one first, from the covariance
/// (destroyed).
std::vector<double> whitening_map(std::vector<double> covariance, std::int64_t columns,
                                  std::int64_t components, const std::string& source) {
  const int n = blas_int(columns);
  const int one = 1;
  const double none = 0.0;
  std::vector<double> values(static_cast<std::size_t>(n)), vectors(covariance.size());
  std::vector<int> support(2 * static_cast<std::size_t>(n));
  int found = 0, info = 0, lwork = -1, liwork = -1, integer_size = 0;
  double size = 0.0;
  const auto call = [&](double* work, int* iwork) {
    dsyevr_("V", "A", "L", &n, covariance.data(), &n, &none, &none, &one, &n, &none, &found, values.data(),
            vectors.data(), &n, support.data(), work, &lwork, iwork, &liwork, &info, 1, 1, 1);
  };
  call(&size, &integer_size);
  lwork = static_cast<int>(size) + n;
  liwork = integer_size;
  std::vector<double> work(static_cast<std::size_t>(lwork));
  std::vector<int> iwork(static_cast<std::size_t>(liwork));
  call(work.data(), iwork.data());
  if (info != 0 || found != n)
    throw std::runtime_error("DSYEVR failed on the covariance of `" + source + "`");

  const double cut = rank_cut * values.back();
  const auto rank =
      std::count_if(values.begin(), values.end(), [&](double value) { return value > 0.0 && value > cut; });
  if (components > rank) {
    throw InputError("`" + source + "`: " + std::to_string(components) +
                     " principal components asked for, but the centred data have rank " +
                     std::to_string(rank));
  }
  std::vector<double> map;
  map.reserve(static_cast<std::size_t>(columns * components));
  for (std::int64_t k = 0; k < components; ++k) {
    const double* vector = vectors.data() + (columns - 1 - k) * columns;
    const double greatest = *std::max_element(vector, vector + columns,
                                              [](double a, double b) { return std::abs(a) < std::abs(b); });
    const double scale =
        std::copysign(1.0, greatest) / std::sqrt(values[static_cast<std::size_t>(columns - 1 - k)]);
    for (std::int64_t j = 0; j < columns; ++j) map.push_back(scale * vector[j]);
  }
  return map;
}

/// Scales `count` rows of the given length to norm sqrt(length); `first` numbers them in messages.
void scale_to_sphere(double* rows, std::int64_t count, std::int64_t length, std::int64_t first,
                     const DataSet& data) {
  const double radius = std::sqrt(static_cast<double>(length));
  for (std::int64_t i = 0; i < count; ++i) {
    double* row = rows + i * length;
    const double norm = cblas_dnrm2(blas_int(length), row, 1);
    if (!(norm > 1e-12 * radius)) {
      const bool training = first + i < data.rows;
      throw InputError("`" + data.source + "`: " + (training ? "row " : "held-out row ") +
                       std::to_string(training ? first + i : first + i - data.rows) +
                       " equals the mean in every component, so it has no direction to scale");
    }
    cblas_dscal(blas_int(length), radius / norm, row, 1);
  }
}

} // namespace

DataSet whiten(const parallel::Communicator& comm, const DataSet& data, std::int64_t components,
               const WhiteningOptions& options) {
  if (components < 1)
    throw InputError("at least 1 principal component is needed, not " + std::to_string(components));
  if (components > data.columns) {
    throw InputError("`" + data.source + "`: " + std::to_string(components) +
                     " principal components asked for, but it has " + std::to_string(data.columns) +
                     " features");
  }
  const std::vector<double> mean = mean_of(comm, data);
  std::vector<double> covariance = covariance_of(comm, data, mean);
  // On one rank and sent, so that all use the same bits.
  std::vector<double> map;
  parallel::agree(comm, [&] {
    if (comm.rank() == 0) map = whitening_map(std::move(covariance), data.columns, components, data.source);
  });
  map.resize(static_cast<std::size_t>(data.columns * components));
  comm.broadcast(std::span<double>(map));

  DataSet white;
  white.source = data.source;
  white.rows = data.rows;
  white.test_rows = data.test_rows;
  white.columns = components;
  white.labels = data.labels;
  white.duplicate_rows = data.duplicate_rows;
  white.first_duplicate = data.first_duplicate;
  white.duplicate_of = data.duplicate_of;
  const std::int64_t all = data.rows + data.test_rows;
  std::vector<std::size_t> offsets{0};
  for (int rank = 0; rank < comm.size(); ++rank) {
    offsets.push_back(
        static_cast<std::size_t>(linalg::even_range(all, rank, comm.size()).second * components));
  }
  white.values = SharedArray::create(comm, offsets.back());
  parallel::agree(comm, [&] {
    const auto [begin, end] = linalg::even_range(all, comm.rank(), comm.size());
    Panel panel(data.columns, panel_rows);
    for (std::int64_t i = begin; i < end; i += panel_rows) {
      const std::int64_t count = std::min(panel_rows, end - i);
      centred(data, mean, i, count, panel.data());
      double* out = white.values.writable().data() + i * components;
      multiply_adjoint(components, count, data.columns, 1.0, map.data(), data.columns, panel.data(),
                       data.columns, 0.0, out, components);
      if (options.sphere) scale_to_sphere(out, count, components, i, data);
    }
  });
  white.values.exchange(comm, offsets);
  return white;
}

} // namespace pastur::learning
