// SPDX-License-Identifier: BSD-3-Clause
#include "create_file.hpp"

#include "descriptor.hpp"
#include "hdf5_handle.hpp"
#include "layout_text.hpp"
#include "metadata_checksum.hpp"
#include "schema.hpp"
#include "slot_dataset.hpp"
#include "write_image.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5_hl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>

namespace pastur::store {

namespace {

/// Metadata and small datasets are gathered in blocks of this size that start on a page, so that slots and
/// metadata do not share pages.
constexpr hsize_t metadata_block = 65536;
constexpr hsize_t page = 4096;

Handle scalar() {
  return own(H5Screate(H5S_SCALAR), "HDF5 scalar");
}

Handle simple(const std::vector<hsize_t>& shape) {
  return own(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), "HDF5 shape");
}

/// Variable-length UTF-8: the one kind of text that xarray, h5py and ncdump all show as text. Serial, once,
/// so it is safe here.
Handle text_type() {
  Handle type = own(H5Tcopy(H5T_C_S1), "HDF5 text type");
  require(H5Tset_size(type.get(), H5T_VARIABLE), "HDF5 text type");
  require(H5Tset_cset(type.get(), H5T_CSET_UTF8), "HDF5 text type");
  return type;
}

void put_attribute(hid_t object, const char* name, const Handle& type, const Handle& space,
                   const void* value) {
  const Handle attribute =
      own(H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), name);
  require(H5Awrite(attribute.get(), type.get(), value), name);
}

void put_text(hid_t object, const char* name, const std::string& text) {
  const char* value = text.c_str();
  put_attribute(object, name, text_type(), scalar(), &value);
}

void put_integer(hid_t object, const char* name, std::int64_t value) {
  put_attribute(object, name, element_type(Element::integer, 8), scalar(), &value);
}

/// NetCDF wants _FillValue as a list of one.
void put_fill_value(hid_t object) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  put_attribute(object, "_FillValue", element_type(Element::real, 8), simple({1}), &nan);
}

Handle preallocated(Element element) {
  Handle properties = own(H5Pcreate(H5P_DATASET_CREATE), "HDF5 properties");
  require(H5Pset_layout(properties.get(), H5D_CONTIGUOUS), "HDF5 layout");
  require(H5Pset_alloc_time(properties.get(), H5D_ALLOC_TIME_EARLY), "HDF5 allocation time");
  // HDF5 only places the slots; write_image fills them.
  require(H5Pset_fill_time(properties.get(), H5D_FILL_TIME_NEVER), "HDF5 fill time");
  if (element == Element::real) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    require(H5Pset_fill_value(properties.get(), H5T_IEEE_F64LE, &nan), "HDF5 fill value");
  }
  return properties;
}

class Writer {
public:
  explicit Writer(hid_t file) : file_(file) {}

