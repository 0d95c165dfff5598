// SPDX-License-Identifier: BSD-3-Clause
#include "write_theory.hpp"

#include "padding.hpp"

#include <pastur/parallel/agree.hpp>

namespace pastur::run {

bool write_theory(const Experiment& experiment, store::Store& store, const Deadline& deadline,
                  const parallel::Communicator& world) {
  const store::Layout& layout = store.layout();
  if (layout.theory.empty()) return true;
  bool whole = true;
  const study::StudyInfo& info = experiment.study->info();
  std::vector<std::string> names;
  for (const store::Variable& variable : layout.theory)
    names.push_back(variable.theory_of.empty() ? variable.name : variable.theory_of);
  const auto write_all = [&](const std::vector<study::Parameters>& points, bool fine) {
    // Points are dealt to the ranks like cards; each writes its own.
    for (std::size_t p = static_cast<std::size_t>(world.rank()); p < points.size();
         p += static_cast<std::size_t>(world.size())) {
      if (store.has_theory(static_cast<std::int64_t>(p), fine)) continue;
      if (deadline.reached()) {
        whole = false;
        return;
      }
      study::Recorder recorder(study::theory_slots(info, points[p]));
      experiment.study->theory(points[p], recorder);
      recorder.require_complete();
      store.write_theory(static_cast<std::int64_t>(p),
                         padded_values(layout, layout.theory, names, info, points[p], recorder, fine), fine);
    }
  };
  parallel::agree(world, [&] {
    write_all(experiment.points, false);
    write_all(experiment.theory_points, true);
  });
  return world.all(whole);
}

} // namespace pastur::run
