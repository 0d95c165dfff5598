// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/store/layout.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pastur::store {

enum class DrawState : std::uint8_t { pending = 0, done = 1, failed = 2 };

/// One finished draw on its way to the store.
struct DrawRecord {
  std::int64_t point = 0;
  std::int64_t draw = 0;
  DrawState state = DrawState::done;
  std::string reason;   ///< of a failure or of missing entries; cut at the slot's width
  double seconds = 0.0; ///< wall time of the draw
  std::vector<std::vector<double>>
      values; ///< one per Layout::observables, own_size each (NaN padded); empty for a failed draw
};

/// What a file on disk is, before anything is done with it.
enum class FileKind { absent, store, foreign, damaged, older, newer };
struct FileStatus {
  FileKind kind;
  std::string message; ///< why it is no store
};
FileStatus inspect(const std::filesystem::path& path);

/// The writer's side of a result file: created whole, then only fixed slots change (docs/store.md). One
/// writer at a time.
class Store {
public:
  /// Creates `path` from a layout: written under a temporary name by rank 0, flushed, renamed into place.
  /// Throws InputError when the file exists and `overwrite` is false, or when another run holds it, and
  /// std::runtime_error when the system refuses (a full disk, a folder without write permission). @note
  /// Collective
  static Store create(const parallel::Communicator& comm, const std::filesystem::path& path,
                      const Layout& layout, bool overwrite);
  /// Opens an existing store to continue it. Throws InputError when it is not a store, is damaged, belongs to
  /// other content (layout.identity), or is held by another run. @note Collective
  static Store resume(const parallel::Communicator& comm, const std::filesystem::path& path,
                      const Layout& layout);
  /// A store that gets its name only with publish(): until then it stands under a temporary name beside
  /// `path` and goes with this object. Whoever looks finds `path` as it was, or the whole new store. Throws
  /// as create() does. @note Collective
  static Store stage(const parallel::Communicator& comm, const std::filesystem::path& path,
                     const Layout& layout, bool overwrite);
  /// Forces a staged store to the disk and gives it its name. Throws InputError when a file of that name is
  /// there and may not be overwritten. @note Collective
  void publish();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store(); ///< closes collectively

  const Layout& layout() const;
  /// State per slot, point-major: a draw whose checksum does not match counts as pending. The same on every
  /// rank, with all that any rank committed before its call. @note Collective
  std::vector<DrawState> states() const;
  /// Values of an observable at one committed slot. Not collective.
  std::vector<double> read(std::size_t observable, std::int64_t point, std::int64_t draw) const;
  /// Commits finished draws: values, then checksum, then state byte, one fdatasync for the group. Not
  /// collective; any rank, distinct slots. Throws std::runtime_error (with the system's reason) when the disk
  /// refuses, or when the file has lost its name: moved, removed or replaced meanwhile.
  void commit(std::span<const DrawRecord> records);
  /// Whether the theory of a point is there, with a good checksum. `fine`: a point of the finer grid. Not
  /// collective.
  bool has_theory(std::int64_t point, bool fine) const;
  /// Writes the theory of a point: one vector per Layout::theory. `fine`: a point of the finer grid. Not
  /// collective.
  void write_theory(std::int64_t point, std::span<const std::vector<double>> values, bool fine);
  /// Writes this run's provenance (JSON text) into its slot; called at start and again at the end. Rank 0
  /// only.
  void write_provenance(const std::string& json);
  /// Adds the records of earlier runs, as Reader::provenance() gives them, while there are slots. Before this
  /// run's own record. Rank 0 only.
  void append_provenance(std::span<const std::string> records);

private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

} // namespace pastur::store
