// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace pastur::testing_support {

/// A directory that rank 0 makes anew and removes; the same on every rank.
class ScratchDirectory {
public:
  explicit ScratchDirectory(const parallel::Communicator& world) : world_(world) {
    std::string name;
    if (world_.rank() == 0) {
      name = (std::filesystem::temp_directory_path() / "pastur-XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr) name.clear();
    }
    world_.broadcast(name);
    directory_ = name;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    world_.barrier();
    if (world_.rank() == 0) std::filesystem::remove_all(directory_);
  }
  std::filesystem::path file(const std::string& name) const { return directory_ / name; }

private:
  const parallel::Communicator& world_;
  std::filesystem::path directory_;
};

} // namespace pastur::testing_support
