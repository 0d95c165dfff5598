// SPDX-License-Identifier: BSD-3-Clause
// Training by the exact recursion of the two maps P_+ and P_-, until a kink crosses, the network settles, or
// its steps are done. Lanes that finish take the next network.
#include "relu_inconsistency_lanes.hpp"

#include <pastur/studies/relu_inconsistency_training.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>

namespace pastur::studies::relu_inconsistency {

namespace {

/// Updates between two tests of the stop rule, and the most that one call of the kernel does.
constexpr std::int64_t settle_interval = 200;
constexpr std::int64_t batch_interval = 16;

/// The network in a lane.
struct Job {
  std::size_t outcome = 0; ///< its place among the results
  std::int64_t network = 0;
  Points points;
  std::vector<std::size_t> sides; ///< 0: x > 0, 1: x < 0
  std::optional<Minibatches> batches;
  double largest_ratio = 0.0; ///< max |w/a| at the start
  std::int64_t step = 0;
  std::int64_t budget = 0;
  std::size_t next_time = 0;
};

class Ensemble {
public:
  Ensemble(const study::Parameters& point, const random::Streams& streams, bool keep)
      : point_(point), streams_(streams), schedule_(point), start_(point, streams), keep_(keep),
        predicted_(crossing_is_predicted(point)), state_(std::make_unique<Lanes>()) {
    const Points law = atoms(point);
    gap_ = gap(law);
    *state_ = Lanes{};
  }

  std::vector<Outcome> run(std::int64_t first, std::int64_t count) {
    results_.assign(static_cast<std::size_t>(count), Outcome(schedule_.times.size(), schedule_.fit_x.size()));
    jobs_.resize(static_cast<std::size_t>(lanes));
    std::int64_t next = 0;
    std::size_t busy = 0;
    for (;;) {
      for (std::size_t l = 0; l < jobs_.size(); ++l) {
        while (!jobs_[l] && next < count) {
          start(l, static_cast<std::size_t>(next), first + next);
          ++next;
        }
      }
      busy = static_cast<std::size_t>(std::count_if(
          jobs_.begin(), jobs_.end(), [](const std::optional<Job>& job) { return job.has_value(); }));
      if (busy == 0) break;
      std::int64_t length = schedule_.optimizer == Optimizer::sgd ? batch_interval : settle_interval;
      for (const std::optional<Job>& job : jobs_)
        if (job) length = std::min(length, until_event(*job));
      if (schedule_.optimizer == Optimizer::sgd) draw_batches(length);
      advance(*state_, length, schedule_.momentum > 0.0,
              batch_moments_.empty() ? nullptr : batch_moments_.data());
      for (std::size_t l = 0; l < jobs_.size(); ++l)
        if (jobs_[l]) review(l, length);
    }
    return std::move(results_);
  }

private:
  SideLanes& side(std::size_t which) { return which == 0 ? state_->positive : state_->negative; }

  std::int64_t until_event(const Job& job) const {
    std::int64_t next = job.budget - job.step;
    if (job.next_time < schedule_.times.size())
      next = std::min(next, schedule_.times[job.next_time] - job.step);
    if (tests_settling()) next = std::min(next, settle_interval - job.step % settle_interval);
    return next;
  }
  bool tests_settling() const { return schedule_.steps == 0 && schedule_.optimizer == Optimizer::gd; }

