// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as an HDF5 file of samples, of a matrix, of a vector.
#include "input_file.hpp"

#include <pastur/learning/data_set.hpp>
#include <pastur/learning/load_matrix.hpp>
#include <pastur/learning/load_vector.hpp>

#include <mpi.h>

#include <cmath>

namespace {

using pastur::parallel::Communicator;

/// Whatever is read is finite.
void require_finite(std::span<const double> values) {
  for (const double value : values) {
    if (!std::isfinite(value)) std::abort();
  }
}

template <class Read>
void expect_values_or_message(const Read& read) {
  try {
    read();
  } catch (const pastur::InputError&) {
    return;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pastur;
  // MPI alone: PETSc would take libFuzzer's signal handlers away.
  static const int initialised = MPI_Init(nullptr, nullptr);
  static const Communicator& self = *new Communicator(Communicator::self()); // MPI is never finalised
  static const fuzz::InputFile file;
  if (initialised != MPI_SUCCESS) std::abort();
  file.put(data, size);
  expect_values_or_message([&] { require_finite(learning::load_hdf5(self, file.path()).values.values()); });
  expect_values_or_message([&] {
    if (const auto matrix = learning::load_matrix(self, file.path(), "X"))
      require_finite(matrix->values.values());
  });
  expect_values_or_message([&] { require_finite(learning::load_vector(self, file.path(), "y")); });
  return 0;
}
