// SPDX-License-Identifier: BSD-3-Clause
// The recursion for points on rays in the plane: neurons with the same activation pattern share one linear
// map, until any pattern changes.
#include "relu_inconsistency_clones.hpp"

#include <pastur/studies/relu_inconsistency_training.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace pastur::studies::relu_inconsistency {

namespace {

constexpr std::size_t rays = 11;
constexpr std::size_t radii = 3;

/// Neurons [first, last) of one pattern. Maps take (a_1, a_2, w) at the start to (a_1, a_2, b, w).
struct Group {
  std::array<bool, rays> active{};
  std::size_t first = 0, last = 0;
  std::array<std::array<double, 3>, 3> moments{}; ///< of (a_1, a_2, w) at the start
  using Map = std::array<std::array<double, 3>, 4>;
  Map map{{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 0.0}, {0.0, 0.0, 1.0}}};
  Map old = map;

  /// Sum over the neurons of w times row `row` of the map.
  double outgoing(std::size_t row) const {
    double sum = 0.0;
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) sum += map[3][j] * moments[j][k] * map[row][k];
    return sum;
  }
};

/// The smallest signed distance of all neurons of a group from a change of their pattern at the two points
/// (positive while it holds), and the largest b^2/|a|^2.
PASTUR_CLONES void test_neurons(const double* __restrict a1, const double* __restrict a2,
                                const double* __restrict w, std::size_t count, const double* map,
                                const double* points, const double* sign, std::size_t tested,
                                double* __restrict margin, double* __restrict kink) {
  for (std::size_t i = 0; i < count; ++i) {
    const double u = map[0] * a1[i] + map[1] * a2[i] + map[2] * w[i];
    const double v = map[3] * a1[i] + map[4] * a2[i] + map[5] * w[i];
    const double b = map[6] * a1[i] + map[7] * a2[i] + map[8] * w[i];
    double least = sign[0] * (b + (u * points[0] + v * points[1]));
    for (std::size_t p = 1; p < tested; ++p) {
      const double value = sign[p] * (b + (u * points[2 * p] + v * points[2 * p + 1]));
      least = value < least ? value : least;
    }
    margin[i] = least;
    kink[i] = b * b / (u * u + v * v);
  }
}

