// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/krylov_ridge.hpp>

namespace pastur::linalg {

/// `given`, steered by the options that PETSc's own solver of one right-hand side takes: -PREFIXksp_rtol and
/// -PREFIXksp_max_it.
KrylovOptions steered(KrylovOptions given);

} // namespace pastur::linalg
