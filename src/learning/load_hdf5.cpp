// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5_file.hpp"

#include <pastur/learning/data_set.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/parallel/agree.hpp>

#include <array>
#include <fstream>

namespace pastur::learning {

namespace {

using Dataset = Hdf5Numbers::Dataset;

struct Contents {
  Dataset x;
  std::optional<Dataset> y, x_test, y_test;
};

[[noreturn]] void mismatch(const std::string& path, const Dataset& a, const Dataset& b, const char* what) {
  throw InputError("`" + path + "`: dataset `" + a.name + "` (" + std::to_string(a.rows) + " x " +
                   std::to_string(a.columns) + ") does not go with `" + b.name + "` (" +
                   std::to_string(b.rows) + " x " + std::to_string(b.columns) + "): " + what);
}

Contents contents_of(const Hdf5Numbers& file, const std::string& path) {
  const std::optional<Dataset> x = file.find({"X", "x", "data"}, 2);
  if (!x) throw InputError("`" + path + "`: no dataset `X`, `x` or `data` (samples x features)");
  Contents contents{*x, file.find({"y", "labels"}, 1), file.find({"X_test"}, 2), file.find({"y_test"}, 1)};
  if (contents.y && contents.y->rows != x->rows)
    mismatch(path, *contents.y, *x, "one label per row is needed");
  if (contents.x_test && contents.x_test->columns != x->columns)
    mismatch(path, *contents.x_test, *x, "the features differ");
  if (contents.y_test && !contents.x_test)
    throw InputError("`" + path + "`: dataset `y_test` without `X_test`");
  if (contents.y_test && contents.y_test->rows != contents.x_test->rows) {
    mismatch(path, *contents.y_test, *contents.x_test, "one label per row is needed");
  }
  if (contents.y_test && !contents.y) throw InputError("`" + path + "`: dataset `y_test` without `y`");
  return contents;
}

} // namespace

DataSet load_hdf5(const parallel::Communicator& comm, const std::filesystem::path& path) {
  std::optional<Hdf5Numbers> file;
  std::optional<Contents> contents;
  parallel::agree(comm, [&] {
    file.emplace(path);
    contents = contents_of(*file, path.string());
  });

  DataSet data;
  data.source = path.string();
  data.rows = contents->x.rows;
  data.columns = contents->x.columns;
  data.test_rows = contents->x_test ? contents->x_test->rows : 0;
  const std::int64_t all = data.rows + data.test_rows;
  std::vector<std::size_t> offsets{0};
  for (int rank = 0; rank < comm.size(); ++rank) {
    offsets.push_back(
        static_cast<std::size_t>(linalg::even_range(all, rank, comm.size()).second * data.columns));
  }
  data.values = SharedArray::create(comm, offsets.back());

  parallel::agree(comm, [&] {
    const auto [begin, end] = linalg::even_range(all, comm.rank(), comm.size());
    double* const values = data.values.writable().data();
    if (begin < data.rows)
      file->read(contents->x, begin, std::min(end, data.rows) - begin, values + begin * data.columns);
    if (end > data.rows) {
      const std::int64_t first = std::max(begin, data.rows);
      file->read(*contents->x_test, first - data.rows, end - first, values + first * data.columns);
    }
    if (contents->y) {
      data.labels.resize(static_cast<std::size_t>(contents->y_test ? all : data.rows));
      file->read(*contents->y, 0, data.rows, data.labels.data());
      if (contents->y_test) file->read(*contents->y_test, 0, data.test_rows, data.labels.data() + data.rows);
    }
  });
  data.values.exchange(comm, offsets);
  count_duplicates(comm, data);
  return data;
}

DataSet load_samples(const parallel::Communicator& comm, const std::filesystem::path& path) {
  std::int64_t is_hdf5 = 0;
  std::string labels;
  parallel::agree(comm, [&] {
    if (comm.rank() != 0) return;
    std::ifstream file(path, std::ios::binary);
    std::array<char, 8> magic{};
    if (!file || !file.read(magic.data(), 4)) {
      throw InputError("`" + path.string() + "`: no such file, or not readable, or shorter than 4 bytes");
    }
    const bool gzip = magic[0] == '\x1f' && magic[1] == '\x8b';
    const bool idx = magic[0] == 0 && magic[1] == 0;
    is_hdf5 = gzip || idx ? 0 : 1; // anything else goes to HDF5, which says what is wrong with it
    const std::string name = path.filename().string();
    const std::size_t found = name.find("images-idx3");
    if (is_hdf5 == 0 && found != std::string::npos) {
      const std::filesystem::path beside =
          path.parent_path() / (std::string(name).replace(found, 11, "labels-idx1"));
      std::error_code code;
      if (std::filesystem::exists(beside, code)) labels = beside.string();
    }
  });
  is_hdf5 = comm.broadcast(is_hdf5);
  comm.broadcast(labels);
  return is_hdf5 != 0 ? load_hdf5(comm, path) : load_idx(comm, path, labels);
}

} // namespace pastur::learning