  void start(std::size_t lane, std::size_t outcome, std::int64_t network) {
    const int l = static_cast<int>(lane);
    Job job;
    job.outcome = outcome;
    job.network = network;
    job.points = training_points(point_, streams_, network);
    const Sides moments = side_moments(job.points);
    const StartSummary begin = summarise_start(start_, network, schedule_.n);
    if (degenerate(begin.moments, moments)) return; // what an Outcome says from the beginning
    Outcome& result = results_[outcome];
    result.loss_linear = loss_of_linear_fits(point_, job.points);
    result.fit_linear = linear_fits(job.points, schedule_.fit_x);
    const ReferenceRecursion reference(moments, begin.moments);
    const double lambda_max = reference.eigenvalues()[3];
    const double h = schedule_.step(lambda_max);
    if (predicted_) {
      const std::array<double, 2> neurons = {static_cast<double>(begin.moments.count[0]),
                                             static_cast<double>(begin.moments.count[1])};
      result.crossing_predicted = crossing_probability(
          reference.largest_displacements(moments, begin.moments, h, schedule_.steps, gap_.nearest()),
          neurons, schedule_.n, gap_.nearest());
    }
    job.budget =
        schedule_.steps > 0
            ? schedule_.steps
            : static_cast<std::int64_t>(std::min(9e15, (2000.0 * static_cast<double>(schedule_.n) + 1e5) *
                                                           std::max(1.0, 1.0 / (h * lambda_max))));
    for (const double x : job.points.x) job.sides.push_back(x > 0.0 ? 0 : 1);
    if (schedule_.optimizer == Optimizer::sgd)
      job.batches.emplace(streams_.stream("batches"), network, schedule_.batch, job.points.weight);
    for (std::size_t s = 0; s < 2; ++s) {
      SideLanes& to = side(s);
      const SideMoments& from = moments[s];
      to.m_xx[l] = from.xx;
      to.m_x[l] = from.x;
      to.m_1[l] = from.one;
      to.u_x[l] = from.xy;
      to.u_1[l] = from.y;
      to.aa[l] = begin.moments.aa[s];
      to.aw[l] = begin.moments.aw[s];
      to.ww[l] = begin.moments.ww[s];
      to.low[l] = begin.lowest_ratio[s];
      to.high[l] = begin.highest_ratio[s];
      job.largest_ratio = std::max({job.largest_ratio, std::abs(to.low[l]), std::abs(to.high[l])});
      to.p_aa[l] = to.old_aa[l] = to.p_ww[l] = to.old_ww[l] = 1.0;
      to.p_aw[l] = to.p_ba[l] = to.p_bw[l] = to.p_wa[l] = 0.0;
      to.old_aw[l] = to.old_ba[l] = to.old_bw[l] = to.old_wa[l] = 0.0;
    }
    Lanes& z = *state_;
    z.c[l] = z.old_c[l] = 0.0;
    z.h[l] = h;
    z.momentum[l] = schedule_.momentum;
    z.below[l] = gap_.below;
    z.above[l] = gap_.above;
    z.kink[l] = 0.0;
    z.kink_over[l] = 1.0;
    z.margin[l] = 1.0;
    z.live[l] = 1.0;
    z.updates[l] = 0.0;
    jobs_[lane] = std::move(job);
    record_path(lane);
  }

  /// Moments of the next `length` minibatches of every lane.
  void draw_batches(std::int64_t length) {
    const std::size_t rows = static_cast<std::size_t>(length);
    batch_moments_.assign(rows * 10 * static_cast<std::size_t>(lanes), 0.0);
    for (std::size_t l = 0; l < jobs_.size(); ++l) {
      if (!jobs_[l]) continue;
      Job& job = *jobs_[l];
      const std::size_t count = job.batches->points();
      shares_.resize(rows * count);
      job.batches->shares(job.step, length, shares_.data());
      for (std::size_t j = 0; j < count; ++j) {
        const double x = job.points.x[j], y = job.points.y[j];
        const std::array<double, 5> values = {x * x, x, 1.0, x * y, y};
        for (std::size_t moment = 0; moment < 5; ++moment) {
          double* out =
              batch_moments_.data() + (5 * job.sides[j] + moment) * static_cast<std::size_t>(lanes) + l;
          for (std::size_t row = 0; row < rows; ++row)
            out[row * 10 * static_cast<std::size_t>(lanes)] += shares_[j * rows + row] * values[moment];
        }
      }
    }
  }

  /// After `length` updates: the network in a lane has crossed, reached a time, settled, or come to its last
  /// step.
  void review(std::size_t lane, std::int64_t length) {
    Job& job = *jobs_[lane];
    const int l = static_cast<int>(lane);
    const Lanes& z = *state_;
    if (z.live[l] == 0.0) {
      job.step = static_cast<std::int64_t>(z.updates[l]);
      finish(lane, Status::crossed);
      return;
    }
    job.step += length;
    if (!std::isfinite(z.c[l]) || !std::isfinite(z.margin[l])) {
      throw std::runtime_error(fmt::format("network {} diverged within {} updates", job.network, job.step));
    }
    record_path(lane);
    if (tests_settling() && job.step % settle_interval == 0 && settled(lane)) {
      finish(lane, Status::settled);
    } else if (job.step == job.budget) {
      finish(lane, schedule_.steps > 0 ? Status::done : Status::budget);
    }
  }

  void record_path(std::size_t lane) {
    Job& job = *jobs_[lane];
    Outcome& result = results_[job.outcome];
    while (job.next_time < schedule_.times.size() && schedule_.times[job.next_time] == job.step) {
      result.loss_path[job.next_time] = loss_inside_gap(lane);
      result.kink_path[job.next_time] = kink(lane);
      record_fit(lane);
      ++job.next_time;
    }
  }

