// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace pastur::report {

/// A gnuplot string literal of text that is already in gnuplot's enhanced markup.
std::string literal(const std::string& markup);

/// Enhanced markup of a label as studies write them: "lambda_min(K_N)" sets λ with a subscript, "m^2" a
/// superscript, "<=" a sign, and other names lose their underscores.
std::string typeset(const std::string& label);

/// "test_error (label^2)" for a name and its unit; the unit is left out when it is 1.
std::string typeset_quantity(const std::string& name, const std::string& unit);

} // namespace pastur::report
