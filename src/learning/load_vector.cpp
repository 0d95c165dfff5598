// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.hpp"

#include <pastur/learning/load_vector.hpp>
#include <pastur/parallel/agree.hpp>

namespace pastur::learning {

std::vector<double> load_vector(const parallel::Communicator& comm, const std::filesystem::path& path,
                                const std::string& name) {
  std::vector<double> values;
  parallel::agree(comm, [&] {
    if (comm.rank() != 0) return;
    const Hdf5Numbers file(path);
    const std::optional<Hdf5Numbers::Dataset> dataset = file.find({name.c_str(), "values", "data", "x"}, 1);
    if (!dataset)
      throw InputError("`" + path.string() + "`: no dataset `" + name + "`, `values`, `data` or `x`");
    values.resize(static_cast<std::size_t>(dataset->rows));
    file.read(*dataset, 0, dataset->rows, values.data());
  });
  values.resize(static_cast<std::size_t>(comm.broadcast(static_cast<std::int64_t>(values.size()))));
  comm.broadcast(std::span<double>(values));
  return values;
}

} // namespace pastur::learning
