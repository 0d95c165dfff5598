// SPDX-License-Identifier: BSD-3-Clause
#include "skip_connections_data.hpp"

#include <pastur/linalg/linear_operator.hpp>
#include <pastur/parallel/error.hpp>
#include <pastur/random/fill.hpp>

#include <Eigen/Dense>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace pastur::studies::skip_connections {

namespace {

constexpr std::int64_t side = 28;
constexpr std::int64_t pixels = side * side;
constexpr double classes = 10.0;

using Map = Eigen::Map<const Eigen::MatrixXd>;

/// Means over square blocks of the image.
Eigen::MatrixXd block_means(std::int64_t block) {
  const std::int64_t blocks = side / block;
  Eigen::MatrixXd p = Eigen::MatrixXd::Zero(blocks * blocks, pixels);
  for (std::int64_t row = 0; row < side; ++row) {
    for (std::int64_t column = 0; column < side; ++column)
      p((row / block) * blocks + column / block, row * side + column) =
          1.0 / static_cast<double>(block * block);
  }
  return p;
}

/// Orthonormal rows or columns, the same for every draw and run.
Eigen::MatrixXd fixed_projection(std::int64_t n) {
  const std::int64_t longer = std::max(n, pixels);
  const std::int64_t shorter = std::min(n, pixels);
  Eigen::MatrixXd gaussian(longer, shorter);
  random::fill_normal(random::Streams("skip_connections").stream("fashion_mnist projection"),
                      {0, longer, 0, shorter}, gaussian.data(), longer);
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(gaussian).householderQ() *
                            Eigen::MatrixXd::Identity(longer, shorter);
  return n < pixels ? Eigen::MatrixXd(q.transpose()) : q;
}

} // namespace

void ImageMap::apply(std::span<const double> image, double* out) const {
  Eigen::Map<Eigen::VectorXd> x(out, n);
  const Map source(image.data(), pixels, 1);
  if (projection.empty()) {
    x = source;
  } else {
    x.noalias() = Map(projection.data(), n, pixels) * source;
  }
  x = scale * (x - Map(mean.data(), n, 1));
}

ImageMap image_map(const learning::DataSet& images, std::int64_t n, const parallel::Communicator& world) {
  ImageMap map{.n = n, .projection = {}, .mean = {}, .scale = 1.0};
  if (n != pixels) {
    const Eigen::MatrixXd p = n == 196 ? block_means(2) : n == 49 ? block_means(4) : fixed_projection(n);
    map.projection.assign(p.data(), p.data() + p.size());
  }
  // Sums over this rank's images: of P image, and of its square.
  const auto [begin, end] = linalg::even_range(images.rows, world.rank(), world.size());
  std::vector<double> sums(static_cast<std::size_t>(n) + 1, 0.0);
  Eigen::Map<Eigen::VectorXd> total(sums.data(), n);
  constexpr std::int64_t chunk = 1024;
  for (std::int64_t first = begin; first < end; first += chunk) {
    const std::int64_t count = std::min(chunk, end - first);
    const Map part(images.row(first).data(), pixels, count);
    const Eigen::MatrixXd mapped = map.projection.empty()
                                       ? Eigen::MatrixXd(part)
                                       : Eigen::MatrixXd(Map(map.projection.data(), n, pixels) * part);
    total += mapped.rowwise().sum();
    sums.back() += mapped.squaredNorm();
  }
  world.sum(std::span<double>(sums));
  const double rows = static_cast<double>(images.rows);
  for (double& sum : sums) sum /= rows;
  map.mean.assign(sums.begin(), sums.end() - 1);
  const double variance = sums.back() - Map(map.mean.data(), n, 1).squaredNorm();
  map.scale = std::sqrt(static_cast<double>(n) / variance);
  return map;
}

