// SPDX-License-Identifier: BSD-3-Clause
#include "write_image.hpp"

#include "descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

namespace pastur::store {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

[[noreturn]] void fail(int error) {
  throw std::runtime_error(std::strerror(error));
}

void write_all(int file, const char* bytes, std::size_t count, off_t at) {
  while (count > 0) {
    const ssize_t written = pwrite(file, bytes, count, at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(written < 0 ? errno : ENOSPC);
    bytes += written;
    at += written;
    count -= static_cast<std::size_t>(written);
  }
}

void copy_range(int image, int file, off_t begin, off_t end) {
  std::vector<char> buffer(buffer_bytes);
  while (begin < end) {
    const ssize_t count =
        pread(image, buffer.data(), std::min(buffer.size(), static_cast<std::size_t>(end - begin)), begin);
    if (count <= 0) fail(count < 0 ? errno : EIO);
    write_all(file, buffer.data(), static_cast<std::size_t>(count), begin);
    begin += count;
  }
}

void copy_written_parts(int image, int file, off_t size) {
  for (off_t at = 0; at < size;) {
    const off_t begin = lseek(image, at, SEEK_DATA);
    if (begin < 0) {
      if (errno == ENXIO) return; // nothing but a hole up to the end
      fail(errno);
    }
    const off_t end = lseek(image, begin, SEEK_HOLE);
    if (end < 0) fail(errno);
    copy_range(image, file, begin, std::min(end, size));
    at = end;
  }
}

void fill(int file, const SlotRegion& region, const std::vector<char>& pattern) {
  for (std::uint64_t done = 0; done < region.bytes;) {
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(pattern.size(), region.bytes - done));
    write_all(file, pattern.data(), count, static_cast<off_t>(region.offset + done));
    done += count;
  }
}

} // namespace

void write_image(int image, const std::filesystem::path& path, std::span<const SlotRegion> slots) {
  const Descriptor file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) fail(errno);
  struct stat status {};
  if (fstat(image, &status) != 0) fail(errno);
  // Not posix_fallocate: where the file system has no such call, the writes below reserve the blocks.
  if (fallocate(file.get(), 0, 0, status.st_size) != 0 && errno != EOPNOTSUPP && errno != ENOSYS) fail(errno);
  copy_written_parts(image, file.get(), status.st_size);
  const std::vector<char> zeros(buffer_bytes, '\0');
  std::vector<char> nans(buffer_bytes);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t at = 0; at < nans.size(); at += sizeof(nan))
    std::memcpy(nans.data() + at, &nan, sizeof(nan));
  for (const SlotRegion& region : slots) fill(file.get(), region, region.nan ? nans : zeros);
  if (ftruncate(file.get(), status.st_size) != 0) fail(errno);
  if (fsync(file.get()) != 0) fail(errno);
}

} // namespace pastur::store
