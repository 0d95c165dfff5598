// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/data_set.hpp>
#include <pastur/random/stream.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace pastur::learning {

/// Which rows of a data set without X_test are held out: the next n_test of the draw's permutation (the
/// training rows do not depend on n_test), or the last n_test rows of the file, never trained on.
enum class HeldOut { next_of_permutation, last_rows };

/// The n training and n_test test inputs of one draw, in R^d: rows 0..n-1 train, rows n..n+n_test-1 test. Any
/// rank can ask for any rows; nothing is stored but a data set's permutation. Training rows come from stream
/// "X", test rows from stream "X_test", so n_test never changes the training data.
class Inputs {
public:
  /// Uniform on the sphere of radius sqrt(d).
  static Inputs sphere(const random::Streams& streams, std::int64_t n, std::int64_t n_test, std::int64_t d);
  /// N(0, I_d).
  static Inputs gauss(const random::Streams& streams, std::int64_t n, std::int64_t n_test, std::int64_t d);
  /// n rows of a uniformly random permutation of the data set's training rows; test rows from its X_test (a
  /// random n_test of them) where it has one, else as `held_out` says. Throws InputError when the data set
  /// has too few rows.
  static Inputs rows_of(std::shared_ptr<const DataSet> data, const random::Streams& streams, std::int64_t n,
                        std::int64_t n_test, HeldOut held_out = HeldOut::next_of_permutation);

  std::int64_t n() const { return n_; }
  std::int64_t n_test() const { return n_test_; }
  std::int64_t d() const { return d_; }

  /// Rows [first, first + count) of the n + n_test, column-major: out[(i - first) + j * ld].
  /// Throws std::out_of_range when they are not all there.
  void rows(std::int64_t first, std::int64_t count, double* out, std::int64_t ld) const;

  /// The data set, or null.
  const DataSet* data_set() const { return data_.get(); }
  /// The data set's row behind each of the n + n_test inputs; empty for random inputs.
  const std::vector<std::int64_t>& selected() const { return selected_; }

private:
  enum class Law { sphere, gauss, data_set };
  Inputs(Law law, std::int64_t n, std::int64_t n_test, std::int64_t d, const random::Streams& streams);
  Law law_;
  std::int64_t n_, n_test_, d_;
  random::Stream train_, test_;
  std::shared_ptr<const DataSet> data_;
  std::vector<std::int64_t> selected_;
};

} // namespace pastur::learning