void DataSources::prepare(const study::Parameters& point, const parallel::Communicator& world) {
  const bool trains = point.is("mode", "network");
  const std::int64_t n = point.integer("n");
  if (point.is("data", "fashion_mnist")) {
    if (!images_) images_ = std::make_shared<const learning::DataSet>(learning::load_fashion_mnist(world));
    if (!maps_.contains(n)) maps_[n] = std::make_shared<const ImageMap>(image_map(*images_, n, world));
  }
  if (point.is("data", "file")) {
    const std::string& path = point.text("file");
    if (!files_.contains(path)) {
      std::optional<learning::SharedMatrix> x = learning::load_matrix(world, path, "X");
      if (!x) x = learning::load_matrix(world, path, "x");
      if (!x) throw InputError(fmt::format("`{}`: no dataset `X` or `x` (samples x n)", path));
      std::optional<learning::SharedMatrix> y = learning::load_matrix(world, path, "y");
      files_[path] = std::make_shared<const File>(
          File{std::move(*x), y ? std::move(*y) : learning::SharedMatrix{.source = path, .values = {}}});
    }
    const File& file = *files_.at(path);
    if (file.x.columns != n)
      throw InputError(
          fmt::format("n: given {}; allowed: {}, the columns of {}", n, file.x.columns, file.x.source));
    if (trains && file.y.rows == 0)
      throw InputError(fmt::format("`{}`: no dataset `y` (samples x outputs)", path));
    if (trains && (file.y.rows != file.x.rows || file.y.columns != point.integer("outputs"))) {
      throw InputError(fmt::format("outputs: given {} for {} rows of `X`; {} is {} x {}",
                                   point.integer("outputs"), file.x.rows, file.y.source, file.y.rows,
                                   file.y.columns));
    }
  }
  if (trains && !point.is("data", "gauss") && point.integer("n_train") > rows(point)) {
    throw InputError(fmt::format("n_train: given {}; allowed: <= {}, the samples of the data set",
                                 point.integer("n_train"), rows(point)));
  }
}

std::int64_t DataSources::rows(const study::Parameters& point) const {
  if (point.is("data", "file")) return files_.at(point.text("file"))->x.rows;
  if (!images_) throw std::logic_error("skip_connections: prepare() has not seen this point");
  return images_->rows;
}

void DataSources::put_input(const study::Parameters& point, std::int64_t row, double* out) const {
  if (point.is("data", "file")) {
    std::ranges::copy(files_.at(point.text("file"))->x.row(row), out);
  } else {
    maps_.at(point.integer("n"))->apply(images_->row(row), out);
  }
}

std::vector<double> DataSources::input(const study::Parameters& point, const random::Streams& streams) const {
  const std::int64_t n = point.integer("n");
  std::vector<double> x(static_cast<std::size_t>(n));
  if (point.is("data", "gauss")) {
    random::fill_normal(streams.stream("x"), {0, n, 0, 1}, x.data(), n);
  } else {
    put_input(point, random::permutation(streams.stream("x"), rows(point), 1).front(), x.data());
  }
  return x;
}

NetworkData DataSources::samples(const study::Parameters& point, const random::Streams& streams) const {
  const std::int64_t n = point.integer("n");
  const std::int64_t outputs = point.integer("outputs");
  const std::int64_t count = point.integer("n_train");
  NetworkData data{learning::Samples(n, count), learning::Samples(outputs, count)};
  if (point.is("data", "gauss")) {
    random::fill_normal(streams.stream("X"), {0, n, 0, count}, data.inputs.data(), n);
    random::fill_normal(streams.stream("Y"), {0, outputs, 0, count}, data.targets.data(), outputs);
    return data;
  }
  const std::vector<std::int64_t> chosen = random::permutation(streams.stream("rows"), rows(point), count);
  for (std::int64_t g = 0; g < count; ++g) {
    const std::int64_t row = chosen[static_cast<std::size_t>(g)];
    put_input(point, row, data.inputs.column(g));
    if (point.is("data", "file")) {
      std::ranges::copy(files_.at(point.text("file"))->y.row(row), data.targets.column(g));
    } else {
      const double label = images_->labels[static_cast<std::size_t>(row)];
      if (!(label >= 0.0 && label < classes)) throw std::logic_error("a class outside 0..9");
      data.targets(static_cast<std::int64_t>(label), g) = 1.0;
    }
  }
  return data;
}

} // namespace pastur::studies::skip_connections
