// SPDX-License-Identifier: BSD-3-Clause
#include "slope_panels.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/theory/hermite.hpp>

#include <cmath>

namespace pastur::learning {

namespace {

/// K v = rowsum(S o (X (S^T diag(v) X)^T)) / (N d), rows split over the team; one chunk of neurons after the
/// other.
class MatrixFreeKernel {
public:
  MatrixFreeKernel(const Inputs& inputs, const SlopeSource& source, const parallel::Communicator& team,
                   double memory)
      : source_(source), team_(team), rows_(local_rows(inputs, team)),
        chunk_(neurons_per_chunk(rows_, source.neurons)), x_(rows_, source.d), scaled_(rows_, source.d),
        network_(chunk_, source.d), products_(rows_, chunk_) {
    const std::int64_t first = linalg::even_range(inputs.n(), team.rank(), team.size()).first;
    if (rows_ > 0) inputs.rows(first, rows_, x_.data(), x_.ld());
    keep_ = 8.0 * static_cast<double>(rows_) * static_cast<double>(source.neurons) <= memory;
    slopes_ = Panel(rows_, keep_ ? source.neurons : chunk_);
    if (keep_) {
      source_.for_each_chunk(chunk_, [&](std::int64_t l, std::int64_t count, const Panel& w) {
        source_.slopes(x_.data(), rows_, x_.ld(), w, count, slopes_.column(l));
      });
    }
  }

  std::int64_t rows() const { return rows_; }

  void apply(std::span<const double> v, std::span<double> y) {
    for (std::int64_t j = 0; j < source_.d; ++j) {
      const double* column = x_.column(j);
      double* out = scaled_.column(j);
      for (std::int64_t i = 0; i < rows_; ++i) out[i] = v[static_cast<std::size_t>(i)] * column[i];
    }
    std::fill(y.begin(), y.end(), 0.0);
    if (keep_) {
      for (std::int64_t l = 0; l < source_.neurons; l += chunk_)
        add(slopes_.column(l), std::min(chunk_, source_.neurons - l), y);
      return;
    }
    source_.for_each_chunk(chunk_, [&](std::int64_t, std::int64_t count, const Panel& w) {
      source_.slopes(x_.data(), rows_, x_.ld(), w, count, slopes_.data());
      add(slopes_.data(), count, y);
    });
  }

private:
  static std::int64_t local_rows(const Inputs& inputs, const parallel::Communicator& team) {
    const auto [begin, end] = linalg::even_range(inputs.n(), team.rank(), team.size());
    return end - begin;
  }

  /// The part of `count` neurons with slopes s.
  void add(const double* s, std::int64_t count, std::span<double> y) {
    multiply_adjoint(count, source_.d, rows_, 1.0, s, x_.ld(), scaled_.data(), scaled_.ld(), 0.0,
                     network_.data(), count);
    team_.sum(std::span<double>(network_.data(), static_cast<std::size_t>(count * source_.d)));
    multiply_transposed(rows_, count, source_.d, 1.0, x_.data(), x_.ld(), network_.data(), count, 0.0,
                        products_.data(), products_.ld());
    const double scale = 1.0 / (static_cast<double>(source_.neurons) * static_cast<double>(source_.d));
    add_row_products(s, rows_, products_.data(), rows_, rows_, count, scale, y.data());
  }

  SlopeSource source_;
  const parallel::Communicator& team_;
  std::int64_t rows_, chunk_;
  Panel x_, scaled_, network_, products_, slopes_;
  bool keep_ = false;
};

} // namespace

linalg::LinearOperator NeuralTangentFeatures::linear_operator(const parallel::Communicator& team,
                                                              double memory) const {
  const auto kernel = std::make_shared<MatrixFreeKernel>(inputs_, slope_source(), team, memory);
  return {team, inputs_.n(), kernel->rows(),
          [kernel](std::span<const double> v, std::span<double> y) { kernel->apply(v, y); }};
}

linalg::LowRankPreconditioner
NeuralTangentFeatures::preconditioner(const parallel::Communicator& team) const {
  const double c0 = theory::derivative_hermite_coefficients(activation_, 1)[0];
  linalg::LowRankPreconditioner preconditioner;
  preconditioner.shift = std::max(0.0, theory::derivative_second_moment(activation_) - c0 * c0);
  if (c0 == 0.0) return preconditioner;
  const auto [begin, end] = linalg::even_range(inputs_.n(), team.rank(), team.size());
  const std::int64_t rows = end - begin;
  preconditioner.rank = inputs_.d();
  preconditioner.factor.resize(static_cast<std::size_t>(rows * inputs_.d()));
  if (rows > 0) inputs_.rows(begin, rows, preconditioner.factor.data(), rows);
  const double scale = c0 / std::sqrt(static_cast<double>(inputs_.d()));
  for (double& value : preconditioner.factor) value *= scale;
  return preconditioner;
}

} // namespace pastur::learning
