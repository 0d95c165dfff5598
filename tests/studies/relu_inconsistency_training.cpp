// SPDX-License-Identifier: BSD-3-Clause
// The exact recursion against plain training, and plain training against loops written a second time.
#include "support/study_points.hpp"

#include <pastur/studies/relu_inconsistency.hpp>
#include <pastur/studies/relu_inconsistency_training.hpp>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

namespace {

using namespace pastur;
using namespace pastur::studies::relu_inconsistency;
using testing_support::point_of;
using testing_support::reals;
using testing_support::Setting;
using testing_support::streams_of;
using testing_support::whole;
using testing_support::word;

study::Value steps_list(std::initializer_list<std::int64_t> values) {
  return study::Value(std::vector<std::int64_t>(values));
}

/// The same training, as it stands in a textbook: one neuron, one point at a time.
struct Textbook {
  std::int64_t n, d;
  double outer = 1.0, inner = 1.0; ///< factors of the ntk parameters
  std::vector<double> a, b, w;
  double c = 0.0;
  std::vector<double> mean, square;

  double f(const double* x) const {
    double sum = 0.0;
    for (std::int64_t i = 0; i < n; ++i) sum += w[at(i)] * std::max(0.0, u(i, x));
    return c + outer * sum;
  }
  double u(std::int64_t i, const double* x) const {
    double sum = 0.0;
    for (std::int64_t k = 0; k < d; ++k) sum += a[at(i * d + k)] * x[k];
    return inner * sum + b[at(i)];
  }
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  /// Minus the gradient of the loss with these weights of the points: a, b, w, c.
  std::vector<double> direction(const Points& points, const std::vector<double>& weight) const {
    std::vector<double> ga(a.size()), gb(b.size()), gw(w.size());
    double gc = 0.0;
    for (std::size_t j = 0; j < points.size(); ++j) {
      const double* x = points.x.data() + j * at(d);
      const double g = weight[j] * (points.y[j] - f(x));
      gc += g;
      for (std::int64_t i = 0; i < n; ++i) {
        if (u(i, x) <= 0.0) continue;
        gw[at(i)] += g * outer * u(i, x);
        gb[at(i)] += g * outer * w[at(i)];
        for (std::int64_t k = 0; k < d; ++k) ga[at(i * d + k)] += g * outer * w[at(i)] * inner * x[k];
      }
    }
    std::vector<double> all = ga;
    all.insert(all.end(), gb.begin(), gb.end());
    all.insert(all.end(), gw.begin(), gw.end());
    all.push_back(gc);
    return all;
  }

  void move(const std::vector<double>& change) {
    std::size_t k = 0;
    for (double& value : a) value += change[k++];
    for (double& value : b) value += change[k++];
    for (double& value : w) value += change[k++];
    c += change[k];
  }

  void gd_step(const Points& points, const std::vector<double>& weight, double h, double momentum) {
    std::vector<double> change = direction(points, weight);
    mean.resize(change.size(), 0.0);
    for (std::size_t k = 0; k < change.size(); ++k) change[k] = h * change[k] + momentum * mean[k];
    mean = change;
    move(change);
  }

  void adam_step(const Points& points, const std::vector<double>& weight, double h, double t) {
    std::vector<double> change = direction(points, weight);
    mean.resize(change.size(), 0.0);
    square.resize(change.size(), 0.0);
    for (std::size_t k = 0; k < change.size(); ++k) {
      mean[k] = 0.9 * mean[k] + 0.1 * change[k];
      square[k] = 0.999 * square[k] + 0.001 * change[k] * change[k];
      change[k] =
          h * mean[k] / (1.0 - std::pow(0.9, t)) / (std::sqrt(square[k] / (1.0 - std::pow(0.999, t))) + 1e-8);
    }
    move(change);
  }
};

class ReluTraining : public testing::Test {
protected:
  Textbook textbook(const study::Parameters& point, const random::Streams& streams, const Points& points) {
    Textbook net{.n = point.integer("n"), .d = points.d, .a = {}, .b = {}, .w = {}, .mean = {}, .square = {}};
    if (point.is("weights", "ntk")) {
      net.outer = std::sqrt(2.0 / static_cast<double>(net.n));
      net.inner = std::sqrt(2.0 / static_cast<double>(net.d));
    }
    const StartLaw start(point, streams);
    net.a.resize(static_cast<std::size_t>(net.n * net.d));
    net.w.resize(static_cast<std::size_t>(net.n));
    start.fill(0, 0, net.n, net.a.data(), net.w.data());
    net.b = start.biases(0, net.a, points);
    return net;
  }

