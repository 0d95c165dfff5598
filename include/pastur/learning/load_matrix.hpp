// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/shared_array.hpp>
#include <pastur/parallel/communicator.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pastur::learning {

/// Numbers that all draws share, read-only, row-major.
struct SharedMatrix {
  std::string source; ///< file and dataset, for messages
  std::int64_t rows = 0;
  std::int64_t columns = 0; ///< 1 for a dataset of one dimension
  SharedArray values{};

  std::span<const double> row(std::int64_t i) const {
    return values.values().subspan(static_cast<std::size_t>(i * columns), static_cast<std::size_t>(columns));
  }
};

/// The HDF5 dataset `name` (two dimensions, or one) of finite numbers; nothing when the file does not have
/// it. Rank 0 reads. Throws InputError (the same on every rank) for a file that is missing or not HDF5, and
/// for values that are no finite numbers: the message names path, dataset, row and column. @note Collective
std::optional<SharedMatrix> load_matrix(const parallel::Communicator& comm, const std::filesystem::path& path,
                                        const std::string& name);

} // namespace pastur::learning
