// SPDX-License-Identifier: BSD-3-Clause
#include "skip_finalize.hpp"

#include <mpi.h>

#include <cstdio>
#include <cstdlib>

namespace pastur::store {

namespace {

extern "C" int leave(MPI_Comm, int, void*, void*) {
  std::fflush(nullptr);
  std::_Exit(1);
}

} // namespace

void skip_finalize() {
  // MPI_Finalize first deletes the attributes of MPI_COMM_SELF, the last one set before HDF5's own.
  int key = MPI_KEYVAL_INVALID;
  MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, leave, &key, nullptr);
  MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr);
}

} // namespace pastur::store
