// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.hpp"

#include <pastur/parallel/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace pastur::learning {

namespace {

constexpr std::uint64_t most_length = std::uint64_t{1} << 40;
constexpr double most_bytes = 1e15;
/// Of gzip, the filter that users have; others come close on numbers that are not all the same.
constexpr double largest_compression = 1032.0;

} // namespace

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

/// A shape is only a claim: nothing is allocated for more numbers than the file can hold.
void Hdf5Numbers::require_stored(hid_t dataset, const std::string& quoted, std::uint64_t rows,
                                 std::uint64_t columns, std::size_t type_size) const {
  const double claimed =
      static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(type_size);
  const std::string shape =
      quoted + " claims to hold " + std::to_string(rows) + " x " + std::to_string(columns) + " numbers";
  if (rows > most_length || columns > most_length || claimed > most_bytes)
    refuse(shape + ", more than any machine can");
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  const H5D_layout_t layout = H5Pget_layout(properties.get());
  if (layout == H5D_VIRTUAL || H5Pget_external_count(properties.get()) > 0)
    refuse(quoted + " lies in other files; allowed: a dataset with its numbers in this one");
  const auto stored = static_cast<double>(H5Dget_storage_size(dataset));
  const bool packed = H5Pget_nfilters(properties.get()) > 0;
  if (claimed > (packed ? largest_compression : 1.0) * stored) {
    refuse(shape + ", but " + (stored == 0.0 ? std::string("none") : "not all of them") +
           " were written to it (it is incomplete)");
  }
  if (stored > static_cast<double>(std::filesystem::file_size(path_)))
    refuse(shape + ", more than the file is long");
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
  require_stored(dataset.get(), quoted, sizes[0], sizes[1], H5Tget_size(type.get()));
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
