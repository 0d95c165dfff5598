// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/plan.hpp>

#include <string>

namespace pastur::report {

std::string as_text(const run::Plan& plan);
std::string as_json(const run::Plan& plan);

} // namespace pastur::report
