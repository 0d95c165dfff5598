// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/store/layout.hpp>

#include <string>

namespace pastur::store {

/// The layout as JSON text, exact: doubles by their shortest round-trip form, NaN and infinities as strings.
std::string layout_to_text(const Layout& layout);

/// The inverse. Throws std::runtime_error when the text is not a layout.
Layout layout_from_text(const std::string& text);

} // namespace pastur::store
