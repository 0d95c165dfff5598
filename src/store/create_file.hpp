// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/store/layout.hpp>

#include <filesystem>

namespace pastur::store {

/// Writes a whole new store with the serial driver: all metadata, coordinates and text, every slot
/// preallocated and filled (NaN, pending). `path` must not exist. Throws std::runtime_error with the system's
/// reason when the disk refuses.
void create_file(const std::filesystem::path& path, const Layout& layout);

} // namespace pastur::store
