// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

namespace pastur::store {

/// Move-only owner of one HDF5 identifier of any kind.
class Handle {
public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) H5Idec_ref(id_);
  }

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  /// Closes now, so that an error can be seen; false when HDF5 reports one.
  bool close() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || H5Idec_ref(id) >= 0;
  }

private:
  hid_t id_ = H5I_INVALID_HID;
};

/// Keeps HDF5 from printing its error stack while it lives; errors reach the user as one sentence instead.
class QuietErrors {
public:
  QuietErrors() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
  ~QuietErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// The innermost reason on HDF5's error stack, the system's own words where it has them ("No space left on
/// device").
std::string hdf5_reason();

/// Takes ownership of `id`; throws std::runtime_error with `what` and the reason when it is negative.
Handle own(hid_t id, const std::string& what);

/// Throws std::runtime_error with `what` and the reason when `status` is negative.
void require(herr_t status, const std::string& what);

} // namespace pastur::store
