// SPDX-License-Identifier: BSD-3-Clause
#include "merge_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_set>

namespace pastur::run {

namespace {

constexpr const char* a_file_decides = "--study FILE.toml says what the merged file should hold";

/// Names of parameters that walk over values: in the order of the longest list when the others follow it,
/// else sorted.
std::vector<std::string> united_names(const std::vector<std::vector<SweepAxis>>& sweeps) {
  std::vector<std::vector<std::string>> lists(sweeps.size());
  std::set<std::string> all;
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    for (const SweepAxis& axis : sweeps[i]) lists[i].push_back(axis.parameter);
    all.insert(lists[i].begin(), lists[i].end());
  }
  for (const std::vector<std::string>& longest : lists) {
    if (longest.size() != all.size()) continue;
    const bool followed = std::all_of(lists.begin(), lists.end(), [&](const auto& list) {
      auto at = longest.begin();
      return std::all_of(list.begin(), list.end(), [&](const std::string& name) {
        at = std::find(at, longest.end(), name);
        return at != longest.end();
      });
    });
    if (followed) return longest;
  }
  return {all.begin(), all.end()};
}

/// Steps of axes that walk together: each once, ascending.
std::vector<SweepAxis> united_steps(const std::vector<std::string>& names,
                                    const std::set<std::vector<study::Value>>& steps) {
  std::vector<SweepAxis> axes;
  for (std::size_t a = 0; a < names.size(); ++a) {
    SweepAxis axis{names[a], {}};
    for (const std::vector<study::Value>& step : steps) axis.values.push_back(step[a]);
    axes.push_back(std::move(axis));
  }
  return axes;
}

/// The one law of draws for all: the most draws; a precision to stop at must be the same everywhere.
DrawRule united_draws(const std::vector<MergeInput>& inputs) {
  const auto same = [](const std::optional<Until>& a, const std::optional<Until>& b) {
    if (!a || !b) return !a && !b;
    return a->observable == b->observable && a->relative_stderr == b->relative_stderr &&
           a->absolute_stderr == b->absolute_stderr;
  };
  DrawRule rule = inputs.front().source->experiment.file.draws;
  for (const MergeInput& input : inputs) {
    const DrawRule& other = input.source->experiment.file.draws;
    if (!same(rule.until, other.until)) {
      refuse_input(input.name(), inputs.front().name(),
                   fmt::format("draws.until differs; {}", a_file_decides));
    }
    rule.max = std::max(rule.max, other.max);
    rule.min = rule.until ? std::min(rule.min, other.min) : rule.max;
  }
  return rule;
}

/// The input with every point of all of them; of several the one with the most draws, then the first text.
const MergeInput* covering_input(const std::vector<MergeInput>& inputs) {
  std::vector<const MergeInput*> distinct;
  for (const MergeInput& input : inputs) {
    const bool known = std::any_of(distinct.begin(), distinct.end(),
                                   [&](const MergeInput* other) { return other->source == input.source; });
    if (!known) distinct.push_back(&input);
  }
  const auto covers_all = [&](const MergeInput& lead) {
    const std::unordered_set<std::string> known(lead.source->keys.begin(), lead.source->keys.end());
    return std::all_of(distinct.begin(), distinct.end(), [&](const MergeInput* other) {
      return std::all_of(other->source->keys.begin(), other->source->keys.end(),
                         [&](const std::string& key) { return known.count(key) > 0; });
    });
  };
  const auto before = [](const MergeInput& a, const MergeInput& b) {
    const store::Layout &one = a.reader.layout(), &other = b.reader.layout();
    return one.draws != other.draws ? one.draws > other.draws : one.study_file < other.study_file;
  };
  const MergeInput* lead = nullptr;
  for (const MergeInput* input : distinct) {
    if ((lead == nullptr || before(*input, *lead)) && covers_all(*input)) lead = input;
  }
  return lead;
}

/// The value that every input which reads a parameter gives it.
void require_same_value(const std::vector<MergeInput>& inputs, const std::string& parameter) {
  const MergeInput* first = nullptr;
  for (const MergeInput& input : inputs) {
    const Experiment& experiment = input.source->experiment;
    const std::vector<study::Value> values = values_read(experiment, parameter);
    if (values.empty()) continue;
    if (first == nullptr) first = &input;
    if (values == values_read(first->source->experiment, parameter)) continue;
    refuse_input(input.name(), first->name(),
                 fmt::format("{}: {} and {}; allowed: the same ({})", parameter,
                             values_text(experiment, parameter),
                             values_text(first->source->experiment, parameter), a_file_decides));
  }
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void unite_sweeps(const std::vector<MergeInput>& inputs, StudyFile& file) {
  std::vector<std::vector<SweepAxis>> sweeps;
  const MergeInput* first = nullptr;
  for (const MergeInput& input : inputs) {
    const StudyFile& other = input.source->experiment.file;
    sweeps.push_back(other.sweep);
    if (other.sweep.empty()) continue;
    if (first == nullptr) first = &input;
    file.zip = first->source->experiment.file.zip;
    if (other.zip != file.zip) {
      refuse_input(input.name(), first->name(),
                   fmt::format("sweep.combine: {} and {}; {}", other.zip ? "zip" : "grid",
                               file.zip ? "zip" : "grid", a_file_decides));
    }
  }
  const std::vector<std::string> names = united_names(sweeps);
  if (file.zip) {
    std::set<std::vector<study::Value>> steps;
    for (const MergeInput& input : inputs) {
      for (const study::Parameters& point : input.source->experiment.points) {
        std::vector<study::Value> step;
        for (const std::string& name : names) step.push_back(point.value(name));
        steps.insert(std::move(step));
      }
    }
    file.sweep = united_steps(names, steps);
    return;
  }
  for (const std::string& name : names) {
    std::set<study::Value> values;
    for (const MergeInput& input : inputs) {
      const std::vector<study::Value> read = values_read(input.source->experiment, name);
      values.insert(read.begin(), read.end());
    }
    file.sweep.push_back({name, {values.begin(), values.end()}});
  }
}

/// The finer grid: the union axis by axis where all that have one refine the same parameters.
void unite_theory(const std::vector<MergeInput>& inputs, StudyFile& file) {
  std::vector<std::vector<SweepAxis>> grids;
  for (const MergeInput& input : inputs) {
    const std::vector<SweepAxis>& grid = input.source->experiment.file.theory;
    if (!grid.empty()) grids.push_back(grid);
  }
  const std::vector<std::string> names = united_names(grids);
  std::vector<std::string> tied;
  std::set<std::vector<study::Value>> steps;
  for (const std::string& name : names) {
    const bool walks = file.zip && std::any_of(file.sweep.begin(), file.sweep.end(),
                                               [&](const SweepAxis& axis) { return axis.parameter == name; });
    if (walks) tied.push_back(name);
  }
  std::vector<std::set<study::Value>> values(names.size());
  for (const std::vector<SweepAxis>& grid : grids) {
    std::vector<const SweepAxis*> walking;
    for (const SweepAxis& axis : grid) {
      if (grid.size() != names.size()) {
        throw InputError(
            fmt::format("the [theory] of the files refines other parameters: only some have {}; {}",
                        axis.parameter, a_file_decides));
      }
      const auto at = std::find(names.begin(), names.end(), axis.parameter) - names.begin();
      values[static_cast<std::size_t>(at)].insert(axis.values.begin(), axis.values.end());
    }
    for (const std::string& name : tied) {
      walking.push_back(&*std::find_if(grid.begin(), grid.end(),
                                       [&](const SweepAxis& axis) { return axis.parameter == name; }));
    }
    for (std::size_t k = 0; !walking.empty() && k < walking.front()->values.size(); ++k) {
      std::vector<study::Value> step;
      for (const SweepAxis* axis : walking) step.push_back(axis->values[k]);
      steps.insert(std::move(step));
    }
  }
  file.theory = united_steps(tied, steps);
  for (std::size_t a = 0; a < names.size(); ++a) {
    if (!is_among(tied, names[a])) file.theory.push_back({names[a], {values[a].begin(), values[a].end()}});
  }
}

template <class List>
void add_entries(study::Value& known, const study::Value& more) {
  auto* all = std::get_if<List>(&known);
  const auto* other = std::get_if<List>(&more);
  if (all == nullptr || other == nullptr) return;
  all->insert(all->end(), other->begin(), other->end());
  std::sort(all->begin(), all->end());
  all->erase(std::unique(all->begin(), all->end()), all->end());
}

/// Finer entries of coordinate parameters: every entry that any of the files has, ascending.
void unite_theory_coordinates(const std::vector<MergeInput>& inputs, StudyFile& file) {
  for (const MergeInput& input : inputs) {
    for (const auto& [name, entries] : input.source->experiment.file.theory_coordinates) {
      study::Value& known = file.theory_coordinates.emplace(name, entries).first->second;
      add_entries<std::vector<double>>(known, entries);
      add_entries<std::vector<std::int64_t>>(known, entries);
    }
  }
}

StudyFile united_file(const std::vector<MergeInput>& inputs) {
  StudyFile file;
  const StudyFile& first = inputs.front().source->experiment.file;
  file.study = first.study;
  file.seed = first.seed;
  file.common_random_numbers = first.common_random_numbers;
  file.draws = united_draws(inputs);
  unite_sweeps(inputs, file);
  std::vector<std::string> swept;
  for (const SweepAxis& axis : file.sweep) swept.push_back(axis.parameter);
  for (const study::ParameterSpec& spec : inputs.front().source->experiment.study->info().parameters) {
    if (!is_among(swept, spec.name)) require_same_value(inputs, spec.name);
  }
  for (const MergeInput& input : inputs) {
    for (const auto& [name, value] : input.source->experiment.file.parameters) {
      const bool fixed = !is_among(swept, name) && !values_read(input.source->experiment, name).empty();
      if (fixed) file.parameters.emplace(name, value);
    }
  }
  unite_theory(inputs, file);
  unite_theory_coordinates(inputs, file);
  return file;
}

} // namespace

Experiment merged_experiment(const std::vector<MergeInput>& inputs, const study::Registry& studies) {
  for (const MergeInput& input : inputs) {
    require_same_draws(input.source->experiment.file, input.name(), inputs.front().source->experiment.file,
                       inputs.front().name());
  }
  if (const MergeInput* lead = covering_input(inputs)) {
    const store::Layout& layout = lead->reader.layout();
    std::vector<std::string> more_draws;
    const bool enough = std::all_of(inputs.begin(), inputs.end(), [&](const MergeInput& input) {
      return input.reader.layout().draws <= layout.draws;
    });
    if (!enough) more_draws.push_back("draws=" + draws_text(united_draws(inputs)));
    return parse_experiment(layout.study_file, lead->name(), more_draws, studies);
  }
  const std::string text = to_toml(united_file(inputs));
  try {
    return parse_experiment("# The union of the study files of the stores that were merged.\n" + text,
                            "union of the study files", {}, studies);
  } catch (const InputError& error) {
    throw InputError(fmt::format("these files do not make one: {}; {}", error.what(), a_file_decides));
  }
}

} // namespace pastur::run
