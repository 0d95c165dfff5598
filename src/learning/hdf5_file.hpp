// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

namespace pastur::learning {

/// Owner of an HDF5 identifier.
class Hdf5Handle {
public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(other.id_), close_(other.close_) { other.id_ = -1; }
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  hid_t get() const { return id_; }
  bool valid() const { return id_ >= 0; }

private:
  hid_t id_;
  Close close_;
};

/// While it lives, HDF5 prints nothing: this layer turns failures into InputError.
class SilentHdf5 {
public:
  SilentHdf5();
  SilentHdf5(const SilentHdf5&) = delete;
  SilentHdf5& operator=(const SilentHdf5&) = delete;
  ~SilentHdf5();

private:
  H5E_auto2_t report_ = nullptr;
  void* data_ = nullptr;
};

/// A read-only file of numeric datasets, opened with the serial driver. Every error is an InputError that
/// names path and dataset. Not collective.
class Hdf5Numbers {
public:
  explicit Hdf5Numbers(const std::filesystem::path& path);

  struct Dataset {
    std::string name;
    std::int64_t rows;
    std::int64_t columns; ///< 1 for one dimension
  };
  /// The first of `names` that the file has, as a nonempty array of real numbers or integers with
  /// `dimensions` dimensions (1: a trailing dimension of size 1 is accepted too), whose numbers are all
  /// there.
  std::optional<Dataset> find(std::initializer_list<const char*> names, int dimensions) const;
  /// Rows [first, first + count), row-major. Throws for the first value that is not finite, naming its row
  /// and column.
  void read(const Dataset& dataset, std::int64_t first, std::int64_t count, double* out) const;

private:
  [[noreturn]] void refuse(const std::string& why) const;
  void require_stored(hid_t dataset, const std::string& quoted, std::uint64_t rows, std::uint64_t columns,
                      std::size_t type_size) const;
  SilentHdf5 silent_;
  std::string path_;
  Hdf5Handle file_;
};

} // namespace pastur::learning
