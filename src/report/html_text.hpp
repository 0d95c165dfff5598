// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pastur::report {

/// Text as HTML and XML show it; what XML 1.0 cannot hold at all (control characters, bytes that are no
/// UTF-8) becomes U+FFFD.
std::string escaped(std::string_view text);

/// A table of texts, escaped.
std::string html_table(const std::vector<std::string>& heading,
                       const std::vector<std::vector<std::string>>& rows);

/// An SVG file as an element of a page: without its prolog, and with `name` before every id, because a page
/// has one space of ids.
std::string inline_svg(const std::string& svg, const std::string& name);

} // namespace pastur::report