  void record_fit(std::size_t lane) {
    if (schedule_.fit_x.empty()) return;
    const std::vector<double> f = values_at(lane, schedule_.fit_x);
    std::vector<double>& path = results_[jobs_[lane]->outcome].fit_path;
    std::copy(f.begin(), f.end(),
              path.begin() + static_cast<std::ptrdiff_t>(jobs_[lane]->next_time * f.size()));
  }

  double kink(std::size_t lane) const {
    const double under = state_->kink_over[lane];
    return under > 0.0 ? state_->kink[lane] / under : std::numeric_limits<double>::quiet_NaN();
  }

  struct Line {
    double slope, intercept;
  };
  Line line(std::size_t which, std::size_t l) {
    const SideLanes& s = side(which);
    const double to_a = s.aa[l] * s.p_wa[l] + s.aw[l] * s.p_ww[l];
    const double to_w = s.aw[l] * s.p_wa[l] + s.ww[l] * s.p_ww[l];
    return {s.p_aa[l] * to_a + s.p_aw[l] * to_w, s.p_ba[l] * to_a + s.p_bw[l] * to_w + state_->c[l]};
  }

  /// While no kink has crossed, f is affine on each side of the gap.
  double loss_inside_gap(std::size_t lane) {
    const Job& job = *jobs_[lane];
    const std::array<Line, 2> lines = {line(0, lane), line(1, lane)};
    double sum = 0.0;
    for (std::size_t j = 0; j < job.points.size(); ++j) {
      const Line& f = lines[job.sides[j]];
      const double error = job.points.y[j] - (f.slope * job.points.x[j] + f.intercept);
      sum += job.points.weight[j] * error * error;
    }
    return 0.5 * sum;
  }

  /// Visits every neuron's (a, b, w) now, from its start and the map of its sign.
  template <class Visit>
  void visit_neurons(std::size_t lane, Visit visit) {
    constexpr std::int64_t chunk = 2048;
    std::vector<double> a(static_cast<std::size_t>(chunk)), w(a.size());
    for (std::int64_t first = 0; first < schedule_.n; first += chunk) {
      const std::int64_t count = std::min(chunk, schedule_.n - first);
      start_.fill(jobs_[lane]->network, first, count, a.data(), w.data());
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const SideLanes& s = side(a[i] > 0.0 ? 0 : 1);
        visit(s.p_aa[lane] * a[i] + s.p_aw[lane] * w[i], s.p_ba[lane] * a[i] + s.p_bw[lane] * w[i],
              s.p_wa[lane] * a[i] + s.p_ww[lane] * w[i]);
      }
    }
  }

  /// f from all neurons: anywhere, also inside the gap.
  std::vector<double> values_at(std::size_t lane, std::span<const double> x) {
    std::vector<double> f(x.size(), state_->c[lane]);
    visit_neurons(lane, [&](double a, double b, double w) {
      for (std::size_t j = 0; j < f.size(); ++j) {
        const double u = a * x[j] + b;
        f[j] += w * (u > 0.0 ? u : 0.0);
      }
    });
    return f;
  }

  /// The parameters after the crossing update are exact, the two lines no longer are.
  double loss_of_network(std::size_t lane) {
    const Job& job = *jobs_[lane];
    const std::vector<double> f = values_at(lane, job.points.x);
    double sum = 0.0;
    for (std::size_t j = 0; j < f.size(); ++j)
      sum += job.points.weight[j] * (job.points.y[j] - f[j]) * (job.points.y[j] - f[j]);
    return 0.5 * sum;
  }

