// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as an IDX file, plain or gzip.
#include "../../src/learning/idx_file.hpp"
#include "input_file.hpp"

#include <pastur/parallel/error.hpp>

#include <numeric>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pastur;
  static const fuzz::InputFile file;
  file.put(data, size);
  try {
    const learning::IdxFile idx = learning::read_idx(file.path(), 1, 4);
    const auto elements = std::accumulate(
        idx.sizes.begin(), idx.sizes.end(), std::size_t{1},
        [](std::size_t product, std::int64_t length) { return product * static_cast<std::size_t>(length); });
    if (elements != idx.elements.size()) std::abort();
  } catch (const InputError&) {
    return 0;
  }
  return 0;
}
