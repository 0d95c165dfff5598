// SPDX-License-Identifier: BSD-3-Clause
#include "metadata_checksum.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace pastur::store {

namespace {

struct HashDeleter {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};
using Hash = std::unique_ptr<XXH3_state_t, HashDeleter>;

void update(const Hash& hash, int file, std::uint64_t begin, std::uint64_t end, std::vector<char>& buffer) {
  while (begin < end) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - begin));
    const ssize_t count = pread(file, buffer.data(), wanted, static_cast<off_t>(begin));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw std::runtime_error(std::strerror(count < 0 ? errno : EIO));
    XXH3_64bits_update(hash.get(), buffer.data(), static_cast<std::size_t>(count));
    begin += static_cast<std::uint64_t>(count);
  }
}

} // namespace

std::uint64_t metadata_checksum(int file, std::vector<SlotRegion> slots) {
  struct stat status {};
  if (fstat(file, &status) != 0) throw std::runtime_error(std::strerror(errno));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::ranges::sort(slots, {}, &SlotRegion::offset);
  const Hash hash(XXH3_createState());
  XXH3_64bits_reset(hash.get());
  std::vector<char> buffer(std::size_t{1} << 18);
  std::uint64_t at = 0;
  for (const SlotRegion& region : slots) {
    update(hash, file, at, region.offset, buffer);
    at = std::max(at, region.offset + region.bytes);
  }
  update(hash, file, at, size, buffer);
  XXH3_64bits_update(hash.get(), &size, sizeof(size));
  return XXH3_64bits_digest(hash.get());
}

} // namespace pastur::store
