// SPDX-License-Identifier: BSD-3-Clause
// Real inputs: read once, whitened once for each dimension, shared by all draws.
#include <pastur/learning/whitening.hpp>
#include <pastur/studies/nt_interpolation.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace pastur::studies {

namespace {

using learning::DataSet;
using study::Parameters;

bool is_real(const Parameters& p) {
  return p.is("data", "fashion_mnist") || p.is("data", "file");
}

/// What distinguishes one data file from another.
std::string source_of(const Parameters& p) {
  return p.is("data", "file") ? p.text("file") : std::string();
}

/// What distinguishes one whitened data set from another.
std::string key_of(const Parameters& p) {
  return fmt::format("{}|{}", p.integer("d"), source_of(p));
}

/// Samples of a file come as they are; Fashion-MNIST's ten classes become two.
DataSet load(const Parameters& p, const parallel::Communicator& world) {
  if (p.is("data", "fashion_mnist")) {
    DataSet images = learning::load_fashion_mnist(world);
    images.labels = learning::binary_labels(images.labels, 5.0);
    return images;
  }
  DataSet samples = learning::load_samples(world, p.text("file"));
  if (samples.duplicate_rows > 0) {
    throw InputError(fmt::format("`{}`: row {} equals row {} ({} such rows in all), which makes the least "
                                 "eigenvalue 0 whatever the network; "
                                 "allowed: distinct rows",
                                 samples.source, samples.first_duplicate, samples.duplicate_of,
                                 samples.duplicate_rows));
  }
  return samples;
}

void require_rows(const DataSet& data, const Parameters& p) {
  const std::int64_t n = p.integer("n");
  const std::int64_t n_test = p.integer("n_test");
  const bool own_test = data.test_rows > 0;
  if (own_test && n > data.rows)
    throw InputError(fmt::format("n: given {}; allowed: <= {}, the rows of `{}`", n, data.rows, data.source));
  if (own_test && n_test > data.test_rows) {
    throw InputError(fmt::format("n_test: given {}; allowed: <= {}, the held-out rows of `{}`", n_test,
                                 data.test_rows, data.source));
  }
  if (!own_test && n > data.rows - n_test) {
    throw InputError(fmt::format("n + n_test: given {} + {}; allowed: <= {}, the rows of `{}`", n, n_test,
                                 data.rows, data.source));
  }
  if (!p.is("target", "file")) return;
  if (!data.has_labels())
    throw InputError(fmt::format("target = \"file\": `{}` has no labels `y`", data.source));
  if (own_test && !data.has_test_labels()) {
    throw InputError(fmt::format("target = \"file\": `{}` has held-out rows `X_test` without labels `y_test`",
                                 data.source));
  }
}

} // namespace

void NtInterpolation::prepare(std::span<const Parameters> points, const parallel::Communicator& world) {
  std::map<std::string, DataSet> raw;
  for (const Parameters& point : points) {
    if (!is_real(point)) continue;
    const std::string key = key_of(point);
    if (!data_.contains(key)) {
      const std::string source = source_of(point);
      if (!raw.contains(source)) raw.emplace(source, load(point, world));
      const DataSet& images = raw.at(source);
      if (point.integer("d") > images.columns) {
        throw InputError(fmt::format("d: given {}; allowed: <= {}, the features of `{}`", point.integer("d"),
                                     images.columns, images.source));
      }
      data_[key] = std::make_shared<const DataSet>(learning::whiten(world, images, point.integer("d")));
    }
    require_rows(*data_.at(key), point);
  }
}

std::shared_ptr<const DataSet> NtInterpolation::data_set(const Parameters& point) const {
  const auto found = data_.find(key_of(point));
  if (found == data_.end()) throw std::logic_error("nt_interpolation: prepare() has not seen this point");
  return found->second;
}

} // namespace pastur::studies
