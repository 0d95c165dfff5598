// SPDX-License-Identifier: BSD-3-Clause
// Backward maps of single samples: A_g = dy/dg_l with the head, dz_L/dg_l without.
#include "skip_connections_network.hpp"

#include <pastur/learning/network_factors.hpp>
#include <pastur/linalg/singular_values.hpp>
#include <pastur/parallel/agree.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::studies::skip_connections {

namespace {

using learning::Network;
using learning::Pass;
using learning::Samples;

constexpr double infinite = std::numeric_limits<double>::infinity();

/// s_1 / s_m of the transpose of A, m = min(columns, nonzero slopes): `map` is units x columns, its rows of
/// slope 0 vanish and are dropped. Infinite where the rank is below m.
double condition(const double* map, std::int64_t units, std::int64_t columns, const double* slopes,
                 const std::shared_ptr<const linalg::ProcessGrid>& self) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < units; ++i) {
    if (slopes == nullptr || slopes[i] != 0.0) rows.push_back(i);
  }
  const auto kept = static_cast<std::int64_t>(rows.size());
  if (kept == 0) return infinite;
  linalg::BlockCyclicMatrix a(self, kept, columns);
  for (std::int64_t j = 0; j < columns; ++j) {
    for (std::int64_t i = 0; i < kept; ++i) {
      a.local(static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)) =
          map[rows[static_cast<std::size_t>(i)] + j * units];
    }
  }
  const std::vector<double> values = linalg::singular_values(std::move(a));
  const double cut = static_cast<double>(units) * std::numeric_limits<double>::epsilon() * values.front();
  return values.back() > cut ? values.front() / values.back() : infinite;
}

/// Medians over all ranks' samples of each layer; `mine`: layer-major.
void record_medians(const char* name, const std::vector<std::vector<double>>& mine,
                    const parallel::Communicator& team, std::size_t run, study::Recorder& record) {
  for (std::size_t layer = 0; layer < mine.size(); ++layer) {
    std::vector<double> all = team.all_gather(std::span<const double>(mine[layer]));
    std::sort(all.begin(), all.end());
    const double median = 0.5 * (all[(all.size() - 1) / 2] + all[all.size() / 2]);
    const std::size_t at = run * mine.size() + layer;
    if (std::isfinite(median)) {
      record.set_at(name, at, median);
    } else {
      record.missing_at(name, at, "deficient");
    }
  }
}

} // namespace

void observe_maps(const Network& network, std::span<const double> parameters, const Batch& batch,
                  const parallel::Communicator& team, std::size_t run, study::Recorder& record) {
  const std::int64_t layers = network.depth() - 1;
  const std::int64_t n = network.inputs();
  const auto alone = parallel::Communicator::self();
  const std::shared_ptr<const linalg::ProcessGrid> self = linalg::ProcessGrid::create(alone);
  std::vector<std::vector<double>> sample(static_cast<std::size_t>(layers));
  std::vector<std::vector<double>> full(static_cast<std::size_t>(layers));
  // Full maps of a chunk take about 64 MB.
  const std::int64_t chunk = std::max<std::int64_t>(1, (std::int64_t{1} << 23) / (n * n));
  parallel::agree(team, [&] {
    Pass pass;
    for (std::int64_t first = 0; first < batch.count; first += chunk) {
      const std::int64_t count = std::min(chunk, batch.count - first);
      learning::forward(network, parameters, batch.inputs.slice(batch.first + first, count), pass);
      const auto visitor = [&](std::int64_t columns, std::vector<std::vector<double>>& found) {
        return [&, columns](std::int64_t l, Samples& maps) {
          if (l > layers) return;
          for (std::int64_t g = 0; g < count; ++g) {
            const Samples& slopes = pass.slope(l);
            found[static_cast<std::size_t>(l - 1)].push_back(condition(
                maps.column(g * columns), n, columns, slopes.empty() ? nullptr : slopes.column(g), self));
          }
        };
      };
      learning::visit_backward_maps(network, parameters, pass, {}, visitor(network.outputs(), sample));
      learning::visit_backward_maps(network, parameters, pass, {.from_state = layers}, visitor(n, full));
    }
  });
  record_medians("condition_number_sample", sample, team, run, record);
  record_medians("condition_number_full", full, team, run, record);
}

} // namespace pastur::studies::skip_connections
