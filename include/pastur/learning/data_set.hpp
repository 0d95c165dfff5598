// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/shared_array.hpp>
#include <pastur/parallel/communicator.hpp>
#include <pastur/parallel/error.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace pastur::learning {

/// Samples that all draws share, read-only. Training rows come first, then the file's own held-out rows
/// (X_test) where it has them. All members but the values' memory are the same on every rank.
struct DataSet {
  std::string source;         ///< file it came from, for messages
  std::int64_t rows = 0;      ///< training rows
  std::int64_t test_rows = 0; ///< explicit held-out rows, standing after the training rows; 0 if none
  std::int64_t columns = 0;   ///< features
  SharedArray values{};       ///< (rows + test_rows) x columns, row-major
  std::vector<double>
      labels{}; ///< size 0 (no labels), rows (none for the held-out rows), or rows + test_rows
  std::int64_t duplicate_rows = 0; ///< training rows that equal an earlier training row in every bit of value
  std::int64_t first_duplicate = -1; ///< the first of them, -1 if none
  std::int64_t duplicate_of = -1;    ///< the earlier row it equals

  bool has_labels() const { return !labels.empty(); }
  bool has_test_labels() const {
    return test_rows > 0 && static_cast<std::int64_t>(labels.size()) == rows + test_rows;
  }
  /// One sample of rows + test_rows.
  std::span<const double> row(std::int64_t i) const {
    return values.values().subspan(static_cast<std::size_t>(i * columns), static_cast<std::size_t>(columns));
  }
};

/// Fills the duplicate_* members by hashing every training row. O(rows columns / ranks + rows log rows).
/// @note Collective
void count_duplicates(const parallel::Communicator& comm, DataSet& data);

/// +1 for classes below `below`, -1 for the others.
std::vector<double> binary_labels(std::span<const double> classes, double below);

/// Images (IDX, unsigned bytes, 2 or more dimensions; one row an image, values 0..255 divided by 255) and
/// labels (IDX, one dimension, as numbers); plain or gzip. An empty `labels` path: no labels. Throws
/// InputError (the same on every rank) for a file that is missing, truncated, not IDX, of another element
/// type, of mismatched sizes, or followed by excess bytes. @note Collective
DataSet load_idx(const parallel::Communicator& comm, const std::filesystem::path& images,
                 const std::filesystem::path& labels);

/// The folder of Fashion-MNIST: $PASTUR_FASHION_MNIST or /usr/share/datasets/fashion-mnist.
std::filesystem::path fashion_mnist_folder();

/// The 60000 x 784 training images with their classes 0..9. Throws InputError that names the Debian package
/// dataset-fashion-mnist when the files are not there. @note Collective
DataSet load_fashion_mnist(const parallel::Communicator& comm);

/// HDF5: `X`, `x` or `data` (samples x features, any integer or real type), optionally `y` or `labels`,
/// `X_test` (same features), `y_test`. Every rank reads its share of the rows. Throws InputError (the same on
/// every rank) for a file that is missing, truncated or not HDF5, a dataset of the wrong rank, type or size,
/// and a value that is not finite: the message names the path, the dataset and the first bad row and column.
/// @note Collective
DataSet load_hdf5(const parallel::Communicator& comm, const std::filesystem::path& path);

/// Whichever of the two the file's first bytes say: HDF5, or IDX images (plain or gzip), whose labels are
/// looked for beside them under the name with `images-idx3` replaced by `labels-idx1`. @note Collective
DataSet load_samples(const parallel::Communicator& comm, const std::filesystem::path& path);

} // namespace pastur::learning