class StarTraining {
public:
  StarTraining(const study::Parameters& point, const random::Streams& streams, std::int64_t network)
      : schedule_(point), points_(training_points(point, streams, network)), network_(network),
        batches_(streams.stream("batches"), network, schedule_.batch, points_.weight) {
    const std::size_t n = static_cast<std::size_t>(schedule_.n);
    std::vector<double> a(2 * n), w(n);
    StartLaw(point, streams).fill(network, 0, schedule_.n, a.data(), w.data());
    std::vector<std::uint32_t> pattern(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t ray = 0; ray < rays; ++ray)
        if (at(ray, 0, a[2 * i], a[2 * i + 1]) > 0.0) pattern[i] |= 1U << ray;
    place_.resize(n);
    std::iota(place_.begin(), place_.end(), std::size_t{0});
    std::stable_sort(place_.begin(), place_.end(),
                     [&](std::size_t i, std::size_t j) { return pattern[i] < pattern[j]; });
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t i = place_[k];
      if (k == 0 || pattern[i] != pattern[place_[k - 1]]) {
        groups_.emplace_back();
        groups_.back().first = k;
        for (std::size_t ray = 0; ray < rays; ++ray)
          groups_.back().active[ray] = (pattern[i] >> ray & 1U) != 0;
      }
      Group& group = groups_.back();
      group.last = k + 1;
      const std::array<double, 3> start = {a[2 * i], a[2 * i + 1], w[i]};
      for (std::size_t p = 0; p < 3; ++p)
        for (std::size_t q = 0; q < 3; ++q) group.moments[p][q] += start[p] * start[q];
      a1_.push_back(start[0]);
      a2_.push_back(start[1]);
      w_.push_back(start[2]);
    }
    margin_.resize(n);
    kink_.resize(n);
    // Values are affine in the radius: the ends of each ray decide.
    for (std::size_t ray = 0; ray < rays; ++ray) {
      for (const std::size_t radius : {std::size_t{0}, radii - 1}) {
        const std::size_t j = ray * radii + radius;
        tested_.insert(tested_.end(), {points_.x[2 * j], points_.x[2 * j + 1]});
      }
    }
  }

  Outcome run(double h, double loss_linear, bool keep) {
    Outcome result(schedule_.times.size());
    result.loss_linear = loss_linear;
    result.status = Status::done;
    double largest = 0.0;
    std::size_t next_time = 0;
    std::int64_t step = 0;
    for (;; ++step) {
      evaluate();
      for (; next_time < schedule_.times.size() && schedule_.times[next_time] == step; ++next_time) {
        result.loss_path[next_time] = loss();
        result.kink_path[next_time] = largest;
      }
      if (step == schedule_.steps) break;
      update(h, step);
      bool held = true;
      test(held, largest);
      if (!std::isfinite(c_))
        throw std::runtime_error(fmt::format("network {} diverged within {} updates", network_, step));
      if (!held) {
        ++step;
        result.status = Status::crossed;
        evaluate_neurons();
        break;
      }
    }
    result.stop_step = step;
    result.max_kink = largest;
    result.loss = loss();
    for (; next_time < schedule_.times.size(); ++next_time) {
      result.loss_path[next_time] = result.loss;
      result.kink_path[next_time] = largest;
    }
    if (keep) keep_parameters(result);
    return result;
  }

