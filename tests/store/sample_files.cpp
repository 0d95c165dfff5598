// SPDX-License-Identifier: BSD-3-Clause
// sample_files FOLDER: writes grid.h5 and zip.h5 for the reading tests, slot (point, draw) holding values
// that tell their place.
#include "samples.hpp"

#include <mpi.h>

int main(int argc, char** argv) {
  using namespace pastur::store;
  if (argc != 2) return 2;
  setenv("OMPI_MCA_fcoll", "dynamic_gen2", 0);
  MPI_Init(&argc, &argv);
  {
    const auto world = pastur::parallel::Communicator::world();
    for (const auto& [name, layout] :
         {std::pair{"grid.h5", samples::grid()}, std::pair{"zip.h5", samples::zip()}}) {
      Store store = Store::create(world, std::filesystem::path(argv[1]) / name, layout, true);
      std::vector<DrawRecord> records;
      for (std::int64_t p = 0; p < layout.points(); ++p) {
        for (std::int64_t d = 0; d + 1 < layout.draws; ++d) records.push_back(samples::record(layout, p, d));
      }
      records.push_back({.point = 0,
                         .draw = layout.draws - 1,
                         .state = DrawState::failed,
                         .reason = "did not converge",
                         .seconds = 2.0,
                         .values = {}});
      store.commit(records);
      for (std::int64_t p = 0; p < layout.theory_points(); ++p) {
        const auto x = static_cast<double>(p);
        store.write_theory(p, std::vector<std::vector<double>>{{x, x + 0.1, x + 0.2}, {100.0 + x}}, true);
      }
      store.write_provenance(R"({"command":"sample_files"})");
    }
  }
  MPI_Finalize();
  return 0;
}
