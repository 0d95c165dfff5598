// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.hpp"

#include <pastur/parallel/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace pastur::learning {

SilentHdf5::SilentHdf5() {
  H5Eget_auto2(H5E_DEFAULT, &report_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

SilentHdf5::~SilentHdf5() {
  H5Eset_auto2(H5E_DEFAULT, report_, data_);
}

Hdf5Numbers::Hdf5Numbers(const std::filesystem::path& path) : path_(path.string()), file_(-1, H5Fclose) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) refuse("no such file");
  if (!std::filesystem::is_regular_file(path, code)) refuse("not a regular file");
  if (H5Fis_hdf5(path_.c_str()) <= 0) refuse("not an HDF5 file, or its beginning is damaged");
  file_ = Hdf5Handle(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file_.valid()) refuse("a truncated or damaged HDF5 file, or one that is open for writing elsewhere");
}

void Hdf5Numbers::refuse(const std::string& why) const {
  throw InputError("`" + path_ + "`: " + why);
}

std::optional<Hdf5Numbers::Dataset> Hdf5Numbers::find(std::initializer_list<const char*> names,
                                                      int dimensions) const {
  const auto name = std::find_if(names.begin(), names.end(), [&](const char* candidate) {
    return H5Lexists(file_.get(), candidate, H5P_DEFAULT) > 0;
  });
  if (name == names.end()) return std::nullopt;
  const std::string quoted = "dataset `" + std::string(*name) + "`";
  const Hdf5Handle dataset(H5Dopen2(file_.get(), *name, H5P_DEFAULT), H5Dclose);
  if (!dataset.valid()) refuse("`" + std::string(*name) + "` is not a dataset, or is damaged");
  const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type.get());
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) refuse(quoted + " holds neither real numbers nor integers");
  const Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  std::array<hsize_t, 2> sizes{0, 1};
  const bool right =
      rank >= 1 && rank <= 2 && H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr) == rank;
  if (!right || (dimensions == 2 && rank != 2) || (dimensions == 1 && sizes[1] != 1)) {
    refuse(quoted + " has " + std::to_string(std::max(rank, 0)) + " dimensions where " +
           (dimensions == 2 ? "2 (samples x features) belong" : "1 (a number per sample) belongs"));
  }
  if (sizes[0] == 0 || sizes[1] == 0) refuse(quoted + " is empty");
  return Dataset{*name, static_cast<std::int64_t>(sizes[0]), static_cast<std::int64_t>(sizes[1])};
}

void Hdf5Numbers::read(const Dataset& dataset, std::int64_t first, std::int64_t count, double* out) const {
  if (count == 0) return;
  const Hdf5Handle opened(H5Dopen2(file_.get(), dataset.name.c_str(), H5P_DEFAULT), H5Dclose);
  const Hdf5Handle space(H5Dget_space(opened.get()), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  const auto columns = static_cast<std::size_t>(dataset.columns);
  // Pieces of about 32 MB bound the library's conversion buffers.
  const std::int64_t piece = std::max<std::int64_t>(1, (std::int64_t{1} << 22) / dataset.columns);
  for (std::int64_t done = 0; done < count; done += piece) {
    const std::int64_t rows = std::min(piece, count - done);
    const std::array<hsize_t, 2> start{static_cast<hsize_t>(first + done), 0};
    const std::array<hsize_t, 2> extent{static_cast<hsize_t>(rows), static_cast<hsize_t>(dataset.columns)};
    const Hdf5Handle memory(H5Screate_simple(rank, extent.data(), nullptr), H5Sclose);
    double* target = out + static_cast<std::size_t>(done) * columns;
    if (H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr) < 0 ||
        H5Dread(opened.get(), H5T_NATIVE_DOUBLE, memory.get(), space.get(), H5P_DEFAULT, target) < 0) {
      refuse("dataset `" + dataset.name + "`: rows " + std::to_string(first + done) + " to " +
             std::to_string(first + done + rows - 1) + " cannot be read");
    }
    const double* end = target + static_cast<std::size_t>(rows) * columns;
    const double* bad = std::find_if(static_cast<const double*>(target), end,
                                     [](double value) { return !std::isfinite(value); });
    if (bad != end) {
      const auto position = static_cast<std::size_t>(bad - target);
      refuse("dataset `" + dataset.name + "`: the value in row " +
             std::to_string(first + done + static_cast<std::int64_t>(position / columns)) +
             (rank == 2 ? ", column " + std::to_string(position % columns) : "") + " is " +
             (std::isnan(*bad) ? "NaN" : "infinite") + " (rows and columns count from 0)");
    }
  }
}

} // namespace pastur::learning
