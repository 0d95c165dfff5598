// SPDX-License-Identifier: BSD-3-Clause
// Plain training of every parameter of one network: all optimisers, all data laws, before and after a
// crossing.
#include "relu_inconsistency_network.hpp"

#include <pastur/studies/relu_inconsistency_training.hpp>

#include <Eigen/Eigenvalues>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::studies::relu_inconsistency {

namespace {

constexpr double first_decay = 0.9, second_decay = 0.999, adam_epsilon = 1e-8;
/// Up to this many points the tangent kernel is formed; beyond, power iteration.
constexpr std::size_t dense_kernel = 200;
constexpr std::size_t block = 4;

class FullTraining {
public:
  FullTraining(const study::Parameters& point, const random::Streams& streams, std::int64_t network)
      : schedule_(point), points_(training_points(point, streams, network)), inputs_(points_.x) {
    const StartLaw start(point, streams);
    const bool ntk = point.is("weights", "ntk");
    net_.n = schedule_.n;
    net_.d = points_.d;
    net_.scale = ntk ? std::sqrt(2.0 / static_cast<double>(net_.n)) : 1.0;
    input_scale_ = ntk ? std::sqrt(2.0 / static_cast<double>(net_.d)) : 1.0;
    for (double& x : inputs_) x *= input_scale_;
    const std::size_t n = size();
    const std::size_t d = dimension();
    std::vector<double> rows(n * d);
    net_.w.resize(n);
    start.fill(network, 0, net_.n, rows.data(), net_.w.data());
    net_.b = start.biases(network, rows, points_);
    net_.a.resize(n * d);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < d; ++k) net_.a[i + k * n] = rows[i * d + k];
    start_a_ = net_.a;
    u_.resize(points_.size() <= whole_ ? points_.size() * n : block * n);
    outputs_.resize(points_.size());
  }

  Outcome run(const study::Parameters& point, const random::Streams& streams, std::int64_t network) {
    Outcome result(schedule_.times.size(), schedule_.fit_x.size());
    if (points_.d == 1 && has_atoms(point) && !prepare_gap(point, streams, network, result)) return result;
    result.loss_linear = loss_of_linear_fits(point, points_);
    result.fit_linear = linear_fits(points_, schedule_.fit_x);
    const double h = schedule_.rule == StepRule::spectral ? 1.0 / lambda_max(point) : schedule_.step(1.0);
    if (crossing_is_predicted(point)) predict(h, result);
    train(h, streams, network, result);
    return result;
  }

  double tangent_eigenvalue() {
    return points_.size() <= dense_kernel ? dense_lambda_max() : iterated_lambda_max();
  }

  /// Mean square error on points that were not trained on.
  double mean_square(const Points& test) {
    std::vector<double> x(test.x);
    for (double& value : x) value *= input_scale_;
    double sum = 0.0;
    std::vector<double> u(size());
    for (std::size_t j = 0; j < test.size(); ++j) {
      const double error = test.y[j] - forward(net_, x.data() + j * dimension(), u.data());
      sum += test.weight[j] * error * error;
    }
    return sum;
  }

  void keep(Outcome& result) const {
    result.a.resize(net_.a.size());
    for (std::size_t i = 0; i < size(); ++i)
      for (std::size_t k = 0; k < dimension(); ++k) result.a[i * dimension() + k] = net_.a[i + k * size()];
    result.b = net_.b;
    result.w = net_.w;
    result.c = net_.c;
  }

private:
  static constexpr std::size_t whole_ = 4096;

  std::size_t size() const { return static_cast<std::size_t>(net_.n); }
  std::size_t dimension() const { return static_cast<std::size_t>(net_.d); }
  const double* input(std::size_t j) const { return inputs_.data() + j * dimension(); }

