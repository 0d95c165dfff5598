// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/random/stream.hpp>

#include <Random123/philox.h>
#include <xxhash.h>

#include <string>

namespace pastur::random {
namespace {

void append_little_endian(std::string& bytes, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(value >> shift & 0xffU));
}

std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value & 0xffffffffU);
}
std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}

} // namespace

Streams::Streams(std::string_view identity) {
  const XXH128_hash_t hash = XXH3_128bits(identity.data(), identity.size());
  low_ = hash.low64;
  high_ = hash.high64;
}

Stream Streams::stream(std::string_view name) const {
  std::string text;
  text.reserve(16 + name.size());
  append_little_endian(text, low_);
  append_little_endian(text, high_);
  text += name;
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {{low(hash.low64), high(hash.low64)}, {low(hash.high64), high(hash.high64)}};
}

std::array<std::uint32_t, 4> philox(const Stream& stream, std::uint32_t row, std::uint32_t column_block) {
  const r123::Philox4x32::ctr_type counter = {{column_block, row, stream.salt[0], stream.salt[1]}};
  const r123::Philox4x32::key_type key = {{stream.key[0], stream.key[1]}};
  const r123::Philox4x32::ctr_type words = r123::Philox4x32()(counter, key);
  return {words[0], words[1], words[2], words[3]};
}

} // namespace pastur::random
