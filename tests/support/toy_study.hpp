// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/random/fill.hpp>
#include <pastur/study/registry.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace pastur::testing_support {

/// A study that answers in microseconds and has one of everything: the mean of `n` numbers, shrunk towards
/// zero by a ridge.
class ToyStudy : public study::Study {
public:
  const study::StudyInfo& info() const override {
    static const study::StudyInfo declared = declare();
    return declared;
  }

  void check(const study::Parameters& p) const override {
    const std::size_t given = p.reals("weights").size();
    if (given != 0 && static_cast<std::int64_t>(given) != p.integer("n")) {
      throw InputError("weights: given " + std::to_string(given) +
                       " numbers for n = " + std::to_string(p.integer("n")) + "; allowed: none or n of them");
    }
  }

  std::vector<std::string> warnings(const study::Parameters& p) const override {
    if (p.real("failure_rate") <= 0.5) return {};
    return {"failure_rate: more than half of the draws will fail"};
  }

  study::Cost cost(const study::Parameters& p) const override {
    const auto n = static_cast<double>(p.integer("n"));
    return {10.0 * n + 1e9 * p.real("seconds"), p.real("gigabytes") * 1e9, 8.0 * n};
  }

  void draw(const study::Parameters& p, const parallel::Communicator&, const random::Streams& streams,
            study::Recorder& record) const override {
    const std::int64_t n = p.integer("n");
    const auto count = static_cast<std::size_t>(n);
    std::vector<double> x(count);
    const random::Stream stream = streams.stream("X");
    if (p.is("law", "gauss")) {
      random::fill_normal(stream, {0, n, 0, 1}, x.data(), n);
    } else {
      random::fill_uniform(stream, {0, n, 0, 1}, x.data(), n);
      for (double& value : x) value = std::sqrt(12.0) * (value - 0.5);
    }
    const double centre = p.is("law", "uniform") ? p.real("shift") : 0.0;
    for (double& value : x) value = centre + p.real("scale") * value;

    double luck = 0.0;
    random::fill_uniform(streams.stream("luck"), {0, 1, 0, 1}, &luck, 1);
    if (luck < p.real("failure_rate")) throw std::runtime_error("out of luck");
    if (p.real("seconds") > 0.0)
      std::this_thread::sleep_for(std::chrono::duration<double>(p.real("seconds")));

    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(n);
    record.set("sample_mean", mean);
    const std::vector<double>& ridges = p.reals("ridge");
    for (std::size_t i = 0; i < ridges.size(); ++i) {
      if (static_cast<double>(n) + ridges[i] <= 0.0) {
        record.missing_at("test_error", i, "ridge <= -n");
      } else {
        record.set_at("test_error", i, std::pow(mean * factor(n, ridges[i]) - centre, 2));
      }
    }
    std::sort(x.begin(), x.end());
    record.used(
        {.step = "sum", .how = n < 20 ? "short" : "long", .expected_product_flops = 2.0, .seconds = 0.5});
    record.set("sorted", x);
    if (record.wants("spread")) record.set("spread", x.back() - x.front());
    if (record.wants("ratio")) {
      if (x.front() > 0.0) {
        record.set("ratio", x.back() / x.front());
      } else {
        record.missing("ratio", "a number is not positive");
      }
    }
  }

  /// Mean and shrunk error in closed form for independent numbers of variance scale^2; the spread of n
  /// uniform ones.
  void theory(const study::Parameters& p, study::Recorder& record) const override {
    const auto n = static_cast<double>(p.integer("n"));
    const double centre = p.is("law", "uniform") ? p.real("shift") : 0.0;
    const double variance = p.real("scale") * p.real("scale") / n;
    record.set("sample_mean", centre);
    record.set("mean_variance", variance);
    const std::vector<double>& ridges = p.reals("ridge");
    for (std::size_t i = 0; i < ridges.size(); ++i) {
      if (n + ridges[i] <= 0.0) {
        record.missing_at("test_error", i, "ridge <= -n");
        record.missing_at("shrinkage", i, "ridge <= -n");
        continue;
      }
      const double shrink = factor(p.integer("n"), ridges[i]);
      record.set_at("shrinkage", i, shrink);
      record.set_at("test_error", i, shrink * shrink * variance + std::pow((1.0 - shrink) * centre, 2));
    }
    if (record.wants("profile")) {
      for (std::size_t k = 0; k < ridges.size() * static_cast<std::size_t>(n); ++k) {
        const auto index = static_cast<double>(k % static_cast<std::size_t>(n));
        record.set_at("profile", k,
                      (1.0 + index) * factor(p.integer("n"), ridges[k / static_cast<std::size_t>(n)]));
      }
    }
    if (record.wants("spread"))
      record.set("spread", std::sqrt(12.0) * p.real("scale") * (n - 1.0) / (n + 1.0));
  }

private:
  static double factor(std::int64_t n, double ridge) {
    return static_cast<double>(n) / (static_cast<double>(n) + ridge);
  }

