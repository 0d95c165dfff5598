// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "hdf5_handle.hpp"

#include <pastur/store/reader.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace pastur::store {

/// Why a path is not a readable store.
class NotAStore : public std::runtime_error {
public:
  NotAStore(FileKind file_kind, const std::string& message) : std::runtime_error(message), kind(file_kind) {}
  FileKind kind;
};

struct OpenedFile {
  Handle file;
  Layout layout;
  std::string flaw; ///< what is damaged outside the slots and was accepted
};

/// Opens a store for reading with the serial driver, and proves it before anything is believed: signature,
/// schema version, the layout's checksum, each slot dataset's type, shape and place inside the file, and the
/// checksum of every byte outside the slots. With Flaws::accepted that last one may be wrong: what the others
/// prove is enough to read the slots, which have checksums of their own.
/// Never writes. Throws NotAStore.
OpenedFile open_file(const std::filesystem::path& path, Flaws flaws = Flaws::refused);

} // namespace pastur::store
