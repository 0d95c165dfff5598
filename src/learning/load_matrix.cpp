// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.hpp"

#include <pastur/learning/load_matrix.hpp>
#include <pastur/parallel/agree.hpp>

#include <fmt/format.h>

#include <array>

namespace pastur::learning {

namespace {

/// A wrong number of dimensions is an error of its own kind to find(): two first, then one.
std::optional<Hdf5Numbers::Dataset> find(const Hdf5Numbers& file, const std::string& name) {
  try {
    return file.find({name.c_str()}, 2);
  } catch (const InputError&) {
    return file.find({name.c_str()}, 1);
  }
}

} // namespace

std::optional<SharedMatrix> load_matrix(const parallel::Communicator& comm, const std::filesystem::path& path,
                                        const std::string& name) {
  std::optional<Hdf5Numbers> file;
  std::optional<Hdf5Numbers::Dataset> dataset;
  std::array<std::int64_t, 2> size{};
  parallel::agree(comm, [&] {
    if (comm.rank() != 0) return;
    file.emplace(path);
    dataset = find(*file, name);
    if (dataset) size = {dataset->rows, dataset->columns};
  });
  comm.broadcast(std::span<std::int64_t>(size));
  if (size[0] == 0) return std::nullopt;
  const auto count = static_cast<std::size_t>(size[0] * size[1]);
  SharedMatrix matrix{fmt::format("`{}`, dataset `{}`", path.string(), name), size[0], size[1],
                      SharedArray::create(comm, count)};
  parallel::agree(comm, [&] {
    if (comm.rank() == 0) file->read(*dataset, 0, size[0], matrix.values.writable().data());
  });
  std::vector<std::size_t> offsets(static_cast<std::size_t>(comm.size()) + 1, count);
  offsets.front() = 0; // rank 0 wrote everything
  matrix.values.exchange(comm, offsets);
  return matrix;
}

} // namespace pastur::learning
