// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/environment.hpp>
#include <pastur/parallel/stop_request.hpp>

#include <cblas.h>
#include <mpi.h>
#include <slepcsys.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace pastur::parallel {

Environment::Environment(const std::vector<std::string>& petsc_options) {
  setenv("OMPI_MCA_fcoll", "dynamic_gen2", 0);
  // argc/argv as PETSc wants them; it copies what it keeps.
  std::vector<std::string> words{"pastur"};
  words.insert(words.end(), petsc_options.begin(), petsc_options.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  int argc = static_cast<int>(words.size());
  char** argv = pointers.data();
  if (SlepcInitialize(&argc, &argv, nullptr, nullptr) != 0)
    throw std::runtime_error("PETSc and SLEPc could not be initialised");
  // PETSc's signal handlers print a trace for every broken pipe; the system's answers are the right ones.
  PetscPopSignalHandler();
  set_blas_threads(1);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  install_stop_handlers(rank == 0);
}

Environment::~Environment() {
  SlepcFinalize();
}

void set_blas_threads(int threads) {
  openblas_set_num_threads(threads);
}

std::string blas_description() {
  const int threads = openblas_get_num_threads();
  const std::string config =
      openblas_get_config(); // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY SkylakeX MAX_THREADS=128"
  return config.substr(0, config.find(' ', 9)) + " " + openblas_get_corename() + ", " +
         std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

std::vector<std::string> library_versions() {
  char mpi[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  MPI_Get_library_version(mpi, &length);
  char petsc[256] = {};
  char slepc[256] = {};
  PetscGetVersion(petsc, sizeof petsc);
  SlepcGetVersion(slepc, sizeof slepc);
  const std::string mpi_text(mpi);
  return {mpi_text.substr(0, mpi_text.find(',')), petsc, slepc, blas_description()};
}

double available_memory() {
  double available = std::numeric_limits<double>::infinity();
  std::ifstream meminfo("/proc/meminfo");
  std::string key;
  double kilobytes = 0.0;
  std::string unit;
  while (meminfo >> key >> kilobytes) {
    std::getline(meminfo, unit);
    if (key == "MemAvailable:") available = kilobytes * 1024.0;
  }
  // A container or a SLURM job may be limited below the machine: the limit minus what is used, when both are
  // readable numbers.
  double limit = 0.0;
  double used = 0.0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> limit &&
      std::ifstream("/sys/fs/cgroup/memory.current") >> used) {
    available = std::min(available, limit - used);
  }
  return available;
}

} // namespace pastur::parallel