  Handle group(const char* name) {
    const Handle properties = own(H5Pcreate(H5P_GROUP_CREATE), "HDF5 properties");
    require(H5Pset_link_creation_order(properties.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
            "HDF5 link order");
    return own(H5Gcreate2(file_, name, H5P_DEFAULT, properties.get(), H5P_DEFAULT),
               fmt::format("group '{}'", name));
  }

  /// A coordinate: one value per entry of its dimension.
  Handle coordinate(const std::string& path, const Axis& axis) {
    const Handle space = simple({axis.size()});
    Handle dataset;
    if (const auto* reals = std::get_if<std::vector<double>>(&axis.values)) {
      dataset = write_whole(path, element_type(Element::real, 8), space, reals->data());
    } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&axis.values)) {
      dataset = write_whole(path, element_type(Element::integer, 8), space, integers->data());
    } else {
      std::vector<const char*> texts;
      for (const std::string& text : std::get<std::vector<std::string>>(axis.values))
        texts.push_back(text.c_str());
      dataset = write_whole(path, text_type(), space, texts.data());
    }
    if (!axis.long_name.empty()) put_text(dataset.get(), "long_name", axis.long_name);
    if (!axis.unit.empty() && !std::holds_alternative<std::vector<std::string>>(axis.values))
      put_text(dataset.get(), "units", axis.unit);
    return dataset;
  }

  void scale(const std::string& path, const Axis& axis) {
    Handle dataset = coordinate(path, axis);
    require(H5DSset_scale(dataset.get(), axis.name.c_str()), fmt::format("dimension scale '{}'", path));
    scales_[path] = std::move(dataset);
  }

  /// A dimension without coordinate values, in netCDF's way of saying so.
  void bare_dimension(const std::string& path, hsize_t length) {
    Handle dataset = own(H5Dcreate2(file_, path.c_str(), element_type(Element::byte, 1).get(),
                                    simple({length}).get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                         fmt::format("dimension '{}'", path));
    const std::string name =
        fmt::format("This is a netCDF dimension but not a netCDF variable.{:10d}", length);
    require(H5DSset_scale(dataset.get(), name.c_str()), fmt::format("dimension scale '{}'", path));
    scales_[path] = std::move(dataset);
  }

  void attach(hid_t dataset, const std::vector<std::string>& scales) {
    for (std::size_t d = 0; d < scales.size(); ++d) {
      require(H5DSattach_scale(dataset, scales_.at(scales[d]).get(), static_cast<unsigned>(d)),
              fmt::format("dimension '{}'", scales[d]));
    }
  }

  void slots(const SlotDatasetPlan& plan, const std::string& coordinates) {
    const Handle type = element_type(plan.element, plan.width);
    const Handle space = plan.shape.empty() ? scalar() : simple({plan.shape.begin(), plan.shape.end()});
    const Handle properties = preallocated(plan.element);
    const Handle dataset = own(H5Dcreate2(file_, plan.path.c_str(), type.get(), space.get(), H5P_DEFAULT,
                                          properties.get(), H5P_DEFAULT),
                               fmt::format("dataset '{}' ({} bytes)", plan.path, plan.bytes()));
    attach(dataset.get(), plan.scales);
    if (plan.variable != nullptr) describe(dataset.get(), plan, coordinates);
    if (plan.path == state_path) put_text(dataset.get(), "meaning", "0 pending, 1 done, 2 failed");
    if (plan.path == checksum_path)
      put_text(dataset.get(), "meaning", "XXH3-64 of observables, reason, seconds, state, point, draw");
    if (plan.path == theory_checksum_path || plan.path == fine_theory_checksum_path)
      put_text(dataset.get(), "meaning", "XXH3-64 of the point's theory; 0: not written yet");
    if (plan.path == metadata_checksum_path)
      put_text(dataset.get(), "meaning", "XXH3-64 of every byte outside the slots, and of the file's size");
    if (plan.element == Element::text) put_text(dataset.get(), "_Encoding", "utf-8");
    if (plan.path == seconds_path) put_text(dataset.get(), "units", "s");
  }

  /// The layout as one text, with its checksum, from which the store is opened again.
  void layout(const std::string& text) {
    bare_dimension(layout_byte_path, text.size());
    const Handle dataset =
        write_whole(layout_path, element_type(Element::text, 1), simple({text.size()}), text.data());
    attach(dataset.get(), {layout_byte_path});
    const std::uint64_t checksum = XXH3_64bits(text.data(), text.size());
    put_attribute(dataset.get(), "checksum", element_type(Element::unsigned64, 8), scalar(), &checksum);
  }

private:
  Handle write_whole(const std::string& path, const Handle& type, const Handle& space, const void* values) {
    Handle dataset =
        own(H5Dcreate2(file_, path.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
            fmt::format("dataset '{}'", path));
    require(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
            fmt::format("dataset '{}'", path));
    return dataset;
  }

  static void describe(hid_t dataset, const SlotDatasetPlan& plan, const std::string& coordinates) {
    const Variable& variable = *plan.variable;
    if (!variable.long_name.empty()) put_text(dataset, "long_name", variable.long_name);
    put_text(dataset, "units", variable.unit.empty() ? "1" : variable.unit);
    put_fill_value(dataset);
    if (!plan.is_theory) {
      put_text(dataset, "summary", variable.summary);
      put_text(dataset, "missing_as", variable.missing_as);
    }
    if (!variable.theory_of.empty()) put_text(dataset, "theory_of", variable.theory_of);
    if (!variable.comparison.empty()) put_text(dataset, "comparison", variable.comparison);
    if (!coordinates.empty()) put_text(dataset, "coordinates", coordinates);
  }

  hid_t file_;
  std::map<std::string, Handle> scales_;
};

Axis counted(const std::string& name, std::int64_t length, const std::string& long_name) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(length));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return {.name = name, .values = std::move(numbers), .unit = "1", .long_name = long_name};
}

void put_root_attributes(hid_t file, const Layout& layout) {
  const std::string format = format_name;
  put_attribute(file, "format", element_type(Element::text, format.size()), scalar(), format.data());
  put_integer(file, "schema_version", schema_version);
  put_text(file, "Conventions", fmt::format("pastur-{}", schema_version));
  put_text(file, "study", layout.study);
  put_text(file, "paper", layout.paper);
  put_text(file, "study_file", layout.study_file);
  put_text(file, "identity", layout.identity);
  put_integer(file, "seed", layout.seed);
  put_integer(file, "common_random_numbers", layout.common_random_numbers ? 1 : 0);
  if (layout.common_random_numbers) {
    put_text(file, "comment",
             "all points share their random numbers: the errors of different points are correlated");
  }
}

