// SPDX-License-Identifier: BSD-3-Clause
// Flips random single bytes of a finished run, one at a time, and requires that none changes a reported
// number in silence, nor one that is salvaged.   flip_campaign [FLIPS] [SEED] Half of the flips fall anywhere
// in the file, half where something is written (not in the record slots of runs that there never were).
#include "finished_run.hpp"

#include <pastur/parallel/environment.hpp>
#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <random>

namespace {

using namespace pastur;
using namespace pastur::store;

struct Classes {
  int refused = 0, salvaged = 0, draw = 0, theory = 0, record = 0, harmless = 0, silent = 0, not_mended = 0;
};

/// What `pastur merge --salvage` reads of a file that is refused.
void salvage(const samples::FinishedRun& run, std::uint64_t offset, Classes& classes) {
  try {
    const Reader reader(run.path(), Flaws::accepted);
    ++classes.salvaged;
    if (run.shows_the_truth(reader)) return;
  } catch (const InputError&) {
    return;
  }
  ++classes.silent;
  fmt::print("byte {}: a wrong number is salvaged\n", offset);
}

void classify(const samples::FinishedRun& run, std::uint64_t offset, bool mend, Classes& classes) {
  try {
    const Reader reader(run.path());
    const bool draw = !reader.damaged().empty();
    const bool theory = !reader.damaged_theory(false).empty() || !reader.damaged_theory(true).empty();
    const bool record = !reader.damaged_provenance().empty();
    const bool same = samples::FinishedRun::table_of(run.path()) == run.table();
    if (!same && !(draw || theory)) {
      ++classes.silent;
      fmt::print("byte {}: another table in silence\n", offset);
    } else if (!run.shows_the_truth(reader)) {
      ++classes.silent;
      fmt::print("byte {}: a wrong number is shown, or a good draw is left out\n", offset);
    }
    ++(draw ? classes.draw : theory ? classes.theory : record ? classes.record : classes.harmless);
    if (!mend || !(draw || theory)) return;
  } catch (const InputError&) {
    ++classes.refused;
    return salvage(run, offset, classes);
  }
  if (run.take_missing_draws() == run::ExitCode::complete && run.has_all_values(run.path()) &&
      samples::FinishedRun::table_of(run.path()) == run.table())
    return;
  ++classes.not_mended;
  fmt::print("byte {}: the next run does not give the numbers back\n", offset);
}

/// A byte of a draw, of theory or of a run's record, or of a checksum.
std::uint64_t place_in_a_slot(const samples::FinishedRun& run, std::mt19937_64& random) {
  auto place = run.places().begin();
  std::advance(place, random() % run.places().size());
  const std::uint64_t written = place->first == provenance_path ? provenance_width : place->second.bytes;
  return place->second.offset + random() % written;
}

} // namespace

int main(int argc, char** argv) {
  const int flips = argc > 1 ? std::atoi(argv[1]) : 2000;
  const unsigned long seed = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20260101;
  const parallel::Environment environment;
  const parallel::Communicator world = parallel::Communicator::world();
  const samples::Scratch scratch(world);
  const samples::FinishedRun run(world, scratch / "out.h5");
  std::mt19937_64 random(seed);
  Classes classes;
  for (int flip = 0; flip < flips; ++flip) {
    const std::uint64_t offset = flip % 2 == 0 ? random() % run.bytes().size() : place_in_a_slot(run, random);
    std::string bytes = run.bytes();
    bytes[offset] = static_cast<char>(bytes[offset] ^ static_cast<char>(1 + random() % 255));
    samples::put_bytes(run.path(), bytes);
    classify(run, offset, flip % 10 < 2, classes);
  }
  fmt::print("{} bytes flipped, seed {}: {} refused ({} of them can be salvaged), {} a draw named, {} a "
             "theory named, "
             "{} a record named, {} harmless, {} silent, {} not mended\n",
             flips, seed, classes.refused, classes.salvaged, classes.draw, classes.theory, classes.record,
             classes.harmless, classes.silent, classes.not_mended);
  const bool seen = classes.refused > 0 && classes.salvaged > 0 && classes.draw > 0 && classes.theory > 0 &&
                    classes.record > 0;
  return classes.silent + classes.not_mended == 0 && seen ? 0 : 1;
}
