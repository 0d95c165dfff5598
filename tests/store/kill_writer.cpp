// SPDX-License-Identifier: BSD-3-Clause
// kill_writer FILE SEED: creates or continues FILE and commits pending draws in random groups, going round
// again when all are done, until it is killed. Reports each
// committed slot as one line on stdout once
// commit() has returned.
#include "kill_layout.hpp"

#include <mpi.h>

#include <algorithm>
#include <cstdio>
#include <random>

int main(int argc, char** argv) {
  using namespace pastur::store;
  if (argc != 3) return 2;
  setenv("OMPI_MCA_fcoll", "dynamic_gen2", 0);
  MPI_Init(&argc, &argv);
  {
    const auto world = pastur::parallel::Communicator::world();
    const Layout layout = samples::for_killing();
    const bool exists = inspect(argv[1]).kind != FileKind::absent;
    Store store =
        exists ? Store::resume(world, argv[1], layout) : Store::create(world, argv[1], layout, false);
    std::mt19937_64 random(std::stoull(argv[2]));
    for (;;) {
      std::vector<std::int64_t> slots;
      const std::vector<DrawState> states = store.states();
      for (std::size_t s = 0; s < states.size(); ++s) {
        if (states[s] != DrawState::done) slots.push_back(static_cast<std::int64_t>(s));
      }
      if (slots.empty()) {
        std::puts("again");
        std::fflush(stdout); // said before the first finished slot is written again
        for (std::size_t s = 0; s < states.size(); ++s) slots.push_back(static_cast<std::int64_t>(s));
      }
      if (random() % 2 == 0) std::shuffle(slots.begin(), slots.end(), random);
      for (std::size_t begin = 0; begin < slots.size();) {
        const std::size_t end = std::min(slots.size(), begin + 1 + random() % 20);
        std::vector<DrawRecord> records;
        for (std::size_t k = begin; k < end; ++k) {
          DrawRecord record = samples::record(layout, slots[k] / layout.draws, slots[k] % layout.draws);
          record.reason = std::string(static_cast<std::size_t>(slots[k] % 200), 'r');
          records.push_back(std::move(record));
        }
        store.commit(records);
        for (std::size_t k = begin; k < end; ++k) std::printf("%d\n", static_cast<int>(slots[k]));
        std::fflush(stdout);
        begin = end;
      }
    }
  }
}
