// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace pastur::learning {

/// A vector of finite numbers from an HDF5 file: its dataset `name`, or else `values`, `data` or `x`. Rank 0
/// reads, every rank gets it. Throws InputError that names file and dataset. @note Collective
std::vector<double> load_vector(const parallel::Communicator& comm, const std::filesystem::path& path,
                                const std::string& name);

} // namespace pastur::learning
