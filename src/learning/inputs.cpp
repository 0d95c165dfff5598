// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/inputs.hpp>
#include <pastur/random/fill.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

namespace pastur::learning {

namespace {

[[noreturn]] void too_few(const DataSet& data, std::int64_t asked, const char* what, std::int64_t there) {
  throw InputError("`" + data.source + "`: " + std::to_string(asked) + " " + what +
                   " asked for, but it has " + std::to_string(there));
}

/// Rows of a row-major data set to a column-major panel, eight at a time so that both sides stay in cache
/// lines.
void gather(const DataSet& data, std::span<const std::int64_t> selected, double* out, std::int64_t ld) {
  constexpr std::size_t width = 8;
  for (std::size_t i = 0; i < selected.size(); i += width) {
    const std::size_t count = std::min(width, selected.size() - i);
    std::array<const double*, width> rows{};
    for (std::size_t k = 0; k < count; ++k) rows[k] = data.row(selected[i + k]).data();
    for (std::int64_t j = 0; j < data.columns; ++j) {
      double* column = out + static_cast<std::int64_t>(i) + j * ld;
      for (std::size_t k = 0; k < count; ++k) column[k] = rows[k][j];
    }
  }
}

} // namespace

Inputs::Inputs(Law law, std::int64_t n, std::int64_t n_test, std::int64_t d, const random::Streams& streams)
    : law_(law), n_(n), n_test_(n_test), d_(d), train_(streams.stream("X")), test_(streams.stream("X_test")) {
  if (n < 0 || n_test < 0 || d < 1) {
    throw std::invalid_argument("inputs need n >= 0, n_test >= 0, d >= 1, not " + std::to_string(n) + ", " +
                                std::to_string(n_test) + ", " + std::to_string(d));
  }
}

Inputs Inputs::sphere(const random::Streams& streams, std::int64_t n, std::int64_t n_test, std::int64_t d) {
  return {Law::sphere, n, n_test, d, streams};
}

Inputs Inputs::gauss(const random::Streams& streams, std::int64_t n, std::int64_t n_test, std::int64_t d) {
  return {Law::gauss, n, n_test, d, streams};
}

Inputs Inputs::rows_of(std::shared_ptr<const DataSet> data, const random::Streams& streams, std::int64_t n,
                       std::int64_t n_test, HeldOut held_out) {
  Inputs inputs(Law::data_set, n, n_test, data->columns, streams);
  std::vector<std::int64_t>& selected = inputs.selected_;
  const bool own_test = data->test_rows > 0;
  if (own_test) {
    if (n > data->rows) too_few(*data, n, "training rows", data->rows);
    if (n_test > data->test_rows) too_few(*data, n_test, "held-out rows", data->test_rows);
    selected = random::permutation(inputs.train_, data->rows, n);
    for (const std::int64_t i : random::permutation(inputs.test_, data->test_rows, n_test))
      selected.push_back(data->rows + i);
  } else {
    if (n > data->rows - n_test) {
      too_few(*data, n + n_test,
              (std::to_string(n) + " + " + std::to_string(n_test) + " (n + n_test) rows").c_str(),
              data->rows);
    }
    // n + n_test entries always hold n that are not among the last n_test rows.
    selected = random::permutation(inputs.train_, data->rows, n + n_test);
    if (held_out == HeldOut::last_rows) {
      const std::int64_t first_held = data->rows - n_test;
      std::erase_if(selected, [&](std::int64_t i) { return i >= first_held; });
      selected.resize(static_cast<std::size_t>(n));
      for (std::int64_t i = first_held; i < data->rows; ++i) selected.push_back(i);
    }
  }
  inputs.data_ = std::move(data);
  return inputs;
}

void Inputs::rows(std::int64_t first, std::int64_t count, double* out, std::int64_t ld) const {
  if (first < 0 || count < 0 || first + count > n_ + n_test_) {
    throw std::out_of_range("rows " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                            " of " + std::to_string(n_ + n_test_) + " inputs");
  }
  if (law_ == Law::data_set) {
    gather(*data_,
           std::span(selected_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
           out, ld);
    return;
  }
  const auto fill = [&](const random::Stream& stream, std::int64_t row, std::int64_t rows, double* target) {
    if (rows <= 0) return;
    if (law_ == Law::sphere) {
      random::fill_sphere_rows(stream, row, rows, d_, std::sqrt(static_cast<double>(d_)), target, ld);
    } else {
      random::fill_normal(stream, {.row = row, .rows = rows, .column = 0, .columns = d_}, target, ld);
    }
  };
  const std::int64_t in_training = std::clamp<std::int64_t>(n_ - first, 0, count);
  fill(train_, first, in_training, out);
  fill(test_, first + in_training - n_, count - in_training, out + in_training);
}

} // namespace pastur::learning
