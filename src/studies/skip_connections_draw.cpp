// SPDX-License-Identifier: BSD-3-Clause
// One realisation of a block: its weights and masks once, its singular values for every skip.
#include "skip_connections_block.hpp"
#include "skip_connections_network.hpp"
#include "skip_connections_spectrum.hpp"

#include <pastur/linalg/matrix_product.hpp>
#include <pastur/linalg/singular_values.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/studies/skip_connections.hpp>
#include <pastur/studies/skip_connections_inequalities.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace pastur::studies {

namespace {

using linalg::BlockCyclicMatrix;
using linalg::ProcessGrid;
using parallel::Communicator;
using skip_connections::Convolution;
using skip_connections::DenseBlock;
using skip_connections::Inequalities;
using skip_connections::InnerSwitch;
using skip_connections::rank_of;
using skip_connections::record_spectrum;
using skip_connections::Slopes;
using skip_connections::SpectrumPlace;
using skip_connections::values_times_slopes;
using study::Parameters;
using study::Recorder;

constexpr const char* no_switch = "no inner unit with two slopes (p = 1 or a linear inner activation)";

double norm(std::span<const double> x) {
  double sum = 0.0;
  for (const double value : x) sum += value * value;
  return std::sqrt(sum);
}

std::int64_t count_on(const Slopes& slopes) {
  return std::count(slopes.values.begin(), slopes.values.end(), 1.0);
}

/// Median over the greater half of the relative changes.
std::optional<double> median_change(std::span<const double> values, std::span<const double> others) {
  const std::size_t count =
      values.front() > 0.0
          ? std::min(values.size() / 2, rank_of(values, static_cast<std::int64_t>(values.size())))
          : 0;
  if (count == 0) return std::nullopt;
  std::vector<double> changes(count);
  for (std::size_t i = 0; i < count; ++i) changes[i] = std::abs(others[i] - values[i]) / values[i];
  std::sort(changes.begin(), changes.end());
  return 0.5 * (changes[(count - 1) / 2] + changes[count / 2]);
}

SpectrumPlace place_of(const Slopes& slopes, std::int64_t unit) {
  return {.n = static_cast<std::int64_t>(slopes.values.size()),
          .r = static_cast<std::int64_t>(slopes.nonzero().size()),
          .unit = static_cast<double>(unit)};
}

/// spectrum = extremes of a square M_0: `square` times the slopes once, then the skips.
void record_square_extremes(const Parameters& point, const BlockCyclicMatrix& square, const Slopes& slopes,
                            std::int64_t unit, Recorder& record) {
  const BlockCyclicMatrix without_skip = skip_connections::times_slopes(square, slopes);
  skip_connections::record_extremes(record, point.reals("skip"), place_of(slopes, unit), [&](double skip) {
    BlockCyclicMatrix a = without_skip.copy();
    skip_connections::add_slopes(a, skip, slopes);
    return a;
  });
}

bool refuse_empty_mask(const Slopes& slopes, Recorder& record) {
  if (!slopes.nonzero().empty()) return false;
  for (const Recorder::Slot& slot : record.slots()) record.missing(slot.name, "empty mask");
  return true;
}

/// A dense block at every skip.
class DenseDraw {
public:
  DenseDraw(const Parameters& point, const DenseBlock& block, Recorder& record)
      : skips_(point.reals("skip")), perturbed_(skip_connections::is_perturbed(point)), block_(block),
        record_(record), product_(block.product()), block_values_(linalg::singular_values(product_.copy())),
        n_(block_values_.size()) {}

  void run() {
    record_.set("block_singular_values", block_values_);
    const std::vector<double> symmetric = linalg::eigenvalues(linalg::symmetric_part(product_));
    if (perturbed_ && block_.has_inner_switch()) switch_ = block_.inner_switch();
    std::vector<std::vector<double>> earlier;
    for (std::size_t k = 0; k < skips_.size(); ++k) {
      const double skip = skips_[k];
      const std::vector<double> values = at_skip(k);
      inequalities_.block(values, block_values_, skip);
      inequalities_.symmetric_part(values, block_values_, skip, symmetric.front(), symmetric.back());
      inequalities_.degeneracy(values, block_values_, skip);
      for (std::size_t other = 0; other < earlier.size(); ++other)
        inequalities_.shift(values, earlier[other], skip, skips_[other]);
      earlier.push_back(values);
    }
    inequalities_.record(record_);
  }

private:
  BlockCyclicMatrix with_skip(double skip) const {
    BlockCyclicMatrix m = product_.copy();
    skip_connections::add_identity(m, skip);
    return m;
  }

