// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace pastur::parallel {

/// Owner of MPI, PETSc and SLEPc for the life of the program, one BLAS thread per rank, and of the signal
/// handlers (stop_request.hpp). `petsc_options`: what stands behind `--` on the command line, e.g.
/// {"-log_view", "-eps_monitor"}. Sets OMPI_MCA_fcoll=dynamic_gen2 before MPI_Init unless the user chose one
/// (the default has corrupted parallel HDF5 writes).
class Environment {
public:
  explicit Environment(const std::vector<std::string>& petsc_options = {});
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment();
};

/// Sets the number of BLAS threads of this rank.
void set_blas_threads(int threads);
/// e.g. "OpenBLAS 0.3.21 SkylakeX, 1 thread".
std::string blas_description();
/// Versions of MPI, PETSc, SLEPc and BLAS in one line each, for provenance.
std::vector<std::string> library_versions();
/// Bytes of memory free for new allocations on this node (MemAvailable, and a cgroup limit where there is
/// one).
double available_memory();

} // namespace pastur::parallel
