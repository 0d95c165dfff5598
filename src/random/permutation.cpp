// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/random/fill.hpp>

#include <fmt/format.h>

#include <numeric>
#include <stdexcept>
#include <unordered_map>

namespace pastur::random {
namespace {

/// Uniform on [0, bound), exactly: Lemire's multiplication with rejection (ACM TOMACS 29, 2019) on the 64-bit
/// words of row `index`.
std::uint64_t bounded(const Stream& stream, std::uint32_t index, std::uint64_t bound) {
  __extension__ using Product = unsigned __int128;
  const std::uint64_t threshold = (0 - bound) % bound;
  for (std::uint32_t block = 0;; ++block) {
    const std::array<std::uint32_t, 4> words = philox(stream, index, block);
    for (std::size_t half = 0; half < 4; half += 2) {
      const std::uint64_t word = std::uint64_t{words[half + 1]} << 32 | words[half];
      const Product product = Product{word} * bound;
      if (static_cast<std::uint64_t>(product) >= threshold) return static_cast<std::uint64_t>(product >> 64);
    }
  }
}

/// The entries of 0, 1, 2 ... that have been moved; all others stand where they were.
class SparseArray {
public:
  std::int64_t at(std::int64_t i) const {
    const auto found = moved_.find(i);
    return found == moved_.end() ? i : found->second;
  }
  void set(std::int64_t i, std::int64_t value) { moved_[i] = value; }
  void forget(std::int64_t i) { moved_.erase(i); }

private:
  std::unordered_map<std::int64_t, std::int64_t> moved_;
};

} // namespace

std::vector<std::int64_t> permutation(const Stream& stream, std::int64_t size, std::int64_t count) {
  if (count < 0 || count > size || count > std::int64_t{1} << 32) {
    throw std::out_of_range(fmt::format("the first {} entries of a permutation of {} numbers", count, size));
  }
  const auto other = [&](std::int64_t i) {
    return i + static_cast<std::int64_t>(
                   bounded(stream, static_cast<std::uint32_t>(i), static_cast<std::uint64_t>(size - i)));
  };
  std::vector<std::int64_t> result;
  if (count > size / 4) {
    result.resize(static_cast<std::size_t>(size));
    std::iota(result.begin(), result.end(), std::int64_t{0});
    for (std::int64_t i = 0; i < count; ++i)
      std::swap(result[static_cast<std::size_t>(i)], result[static_cast<std::size_t>(other(i))]);
    result.resize(static_cast<std::size_t>(count));
    return result;
  }
  // The same swaps with only the moved entries stored.
  SparseArray rest;
  result.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t j = other(i);
    const std::int64_t here = rest.at(i);
    result.push_back(rest.at(j));
    if (j != i) rest.set(j, here);
    rest.forget(i);
  }
  return result;
}

} // namespace pastur::random
