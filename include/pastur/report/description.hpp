// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/study.hpp>

#include <string>

namespace pastur::report {

/// A study's declarations for reading: parameters, dimensions, observables, theory outputs, figures, the cost
/// of one draw at the defaults.
std::string describe_as_text(const study::Study& study);
std::string describe_as_json(const study::Study& study);

} // namespace pastur::report