  /// Records one skip; returns the singular values of M.
  std::vector<double> at_skip(std::size_t k) {
    const BlockCyclicMatrix m = with_skip(skips_[k]);
    const std::vector<double> values =
        perturbed_ ? with_derivatives(k, m) : linalg::singular_values(m.copy());
    for (std::size_t i = 0; i < n_; ++i) record_.set_at("skip_singular_values", k * n_ + i, values[i]);
    const Slopes& slopes = block_.outer();
    const bool same = slopes.is_identity();
    const std::vector<double> sloped = same ? values : values_times_slopes(m, slopes);
    if (!same) inequalities_.slopes(sloped, values, count_on(slopes), slopes.off);
    record_spectrum(record_, k, sloped, place_of(slopes, static_cast<std::int64_t>(n_)));
    if (!perturbed_) return values;
    record_erraticity(k, m, sloped);
    // Once a draw: the switch of an outer unit.
    if (k == 0 && slopes.off != 1.0) switch_outer(m, sloped);
    return values;
  }

  std::vector<double> with_derivatives(std::size_t k, const BlockCyclicMatrix& m) {
    const linalg::SingularDecomposition decomposition = linalg::singular_decomposition(m.copy());
    const std::vector<double> overlaps = linalg::vector_overlaps(decomposition);
    for (std::size_t i = 0; i < n_; ++i) record_.set_at("skip_derivative", k * n_ + i, overlaps[i]);
    inequalities_.derivatives(overlaps);
    if (k == skips_.size() / 2) { // once a draw
      constexpr double step = 1e-6;
      inequalities_.differences(decomposition.values, overlaps,
                                linalg::singular_values(with_skip(skips_[k] + step)),
                                linalg::singular_values(with_skip(skips_[k] - step)), step);
    }
    return decomposition.values;
  }

  void record_erraticity(std::size_t k, const BlockCyclicMatrix& m, std::span<const double> values) {
    if (!switch_) {
      record_.missing_at("erraticity", k, no_switch);
      return;
    }
    BlockCyclicMatrix changed = m.copy();
    linalg::add_rank_one(changed, switch_->change, switch_->left, switch_->right);
    const std::vector<double> others = values_times_slopes(changed, block_.outer());
    std::vector<double> right = switch_->right;
    for (std::size_t j = 0; j < right.size(); ++j) right[j] *= block_.outer().values[j];
    inequalities_.switched(values, others, std::abs(switch_->change) * norm(switch_->left) * norm(right));
    if (const std::optional<double> change = median_change(values, others)) {
      record_.set_at("erraticity", k, *change);
    } else {
      record_.missing_at("erraticity", k, "A is zero");
    }
  }

  void switch_outer(const BlockCyclicMatrix& m, std::span<const double> values) {
    const std::int64_t unit = block_.outer_unit();
    Slopes switched = block_.outer();
    double& slope = switched.values[static_cast<std::size_t>(unit)];
    const double change = std::abs(block_.outer().switched(unit) - slope);
    slope = block_.outer().switched(unit);
    std::vector<double> e(n_, 0.0);
    e[static_cast<std::size_t>(unit)] = 1.0;
    inequalities_.switched(values, values_times_slopes(m, switched), change * norm(linalg::multiply(m, e)));
  }

