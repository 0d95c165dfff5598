// SPDX-License-Identifier: BSD-3-Clause
#include "slot_dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace pastur::store {

namespace {

std::size_t elements(const std::vector<hsize_t>& count) {
  std::size_t total = 1;
  for (const hsize_t n : count) total *= n;
  return total;
}

} // namespace

Handle element_type(Element element, std::size_t width) {
  switch (element) {
  case Element::real:
    return own(H5Tcopy(H5T_IEEE_F64LE), "HDF5 type");
  case Element::integer:
    return own(H5Tcopy(H5T_STD_I64LE), "HDF5 type");
  case Element::unsigned64:
    return own(H5Tcopy(H5T_STD_U64LE), "HDF5 type");
  case Element::byte:
    return own(H5Tcopy(H5T_STD_U8LE), "HDF5 type");
  case Element::text:
    break;
  }
  Handle type = own(H5Tcopy(H5T_C_S1), "HDF5 type");
  require(H5Tset_size(type.get(), width), "HDF5 text type");
  require(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), "HDF5 text type");
  require(H5Tset_cset(type.get(), H5T_CSET_UTF8), "HDF5 text type");
  return type;
}

SlotDataset::SlotDataset(hid_t file, const SlotDatasetPlan& plan, std::size_t largest_transfer)
    : path_(plan.path), width_(plan.width), largest_transfer_(largest_transfer),
      shape_(plan.shape.begin(), plan.shape.end()) {
  dataset_ =
      own(H5Dopen2(file, path_.c_str(), H5P_DEFAULT), fmt::format("dataset '{}' cannot be opened", path_));
  space_ = own(H5Dget_space(dataset_.get()), fmt::format("dataset '{}' has no shape", path_));
  type_ = element_type(plan.element, plan.width);
  const Handle stored_type = own(H5Dget_type(dataset_.get()), fmt::format("dataset '{}' has no type", path_));
  const Handle properties =
      own(H5Dget_create_plist(dataset_.get()), fmt::format("dataset '{}' has no properties", path_));
  if (H5Tequal(stored_type.get(), type_.get()) <= 0)
    throw std::runtime_error(fmt::format("dataset '{}' has another type", path_));
  const int rank = H5Sget_simple_extent_ndims(space_.get());
  if (rank < 0 || static_cast<std::size_t>(rank) != shape_.size()) {
    throw std::runtime_error(fmt::format("dataset '{}' has another shape", path_));
  }
  std::vector<hsize_t> stored(shape_.size());
  if (rank > 0) require(H5Sget_simple_extent_dims(space_.get(), stored.data(), nullptr), "HDF5 shape");
  if (stored != shape_) throw std::runtime_error(fmt::format("dataset '{}' has another shape", path_));
  if (H5Pget_layout(properties.get()) != H5D_CONTIGUOUS || H5Dget_offset(dataset_.get()) == HADDR_UNDEF) {
    throw std::runtime_error(fmt::format("dataset '{}' is not preallocated in one piece", path_));
  }
}

std::uint64_t SlotDataset::offset() const {
  return H5Dget_offset(dataset_.get());
}

std::uint64_t SlotDataset::bytes() const {
  return elements(shape_) * width_;
}

SlotDataset::Box SlotDataset::all() const {
  return {std::vector<hsize_t>(shape_.size(), 0), shape_};
}

template <class Transfer>
void SlotDataset::in_pieces(const Box& box, std::size_t at, const Transfer& transfer) const {
  const std::size_t count = elements(box.count);
  if (count == 0) return;
  if (count > 1 && count * width_ > largest_transfer_) {
    // Halve the first dimension that can be halved: in row-major order both halves stay contiguous in memory.
    const auto first = std::find_if(box.count.begin(), box.count.end(), [](hsize_t n) { return n > 1; });
    const auto d = static_cast<std::size_t>(first - box.count.begin());
    Box low = box, high = box;
    low.count[d] = box.count[d] / 2;
    high.start[d] += low.count[d];
    high.count[d] -= low.count[d];
    in_pieces(low, at, transfer);
    in_pieces(high, at + elements(low.count) * width_, transfer);
    return;
  }
  if (shape_.empty()) {
    require(transfer(H5S_ALL, H5S_ALL, at), fmt::format("dataset '{}'", path_));
    return;
  }
  require(
      H5Sselect_hyperslab(space_.get(), H5S_SELECT_SET, box.start.data(), nullptr, box.count.data(), nullptr),
      fmt::format("a slot outside '{}'", path_));
  const hsize_t length = count;
  const Handle memory = own(H5Screate_simple(1, &length, nullptr), "HDF5 memory shape");
  require(transfer(memory.get(), space_.get(), at), fmt::format("dataset '{}'", path_));
}

void SlotDataset::read(const Box& box, void* values) const {
  in_pieces(box, 0, [&](hid_t memory, hid_t selected, std::size_t at) {
    return H5Dread(dataset_.get(), type_.get(), memory, selected, H5P_DEFAULT,
                   static_cast<std::byte*>(values) + at);
  });
}

void SlotDataset::write(const Box& box, const void* values) const {
  in_pieces(box, 0, [&](hid_t memory, hid_t selected, std::size_t at) {
    errno = 0;
    const herr_t status = H5Dwrite(dataset_.get(), type_.get(), memory, selected, H5P_DEFAULT,
                                   static_cast<const std::byte*>(values) + at);
    // The MPI-IO driver reports no more than "file write failed"; the system's reason is still in errno.
    const int error = errno;
    if (status < 0 && error != 0)
      throw std::runtime_error(fmt::format("dataset '{}': {}", path_, std::strerror(error)));
    return status;
  });
}

std::vector<SlotRegion> slot_regions(hid_t file, const Layout& layout) {
  std::vector<SlotRegion> regions;
  for (const SlotDatasetPlan& plan : slot_datasets(layout)) {
    const SlotDataset dataset(file, plan);
    regions.push_back({.name = plan.path,
                       .offset = dataset.offset(),
                       .bytes = dataset.bytes(),
                       .nan = plan.element == Element::real});
  }
  return regions;
}

} // namespace pastur::store
