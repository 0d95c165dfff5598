// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace pastur::store {

/// Bytes of a file that hold slots, and what they hold before the first draw: NaN (doubles) or zero.
struct SlotRegion {
  std::string name; ///< path of its dataset
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  bool nan = false;
};

/// Writes the file whose metadata stand in the sparse memory file `image`: every block reserved and written
/// (a hole would fail later, at a commit), slots filled, forced to the disk. `path` exists and is empty.
/// Throws std::runtime_error with the system's reason.
void write_image(int image, const std::filesystem::path& path, std::span<const SlotRegion> slots);

} // namespace pastur::store
