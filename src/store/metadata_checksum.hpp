// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "write_image.hpp"

#include <cstdint>
#include <vector>

namespace pastur::store {

/// XXH3-64 over every byte of a file outside `slots`, and over its length: the superblock, object headers,
/// attributes, coordinates and text that no run may change. Throws std::runtime_error with the system's
/// reason.
std::uint64_t metadata_checksum(int file, std::vector<SlotRegion> slots);

} // namespace pastur::store
