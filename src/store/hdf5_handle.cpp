// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_handle.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

namespace pastur::store {

namespace {

herr_t keep_innermost(unsigned, const H5E_error2_t* entry, void* text) {
  if (entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

} // namespace

std::string hdf5_reason() {
  std::string innermost = "no reason given by HDF5";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_innermost, &innermost);
  // The drivers write "..., errno = 28, error message = 'No space left on device', buf = ...".
  static constexpr std::string_view mark = "error message = '";
  const std::size_t begin = innermost.find(mark);
  if (begin == std::string::npos) return innermost;
  const std::size_t from = begin + mark.size();
  return innermost.substr(from, innermost.find('\'', from) - from);
}

Handle own(hid_t id, const std::string& what) {
  if (id < 0) throw std::runtime_error(fmt::format("{}: {}", what, hdf5_reason()));
  return Handle(id);
}

void require(herr_t status, const std::string& what) {
  if (status < 0) throw std::runtime_error(fmt::format("{}: {}", what, hdf5_reason()));
}

} // namespace pastur::store
