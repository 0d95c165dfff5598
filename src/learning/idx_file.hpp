// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace pastur::learning {

/// An IDX file of unsigned bytes (LeCun's MNIST format): big-endian sizes, then the elements in row-major
/// order.
struct IdxFile {
  std::vector<std::int64_t> sizes;
  std::vector<unsigned char> elements;
};

/// Reads a plain or gzip IDX file with `dimensions` to `most_dimensions` sizes. Throws InputError that names
/// the path when it is missing, truncated, of another format or element type, damaged (gzip checksum), or
/// longer than its header says. Not collective.
IdxFile read_idx(const std::filesystem::path& path, int dimensions, int most_dimensions);

} // namespace pastur::learning