private:
  double at(std::size_t ray, std::size_t radius, double a1, double a2) const {
    const std::size_t j = ray * radii + radius;
    return a1 * points_.x[2 * j] + a2 * points_.x[2 * j + 1];
  }

  /// f at all points while every pattern holds.
  void evaluate() {
    std::array<std::array<double, 3>, rays> sums{};
    for (const Group& group : groups_) {
      const std::array<double, 3> out = {group.outgoing(0), group.outgoing(1), group.outgoing(2)};
      for (std::size_t ray = 0; ray < rays; ++ray)
        if (group.active[ray])
          for (std::size_t k = 0; k < 3; ++k) sums[ray][k] += out[k];
    }
    for (std::size_t j = 0; j < f_.size(); ++j) {
      const std::array<double, 3>& sum = sums[j / radii];
      f_[j] = c_ + (sum[0] * points_.x[2 * j] + sum[1] * points_.x[2 * j + 1] + sum[2]);
    }
  }

  /// f at all points from all neurons: after the update in which a pattern changed.
  void evaluate_neurons() {
    f_.fill(c_);
    visit([&](std::size_t, double a1, double a2, double b, double w) {
      for (std::size_t j = 0; j < f_.size(); ++j)
        f_[j] += w * std::max(0.0, b + (a1 * points_.x[2 * j] + a2 * points_.x[2 * j + 1]));
    });
  }

  template <class Visit>
  void visit(Visit see) const {
    for (const Group& group : groups_) {
      for (std::size_t k = group.first; k < group.last; ++k) {
        std::array<double, 4> now{};
        for (std::size_t row = 0; row < 4; ++row)
          now[row] = group.map[row][0] * a1_[k] + group.map[row][1] * a2_[k] + group.map[row][2] * w_[k];
        see(place_[k], now[0], now[1], now[2], now[3]);
      }
    }
  }

  double loss() const {
    double sum = 0.0;
    for (std::size_t j = 0; j < f_.size(); ++j)
      sum += points_.weight[j] * (points_.y[j] - f_[j]) * (points_.y[j] - f_[j]);
    return 0.5 * sum;
  }

  void update(double h, std::int64_t step) {
    std::array<double, rays * radii> weight{};
    std::copy(points_.weight.begin(), points_.weight.end(), weight.begin());
    if (schedule_.optimizer == Optimizer::sgd) {
      weight.fill(0.0);
      batches_.shares(step, 1, weight.data());
    }
    std::array<std::array<double, 3>, rays> pull{}; // r_1, r_2, s
    double all = 0.0;
    for (std::size_t j = 0; j < f_.size(); ++j) {
      const double g = h * weight[j] * (points_.y[j] - f_[j]);
      std::array<double, 3>& to = pull[j / radii];
      to[0] += g * points_.x[2 * j];
      to[1] += g * points_.x[2 * j + 1];
      to[2] += g;
      all += g;
    }
    const double momentum = schedule_.momentum;
    for (Group& group : groups_) {
      std::array<double, 3> r{};
      for (std::size_t ray = 0; ray < rays; ++ray)
        if (group.active[ray])
          for (std::size_t k = 0; k < 3; ++k) r[k] += pull[ray][k];
      const Group::Map now = group.map;
      for (std::size_t k = 0; k < 3; ++k) {
        for (std::size_t row = 0; row < 3; ++row) group.map[row][k] += r[row] * now[3][k];
        group.map[3][k] += r[0] * now[0][k] + r[1] * now[1][k] + r[2] * now[2][k];
        for (std::size_t row = 0; row < 4; ++row)
          group.map[row][k] += momentum * (now[row][k] - group.old[row][k]);
      }
      group.old = now;
    }
    const double before = c_;
    c_ += all + momentum * (c_ - old_c_);
    old_c_ = before;
  }

  void test(bool& held, double& largest) {
    for (const Group& group : groups_) {
      std::array<double, 2 * rays> sign{};
      for (std::size_t ray = 0; ray < rays; ++ray)
        sign[2 * ray] = sign[2 * ray + 1] = group.active[ray] ? 1.0 : -1.0;
      std::array<double, 9> rows{};
      for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t k = 0; k < 3; ++k) rows[3 * row + k] = group.map[row][k];
      const std::size_t count = group.last - group.first;
      test_neurons(a1_.data() + group.first, a2_.data() + group.first, w_.data() + group.first, count,
                   rows.data(), tested_.data(), sign.data(), 2 * rays, margin_.data(), kink_.data());
      for (std::size_t k = 0; k < count; ++k) {
        held = held && margin_[k] > 0.0;
        largest = std::max(largest, std::sqrt(kink_[k]));
      }
    }
  }

  void keep_parameters(Outcome& result) const {
    result.a.resize(2 * place_.size());
    result.b.resize(place_.size());
    result.w.resize(place_.size());
    visit([&](std::size_t i, double a1, double a2, double b, double w) {
      result.a[2 * i] = a1;
      result.a[2 * i + 1] = a2;
      result.b[i] = b;
      result.w[i] = w;
    });
    result.c = c_;
  }

  Schedule schedule_;
  Points points_;
  std::int64_t network_;
  Minibatches batches_;
  std::vector<Group> groups_;
  std::vector<std::size_t> place_;  ///< of the sorted neurons in the network
  std::vector<double> a1_, a2_, w_; ///< at the start, sorted by pattern
  std::vector<double> tested_, margin_, kink_;
  std::array<double, rays * radii> f_{};
  double c_ = 0.0, old_c_ = 0.0;
};

} // namespace

Outcome train_star(const study::Parameters& point, const random::Streams& streams, std::int64_t network,
                   bool keep_parameters) {
  const Schedule schedule(point);
  const double h = schedule.rule == StepRule::spectral
                       ? 1.0 / largest_tangent_eigenvalue(point, streams, network)
                       : schedule.step(1.0);
  const double linear = loss_of_linear_fits(point, training_points(point, streams, network));
  return StarTraining(point, streams, network).run(h, linear, keep_parameters);
}

} // namespace pastur::studies::relu_inconsistency
