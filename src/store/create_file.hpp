// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/store/layout.hpp>

#include <filesystem>

namespace pastur::store {

/// Writes a whole new store: all metadata, coordinates and text, every slot preallocated and filled (NaN,
/// pending), forced to the disk. HDF5 (its serial driver) works on a sparse file in memory, which takes only
/// the metadata's few hundred kilobytes; plain writes bring it to `path`. HDF5 1.10 leaves itself in pieces
/// when a write of its own fails, and crashes in MPI_Finalize; so it never meets a full disk. `path` must not
/// exist. Throws std::runtime_error with the system's reason when the disk refuses.
void create_file(const std::filesystem::path& path, const Layout& layout);

} // namespace pastur::store