  /// False: degenerate.
  bool prepare_gap(const study::Parameters& point, const random::Streams& streams, std::int64_t network,
                   Outcome& result) {
    sides_ = side_moments(points_);
    begin_ = summarise_start(StartLaw(point, streams), network, net_.n).moments;
    nearest_ = gap(points_).nearest();
    result.status = Status::degenerate;
    return !degenerate(begin_, sides_);
  }

  void predict(double h, Outcome& result) const {
    const ReferenceRecursion reference(sides_, begin_);
    result.crossing_predicted = crossing_probability(
        reference.largest_displacements(sides_, begin_, h, schedule_.steps, nearest_),
        {static_cast<double>(begin_.count[0]), static_cast<double>(begin_.count[1])}, net_.n, nearest_);
  }

  /// The greatest eigenvalue of the weighted tangent kernel sqrt(omega_j) K_jk sqrt(omega_k) at the start.
  double lambda_max(const study::Parameters& point) {
    if (net_.d == 1 && has_atoms(point) && point.is("bias", "zero") && !point.is("weights", "ntk"))
      return ReferenceRecursion(sides_, begin_).eigenvalues()[3];
    return tangent_eigenvalue();
  }

  /// sqrt(omega) J J^T sqrt(omega) v.
  std::vector<double> apply_kernel(const std::vector<double>& v) {
    Slope slope(net_);
    std::vector<double> u(size());
    for (std::size_t j = 0; j < points_.size(); ++j) {
      const double g = std::sqrt(points_.weight[j]) * v[j];
      if (g == 0.0) continue;
      forward(net_, input(j), u.data());
      slope.add(net_, input(j), u.data(), &g, 1);
    }
    slope.complete(net_);
    std::vector<double> result(points_.size());
    for (std::size_t j = 0; j < points_.size(); ++j) {
      forward(net_, input(j), u.data());
      result[j] = std::sqrt(points_.weight[j]) * derivative_along(net_, slope, input(j), u.data());
    }
    return result;
  }

  double dense_lambda_max() {
    const Eigen::Index count = static_cast<Eigen::Index>(points_.size());
    Eigen::MatrixXd kernel(count, count);
    std::vector<double> unit(points_.size(), 0.0);
    for (Eigen::Index k = 0; k < count; ++k) {
      unit[static_cast<std::size_t>(k)] = 1.0;
      const std::vector<double> column = apply_kernel(unit);
      unit[static_cast<std::size_t>(k)] = 0.0;
      for (Eigen::Index j = 0; j < count; ++j) kernel(j, k) = column[static_cast<std::size_t>(j)];
    }
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(kernel, Eigen::EigenvaluesOnly)
        .eigenvalues()(count - 1);
  }

  double iterated_lambda_max() {
    std::vector<double> v(points_.size());
    for (std::size_t j = 0; j < v.size(); ++j) v[j] = std::sqrt(points_.weight[j]);
    double value = 0.0;
    for (int iteration = 0; iteration < 300; ++iteration) {
      std::vector<double> next = apply_kernel(v);
      double square = 0.0;
      for (const double entry : next) square += entry * entry;
      const double norm = std::sqrt(square);
      for (double& entry : next) entry /= norm;
      v = std::move(next);
      if (std::abs(norm - value) <= 1e-9 * norm) return norm;
      value = norm;
    }
    return value;
  }

  /// f at every point, the loss, and whether the activation pattern still is that of the start.
  double visit_all_points(bool compare, bool remember, bool& changed) {
    const std::size_t n = size();
    double sum = 0.0;
    const bool stored = points_.size() <= whole_;
    for (std::size_t j = 0; j < points_.size(); ++j) {
      double* u = u_.data() + (stored ? j * n : 0);
      outputs_[j] = forward(net_, input(j), u);
      const double error = points_.y[j] - outputs_[j];
      sum += points_.weight[j] * error * error;
      if (remember) {
        for (std::size_t i = 0; i < n; ++i) active_[j * n + i] = u[i] > 0.0 ? 1 : 0;
      } else if (compare && !changed) {
        changed = pattern_changes(u, active_.data() + j * n, net_.n) > 0;
      }
    }
    return 0.5 * sum;
  }

