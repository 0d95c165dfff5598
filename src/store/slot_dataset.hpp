// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "hdf5_handle.hpp"
#include "schema.hpp"
#include "write_image.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace pastur::store {

/// HDF5 type of an element; little-endian in the file and in memory, so that no conversion stands between a
/// slot and its checksum.
Handle element_type(Element element, std::size_t width);

/// One open slot dataset: raw reads and writes of boxes, independent of the other ranks.
class SlotDataset {
public:
  /// HDF5 1.10 hands one MPI-IO call at most 2^31 - 1 bytes.
  static constexpr std::size_t default_transfer = std::size_t{1} << 30;

  /// Opens the planned dataset in `file`. Throws std::runtime_error when it is not there or not as planned:
  /// type, shape, contiguous, allocated.
  SlotDataset(hid_t file, const SlotDatasetPlan& plan, std::size_t largest_transfer = default_transfer);

  /// A box [start, start + count) with as many entries as the dataset has dimensions, row-major in memory.
  struct Box {
    std::vector<hsize_t> start, count;
  };
  void read(const Box& box, void* values) const;
  void write(const Box& box, const void* values) const;
  /// The whole dataset.
  Box all() const;

  const std::vector<hsize_t>& shape() const { return shape_; }
  /// First byte in the file.
  std::uint64_t offset() const;
  std::uint64_t bytes() const;

private:
  template <class Transfer>
  void in_pieces(const Box& box, std::size_t at, const Transfer& transfer) const;

  std::string path_;
  std::size_t width_;
  std::size_t largest_transfer_;
  std::vector<hsize_t> shape_;
  Handle dataset_, space_, type_;
};

/// Where all slots of a file are. Throws like SlotDataset.
std::vector<SlotRegion> slot_regions(hid_t file, const Layout& layout);

} // namespace pastur::store
