// SPDX-License-Identifier: BSD-3-Clause
#include "idx_file.hpp"

#include <pastur/learning/data_set.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/parallel/agree.hpp>

#include <mpi.h>

#include <array>
#include <cstdlib>
#include <limits>

namespace pastur::learning {

namespace {

/// What rank 0 read, before it is spread.
struct Images {
  IdxFile images;
  std::vector<double> labels;
  std::array<std::int64_t, 3> sizes{}; ///< rows, columns, number of labels
};

Images read_images(const std::filesystem::path& images, const std::filesystem::path& labels) {
  Images read;
  read.images = read_idx(images, 2, 4);
  const std::int64_t rows = read.images.sizes.front();
  const std::int64_t columns = static_cast<std::int64_t>(read.images.elements.size()) / rows;
  if (columns > std::numeric_limits<std::int32_t>::max() || rows > std::numeric_limits<std::int32_t>::max()) {
    throw InputError("`" + images.string() + "`: more than 2^31 rows or columns");
  }
  if (!labels.empty()) {
    const IdxFile classes = read_idx(labels, 1, 1);
    if (classes.sizes.front() != rows) {
      throw InputError("`" + labels.string() + "`: " + std::to_string(classes.sizes.front()) +
                       " labels for the " + std::to_string(rows) + " images of `" + images.string() + "`");
    }
    read.labels.assign(classes.elements.begin(), classes.elements.end());
  }
  read.sizes = {rows, columns, static_cast<std::int64_t>(read.labels.size())};
  return read;
}

} // namespace

DataSet load_idx(const parallel::Communicator& comm, const std::filesystem::path& images,
                 const std::filesystem::path& labels) {
  Images read;
  parallel::agree(comm, [&] {
    if (comm.rank() == 0) read = read_images(images, labels);
  });
  comm.broadcast(std::span<std::int64_t>(read.sizes));

  DataSet data;
  data.source = images.string();
  data.rows = read.sizes[0];
  data.columns = read.sizes[1];
  data.labels = std::move(read.labels);
  data.labels.resize(static_cast<std::size_t>(read.sizes[2]));
  comm.broadcast(std::span<double>(data.labels));

  // Each rank receives its rows as bytes and writes them as doubles.
  std::vector<int> counts, displacements;
  std::vector<std::size_t> offsets{0};
  for (int rank = 0; rank < comm.size(); ++rank) {
    const auto [begin, end] = linalg::even_range(data.rows, rank, comm.size());
    counts.push_back(static_cast<int>(end - begin));
    displacements.push_back(static_cast<int>(begin));
    offsets.push_back(static_cast<std::size_t>(end * data.columns));
  }
  const auto mine = static_cast<std::size_t>(comm.rank());
  std::vector<unsigned char> bytes(offsets[mine + 1] - offsets[mine]);
  MPI_Datatype image = MPI_DATATYPE_NULL;
  MPI_Type_contiguous(static_cast<int>(data.columns), MPI_UNSIGNED_CHAR, &image);
  MPI_Type_commit(&image);
  MPI_Scatterv(read.images.elements.data(), counts.data(), displacements.data(), image, bytes.data(),
               counts[mine], image, 0, comm.get());
  MPI_Type_free(&image);
  data.values = SharedArray::create(comm, offsets.back());
  const std::span<double> share = data.values.writable().subspan(offsets[mine]);
  for (std::size_t k = 0; k < bytes.size(); ++k) share[k] = static_cast<double>(bytes[k]) / 255.0;
  data.values.exchange(comm, offsets);
  count_duplicates(comm, data);
  return data;
}

std::filesystem::path fashion_mnist_folder() {
  const char* folder = std::getenv("PASTUR_FASHION_MNIST");
  return folder != nullptr && *folder != '\0' ? folder : "/usr/share/datasets/fashion-mnist";
}

DataSet load_fashion_mnist(const parallel::Communicator& comm) {
  std::string images, labels;
  parallel::agree(comm, [&] {
    if (comm.rank() != 0) return;
    const auto find = [](const std::string& stem) {
      const std::filesystem::path folder = fashion_mnist_folder();
      for (const char* ending : {".gz", ""}) {
        std::error_code code;
        if (std::filesystem::exists(folder / (stem + ending), code))
          return (folder / (stem + ending)).string();
      }
      throw InputError("no Fashion-MNIST: `" + (folder / (stem + ".gz")).string() +
                       "` is not there; install the Debian package dataset-fashion-mnist, or set "
                       "PASTUR_FASHION_MNIST to the folder "
                       "of its IDX files");
    };
    images = find("train-images-idx3-ubyte");
    labels = find("train-labels-idx1-ubyte");
  });
  comm.broadcast(images);
  comm.broadcast(labels);
  return load_idx(comm, images, labels);
}

std::vector<double> binary_labels(std::span<const double> classes, double below) {
  std::vector<double> labels;
  labels.reserve(classes.size());
  for (const double value : classes) labels.push_back(value < below ? 1.0 : -1.0);
  return labels;
}

} // namespace pastur::learning
