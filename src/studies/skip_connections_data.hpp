// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/data_set.hpp>
#include <pastur/learning/load_matrix.hpp>
#include <pastur/learning/network_samples.hpp>
#include <pastur/random/stream.hpp>
#include <pastur/study/parameters.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pastur::studies::skip_connections {

/// How Fashion-MNIST becomes inputs of n numbers: x = scale (P image - mean), with E |x|^2 = n over the 60000
/// images.
struct ImageMap {
  std::int64_t n = 0;
  std::vector<double> projection; ///< n x 784, column-major; empty: the images as they are (n = 784)
  std::vector<double> mean;       ///< of P image
  double scale = 1.0;

  void apply(std::span<const double> image, double* out) const;
};

/// n = 196, 49: means over 2 x 2, 4 x 4 pixel blocks; other n != 784: a fixed matrix with orthonormal rows (n
/// < 784) or columns. @note Collective over `world`
ImageMap image_map(const learning::DataSet& images, std::int64_t n, const parallel::Communicator& world);

/// Samples and their targets, one column each, the same on every rank.
struct NetworkData {
  learning::Samples inputs;
  learning::Samples targets;
};

/// What the points of a run read, loaded once.
class DataSources {
public:
  /// Loads what the point names. Throws InputError for files and sizes that do not fit. @note Collective over
  /// `world`
  void prepare(const study::Parameters& point, const parallel::Communicator& world);
  /// n_train samples of a draw: Gaussian ones from streams "X" and "Y", rows of a data set chosen by stream
  /// "rows".
  NetworkData samples(const study::Parameters& point, const random::Streams& streams) const;
  /// One input.
  std::vector<double> input(const study::Parameters& point, const random::Streams& streams) const;

private:
  struct File {
    learning::SharedMatrix x, y;
  };
  void put_input(const study::Parameters& point, std::int64_t row, double* out) const;
  std::int64_t rows(const study::Parameters& point) const;

  std::shared_ptr<const learning::DataSet> images_;
  std::map<std::int64_t, std::shared_ptr<const ImageMap>> maps_;
  std::map<std::string, std::shared_ptr<const File>> files_;
};

} // namespace pastur::studies::skip_connections
