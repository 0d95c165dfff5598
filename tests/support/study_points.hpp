// SPDX-License-Identifier: BSD-3-Clause
// Points of a study and draws at them, without the scheduler.
#pragma once

#include <pastur/study/study.hpp>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace pastur::testing_support {

using Setting = std::pair<std::string, study::Value>;

inline study::Value word(const char* text) {
  return study::Value(std::string(text));
}
inline study::Value whole(std::int64_t number) {
  return study::Value(number);
}
inline study::Value reals(std::initializer_list<double> values) {
  return study::Value(std::vector<double>(values));
}

/// The defaults with these values in their place, each checked as a study file's would be.
inline study::Parameters point_of(const study::Study& study, const std::vector<Setting>& settings) {
  study::Parameters point;
  for (const study::ParameterSpec& spec : study.info().parameters) point.set(spec.name, spec.initial);
  for (const auto& [name, value] : settings) {
    bool known = false;
    for (const study::ParameterSpec& spec : study.info().parameters) {
      if (spec.name != name) continue;
      point.set(name, study::checked(spec, value));
      known = true;
    }
    if (!known) throw std::logic_error("no parameter " + name);
  }
  study.check(point);
  return point;
}

/// The streams that the scheduler would give draw `index`.
inline random::Streams streams_of(const study::Study& study, const study::Parameters& point,
                                  std::int64_t index) {
  return random::Streams("seed=1 study=" + study.info().name + " " +
                         study::stream_identity(study.info().parameters, point) +
                         " draw=" + std::to_string(index));
}

/// One complete draw. @note Collective over `team`
inline study::Recorder drawn(const study::Study& study, const study::Parameters& point,
                             const parallel::Communicator& team, std::int64_t index = 0) {
  study::Recorder record(study::draw_slots(study.info(), point));
  study.draw(point, team, streams_of(study, point, index), record);
  record.require_complete();
  return record;
}

inline study::Recorder predicted(const study::Study& study, const study::Parameters& point) {
  study::Recorder record(study::theory_slots(study.info(), point));
  study.theory(point, record);
  record.require_complete();
  return record;
}

struct Estimate {
  double mean = 0.0;
  double error = 0.0; ///< standard error of the mean
};

/// Mean over draws of the first value of each observable; draws are dealt to one-rank teams. @note Collective
/// over `world`
inline std::vector<Estimate> estimates(const study::Study& study, const study::Parameters& point,
                                       const std::vector<std::string>& observables, std::int64_t draws,
                                       const parallel::Communicator& world) {
  const auto self = parallel::Communicator::self();
  std::vector<double> mine;
  for (std::int64_t index = world.rank(); index < draws; index += world.size()) {
    const study::Recorder record = drawn(study, point, self, index);
    for (const std::string& name : observables) mine.push_back(record.values(name).front());
  }
  const std::vector<double> all = world.all_gather(std::span<const double>(mine));
  std::vector<Estimate> result(observables.size());
  const double count = static_cast<double>(draws);
  for (std::size_t k = 0; k < observables.size(); ++k) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t i = k; i < all.size(); i += observables.size()) sum += all[i];
    const double mean = sum / count;
    for (std::size_t i = k; i < all.size(); i += observables.size())
      squares += (all[i] - mean) * (all[i] - mean);
    result[k] = {mean, std::sqrt(squares / (count * (count - 1.0)))};
  }
  return result;
}

} // namespace pastur::testing_support