  /// The descent direction of the full loss; u and f of all points are those of the present parameters.
  void full_gradient(Slope& slope) {
    const std::size_t n = size();
    const bool stored = points_.size() <= whole_;
    double g[block];
    for (std::size_t j = 0; j < points_.size(); j += block) {
      const std::size_t count = std::min(block, points_.size() - j);
      for (std::size_t p = 0; p < count; ++p) {
        if (!stored) outputs_[j + p] = forward(net_, input(j + p), u_.data() + p * n);
        g[p] = points_.weight[j + p] * (points_.y[j + p] - outputs_[j + p]);
      }
      slope.add(net_, input(j), u_.data() + (stored ? j * n : 0), g, static_cast<int>(count));
    }
  }

  void batch_gradient(Slope& slope, Minibatches& batches, std::int64_t step) {
    const std::size_t n = size();
    const std::size_t d = dimension();
    if (points_.size() <= dense_kernel) {
      shares_.resize(batches.points());
      batches.shares(step, 1, shares_.data());
      members_.clear();
      for (std::size_t j = 0; j < shares_.size(); ++j)
        if (shares_[j] > 0.0) members_.push_back(static_cast<std::int64_t>(j));
    } else {
      batches.members(step, members_);
      shares_.clear();
    }
    const double equal = 1.0 / static_cast<double>(schedule_.batch);
    std::vector<double>& x = batch_inputs_;
    x.resize(block * d);
    batch_u_.resize(block * n);
    double g[block];
    for (std::size_t first = 0; first < members_.size(); first += block) {
      const std::size_t count = std::min(block, members_.size() - first);
      for (std::size_t p = 0; p < count; ++p) {
        const std::size_t j = static_cast<std::size_t>(members_[first + p]);
        std::copy_n(input(j), d, x.data() + p * d);
        const double f = forward(net_, x.data() + p * d, batch_u_.data() + p * n);
        g[p] = (shares_.empty() ? equal : shares_[j]) * (points_.y[j] - f);
      }
      slope.add(net_, x.data(), batch_u_.data(), g, static_cast<int>(count));
    }
  }

  /// Calls change(parameter, its descent direction, its place) for every parameter.
  template <class Change>
  void for_each_parameter(const Slope& slope, Change change) {
    std::size_t place = 0;
    for (std::size_t i = 0; i < net_.a.size(); ++i) change(net_.a[i], slope.a[i], place++);
    for (std::size_t i = 0; i < net_.b.size(); ++i) change(net_.b[i], slope.b[i], place++);
    for (std::size_t i = 0; i < net_.w.size(); ++i) change(net_.w[i], slope.w[i], place++);
    change(net_.c, slope.c, place);
  }

  void update(const Slope& slope, double h, std::int64_t step) {
    if (schedule_.optimizer == Optimizer::adam) {
      const double t = static_cast<double>(step + 1);
      const double first = 1.0 / (1.0 - std::pow(first_decay, t));
      const double second = 1.0 / (1.0 - std::pow(second_decay, t));
      for_each_parameter(slope, [&](double& parameter, double direction, std::size_t k) {
        mean_[k] = first_decay * mean_[k] + (1.0 - first_decay) * direction;
        square_[k] = second_decay * square_[k] + (1.0 - second_decay) * direction * direction;
        parameter += h * (mean_[k] * first) / (std::sqrt(square_[k] * second) + adam_epsilon);
      });
    } else if (schedule_.momentum > 0.0) {
      const double momentum = schedule_.momentum;
      for_each_parameter(slope, [&](double& parameter, double direction, std::size_t k) {
        mean_[k] = h * direction + momentum * mean_[k];
        parameter += mean_[k];
      });
    } else {
      for_each_parameter(
          slope, [&](double& parameter, double direction, std::size_t) { parameter += h * direction; });
    }
  }

