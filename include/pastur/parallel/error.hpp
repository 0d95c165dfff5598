// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>

namespace pastur {

/// A user's mistake: one message that names what was given and what is allowed. The command line prints it
/// and exits with 2.
class InputError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace pastur
