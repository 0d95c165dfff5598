// SPDX-License-Identifier: BSD-3-Clause
#include "open_file.hpp"

#include "descriptor.hpp"
#include "layout_text.hpp"
#include "metadata_checksum.hpp"
#include "schema.hpp"
#include "slot_dataset.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

namespace pastur::store {

namespace {

/// Throws unless `path` is a file that begins like HDF5; gives its size.
std::uint64_t regular_hdf5_size(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      throw NotAStore(FileKind::absent, fmt::format("{} does not exist", path.string()));
    throw NotAStore(FileKind::foreign,
                    fmt::format("{} cannot be read: {}", path.string(), std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode))
    throw NotAStore(FileKind::foreign, fmt::format("{} is not a regular file", path.string()));
  static constexpr std::array<char, 8> signature{'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  std::array<char, 8> begin{};
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw NotAStore(FileKind::foreign,
                    fmt::format("{} cannot be read: {}", path.string(), std::strerror(errno)));
  file.read(begin.data(), begin.size());
  if (file.gcount() != static_cast<std::streamsize>(begin.size()) || begin != signature) {
    throw NotAStore(FileKind::foreign, fmt::format("{} is not an HDF5 file", path.string()));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

enum class Mark { ours, absent, unreadable };

Mark format_mark(hid_t file) {
  const std::string expected = format_name;
  const htri_t exists = H5Aexists(file, "format");
  if (exists <= 0) return exists < 0 ? Mark::unreadable : Mark::absent;
  const Handle attribute(H5Aopen(file, "format", H5P_DEFAULT));
  const Handle stored_type(H5Aget_type(attribute.get()));
  const Handle space(H5Aget_space(attribute.get()));
  const Handle type = element_type(Element::text, expected.size());
  if (!attribute || !stored_type || !space) return Mark::unreadable;
  if (H5Tequal(stored_type.get(), type.get()) <= 0 || H5Sget_simple_extent_npoints(space.get()) != 1)
    return Mark::absent;
  std::string text(expected.size(), '\0');
  if (H5Aread(attribute.get(), type.get(), text.data()) < 0) return Mark::unreadable;
  return text == expected ? Mark::ours : Mark::absent;
}

/// A scalar 8-byte attribute.
template <class T>
std::optional<T> number_attribute(hid_t object, const char* name, Element element) {
  if (H5Aexists(object, name) <= 0) return std::nullopt;
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT));
  const Handle stored_type(H5Aget_type(attribute.get()));
  const Handle space(H5Aget_space(attribute.get()));
  const Handle type = element_type(element, 8);
  if (H5Tequal(stored_type.get(), type.get()) <= 0 || H5Sget_simple_extent_npoints(space.get()) != 1)
    return std::nullopt;
  T value{};
  if (H5Aread(attribute.get(), type.get(), &value) < 0) return std::nullopt;
  return value;
}

std::string stored_layout_text(hid_t file, std::uint64_t file_size) {
  const Handle dataset = own(H5Dopen2(file, layout_path, H5P_DEFAULT), "its layout is missing");
  const Handle type = own(H5Dget_type(dataset.get()), "its layout is unreadable");
  const Handle space = own(H5Dget_space(dataset.get()), "its layout is unreadable");
  const hssize_t size = H5Sget_simple_extent_npoints(space.get());
  const Handle character = element_type(Element::text, 1);
  if (H5Tequal(type.get(), character.get()) <= 0 || size < 1 ||
      static_cast<std::uint64_t>(size) > file_size) {
    throw std::runtime_error("its layout is unreadable");
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  require(H5Dread(dataset.get(), character.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()),
          "its layout is unreadable");
  const auto checksum = number_attribute<std::uint64_t>(dataset.get(), "checksum", Element::unsigned64);
  if (!checksum || *checksum != XXH3_64bits(text.data(), text.size()))
    throw std::runtime_error("the checksum of its layout is wrong");
  return text;
}

void check_places(const std::vector<SlotRegion>& slots, std::uint64_t file_size) {
  for (const SlotRegion& region : slots) {
    if (region.offset > file_size || region.bytes > file_size - region.offset) {
      throw std::runtime_error(fmt::format("dataset '{}' ends beyond the end of the file", region.name));
    }
  }
}

/// What is wrong outside the slots; empty when nothing is.
std::string metadata_flaw(const std::filesystem::path& path, hid_t file,
                          const std::vector<SlotRegion>& slots) {
  std::uint64_t stored = 0;
  const SlotDataset checksum(file, metadata_checksum_plan());
  checksum.read(checksum.all(), &stored);
  const Descriptor bytes(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!bytes) throw std::runtime_error(std::strerror(errno));
  if (metadata_checksum(bytes.get(), slots) == stored) return {};
  return "the checksum of what no run changes (headers, attributes, coordinates, texts) is wrong";
}

} // namespace

OpenedFile open_file(const std::filesystem::path& path, Flaws flaws) {
  const QuietErrors quiet;
  const std::uint64_t size = regular_hdf5_size(path);
  const Handle access = own(H5Pcreate(H5P_FILE_ACCESS), "HDF5 properties");
  require(H5Pset_file_locking(access.get(), false, true), "HDF5 file locking");
  OpenedFile opened{Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get())), {}, {}};
  if (!opened.file) {
    throw NotAStore(FileKind::damaged,
                    fmt::format("{} is damaged or incomplete: {}", path.string(), hdf5_reason()));
  }
  const hid_t file = opened.file.get();
  const Mark mark = format_mark(file);
  if (mark == Mark::absent) {
    throw NotAStore(FileKind::foreign,
                    fmt::format("{} is an HDF5 file, but not a result of pastur", path.string()));
  }
  const auto version = number_attribute<std::int64_t>(file, "schema_version", Element::integer);
  if (mark == Mark::unreadable || !version) {
    throw NotAStore(FileKind::damaged,
                    fmt::format("{} is damaged: its attributes are unreadable", path.string()));
  }
  if (*version < oldest_schema_version) {
    throw NotAStore(FileKind::older, fmt::format("{} was written by an older pastur (schema version {}, this "
                                                 "one reads {} and newer): run its study file again",
                                                 path.string(), *version, oldest_schema_version));
  }
  if (*version > schema_version) {
    throw NotAStore(FileKind::newer,
                    fmt::format("{} was written by a newer pastur (schema version {}, this one knows {})",
                                path.string(), *version, schema_version));
  }
  try {
    opened.layout = layout_from_text(stored_layout_text(file, size));
    validate(opened.layout);
    const std::vector<SlotRegion> slots = slot_regions(file, opened.layout);
    check_places(slots, size);
    opened.flaw = metadata_flaw(path, file, slots);
    if (!opened.flaw.empty() && flaws == Flaws::refused) {
      throw std::runtime_error(
          opened.flaw +
          "; `pastur merge --salvage` brings the draws that their checksums prove into a new file");
    }
  } catch (const std::exception& error) {
    throw NotAStore(FileKind::damaged, fmt::format("{} is damaged: {}", path.string(), error.what()));
  }
  return opened;
}

FileStatus inspect(const std::filesystem::path& path) {
  try {
    open_file(path);
  } catch (const NotAStore& error) {
    return {error.kind, error.what()};
  } catch (const std::exception& error) {
    return {FileKind::damaged, error.what()};
  }
  return {FileKind::store, {}};
}

} // namespace pastur::store
