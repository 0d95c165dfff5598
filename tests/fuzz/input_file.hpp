// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace pastur::fuzz {

/// A file of this process, in memory where the system has such a folder, for readers that want a path.
class InputFile {
public:
  InputFile() {
    const char* folder = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    path_ = std::string(folder) + "/pastur-fuzz-" + std::to_string(getpid());
    unlink(path_.c_str()); // left by a killed process of the same number
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { unlink(path_.c_str()); }

  const std::filesystem::path& path() const { return path_; }
  void put(const std::uint8_t* data, std::size_t size) const {
    std::ofstream file(path_, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    if (!file.flush()) std::abort();
  }

private:
  std::filesystem::path path_;
};

} // namespace pastur::fuzz