  /// The remaining displacement of the linearised flow, with a factor 3 to spare, keeps every kink inside.
  bool settled(std::size_t lane) {
    const std::size_t l = lane;
    std::array<double, 2> slope_gap{}, intercept_gap{}; // vbar
    std::array<double, 2> to_ones{}, to_gap{};          // intercept components of B^{-1} e and B^{-1} vbar
    for (std::size_t which = 0; which < 2; ++which) {
      const SideLanes& s = side(which);
      const Line now = line(which, l);
      const double determinant = s.m_xx[l] * s.m_1[l] - s.m_x[l] * s.m_x[l];
      slope_gap[which] = (s.m_1[l] * s.u_x[l] - s.m_x[l] * s.u_1[l]) / determinant - now.slope;
      intercept_gap[which] = (s.m_xx[l] * s.u_1[l] - s.m_x[l] * s.u_x[l]) / determinant - now.intercept;
      if (!(std::max(std::abs(slope_gap[which]), std::abs(intercept_gap[which])) < 1e-3)) return false;
      const auto moment = [&](double a1, double w1, double a2, double w2) {
        return s.aa[l] * a1 * a2 + s.aw[l] * (a1 * w2 + w1 * a2) + s.ww[l] * w1 * w2;
      };
      const double ww = moment(s.p_wa[l], s.p_ww[l], s.p_wa[l], s.p_ww[l]);
      const double aa = moment(s.p_aa[l], s.p_aw[l], s.p_aa[l], s.p_aw[l]) + ww;
      const double ab = moment(s.p_aa[l], s.p_aw[l], s.p_ba[l], s.p_bw[l]);
      const double bb = moment(s.p_ba[l], s.p_bw[l], s.p_ba[l], s.p_bw[l]) + ww;
      const double block = aa * bb - ab * ab;
      to_ones[which] = aa / block;
      to_gap[which] = (aa * intercept_gap[which] - ab * slope_gap[which]) / block;
    }
    // A = B + e e^T with e = (0, 1, 0, 1): Sherman-Morrison.
    const double share = (to_gap[0] + to_gap[1]) / (1.0 + to_ones[0] + to_ones[1]);
    const double left =
        std::max(std::abs(to_gap[0] - share * to_ones[0]), std::abs(to_gap[1] - share * to_ones[1]));
    return 3.0 * jobs_[lane]->largest_ratio * left < gap_.nearest() - kink(lane);
  }

  void finish(std::size_t lane, Status status) {
    Job& job = *jobs_[lane];
    Outcome& result = results_[job.outcome];
    result.status = status;
    result.stop_step = job.step;
    result.max_kink = kink(lane);
    result.loss = status == Status::crossed ? loss_of_network(lane) : loss_inside_gap(lane);
    for (; job.next_time < schedule_.times.size(); ++job.next_time) {
      result.loss_path[job.next_time] = result.loss;
      result.kink_path[job.next_time] = result.max_kink;
      record_fit(lane);
    }
    if (keep_) {
      visit_neurons(lane, [&](double a, double b, double w) {
        result.a.push_back(a);
        result.b.push_back(b);
        result.w.push_back(w);
      });
      result.c = state_->c[lane];
    }
    state_->h[lane] = state_->momentum[lane] = state_->live[lane] = 0.0;
    jobs_[lane].reset();
  }

  const study::Parameters& point_;
  const random::Streams& streams_;
  Schedule schedule_;
  StartLaw start_;
  bool keep_, predicted_;
  Gap gap_{};
  std::unique_ptr<Lanes> state_;
  std::vector<std::optional<Job>> jobs_;
  std::vector<Outcome> results_;
  std::vector<double> batch_moments_, shares_;
};

} // namespace

Outcome::Outcome(std::size_t times, std::size_t fit_points)
    : max_kink(std::numeric_limits<double>::quiet_NaN()), loss(max_kink), loss_linear(max_kink),
      loss_path(times, max_kink), kink_path(times, max_kink), fit_path(times * fit_points, max_kink),
      fit_linear(fit_points, max_kink), test_error(max_kink) {}

Schedule::Schedule(const study::Parameters& point)
    : optimizer(point.is("optimizer", "gd")    ? Optimizer::gd
                : point.is("optimizer", "sgd") ? Optimizer::sgd
                                               : Optimizer::adam),
      rule(point.is("step_rule", "spectral") ? StepRule::spectral
           : point.is("step_rule", "small")  ? StepRule::small
                                             : StepRule::fixed),
      n(point.integer("n")), step_size(point.real("step_size")),
      momentum(optimizer == Optimizer::adam ? 0.0 : point.real("momentum")), batch(point.integer("batch")),
      steps(point.integer("steps")) {
  const std::vector<std::int64_t>& given = point.integers("times");
  positions.resize(given.size());
  for (std::size_t k = 0; k < given.size(); ++k) positions[k] = k;
  std::sort(positions.begin(), positions.end(),
            [&](std::size_t a, std::size_t b) { return given[a] < given[b]; });
  for (const std::size_t position : positions) times.push_back(given[position]);
  if (input_dimension(point) == 1) fit_x = point.reals("fit_x");
}

double Schedule::step(double lambda_max) const {
  if (rule == StepRule::spectral) return 1.0 / lambda_max;
  return rule == StepRule::small ? 0.01 / static_cast<double>(n) : step_size;
}

std::vector<Outcome> train_reduced(const study::Parameters& point, const random::Streams& streams,
                                   std::int64_t first, std::int64_t count, bool keep_parameters) {
  return Ensemble(point, streams, keep_parameters).run(first, count);
}

} // namespace pastur::studies::relu_inconsistency
