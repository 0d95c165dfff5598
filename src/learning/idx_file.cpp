// SPDX-License-Identifier: BSD-3-Clause
#include "idx_file.hpp"

#include <pastur/parallel/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace pastur::learning {

namespace {

struct CloseGz {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, CloseGz>;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw InputError("`" + path.string() + "`: " + why);
}

/// Exactly `count` bytes, or an InputError.
void read_exactly(gzFile file, const std::filesystem::path& path, unsigned char* out, std::size_t count,
                  std::size_t done, std::size_t expected) {
  const int got = gzread(file, out, static_cast<unsigned>(count));
  if (got == static_cast<int>(count)) return;
  int code = Z_OK;
  const std::string text = gzerror(file, &code);
  if (got < 0 && code == Z_DATA_ERROR) refuse(path, "damaged gzip data (" + text + ")");
  const std::size_t available = done + static_cast<std::size_t>(std::max(got, 0));
  refuse(path, "truncated: " + std::to_string(available) + " bytes where at least " +
                   std::to_string(expected) + " belong");
}

} // namespace

IdxFile read_idx(const std::filesystem::path& path, int dimensions, int most_dimensions) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) refuse(path, "no such file");
  if (!std::filesystem::is_regular_file(path, code)) refuse(path, "not a regular file");
  const GzFile file(gzopen(path.c_str(), "rb"));
  if (!file) refuse(path, "cannot be opened for reading");
  gzbuffer(file.get(), 1U << 18);

  std::array<unsigned char, 4> magic{};
  read_exactly(file.get(), path, magic.data(), magic.size(), 0, magic.size());
  if (magic[0] != 0 || magic[1] != 0) {
    refuse(path, "not an IDX file: it begins with bytes " + std::to_string(magic[0]) + ", " +
                     std::to_string(magic[1]) + " where 0, 0 belong");
  }
  if (magic[2] != 0x08)
    refuse(path, "IDX element type " + std::to_string(magic[2]) + " where 8 (unsigned byte) belongs");
  if (magic[3] < dimensions || magic[3] > most_dimensions) {
    refuse(path, std::to_string(magic[3]) + " IDX dimensions where " + std::to_string(dimensions) +
                     (most_dimensions > dimensions ? " to " + std::to_string(most_dimensions) : "") +
                     " belong");
  }

  IdxFile idx;
  std::size_t total = 1;
  std::size_t header = magic.size();
  for (int k = 0; k < magic[3]; ++k) {
    std::array<unsigned char, 4> bytes{};
    read_exactly(file.get(), path, bytes.data(), bytes.size(), header,
                 4 + 4 * static_cast<std::size_t>(magic[3]));
    header += bytes.size();
    std::size_t size = 0;
    for (const unsigned char byte : bytes) size = size << 8U | byte;
    if (size == 0) refuse(path, "IDX dimension " + std::to_string(k) + " is 0");
    if (total > (std::size_t{1} << 42U) / size) refuse(path, "the sizes in its IDX header are absurd");
    total *= size;
    idx.sizes.push_back(static_cast<std::int64_t>(size));
  }
  // In pieces, so that a header that lies about the size costs no memory.
  constexpr std::size_t piece = std::size_t{1} << 20U;
  for (std::size_t done = 0; done < total; done += piece) {
    const std::size_t count = std::min(piece, total - done);
    idx.elements.resize(done + count);
    read_exactly(file.get(), path, idx.elements.data() + done, count, header + done, header + total);
  }
  // One byte more: it must not be there, and asking for it makes zlib check the trailing checksum.
  unsigned char excess = 0;
  const int got = gzread(file.get(), &excess, 1);
  if (got > 0)
    refuse(path, "longer than the " + std::to_string(header + total) + " bytes that its IDX header says");
  if (got < 0) refuse(path, "damaged or truncated gzip data");
  return idx;
}

} // namespace pastur::learning
