// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace pastur::report {

/// The shortest text that reads back to the same number; empty for NaN.
std::string exact(double value);
/// At most `digits` significant digits, "-" for NaN.
std::string rounded(double value, int digits = 6);
/// "0.03952(14)": the standard error, with two digits, in units of the last digit shown. The value alone when
/// the error is missing or zero.
std::string with_error(double value, double standard_error);
/// "3.2 ms", "12 s", "4 min 10 s", "2 h 5 min"; "-" for NaN.
std::string duration(double seconds);
/// "1.5 kB", "3.2 GB".
std::string bytes(double count);

} // namespace pastur::report
