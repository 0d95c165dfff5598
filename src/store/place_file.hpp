// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/store/layout.hpp>

#include <cstdint>
#include <filesystem>

namespace pastur::store {

/// The file behind a path as the user gave it: absolute, links resolved, so that two names of one file meet
/// in one lock. Throws InputError when its folder does not exist.
std::filesystem::path resolved(const std::filesystem::path& path);

/// Throws std::runtime_error when the disk of `trial` cannot hold `bytes`: reserves a file of that name and
/// that size, and removes it again. So a full disk, a quota or a limit shows before anything is written.
void require_space(const std::filesystem::path& trial, std::uint64_t bytes);

/// A name in `target`'s folder that no other process uses. Names left by killed runs are recognised by their
/// beginning.
std::filesystem::path temporary_name(const std::filesystem::path& target);
/// Removes what killed runs left of earlier attempts to create `target`. Only for the holder of its lock.
void remove_stale_temporaries(const std::filesystem::path& target);

/// Creates a store for `path` under a temporary name beside it, which it returns. Throws InputError when
/// `path` is there and may not be overwritten or is something else than a file, std::runtime_error when the
/// disk refuses. `locked`:
/// the caller holds the lock of `path`.
std::filesystem::path create_beside(const std::filesystem::path& path, const Layout& layout, bool overwrite,
                                    bool locked);

/// Moves a durable file to its final name and forces the folder to the disk. Throws InputError when `target`
/// exists and `overwrite` is false, std::runtime_error when the system refuses.
void move_into_place(const std::filesystem::path& file, const std::filesystem::path& target, bool overwrite);

} // namespace pastur::store
