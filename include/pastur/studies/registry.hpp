// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/registry.hpp>

namespace pastur::studies {

/// Every study that comes with pastur.
study::Registry builtin();

} // namespace pastur::studies
