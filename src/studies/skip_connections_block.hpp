// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>
#include <pastur/random/stream.hpp>
#include <pastur/study/parameters.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pastur::studies::skip_connections {

/// Slopes of a layer's units, the same on every rank.
struct Slopes {
  std::vector<double> values;
  double off = 1.0; ///< what an off unit has; an on unit has 1

  /// Indices of the units whose slope is not 0.
  std::vector<std::int64_t> nonzero() const;
  /// Whether all are 1: D = I.
  bool is_identity() const;
  /// What unit j would have if it were switched.
  double switched(std::int64_t j) const { return values[static_cast<std::size_t>(j)] == 1.0 ? off : 1.0; }
};

/// One inner unit switched: M_0 changes by change * left right^T.
struct InnerSwitch {
  double change = 0.0;
  std::vector<double> left;  ///< column of the layers above the unit
  std::vector<double> right; ///< row of the layers below it
};

/// Fills `matrix` from row `first_row` on with entries (i - first_row, j) of `stream`: N(0, variance), or
/// uniform of that variance.
void fill_weights(linalg::BlockCyclicMatrix& matrix, const random::Stream& stream, const std::string& law,
                  double variance, std::int64_t first_row = 0);
/// matrix + value I.
void add_identity(linalg::BlockCyclicMatrix& matrix, double value);
/// matrix + value D, where D and the matrix lack the columns of slope 0.
void add_slopes(linalg::BlockCyclicMatrix& matrix, double value, const Slopes& slopes);
/// Independent with probability `fraction`, or a random set of round(fraction n).
Slopes draw_slopes(const study::Parameters& point, std::int64_t n, double fraction, double off,
                   const random::Stream& stream);

/// A dense block of p layers: W_l from stream "W<l>" (regenerated, never kept), D_j from stream "D<j>" or
/// from a forward pass of `input` through W_0 (stream "W0").
class DenseBlock {
public:
  /// @note Collective over the grid's team
  DenseBlock(const study::Parameters& point, std::shared_ptr<const linalg::ProcessGrid> grid,
             const random::Streams& streams, std::vector<double> input);

  const Slopes& outer() const { return slopes_.front(); }
  /// M_0 = W_p D_{p-1} W_{p-1} ... D_1 W_1. 2 (p - 1) n^3 flop. @note Collective
  linalg::BlockCyclicMatrix product() const;
  /// Whether an inner unit can be switched to another slope.
  bool has_inner_switch() const;
  /// Layer and unit uniform from stream "switch". @note Collective
  InnerSwitch inner_switch() const;
  /// The outer unit that is switched, from the same stream.
  std::int64_t outer_unit() const;

private:
  linalg::BlockCyclicMatrix weights(std::int64_t layer) const;
  void run_forward_pass(std::vector<double> state);

  const study::Parameters& point_;
  std::shared_ptr<const linalg::ProcessGrid> grid_;
  const random::Streams& streams_;
  std::int64_t n_, depth_;
  double variance_;
  std::vector<Slopes> slopes_; // D_0 .. D_{p-1}
};

/// A 1-D multi-channel filter with centred taps on a cycle or on a line: output site i reads input site i - a
/// + floor(taps / 2) through h_a. Every rank holds the filter.
class Convolution {
public:
  Convolution(const study::Parameters& point, const random::Streams& streams);

  /// The explicit matrix on `sites` sites, channels innermost.
  linalg::BlockCyclicMatrix matrix(std::shared_ptr<const linalg::ProcessGrid> grid) const;
  /// Singular values, descending, of the circulant matrix on any number of sites >= taps plus skip I, from
  /// its frequencies: O(sites channels^3) over the team. @note Collective
  std::vector<double> circulant_values(std::int64_t sites, double skip,
                                       const parallel::Communicator& team) const;

private:
  double tap(std::int64_t a, std::int64_t row, std::int64_t column) const {
    return filter_[static_cast<std::size_t>(a * channels_ + row + column * taps_ * channels_)];
  }
  std::int64_t sites_, channels_, taps_;
  bool cyclic_;
  std::vector<double> filter_; // (taps channels) x channels, column-major: row a channels + i
};

} // namespace pastur::studies::skip_connections