  bool sign_changed() const {
    for (std::size_t i = 0; i < net_.a.size(); ++i)
      if (!(net_.a[i] * start_a_[i] > 0.0)) return true;
    return false;
  }

  void train(double h, const random::Streams& streams, std::int64_t network, Outcome& result) {
    const std::size_t parameters = net_.a.size() + 2 * size() + 1;
    if (schedule_.optimizer == Optimizer::adam) square_.assign(parameters, 0.0);
    if (schedule_.optimizer == Optimizer::adam || schedule_.momentum > 0.0) mean_.assign(parameters, 0.0);
    const bool batched = schedule_.optimizer != Optimizer::gd;
    Minibatches batches(streams.stream("batches"), network, schedule_.batch, points_.weight);
    Slope slope(net_);
    active_.resize(points_.size() * size());
    bool changed = false;
    double kink = 0.0, loss = 0.0;
    std::size_t next_time = 0;
    result.status = Status::done;
    for (std::int64_t step = 0;; ++step) {
      const bool recorded = next_time < schedule_.times.size() && schedule_.times[next_time] == step;
      const bool last = step == schedule_.steps;
      const bool crossed = result.status == Status::crossed;
      if (!batched || recorded || last || !crossed) loss = visit_all_points(!crossed, step == 0, changed);
      // Kinks beyond a change of sign have no largest.
      if (net_.d == 1 && sign_changed()) kink = std::numeric_limits<double>::quiet_NaN();
      if (!std::isnan(kink)) kink = std::max(kink, input_kink());
      if (!crossed) {
        result.max_kink = kink;
        result.stop_step = step;
        if (changed) result.status = Status::crossed;
      }
      if (!std::isfinite(loss))
        throw std::runtime_error(fmt::format("network {} diverged within {} updates", network, step));
      for (; next_time < schedule_.times.size() && schedule_.times[next_time] == step; ++next_time) {
        result.loss_path[next_time] = loss;
        result.kink_path[next_time] = kink;
        record_fit(next_time, result);
      }
      if (last) break;
      slope.clear();
      if (batched) {
        batch_gradient(slope, batches, step);
      } else {
        full_gradient(slope);
      }
      slope.complete(net_);
      update(slope, h, step);
    }
    result.loss = loss;
  }

  void record_fit(std::size_t time, Outcome& result) const {
    std::vector<double> u(size());
    double* out = result.fit_path.data() + time * schedule_.fit_x.size();
    for (const double place : schedule_.fit_x) {
      const double x = input_scale_ * place;
      *out++ = forward(net_, &x, u.data());
    }
  }

  double input_kink() const { return largest_kink(net_) / input_scale_; }

  Schedule schedule_;
  Points points_;
  std::vector<double> inputs_; ///< points x d, scaled
  double input_scale_ = 1.0;
  TwoLayer net_;
  std::vector<double> start_a_;
  Sides sides_{};
  StartMoments begin_{};
  double nearest_ = 0.0;
  std::vector<double> u_, outputs_;   ///< u_: all points where they are few, else one block
  std::vector<unsigned char> active_; ///< pattern at the start
  std::vector<double> mean_, square_;
  std::vector<double> shares_, batch_inputs_, batch_u_;
  std::vector<std::int64_t> members_;
};

} // namespace

double largest_tangent_eigenvalue(const study::Parameters& point, const random::Streams& streams,
                                  std::int64_t network) {
  return FullTraining(point, streams, network).tangent_eigenvalue();
}

Outcome train_full(const study::Parameters& point, const random::Streams& streams, std::int64_t network,
                   const Points& test, bool keep_parameters) {
  FullTraining training(point, streams, network);
  Outcome result = training.run(point, streams, network);
  if (test.size() > 0 && result.status != Status::degenerate) result.test_error = training.mean_square(test);
  if (keep_parameters) training.keep(result);
  return result;
}

} // namespace pastur::studies::relu_inconsistency
