// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/store/store.hpp>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

namespace pastur::store::samples {

/// 2 x 3 grid (an integer and a text axis), 4 draws, a scalar and a vector observable, theory for one of
/// them, a theory-only output, a finer grid.
inline Layout grid() {
  Layout layout;
  layout.axes = {
      {.name = "N", .values = std::vector<std::int64_t>{5, 10}, .unit = "1", .long_name = "neurons"},
      {.name = "activation",
       .values = std::vector<std::string>{"relu", "tanh", "sigmoïde"},
       .unit = "1",
       .long_name = {}}};
  layout.draws = 4;
  layout.dimensions = {
      {.name = "ridge", .values = std::vector<double>{1e-4, 0.1, 1.0}, .unit = "1", .long_name = "ridge"}};
  layout.observables = {
      {.name = "test_error", .dimensions = {"ridge"}, .unit = "1", .long_name = "test error"},
      {.name = "lambda_min",
       .dimensions = {},
       .unit = "1",
       .long_name = "smallest eigenvalue",
       .summary = "median"}};
  layout.theory = {{.name = "test_error_theory",
                    .dimensions = {"ridge"},
                    .unit = "1",
                    .long_name = "asymptotic test error",
                    .theory_of = "test_error"},
                   {.name = "kernel_tail", .dimensions = {}, .unit = "1", .long_name = "tail of the kernel"}};
  layout.theory_axes = {
      {.name = "N", .values = std::vector<double>{5, 6, 7, 8, 10}, .unit = "1", .long_name = "neurons"}};
  layout.study = "sample";
  layout.paper = "A. Author, A title (2026)";
  layout.study_file = "study = \"sample\"\nseed = 7\n";
  layout.identity = "sample|7|N=5,10";
  layout.seed = 7;
  return layout;
}

/// A zip sweep: one axis `point`, its parameters along it.
inline Layout zip() {
  Layout layout = grid();
  layout.axes = {{.name = "point",
                  .values = std::vector<std::int64_t>{0, 1, 2},
                  .unit = "1",
                  .long_name = "point of the sweep"}};
  layout.point_coordinates = {
      {.name = "N", .values = std::vector<std::int64_t>{5, 10, 20}, .unit = "1", .long_name = "neurons"},
      {.name = "activation",
       .values = std::vector<std::string>{"relu", "tanh", "erf"},
       .unit = "1",
       .long_name = {}}};
  layout.theory_axes = {};
  layout.identity = "sample|7|zip";
  return layout;
}

/// One point, one scalar observable and nothing else.
inline Layout smallest() {
  Layout layout;
  layout.draws = 1;
  layout.observables = {{.name = "x", .dimensions = {}, .unit = "1", .long_name = {}}};
  layout.theory = {{.name = "limit", .dimensions = {}, .unit = "1", .long_name = {}}};
  layout.identity = "smallest";
  return layout;
}

/// A value that tells its place, so that nothing can be in another's.
inline double value_at(std::int64_t point, std::int64_t draw, std::size_t observable, std::size_t k) {
  return 1e6 * static_cast<double>(point) + 1e3 * static_cast<double>(draw) +
         10.0 * static_cast<double>(observable) + 0.1 * static_cast<double>(k);
}

inline DrawRecord record(const Layout& layout, std::int64_t point, std::int64_t draw) {
  DrawRecord record;
  record.point = point;
  record.draw = draw;
  record.seconds = 0.5 + static_cast<double>(draw);
  for (std::size_t o = 0; o < layout.observables.size(); ++o) {
    std::vector<double> values(static_cast<std::size_t>(layout.own_size(layout.observables[o])));
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = value_at(point, draw, o, k);
    record.values.push_back(std::move(values));
  }
  return record;
}

inline std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void put_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Where `text` first stands in a file, and a byte there flipped with plain file calls.
inline void flip_byte(const std::filesystem::path& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ 0x40));
}

/// A folder of the test's own, the same on all ranks, removed at the end. @note Collective
class Scratch {
public:
  explicit Scratch(const parallel::Communicator& comm) : comm_(comm) {
    std::string name;
    if (comm.rank() == 0) {
      name = (std::filesystem::temp_directory_path() / "pastur-store-XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr) name.clear();
    }
    comm.broadcast(name);
    folder_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    comm_.barrier();
    std::error_code error;
    if (comm_.rank() == 0) std::filesystem::remove_all(folder_, error);
    comm_.barrier();
  }

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  const std::filesystem::path& folder() const { return folder_; }
  /// Names of what is in the folder, sorted.
  std::vector<std::string> contents() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

private:
  const parallel::Communicator& comm_;
  std::filesystem::path folder_;
};

} // namespace pastur::store::samples