Handle new_file(const std::filesystem::path& path) {
  const Handle access = own(H5Pcreate(H5P_FILE_ACCESS), "HDF5 properties");
  require(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18), "HDF5 version bounds");
  require(H5Pset_file_locking(access.get(), false, true), "HDF5 file locking");
  require(H5Pset_meta_block_size(access.get(), metadata_block), "HDF5 metadata block");
  require(H5Pset_small_data_block_size(access.get(), metadata_block), "HDF5 small data block");
  require(H5Pset_alignment(access.get(), metadata_block, page), "HDF5 alignment");
  const Handle creation = own(H5Pcreate(H5P_FILE_CREATE), "HDF5 properties");
  require(H5Pset_link_creation_order(creation.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
          "HDF5 link order");
  return own(H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation.get(), access.get()),
             "the file cannot be created");
}

void write_contents(hid_t file, const Layout& layout) {
  Writer writer(file);
  put_root_attributes(file, layout);
  const bool fine = layout.has_finer_theory();
  const Handle slots = writer.group("slots");
  const Handle provenance = writer.group("provenance");
  const Handle theory = fine ? writer.group("theory") : Handle();

  for (const Axis& axis : layout.axes) writer.scale(axis.name, axis);
  writer.scale("draw", counted("draw", layout.draws, "index of the random draw"));
  for (const Axis& axis : layout.dimensions) writer.scale(axis.name, axis);
  for (const Axis& axis : layout.theory_axes) writer.scale("theory/" + axis.name, axis);
  if (fine) {
    for (const Axis& axis : layout.dimensions)
      writer.scale("theory/" + axis.name, layout.dimension(axis.name, true));
  }
  writer.scale("provenance/run", counted("run", provenance_slots, "runs that wrote this file, oldest first"));

  writer.bare_dimension(reason_byte_path, reason_width);
  writer.bare_dimension(provenance_byte_path, provenance_width);

  std::string coordinates;
  for (const Axis& axis : layout.point_coordinates) {
    writer.attach(writer.coordinate(axis.name, axis).get(), {layout.axes.front().name});
    coordinates += (coordinates.empty() ? "" : " ") + axis.name;
  }
  for (const SlotDatasetPlan& plan : slot_datasets(layout)) {
    writer.slots(plan, plan.path.starts_with("theory/") ? std::string() : coordinates);
  }
  writer.layout(layout_to_text(layout));
}

/// Turns what HDF5 has open into a sparse file in memory, by exchanging the descriptor under its serial
/// driver. (A memory file has no name that HDF5 would open: it resolves links such as /proc/self/fd/3.)
Descriptor move_to_memory(hid_t file) {
  Descriptor memory(memfd_create("pastur-store", MFD_CLOEXEC));
  void* handle = nullptr;
  require(H5Fget_vfd_handle(file, H5P_DEFAULT, &handle), "HDF5's file descriptor");
  const int on_disk = *static_cast<int*>(handle);
  struct stat status {};
  off_t from = 0;
  // HDF5 1.10 writes nothing before the first flush; a version that does is followed.
  const bool moved =
      memory && fstat(on_disk, &status) == 0 &&
      (status.st_size == 0 ||
       sendfile(memory.get(), on_disk, &from, static_cast<std::size_t>(status.st_size)) == status.st_size) &&
      dup3(memory.get(), on_disk, O_CLOEXEC) == on_disk;
  if (!moved) throw std::runtime_error(fmt::format("no file in memory: {}", std::strerror(errno)));
  return memory;
}

/// Puts the checksum of all other metadata in its place.
void put_checksum(int image, const std::vector<SlotRegion>& slots, std::uint64_t offset) {
  const std::uint64_t checksum = metadata_checksum(image, slots);
  if (pwrite(image, &checksum, sizeof(checksum), static_cast<off_t>(offset)) != sizeof(checksum))
    throw std::runtime_error(std::strerror(errno));
}

} // namespace

void create_file(const std::filesystem::path& path, const Layout& layout) {
  Handle file = new_file(path);
  const Descriptor image = move_to_memory(file.get());
  write_contents(file.get(), layout);
  std::vector<SlotRegion> slots = slot_regions(file.get(), layout);
  const std::uint64_t checksum_offset = SlotDataset(file.get(), metadata_checksum_plan()).offset();
  require(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), "the file's metadata");
  if (!file.close()) throw std::runtime_error(fmt::format("the file's metadata: {}", hdf5_reason()));
  put_checksum(image.get(), slots, checksum_offset);
  // What was just put there is not a slot to be filled.
  std::erase_if(slots, [&](const SlotRegion& region) { return region.offset == checksum_offset; });
  write_image(image.get(), path, slots);
}

} // namespace pastur::store
