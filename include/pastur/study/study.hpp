// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/parallel/error.hpp>
#include <pastur/random/stream.hpp>
#include <pastur/study/observable.hpp>
#include <pastur/study/parameters.hpp>
#include <pastur/study/recorder.hpp>

#include <span>
#include <string>
#include <vector>

namespace pastur::study {

/// What a draw needs. The scheduler takes the smallest team whose share fits: shared_bytes / team size +
/// rank_bytes on every rank.
struct Cost {
  double flops = 0.0;        ///< of one draw
  double shared_bytes = 0.0; ///< spread over the team (block-cyclic matrices)
  double rank_bytes = 0.0;   ///< on every rank whatever the team's size (panels, replicated vectors)
  /// For the time: flops of a large matrix product that take as long on one rank, each kind of flops over the
  /// fraction of a product's rate that it reaches. 0: not stated.
  double product_flops = 0.0;
};

/// Flops of a large matrix product that take as long as `flops` spent on matrices of order `n`, where such
/// work reaches `fraction` of the product's rate for large n and half of that at order `n_half` (Hockney's
/// model).
constexpr double product_flops(double flops, double fraction, double n, double n_half) {
  return flops / fraction * (1.0 + n_half / n);
}

/// A study's face: everything about it that is data.
struct StudyInfo {
  std::string name;
  std::string paper;   ///< authors, title, reference
  std::string summary; ///< one line
  std::vector<ParameterSpec> parameters;
  std::vector<Dimension> dimensions;
  std::vector<ObservableSpec> observables;
  std::vector<TheoryOutputSpec> theory_outputs;
  std::vector<Figure> figures;
};

/// One paper made executable. Mathematics only: no files, no scheduling, no argument parsing.
class Study {
public:
  virtual ~Study() = default;
  virtual const StudyInfo& info() const = 0;

  /// Rules that join several parameters. Throws InputError that names the parameters, what was given and what
  /// is allowed. Cheap, no communication.
  virtual void check(const Parameters&) const {}

  /// What a user should know about a point that is allowed but doubtful, e.g. a step beyond which the theory
  /// does not hold: "key: what was given; what follows". Printed once at the start of `run` and `theory`;
  /// nothing fails. Called after prepare(), on one rank.
  virtual std::vector<std::string> warnings(const Parameters&) const { return {}; }

  /// Called once before anything is written, with every point of the run: loads and checks the data that all
  /// draws share. Throws InputError for bad data. @note Collective over `world`
  virtual void prepare(std::span<const Parameters>, const parallel::Communicator& /*world*/) {}

  virtual Cost cost(const Parameters&) const = 0;

  /// One realisation. A thrown exception is a failed draw with its message as the reason. @note Collective
  /// over `team`: throw on all ranks or none (parallel::agree)
  virtual void draw(const Parameters&, const parallel::Communicator& team, const random::Streams&,
                    Recorder&) const = 0;

  /// The paper's predictions at a point: records observables that have one under their own names, and
  /// theory-only outputs. Not collective.
  virtual void theory(const Parameters&, Recorder&) const {}
};

/// The quantities a draw (observables) or the theory (predictions and outputs) has at a point, with their
/// sizes.
std::vector<Recorder::Slot> draw_slots(const StudyInfo& info, const Parameters& point);
std::vector<Recorder::Slot> theory_slots(const StudyInfo& info, const Parameters& point);
/// Length of a dimension at a point: a coordinate parameter's list or a declared Dimension's coordinate.
/// Throws std::logic_error for an unknown one.
std::vector<double> coordinate(const StudyInfo& info, const std::string& dimension, const Parameters& point);

/// Throws std::logic_error for declarations that contradict each other: names used twice or reserved,
/// defaults out of range, undeclared dimensions.
void require_consistent(const StudyInfo& info);

} // namespace pastur::study
