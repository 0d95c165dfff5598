// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "study_file_values.hpp"

namespace pastur::run {

/// `draws`: a number, or { min, max, until = { observable, relative_stderr and/or absolute_stderr } }. Throws
/// InputError.
DrawRule read_draws(const Document& document, const study::StudyInfo& info);

} // namespace pastur::run
