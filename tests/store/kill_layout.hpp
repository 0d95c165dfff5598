// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "samples.hpp"

namespace pastur::store::samples {

/// Slots of several pages, so that a kill can fall inside one write.
inline Layout for_killing() {
  Layout layout;
  layout.axes = {
      {.name = "n", .values = std::vector<std::int64_t>{1, 2, 3, 4, 5}, .unit = "1", .long_name = {}}};
  layout.draws = 40;
  layout.dimensions = {
      {.name = "index", .values = std::vector<double>(3000, 0.0), .unit = "1", .long_name = {}}};
  layout.observables = {{.name = "spectrum", .dimensions = {"index"}, .unit = "1", .long_name = {}},
                        {.name = "x", .dimensions = {}, .unit = "1", .long_name = {}}};
  layout.identity = "for killing";
  return layout;
}

} // namespace pastur::store::samples