  static study::StudyInfo declare() {
    using study::Parameters, study::ParameterType, study::Role, study::Value;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto uniform = [](const Parameters& p) { return p.is("law", "uniform"); };
    const auto trained = [](const Parameters& p) { return p.is("solver", "iterative"); };
    study::StudyInfo info;
    info.name = "toy_mean";
    info.paper = "Nobody, The shrunken mean, Journal of Closed Forms 1 (1900)";
    info.summary = "mean of n numbers, shrunk by a ridge";
    info.parameters = {
        {.name = "n",
         .symbol = "n",
         .type = ParameterType::integer,
         .initial = Value(std::int64_t{20}),
         .meaning = "sample size",
         .range = {2, 1e7}},
        {.name = "law",
         .symbol = "",
         .type = ParameterType::choice,
         .initial = Value(std::string("gauss")),
         .meaning = "law of the numbers",
         .choices = {"gauss", "uniform"}},
        {.name = "scale",
         .symbol = "sigma",
         .type = ParameterType::real,
         .initial = Value(1.0),
         .meaning = "standard deviation",
         .range = {0.0, infinity, false},
         .unit = "m"},
        {.name = "shift",
         .symbol = "mu",
         .type = ParameterType::real,
         .initial = Value(0.0),
         .meaning = "centre",
         .read_when = "law = uniform",
         .is_read = uniform},
        {.name = "weights",
         .symbol = "w",
         .type = ParameterType::real_list,
         .initial = Value(std::vector<double>{}),
         .meaning = "one number a sample (unused)"},
        {.name = "ridge",
         .symbol = "lambda",
         .type = ParameterType::real_list,
         .initial = Value(std::vector<double>{0.0, 1.0}),
         .meaning = "ridge",
         .role = Role::method,
         .coordinate = true},
        {.name = "solver",
         .symbol = "",
         .type = ParameterType::choice,
         .initial = Value(std::string("direct")),
         .meaning = "how the mean is found",
         .role = Role::method,
         .choices = {"direct", "iterative"}},
        {.name = "steps",
         .symbol = "",
         .type = ParameterType::integer,
         .initial = Value(std::int64_t{10}),
         .meaning = "iterations",
         .role = Role::method,
         .range = {1, 1e6},
         .choices = {"inf"},
         .read_when = "solver = iterative",
         .is_read = trained},
        {.name = "label",
         .symbol = "",
         .type = ParameterType::text,
         .initial = Value(std::string()),
         .meaning = "free text",
         .role = Role::method},
        {.name = "failure_rate",
         .symbol = "",
         .type = ParameterType::real,
         .initial = Value(0.0),
         .meaning = "share of draws that fail",
         .role = Role::method,
         .range = {0, 1}},
        {.name = "seconds",
         .symbol = "",
         .type = ParameterType::real,
         .initial = Value(0.0),
         .meaning = "time a draw sleeps",
         .role = Role::method,
         .range = {0, 60},
         .unit = "s"},
        {.name = "gigabytes",
         .symbol = "",
         .type = ParameterType::real,
         .initial = Value(0.0),
         .meaning = "memory a draw pretends to need",
         .role = Role::method,
         .range = {0, 1e9},
         .unit = "GB"},
    };
    info.dimensions = {
        {.name = "index", .meaning = "rank of the number", .coordinate = [](const Parameters& p) {
           std::vector<double> values(static_cast<std::size_t>(p.integer("n")));
           std::iota(values.begin(), values.end(), 0.0);
           return values;
         }}};
    info.observables = {
        {.name = "sample_mean", .unit = "m", .meaning = "mean of the numbers", .has_theory = true},
        {.name = "test_error",
         .dimensions = {"ridge"},
         .unit = "m^2",
         .meaning = "squared error of the shrunk mean",
         .has_theory = true},
        {.name = "sorted", .dimensions = {"index"}, .unit = "m", .meaning = "the numbers, ascending"},
        {.name = "spread",
         .unit = "m",
         .meaning = "largest less smallest",
         .summary = study::Summary::median,
         .has_theory = true,
         .comparison = study::Comparison::limit,
         .exists = uniform},
        {.name = "ratio",
         .meaning = "largest over smallest; missing where the smallest is not positive",
         .summary = study::Summary::median,
         .missing_as = study::MissingAs::infinity,
         .exists = uniform},
    };
    info.theory_outputs = {
        {.name = "mean_variance", .unit = "m^2", .meaning = "variance of the mean"},
        {.name = "shrinkage", .dimensions = {"ridge"}, .meaning = "n / (n + ridge)"},
        {.name = "profile",
         .dimensions = {"ridge", "index"},
         .meaning = "shrinkage times (1 + index)",
         .exists = uniform},
    };
    info.figures = {
        {.name = "error",
         .title = "Squared error of the shrunk mean",
         .observables = {"test_error"},
         .x = "n",
         .x_label = "n",
         .y_label = "squared error",
         .log_x = true,
         .log_y = true},
        {.name = "error_map",
         .title = "Squared error",
         .kind = study::Figure::Kind::heat_map,
         .observables = {"test_error"},
         .x = "n",
         .y = "ridge"},
        {.name = "numbers",
         .title = "The numbers",
         .kind = study::Figure::Kind::histogram,
         .observables = {"sorted"},
         .x = ""},
    };
    return info;
  }
};

inline study::Registry toy_registry() {
  study::Registry registry;
  registry.add([] { return std::make_unique<ToyStudy>(); });
  return registry;
}

} // namespace pastur::testing_support
