// SPDX-License-Identifier: BSD-3-Clause
// One draw: its networks dealt to the ranks of the team in consecutive parts, gathered, and summarised. What
// becomes of a network does not depend on the others, so every team size gives the same bits.
#include <pastur/parallel/agree.hpp>
#include <pastur/studies/relu_inconsistency.hpp>
#include <pastur/studies/relu_inconsistency_training.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::studies {

namespace {

using namespace relu_inconsistency;
using parallel::Communicator;
using study::Parameters;
using study::Recorder;

constexpr const char* is_degenerate = "degenerate networks (one sign of a missing, or fewer than two "
                                      "distinct points drawn on a side) are not trained";
constexpr const char* kink_at_infinity = "a changed its sign: the kink passed through infinity";
constexpr const char* no_linear_fit = "at x = 0, and on a side without samples, there is no linear fit";

void pack(const Outcome& outcome, std::vector<double>& out) {
  out.insert(out.end(),
             {static_cast<double>(outcome.status), outcome.max_kink, static_cast<double>(outcome.stop_step),
              outcome.loss, outcome.loss_linear, outcome.crossing_predicted, outcome.test_error});
  for (const std::vector<double>* path :
       {&outcome.loss_path, &outcome.kink_path, &outcome.fit_path, &outcome.fit_linear})
    out.insert(out.end(), path->begin(), path->end());
}

std::vector<Outcome> unpack(const std::vector<double>& packed, const Schedule& schedule) {
  std::vector<Outcome> outcomes;
  for (auto at = packed.begin(); at != packed.end();) {
    Outcome outcome(schedule.times.size(), schedule.fit_x.size());
    outcome.status = static_cast<Status>(static_cast<int>(*at++));
    outcome.max_kink = *at++;
    outcome.stop_step = static_cast<std::int64_t>(*at++);
    outcome.loss = *at++;
    outcome.loss_linear = *at++;
    outcome.crossing_predicted = *at++;
    outcome.test_error = *at++;
    for (std::vector<double>* path :
         {&outcome.loss_path, &outcome.kink_path, &outcome.fit_path, &outcome.fit_linear}) {
      for (double& value : *path) value = *at++;
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::vector<Outcome> train(const Parameters& p, const Communicator& team, const random::Streams& streams) {
  const std::int64_t networks = p.integer("networks");
  const std::int64_t first = networks * team.rank() / team.size();
  const std::int64_t last = networks * (team.rank() + 1) / team.size();
  std::vector<double> mine;
  parallel::agree(team, [&] {
    if (p.is("engine", "reduced") && p.is("data", "star")) {
      for (std::int64_t network = first; network < last; ++network)
        pack(train_star(p, streams, network), mine);
      return;
    }
    if (p.is("engine", "reduced")) {
      for (const Outcome& outcome : train_reduced(p, streams, first, last - first)) pack(outcome, mine);
      return;
    }
    const Points test = has_atoms(p) ? Points{} : test_points(p, streams);
    for (std::int64_t network = first; network < last; ++network)
      pack(train_full(p, streams, network, test), mine);
  });
  return unpack(team.all_gather(std::span<const double>(mine)), Schedule(p));
}

/// Sets an entry, or says why it is missing.
void put(Recorder& record, const char* name, std::size_t index, double value, const char* reason) {
  if (std::isnan(value)) {
    record.missing_at(name, index, reason);
  } else {
    record.set_at(name, index, value);
  }
}

void record_networks(const Schedule& schedule, const std::vector<Outcome>& outcomes, Recorder& record) {
  const std::size_t times = schedule.times.size();
  const std::size_t fit_points = schedule.fit_x.size();
  for (std::size_t k = 0; k < outcomes.size(); ++k) {
    const Outcome& o = outcomes[k];
    const bool trained = o.status != Status::degenerate;
    record.set_at("status", k, static_cast<double>(o.status));
    record.set_at("stop_step", k, static_cast<double>(o.stop_step));
    put(record, "max_kink", k, o.max_kink, trained ? kink_at_infinity : is_degenerate);
    put(record, "loss", k, o.loss, is_degenerate);
    put(record, "loss_linear", k, o.loss_linear,
        trained ? "no two sides in more than one dimension" : is_degenerate);
    for (std::size_t t = 0; t < times; ++t) {
      const std::size_t at = k * times + schedule.positions[t];
      put(record, "loss_path", at, o.loss_path[t], is_degenerate);
      put(record, "kink_path", at, o.kink_path[t], trained ? kink_at_infinity : is_degenerate);
      for (std::size_t j = 0; j < fit_points; ++j)
        put(record, "fit_path", at * fit_points + j, o.fit_path[t * fit_points + j], is_degenerate);
    }
    for (std::size_t j = 0; j < fit_points; ++j)
      put(record, "fit_linear", k * fit_points + j, o.fit_linear[j], trained ? no_linear_fit : is_degenerate);
  }
}

void record_shares(const Schedule& schedule, const std::vector<Outcome>& outcomes, Recorder& record) {
  const double count = static_cast<double>(outcomes.size());
  double crossed = 0.0, predicted = 0.0, test = 0.0, tested = 0.0;
  double settled_error = std::numeric_limits<double>::quiet_NaN();
  for (const Outcome& o : outcomes) {
    if (o.crossed_by(std::numeric_limits<std::int64_t>::max())) crossed += 1.0;
    predicted += o.crossing_predicted;
    if (o.status == Status::settled)
      settled_error = std::fmax(settled_error, std::abs(o.loss - o.loss_linear));
    if (!std::isnan(o.test_error)) {
      test += std::sqrt(o.test_error);
      tested += 1.0;
    }
  }
  record.set("crossed", crossed / count);
  if (record.wants("crossed_predicted")) record.set("crossed_predicted", predicted / count);
  put(record, "settled_error", 0, settled_error, "no network of the draw settled");
  if (record.wants("test_error")) record.set("test_error", test / tested);
  for (std::size_t t = 0; t < schedule.times.size(); ++t) {
    double so_far = 0.0, below = 0.0, compared = 0.0;
    for (const Outcome& o : outcomes) {
      if (o.crossed_by(schedule.times[t])) so_far += 1.0;
      if (std::isnan(o.loss_linear)) continue;
      compared += 1.0;
      if (o.loss_path[t] < 0.999999 * o.loss_linear) below += 1.0;
    }
    record.set_at("crossed_path", schedule.positions[t], so_far / count);
    if (record.wants("below_linear_path")) {
      put(record, "below_linear_path", schedule.positions[t],
          compared > 0.0 ? below / compared : std::numeric_limits<double>::quiet_NaN(),
          "no network of the draw has linear fits to compare with");
    }
  }
}

} // namespace

void ReluInconsistency::draw(const Parameters& point, const Communicator& team,
                             const random::Streams& streams, Recorder& record) const {
  const std::vector<Outcome> outcomes = train(point, team, streams);
  const Schedule schedule(point);
  record_networks(schedule, outcomes, record);
  record_shares(schedule, outcomes, record);
}

namespace {

/// The samples are random unless N = inf: then every network has the same fits.
void predict_linear_fits(const Parameters& point, Recorder& record) {
  constexpr const char* reason = "predicted for N = inf only";
  const bool known = has_atoms(point) && point.is("N", "inf");
  if (!known) {
    record.missing("loss_linear", reason);
    if (record.wants("fit_linear")) record.missing("fit_linear", reason);
    return;
  }
  const double loss = loss_of_linear_fits(point, atoms(point));
  const std::vector<double> fits = linear_fits(atoms(point), Schedule(point).fit_x);
  for (std::size_t k = 0; k < static_cast<std::size_t>(point.integer("networks")); ++k) {
    record.set_at("loss_linear", k, loss);
    for (std::size_t j = 0; j < fits.size(); ++j)
      put(record, "fit_linear", k * fits.size() + j, fits[j], no_linear_fit);
  }
}

} // namespace

void ReluInconsistency::theory(const Parameters& point, Recorder& record) const {
  if (crossing_is_predicted(point)) {
    const CrossingProbabilities probabilities = asymptotic_crossing_probabilities(point);
    record.set("crossed", probabilities.leading);
    record.set("crossed_refined", probabilities.refined);
  } else {
    record.missing(
        "crossed",
        "crossing is predicted for gd without momentum at the spectral step, he weights, zero biases "
        "and points on a line");
  }
  if (point.is("engine", "reduced") && point.is("optimizer", "gd") && point.integer("steps") == 0) {
    record.set("settled_error", 0.0);
  } else {
    record.missing("settled_error",
                   "networks settle under engine = reduced, optimizer = gd and steps = 0 only");
  }
  predict_linear_fits(point, record);
}

} // namespace pastur::studies
