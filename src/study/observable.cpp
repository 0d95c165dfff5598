// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/study/observable.hpp>

namespace pastur::study {

std::string_view to_string(Summary summary) {
  return summary == Summary::mean ? "mean" : "median";
}

std::string_view to_string(Comparison comparison) {
  switch (comparison) {
  case Comparison::limit:
    return "limit";
  case Comparison::bound:
    return "bound";
  case Comparison::prediction:
    break;
  }
  return "prediction";
}

std::string_view to_string(MissingAs missing) {
  return missing == MissingAs::infinity ? "infinity" : "ignored";
}

} // namespace pastur::study
