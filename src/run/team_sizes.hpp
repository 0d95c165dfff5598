// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/study.hpp>

#include <optional>

namespace pastur::run {

/// Fraction of the free memory that draws may plan with; the rest is for libraries, buffers and the page
/// cache of the store.
inline constexpr double usable_fraction = 0.85;

/// Bytes on one node while all of its ranks work in teams of `team` ranks.
double node_bytes(const study::Cost& cost, int team, int ranks_per_node);

/// The smallest team, of at most `most_ranks`, whose draws fit into `usable` bytes on a node; empty when none
/// does.
std::optional<int> smallest_team(const study::Cost& cost, int most_ranks, int ranks_per_node, double usable);

} // namespace pastur::run
