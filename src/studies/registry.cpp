// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/studies/benign_overfitting.hpp>
#include <pastur/studies/nt_interpolation.hpp>
#include <pastur/studies/registry.hpp>
#include <pastur/studies/relu_inconsistency.hpp>
#include <pastur/studies/skip_connections.hpp>

namespace pastur::studies {

study::Registry builtin() {
  study::Registry registry;
  registry.add([] { return std::make_unique<BenignOverfitting>(); });
  registry.add([] { return std::make_unique<NtInterpolation>(); });
  registry.add([] { return std::make_unique<SkipConnections>(); });
  registry.add([] { return std::make_unique<ReluInconsistency>(); });
  return registry;
}

} // namespace pastur::studies
