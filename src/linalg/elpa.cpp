// SPDX-License-Identifier: BSD-3-Clause
#include "elpa.hpp"

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>

// ELPA's own header mixes C complex types into C++; these are the entry points used here.
extern "C" {
int elpa_init(int api_version);
void* elpa_allocate(int* error);
void elpa_deallocate(void* handle, int* error);
void elpa_set_integer(void* handle, const char* name, int value, int* error);
int elpa_setup(void* handle);
void elpa_eigenvalues_a_h_a_d(void* handle, double* a, double* values, int* error);
void elpa_eigenvectors_a_h_a_d(void* handle, double* a, double* values, double* vectors, int* error);
void elpa_solve_tridiagonal_d(void* handle, double* diagonal, double* off, double* vectors, int* error);
}

namespace pastur::linalg {

namespace {

constexpr int api_version = 20211125;
constexpr int solver_one_stage = 1;

/// An ELPA object for matrices shaped like `like`.
class Elpa {
public:
  explicit Elpa(const BlockCyclicMatrix& like) {
    // Once per process, and never finalised: ELPA keeps no resources of its own between objects.
    static const int initialised = elpa_init(api_version);
    if (initialised != 0)
      throw std::runtime_error("this ELPA does not know API version " + std::to_string(api_version));
    int error = 0;
    handle_ = elpa_allocate(&error);
    if (error != 0) throw std::runtime_error("ELPA could not be set up, error " + std::to_string(error));
    const ProcessGrid& grid = like.grid();
    const int n = static_cast<int>(like.rows());
    const std::initializer_list<std::pair<const char*, int>> settings = {
        {"na", n},
        {"nev", n},
        {"local_nrows", like.ld()},
        {"local_ncols", like.local_cols()},
        {"nblk", like.block()},
        {"mpi_comm_parent", static_cast<int>(MPI_Comm_c2f(grid.team().get()))},
        {"process_row", grid.row()},
        {"process_col", grid.col()}};
    for (const auto& [name, value] : settings) {
      elpa_set_integer(handle_, name, value, &error);
      ok_ = ok_ && error == 0;
    }
    ok_ = ok_ && elpa_setup(handle_) == 0;
    elpa_set_integer(handle_, "solver", solver_one_stage, &error);
    ok_ = grid.team().all(ok_ && error == 0);
  }
  Elpa(const Elpa&) = delete;
  Elpa& operator=(const Elpa&) = delete;
  ~Elpa() {
    int error = 0;
    elpa_deallocate(handle_, &error);
  }
  bool ok() const { return ok_; }
  void* get() const { return handle_; }

private:
  void* handle_ = nullptr;
  bool ok_ = true;
};

} // namespace

std::int32_t elpa_block(const BlockCyclicMatrix& a) {
  const std::int64_t widest = std::max(a.grid().rows(), a.grid().cols());
  return static_cast<std::int32_t>(std::min<std::int64_t>(a.block(), a.rows() / widest));
}

bool elpa_values(BlockCyclicMatrix& a, std::span<double> values) {
  const Elpa elpa(a);
  int error = 0;
  if (elpa.ok()) elpa_eigenvalues_a_h_a_d(elpa.get(), a.data(), values.data(), &error);
  return a.grid().team().all(elpa.ok() && error == 0);
}

bool elpa_vectors(BlockCyclicMatrix& a, std::span<double> values, BlockCyclicMatrix& vectors) {
  const Elpa elpa(a);
  int error = 0;
  if (elpa.ok()) elpa_eigenvectors_a_h_a_d(elpa.get(), a.data(), values.data(), vectors.data(), &error);
  return a.grid().team().all(elpa.ok() && error == 0);
}

bool elpa_tridiagonal(std::span<double> values, std::span<double> off, BlockCyclicMatrix& vectors) {
  const Elpa elpa(vectors);
  int error = 0;
  if (elpa.ok()) elpa_solve_tridiagonal_d(elpa.get(), values.data(), off.data(), vectors.data(), &error);
  return vectors.grid().team().all(elpa.ok() && error == 0);
}

} // namespace pastur::linalg