  static void expect_parameters(const Outcome& left, const std::vector<double>& a,
                                const std::vector<double>& b, const std::vector<double>& w, double c,
                                double tolerance) {
    ASSERT_EQ(left.a.size(), a.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(left.a[i], a[i], tolerance) << "a " << i;
    for (std::size_t i = 0; i < b.size(); ++i) EXPECT_NEAR(left.b[i], b[i], tolerance) << "b " << i;
    for (std::size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(left.w[i], w[i], tolerance) << "w " << i;
    EXPECT_NEAR(left.c, c, tolerance);
  }

  /// Full training against the textbook after a few steps.
  void expect_textbook(const std::vector<Setting>& settings, int steps) {
    std::string name;
    for (const Setting& setting : settings)
      name += setting.first + " = " + study::to_string(setting.second) + ", ";
    SCOPED_TRACE(name);
    std::vector<Setting> all = settings;
    all.insert(all.end(), {{"engine", word("full")},
                           {"steps", whole(steps)},
                           {"step_rule", word("fixed")},
                           {"networks", whole(1)}});
    const study::Parameters point = point_of(study_, all);
    const random::Streams streams = streams_of(study_, point, 0);
    const Points points = training_points(point, streams, 0);
    Textbook net = textbook(point, streams, points);
    Minibatches batches(streams.stream("batches"), 0, point.integer("batch"), points.weight);
    const double h = point.real("step_size");
    for (int step = 0; step < steps; ++step) {
      std::vector<double> weight = points.weight;
      if (!point.is("optimizer", "gd")) {
        std::vector<std::int64_t> members;
        batches.members(step, members);
        std::fill(weight.begin(), weight.end(), 0.0);
        for (const std::int64_t j : members)
          weight[static_cast<std::size_t>(j)] += 1.0 / static_cast<double>(members.size());
      }
      if (point.is("optimizer", "adam")) {
        net.adam_step(points, weight, h, step + 1.0);
      } else {
        net.gd_step(points, weight, h, point.real("momentum"));
      }
    }
    const Outcome outcome = train_full(point, streams, 0, {}, true);
    expect_parameters(outcome, net.a, net.b, net.w, net.c, 1e-11);
    double loss = 0.0;
    for (std::size_t j = 0; j < points.size(); ++j) {
      const double error = points.y[j] - net.f(points.x.data() + j * static_cast<std::size_t>(points.d));
      loss += 0.5 * points.weight[j] * error * error;
    }
    EXPECT_NEAR(outcome.loss, loss, 1e-11);
  }

  studies::ReluInconsistency study_;
};

TEST_F(ReluTraining, six_given_neurons_follow_the_verified_path) {
  const std::vector<Setting> base = {{"weights", word("list")},
                                     {"n", whole(6)},
                                     {"N", word("inf")},
                                     {"shift", study::Value(0.1)},
                                     {"networks", whole(1)},
                                     {"steps", whole(1001)},
                                     {"weights_a", reals({1.0, -1.5, 0.7, -0.4, 2.0, -1.1})},
                                     {"weights_w", reals({0.3, -0.2, 0.5, 0.4, -0.6, 0.1})},
                                     {"times", steps_list({0, 1, 10, 100, 1000})}};
  for (const char* engine : {"reduced", "full"}) {
    SCOPED_TRACE(engine);
    std::vector<Setting> settings = base;
    settings.emplace_back("engine", word(engine));
    const study::Parameters point = point_of(study_, settings);
    const random::Streams streams = streams_of(study_, point, 0);
    const Outcome outcome = std::string(engine) == "full" ? train_full(point, streams, 0, {}, true)
                                                          : train_reduced(point, streams, 0, 1, true).front();
    const double losses[] = {1.41696667, 1.00028572, 1.00010762, 1.00002683, 1.00000047};
    const double kinks[] = {0.0, 0.02645382, 0.02742378, 0.03074838, 0.05841728};
    for (std::size_t t = 0; t < 5; ++t) {
      EXPECT_NEAR(outcome.loss_path[t], losses[t], 6e-9) << t;
      EXPECT_NEAR(outcome.kink_path[t], kinks[t], 6e-9) << t;
    }
    EXPECT_NEAR(outcome.c, 0.084903766, 6e-10);
    EXPECT_NEAR(outcome.a.front(), 1.026663190, 6e-10);
    EXPECT_NEAR(outcome.w.front(), 0.389190138, 6e-10);
    EXPECT_EQ(outcome.status, Status::done);
  }
  const study::Parameters point = point_of(study_, base);
  const StartSummary start = summarise_start(StartLaw(point, streams_of(study_, point, 0)), 0, 6);
  const ReferenceRecursion reference(side_moments(atoms(point)), start.moments);
  const double eigenvalues[] = {0.02986462, 0.16247544, 9.43001718, 15.21264276};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(reference.eigenvalues()[i], eigenvalues[i], 6e-9);
  EXPECT_NEAR(1.0 / reference.eigenvalues()[3], 0.0657348, 6e-8);
}

TEST_F(ReluTraining, the_recursion_is_plain_gradient_descent_until_a_kink_crosses) {
  std::vector<Setting> settings = {
      {"n", whole(64)},
      {"shift", study::Value(1.0)},
      {"networks", whole(12)},
      {"steps", whole(3001)},
      {"times", steps_list({0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 400, 1000, 3001})}};
  const study::Parameters reduced_point = point_of(study_, settings);
  settings.emplace_back("engine", word("full"));
  const study::Parameters full_point = point_of(study_, settings);
  const random::Streams streams = streams_of(study_, reduced_point, 3);
  const std::vector<Outcome> reduced = train_reduced(reduced_point, streams, 0, 12);
  int crossed = 0, stayed = 0;
  for (std::int64_t network = 0; network < 12; ++network) {
    SCOPED_TRACE(network);
    const Outcome& left = reduced[static_cast<std::size_t>(network)];
    const Outcome right = train_full(full_point, streams, network, {});
    EXPECT_EQ(left.status, right.status);
    EXPECT_EQ(left.stop_step, right.stop_step);
    EXPECT_NEAR(left.max_kink, right.max_kink, 1e-11 * right.max_kink);
    EXPECT_EQ(left.loss_linear, right.loss_linear);
    EXPECT_EQ(left.crossing_predicted, right.crossing_predicted);
    const std::vector<std::int64_t>& times = full_point.integers("times");
    for (std::size_t t = 0; t < times.size() && times[t] <= left.stop_step; ++t) {
      EXPECT_NEAR(left.loss_path[t], right.loss_path[t], 1e-12) << times[t];
      EXPECT_NEAR(left.kink_path[t], right.kink_path[t], 1e-11) << times[t];
    }
    if (left.status == Status::crossed) {
      ++crossed;
      // The loss with the crossing update, from all neurons.
      settings[3].second = whole(left.stop_step);
      settings[4].second = steps_list({0});
      const Outcome stopped = train_full(point_of(study_, settings), streams, network, {});
      EXPECT_NEAR(left.loss, stopped.loss, 1e-12);
      EXPECT_EQ(stopped.status, Status::crossed);
    } else {
      ++stayed;
      EXPECT_NEAR(left.loss, right.loss, 1e-12);
    }
  }
  EXPECT_GE(crossed, 3);
  EXPECT_GE(stayed, 2);
}

TEST_F(ReluTraining, the_star_is_plain_training_until_a_pattern_changes) {
  for (const char* optimizer : {"gd", "sgd"}) {
    SCOPED_TRACE(optimizer);
    std::vector<Setting> settings = {
        {"data", word("star")},         {"n", whole(128)},
        {"networks", whole(8)},         {"steps", whole(300)},
        {"optimizer", word(optimizer)}, {"times", steps_list({0, 1, 2, 5, 10, 50, 100, 300})}};
    if (std::string(optimizer) == "sgd")
      settings.insert(
          settings.end(),
          {{"step_rule", word("fixed")}, {"step_size", study::Value(1e-4)}, {"momentum", study::Value(0.5)}});
    const study::Parameters reduced_point = point_of(study_, settings);
    settings.emplace_back("engine", word("full"));
    const study::Parameters full_point = point_of(study_, settings);
    const random::Streams streams = streams_of(study_, reduced_point, 0);
    int crossed = 0, later = 0;
    for (std::int64_t network = 0; network < 8; ++network) {
      SCOPED_TRACE(network);
      const Outcome left = train_star(reduced_point, streams, network, true);
      const Outcome right = train_full(full_point, streams, network, {}, true);
      EXPECT_EQ(left.status, right.status);
      EXPECT_EQ(left.stop_step, right.stop_step);
      EXPECT_NEAR(left.max_kink, right.max_kink, 1e-11);
      EXPECT_EQ(left.loss_linear, right.loss_linear);
      const std::vector<std::int64_t>& times = full_point.integers("times");
      for (std::size_t t = 0; t < times.size() && times[t] <= left.stop_step; ++t) {
        EXPECT_NEAR(left.loss_path[t], right.loss_path[t], 1e-11) << times[t];
        EXPECT_NEAR(left.kink_path[t], right.kink_path[t], 1e-11) << times[t];
      }
      if (left.status == Status::crossed) ++crossed;
      if (left.stop_step > 3) ++later;
      settings[3].second = whole(left.stop_step);
      settings[5].second = steps_list({0});
      const Outcome stopped = train_full(point_of(study_, settings), streams, network, {}, true);
      expect_parameters(left, stopped.a, stopped.b, stopped.w, stopped.c, 1e-11);
      EXPECT_NEAR(left.loss, stopped.loss, 1e-11);
    }
    EXPECT_GE(crossed, 2);
    EXPECT_GE(later, 2);
  }
}

TEST_F(ReluTraining, minibatches_and_momentum_stay_exact) {
  for (const char* optimizer : {"sgd", "gd"}) {
    for (const double momentum : {0.0, 0.9}) {
      SCOPED_TRACE(testing::Message() << optimizer << " " << momentum);
      std::vector<Setting> settings = {{"n", whole(60)},
                                       {"networks", whole(4)},
                                       {"steps", whole(3000)},
                                       {"optimizer", word(optimizer)},
                                       {"momentum", study::Value(momentum)},
                                       {"step_rule", word("fixed")},
                                       {"step_size", study::Value(0.1 / 60.0 * (1.0 - momentum))}};
      const study::Parameters reduced_point = point_of(study_, settings);
      settings.emplace_back("engine", word("full"));
      const study::Parameters full_point = point_of(study_, settings);
      const random::Streams streams = streams_of(study_, reduced_point, 0);
      const std::vector<Outcome> reduced = train_reduced(reduced_point, streams, 0, 4, true);
      int compared = 0;
      for (std::int64_t network = 0; network < 4; ++network) {
        const Outcome& left = reduced[static_cast<std::size_t>(network)];
        const Outcome right = train_full(full_point, streams, network, {}, true);
        EXPECT_EQ(left.stop_step, right.stop_step);
        EXPECT_EQ(left.status, right.status);
        if (left.status != Status::done) continue;
        ++compared;
        expect_parameters(left, right.a, right.b, right.w, right.c, 1e-11);
      }
      EXPECT_GE(compared, 2);
    }
  }
}

TEST_F(ReluTraining, lanes_have_the_bits_of_one_network_at_a_time) {
  // The recursion once more, without lanes or vector instructions, in the same order of operations.
  const study::Parameters point = point_of(
      study_,
      {{"n", whole(40)}, {"networks", whole(70)}, {"shift", study::Value(0.3)}, {"steps", whole(777)}});
  const random::Streams streams = streams_of(study_, point, 0);
  const std::vector<Outcome> outcomes = train_reduced(point, streams, 0, 70, true);
  const StartLaw law(point, streams);
  int compared = 0;
  for (std::int64_t network = 0; network < 70; ++network) {
    const Outcome& outcome = outcomes[static_cast<std::size_t>(network)];
    if (outcome.status == Status::degenerate) continue;
    const Sides sides = side_moments(training_points(point, streams, network));
    const StartMoments start = summarise_start(law, network, 40).moments;
    const double h = 1.0 / ReferenceRecursion(sides, start).eigenvalues()[3];
    struct Map {
      double aa = 1.0, aw = 0.0, ba = 0.0, bw = 0.0, wa = 0.0, ww = 1.0;
    };
    std::array<Map, 2> maps;
    double c = 0.0;
    for (std::int64_t step = 0; step < outcome.stop_step; ++step) {
      std::array<double, 2> intercept_step{};
      for (std::size_t s = 0; s < 2; ++s) {
        const Map p = maps[s];
        const double to_a = start.aa[s] * p.wa + start.aw[s] * p.ww;
        const double to_w = start.aw[s] * p.wa + start.ww[s] * p.ww;
        const double slope = p.aa * to_a + p.aw * to_w;
        const double intercept = (p.ba * to_a + p.bw * to_w) + c;
        const double hr = h * (sides[s].xy - (sides[s].xx * slope + sides[s].x * intercept));
        const double hs = h * (sides[s].y - (sides[s].x * slope + sides[s].one * intercept));
        maps[s] = {p.aa + hr * p.wa,
                   p.aw + hr * p.ww,
                   p.ba + hs * p.wa,
                   p.bw + hs * p.ww,
                   p.wa + (hr * p.aa + hs * p.ba),
                   p.ww + (hr * p.aw + hs * p.bw)};
        intercept_step[s] = hs;
      }
      c += intercept_step[0] + intercept_step[1];
    }
    std::vector<double> a(40), w(40);
    law.fill(network, 0, 40, a.data(), w.data());
    EXPECT_EQ(std::bit_cast<std::int64_t>(outcome.c), std::bit_cast<std::int64_t>(c)) << network;
    for (std::size_t i = 0; i < 40; ++i) {
      const Map& p = maps[a[i] > 0.0 ? 0 : 1];
      EXPECT_EQ(outcome.a[i], p.aa * a[i] + p.aw * w[i]);
      EXPECT_EQ(outcome.b[i], p.ba * a[i] + p.bw * w[i]);
      EXPECT_EQ(outcome.w[i], p.wa * a[i] + p.ww * w[i]);
    }
    ++compared;
  }
  EXPECT_GE(compared, 60);
}

TEST_F(ReluTraining, a_settled_network_stays_and_ends_at_the_linear_fits) {
  std::vector<Setting> settings = {{"n", whole(32)}, {"networks", whole(6)}};
  const study::Parameters point = point_of(study_, settings);
  const random::Streams streams = streams_of(study_, point, 0);
  const std::vector<Outcome> settled = train_reduced(point, streams, 0, 6);
  settings.insert(settings.end(), {{"engine", word("full")}, {"steps", whole(40000)}});
  const study::Parameters longer = point_of(study_, settings);
  int compared = 0;
  for (std::int64_t network = 0; network < 6 && compared < 2; ++network) {
    if (settled[static_cast<std::size_t>(network)].status != Status::settled) continue;
    ++compared;
    const Outcome trained = train_full(longer, streams, network, {});
    EXPECT_EQ(trained.status, Status::done);
    EXPECT_NEAR(trained.loss, trained.loss_linear, 1e-10 * trained.loss_linear);
    EXPECT_NEAR(settled[static_cast<std::size_t>(network)].loss, trained.loss_linear, 3e-7);
  }
  EXPECT_EQ(compared, 2);
}

TEST_F(ReluTraining, full_training_is_the_textbook_for_every_law_and_optimiser) {
  const auto with = [](std::vector<Setting> settings, std::vector<Setting> more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
  };
  const std::vector<Setting> star = {
      {"data", word("star")}, {"n", whole(37)}, {"step_size", study::Value(0.01)}};
  const std::vector<Setting> radial = {{"data", word("radial")},
                                       {"d", whole(6)},
                                       {"N", whole(301)},
                                       {"n", whole(21)},
                                       {"step_size", study::Value(0.02)}};
  const std::vector<Setting> wave = {
      {"data", word("wave")}, {"N", whole(53)}, {"n", whole(19)}, {"step_size", study::Value(0.02)}};
  expect_textbook(star, 30);
  expect_textbook(with(star, {{"optimizer", word("sgd")}, {"momentum", study::Value(0.5)}}), 30);
  expect_textbook(with(star, {{"weights", word("swapped")}, {"optimizer", word("adam")}}), 30);
  // A neuron whose kink lies on a sample is active there or not by rounding: kink only where both sums are
  // exact.
  expect_textbook(with(radial, {{"bias", word("uniform")}, {"weights", word("ntk")}}), 10);
  expect_textbook(with(radial, {{"bias", word("uniform")}, {"optimizer", word("sgd")}, {"batch", whole(50)}}),
                  10);
  expect_textbook(with(radial, {{"optimizer", word("adam")}, {"batch", whole(7)}}), 10);
  expect_textbook(with(wave, {{"weights", word("ntk")}, {"optimizer", word("adam")}}), 30);
  expect_textbook(with(wave, {{"bias", word("kink")}, {"momentum", study::Value(0.9)}}), 30);
}

TEST_F(ReluTraining, kink_biases_put_every_kink_on_a_sample) {
  for (const char* weights : {"he", "ntk"}) {
    const study::Parameters point = point_of(study_, {{"data", word("radial")},
                                                      {"weights", word(weights)},
                                                      {"d", whole(4)},
                                                      {"N", whole(30)},
                                                      {"n", whole(200)},
                                                      {"bias", word("kink")},
                                                      {"engine", word("full")},
                                                      {"steps", whole(1)}});
    const random::Streams streams = streams_of(study_, point, 0);
    const Points points = training_points(point, streams, 0);
    const Textbook net = textbook(point, streams, points);
    std::vector<int> hits(30, 0);
    for (std::int64_t i = 0; i < net.n; ++i) {
      double nearest = 1.0;
      std::size_t at = 0;
      for (std::size_t j = 0; j < 30; ++j) {
        const double u = std::abs(net.u(i, points.x.data() + 4 * j));
        if (u < nearest) {
          nearest = u;
          at = j;
        }
      }
      EXPECT_LT(nearest, 1e-14);
      ++hits[at];
    }
    EXPECT_GE(std::count_if(hits.begin(), hits.end(), [](int count) { return count > 0; }), 25);
  }
}

TEST_F(ReluTraining, the_spectral_step_is_that_of_the_tangent_kernel) {
  for (const char* data : {"six", "star", "radial"}) {
    for (const char* weights : {"he", "ntk"}) {
      SCOPED_TRACE(testing::Message() << data << " " << weights);
      const bool fresh = std::string(data) == "radial";
      std::vector<Setting> settings = {{"data", word(data)}, {"weights", word(weights)},
                                       {"n", whole(48)},     {"engine", word("full")},
                                       {"steps", whole(1)},  {"networks", whole(1)}};
      if (fresh) settings.insert(settings.end(), {{"N", whole(300)}, {"d", whole(3)}});
      const study::Parameters point = point_of(study_, settings);
      const random::Streams streams = streams_of(study_, point, 0);
      const Points points = training_points(point, streams, 0);
      const Textbook net = textbook(point, streams, points);
      const Eigen::Index size = static_cast<Eigen::Index>(points.size());
      Eigen::MatrixXd kernel(size, size);
      const std::size_t d = static_cast<std::size_t>(points.d);
      double residuals = 0.0;
      for (Eigen::Index j = 0; j < size; ++j) {
        const double* x = points.x.data() + static_cast<std::size_t>(j) * d;
        residuals +=
            points.weight[static_cast<std::size_t>(j)] * (points.y[static_cast<std::size_t>(j)] - net.f(x));
        for (Eigen::Index k = 0; k < size; ++k) {
          const double* z = points.x.data() + static_cast<std::size_t>(k) * d;
          double product = 1.0;
          for (std::size_t i = 0; i < d; ++i) product += net.inner * net.inner * x[i] * z[i];
          double sum = 0.0;
          for (std::int64_t i = 0; i < net.n; ++i) {
            const double u = net.u(i, x), v = net.u(i, z);
            if (u > 0.0 && v > 0.0)
              sum +=
                  u * v + net.w[static_cast<std::size_t>(i)] * net.w[static_cast<std::size_t>(i)] * product;
          }
          kernel(j, k) = std::sqrt(points.weight[static_cast<std::size_t>(j)] *
                                   points.weight[static_cast<std::size_t>(k)]) *
                         (net.outer * net.outer * sum + 1.0);
        }
      }
      const double lambda = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(kernel, Eigen::EigenvaluesOnly)
                                .eigenvalues()(size - 1);
      // c after the first update is h times the sum of the residuals.
      const Outcome outcome = train_full(point, streams, 0, {}, true);
      EXPECT_NEAR(outcome.c / residuals * lambda, 1.0, fresh ? 1e-5 : 1e-10);
    }
  }
}

TEST_F(ReluTraining, binomial_numbers_follow_their_law) {
  // Chi-squared distance to the exact probabilities, cells of at least 20 expected numbers.
  const random::Streams streams("binomial test");
  for (const auto& [trials, p] : std::vector<std::pair<std::int64_t, double>>{
           {5, 0.3}, {16, 1.0 / 6.0}, {40, 0.9}, {256, 1.0 / 6.0}, {65536, 0.2}, {1000, 0.5}}) {
    SCOPED_TRACE(testing::Message() << trials << " " << p);
    constexpr int numbers = 40000;
    UniformSequence uniforms(streams.stream("numbers"), trials);
    std::vector<double> counts(static_cast<std::size_t>(trials) + 1, 0.0);
    for (int k = 0; k < numbers; ++k) counts[static_cast<std::size_t>(binomial(trials, p, uniforms))] += 1.0;
    double chi = 0.0, cells = 0.0, expected = 0.0, seen = 0.0;
    const double n = static_cast<double>(trials);
    for (std::int64_t k = 0; k <= trials; ++k) {
      const double x = static_cast<double>(k);
      expected += numbers * std::exp(std::lgamma(n + 1.0) - std::lgamma(x + 1.0) - std::lgamma(n - x + 1.0) +
                                     x * std::log(p) + (n - x) * std::log1p(-p));
      seen += counts[static_cast<std::size_t>(k)];
      if (expected < 20.0) continue;
      chi += (seen - expected) * (seen - expected) / expected;
      cells += 1.0;
      expected = seen = 0.0;
    }
    EXPECT_LT((chi - (cells - 1.0)) / std::sqrt(2.0 * cells), 4.0);
    EXPECT_GT((chi - (cells - 1.0)) / std::sqrt(2.0 * cells), -4.0);
  }
}

TEST_F(ReluTraining, shares_and_members_of_a_batch_are_the_same_samples) {
  const random::Streams streams("batches");
  const std::vector<double> weights = {0.1, 0.0, 0.4, 0.3, 0.2, 0.0};
  Minibatches batches(streams.stream("batches"), 5, 16, weights);
  ASSERT_EQ(batches.points(), 5U);
  std::vector<double> shares(40 * 5);
  batches.shares(100, 40, shares.data());
  std::vector<std::int64_t> members;
  std::vector<double> total(5, 0.0);
  for (std::int64_t step = 100; step < 140; ++step) {
    batches.members(step, members);
    for (std::size_t j = 0; j < 5; ++j) {
      const double share = shares[j * 40 + static_cast<std::size_t>(step - 100)];
      EXPECT_EQ(share * 16.0, static_cast<double>(
                                  std::count(members.begin(), members.end(), static_cast<std::int64_t>(j))));
      total[j] += share / 40.0;
    }
  }
  EXPECT_EQ(total[1], 0.0);
  for (std::size_t j = 0; j < 5; ++j) EXPECT_NEAR(total[j], weights[j], 4.0 * std::sqrt(weights[j] / 640.0));
}

TEST_F(ReluTraining, fresh_samples_have_the_moments_of_their_laws) {
  const study::Parameters wave = point_of(
      study_, {{"data", word("wave")}, {"N", whole(20000)}, {"engine", word("full")}, {"steps", whole(1)}});
  const Points points = training_points(wave, streams_of(study_, wave, 0), 0);
  double square = 0.0, first = 0.0, noise = 0.0;
  for (std::size_t j = 0; j < points.size(); ++j) {
    const double x = points.x[j];
    square += points.weight[j] * x * x;
    first += points.weight[j] * x;
    const double target =
        (std::cos(7.0 * std::acos(-1.0) * (x - x / std::sqrt(1.0 + x * x))) + 0.2 * x * x + 0.074) / 0.727;
    noise += points.weight[j] * (points.y[j] - target) * (points.y[j] - target);
  }
  // beta^2 has mean 105/196 and standard deviation 0.2155, so x^2 has mean 1 and deviation 0.402.
  EXPECT_NEAR(square, 1.0, 4.0 * 0.402 / std::sqrt(20000.0));
  EXPECT_NEAR(first, 0.0, 4.0 / std::sqrt(20000.0));
  EXPECT_NEAR(noise, std::pow(0.1 / 0.727, 2), 4.0 * std::pow(0.1 / 0.727, 2) * std::sqrt(2.0 / 20000.0));

  const study::Parameters radial = point_of(study_, {{"data", word("radial")},
                                                     {"N", whole(20000)},
                                                     {"d", whole(3)},
                                                     {"engine", word("full")},
                                                     {"steps", whole(1)}});
  const Points ball = training_points(radial, streams_of(study_, radial, 0), 0);
  double mean = 0.0, norm = 0.0;
  for (std::size_t j = 0; j < ball.size(); ++j) {
    const double r2 = ball.x[3 * j] * ball.x[3 * j] + ball.x[3 * j + 1] * ball.x[3 * j + 1] +
                      ball.x[3 * j + 2] * ball.x[3 * j + 2];
    norm += ball.weight[j] * r2;
    mean += ball.weight[j] * ball.x[3 * j];
    EXPECT_NEAR(ball.y[j], std::cos(2.0 * std::acos(-1.0) * std::sqrt(r2 / 3.0)), 1e-12);
  }
  // 3 t^2 has mean 1 and standard deviation sqrt(4/5).
  EXPECT_NEAR(norm, 1.0, 4.0 * std::sqrt(0.8 / 20000.0));
  EXPECT_NEAR(mean, 0.0, 4.0 * std::sqrt(1.0 / 3.0 / 20000.0));
}

} // namespace
