// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as the layout of a store: what its checksum otherwise keeps from being looked at.
#include "../../src/store/layout_text.hpp"
#include "../../src/store/schema.hpp"

#include <pastur/parallel/error.hpp>

#include <cstdlib>
#include <stdexcept>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pastur::store;
  Layout layout;
  try {
    layout = layout_from_text(std::string(reinterpret_cast<const char*>(data), size));
    validate(layout);
  } catch (const std::exception&) { // as in open_file: any reason becomes "damaged"
    return 0;
  }
  for (const SlotDatasetPlan& plan : slot_datasets(layout)) {
    if (plan.bytes() == 0) std::abort();
  }
  const std::string text = layout_to_text(layout);
  if (layout_to_text(layout_from_text(text)) != text || !layout_difference(layout, layout).empty())
    std::abort();
  return 0;
}