  const std::vector<double>& skips_;
  bool perturbed_;
  const DenseBlock& block_;
  Recorder& record_;
  BlockCyclicMatrix product_; // M_0
  std::vector<double> block_values_;
  std::size_t n_;
  std::optional<InnerSwitch> switch_;
  Inequalities inequalities_;
};

void record_no_erraticity(const Parameters& point, Recorder& record) {
  if (skip_connections::is_perturbed(point)) record.missing("erraticity", no_switch);
}

Slopes outer_slopes(const Parameters& point, std::int64_t n, const random::Streams& streams) {
  return skip_connections::draw_slopes(
      point, n, point.real("on_fraction"),
      skip_connections::off_slope(point.text("activation"), point.real("negative_slope")),
      streams.stream("D0"));
}

/// Circulant with slopes of modulus 1: from the frequencies; otherwise the explicit matrix.
void draw_convolution(const Parameters& point, const Communicator& team, const random::Streams& streams,
                      Recorder& record) {
  const std::int64_t n = skip_connections::width(point);
  const std::int64_t sites = point.integer("sites");
  const Slopes slopes = outer_slopes(point, n, streams);
  if (refuse_empty_mask(slopes, record)) return;
  const Convolution convolution(point, streams);
  const bool cyclic = point.is("layer_type", "circulant");
  const bool by_frequency = cyclic && std::abs(slopes.off) == 1.0;
  const std::shared_ptr<const ProcessGrid> grid = ProcessGrid::create(team);
  std::optional<BlockCyclicMatrix> matrix;
  if (!by_frequency) matrix.emplace(convolution.matrix(grid));
  const std::int64_t channels = point.integer("channels");
  if (matrix && !skip_connections::has_spectrum(point)) {
    record_square_extremes(point, *matrix, slopes, channels, record);
    return;
  }
  Inequalities inequalities;
  const std::vector<double>& skips = point.reals("skip");
  for (std::size_t k = 0; k < skips.size(); ++k) {
    const std::vector<double> circulant =
        convolution.circulant_values(cyclic ? sites : sites + point.integer("taps") - 1, skips[k], team);
    std::vector<double> values = circulant;
    if (!by_frequency) {
      BlockCyclicMatrix m = matrix->copy();
      skip_connections::add_identity(m, skips[k]);
      values = values_times_slopes(m, slopes);
      if (cyclic) {
        inequalities.slopes(values, circulant, count_on(slopes), slopes.off);
      } else {
        inequalities.submatrix(values, circulant);
      }
    }
    record_spectrum(record, k, values, place_of(slopes, channels));
  }
  record_no_erraticity(point, record);
  inequalities.record(record);
}

/// A = [skip I; D_0 W_1].
void draw_densenet(const Parameters& point, const Communicator& team, const random::Streams& streams,
                   Recorder& record) {
  const std::int64_t n = point.integer("n");
  const double tau = point.real("weight_scale");
  const Slopes slopes = outer_slopes(point, n, streams);
  if (refuse_empty_mask(slopes, record)) return;
  const std::shared_ptr<const ProcessGrid> grid = ProcessGrid::create(team);
  BlockCyclicMatrix stacked(grid, 2 * n, n);
  stacked.fill(0.0);
  skip_connections::fill_weights(stacked, streams.stream("W1"), point.text("weights"),
                                 tau * tau / static_cast<double>(n), n);
  std::vector<double> factors(static_cast<std::size_t>(n), 1.0);
  factors.insert(factors.end(), slopes.values.begin(), slopes.values.end());
  linalg::scale_rows(stacked, factors);
  const std::vector<double>& skips = point.reals("skip");
  const SpectrumPlace place{.n = n, .r = n, .unit = static_cast<double>(n)};
  const auto at_skip = [&](double skip) {
    BlockCyclicMatrix a = stacked.copy();
    skip_connections::add_identity(a, skip);
    return a;
  };
  if (!skip_connections::has_spectrum(point)) {
    skip_connections::record_extremes(record, skips, place, at_skip);
    return;
  }
  const std::vector<double> layer = linalg::singular_values(stacked.copy());
  Inequalities inequalities;
  for (std::size_t k = 0; k < skips.size(); ++k) {
    const std::vector<double> values = linalg::singular_values(at_skip(skips[k]));
    inequalities.densenet(values, layer, skips[k]);
    record_spectrum(record, k, values, place);
  }
  record_no_erraticity(point, record);
  inequalities.record(record);
}

} // namespace

void SkipConnections::draw(const Parameters& point, const Communicator& team, const random::Streams& streams,
                           Recorder& record) const {
  if (point.is("mode", "network")) {
    skip_connections::draw_network(point, *sources_, team, streams, record);
    return;
  }
  if (skip_connections::is_convolution(point)) {
    draw_convolution(point, team, streams, record);
    return;
  }
  if (point.is("layer_type", "densenet")) {
    draw_densenet(point, team, streams, record);
    return;
  }
  const std::vector<double> input =
      point.is("mask", "network") ? sources_->input(point, streams) : std::vector<double>();
  const DenseBlock block(point, ProcessGrid::create(team), streams, input);
  if (refuse_empty_mask(block.outer(), record)) return;
  if (skip_connections::has_spectrum(point)) {
    DenseDraw(point, block, record).run();
  } else {
    record_square_extremes(point, block.product(), block.outer(), point.integer("n"), record);
  }
}

} // namespace pastur::studies
