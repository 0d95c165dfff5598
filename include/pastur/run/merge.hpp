// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/run/study_file.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pastur::run {

struct MergeOptions {
  std::vector<std::filesystem::path> inputs; ///< only read; a run may be writing them
  std::filesystem::path output;
  bool overwrite = false;
  std::string command;       ///< for provenance
  std::string petsc_options; ///< for provenance
  bool salvage = false;      ///< take inputs that are damaged outside their draws
};

struct MergeReport {
  bool already_there = false;           ///< the output held all of it: nothing was written
  std::optional<std::string> stopped{}; ///< the signal that stopped it: nothing was written
  std::int64_t points = 0, done = 0, failed = 0, pending = 0; ///< of the output
  std::int64_t differing = 0;       ///< draws of which two inputs have copies with other bits
  double largest_difference = 0.0;  ///< among them, relative to the observable's largest entry
  std::vector<std::string> remarks; ///< what the user should know: one line each
};

/// Brings the draws of several stores into a new one: shards, more draws of the same study file, a sweep
/// extended by points, in any combination. A draw is recognised by the seed, its number and the values of the
/// parameters that its point reads.
///
/// The new store has the layout of `target`; without one, that of the input whose study file has every point,
/// with as many draws as any input has; where no input has them all, the union of the sweeps in ascending
/// order. The result does not depend on the order of the inputs: of two copies of a draw a done one wins over
/// a failed one, then the one with the smaller values (bytes compared). Theory is computed anew.
///
/// The output gets its name when it is whole. One that is there is left alone: when it lacks nothing that the
/// inputs have, this is success, otherwise an InputError unless `overwrite`. Damaged draws are not used and
/// are named in the remarks; an input that is damaged elsewhere is refused, or with `salvage` gives the draws
/// whose checksums prove them. Throws InputError, before anything is written, that names the file and the key
/// by which it does not belong to the others.
/// @note Collective over `world`
MergeReport merge(const MergeOptions& options, std::optional<Experiment> target,
                  const study::Registry& studies, const parallel::Communicator& world);

} // namespace pastur::run
