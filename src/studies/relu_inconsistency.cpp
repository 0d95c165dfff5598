// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/studies/relu_inconsistency.hpp>
#include <pastur/studies/relu_inconsistency_training.hpp>
#include <pastur/study/declaration.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace pastur::studies {

namespace relu_inconsistency {

namespace {

using study::Comparison;
using study::largest_size;
using study::ObservableSpec;
using study::Parameters;
using study::ParameterSpec;
using study::ParameterType;
using study::Role;
using study::Summary;
using study::Value;
using study::whole;
using study::word;

bool of_points(const Parameters& p) {
  return p.is("data", "points");
}
bool of_list(const Parameters& p) {
  return p.is("weights", "list");
}
bool samples_afresh(const Parameters& p) {
  return p.is("data", "radial") || p.is("data", "wave");
}
bool on_a_line(const Parameters& p) {
  return input_dimension(p) == 1;
}
bool records_fit(const Parameters& p) {
  return on_a_line(p) && !p.reals("fit_x").empty();
}
bool is_full(const Parameters& p) {
  return p.is("engine", "full");
}

std::vector<ParameterSpec> model_parameters() {
  return {
      {.name = "n",
       .symbol = "n",
       .type = ParameterType::integer,
       .initial = whole(64),
       .meaning = "hidden neurons",
       .range = {2, largest_size}},
      {.name = "N",
       .symbol = "N",
       .type = ParameterType::integer,
       .initial = whole(0),
       .meaning =
           "samples; 0: round(n^sample_exponent); inf: the law itself, every atom with its probability",
       .range = {0, 1e15},
       .choices = {"inf"}},
      {.name = "sample_exponent",
       .symbol = "q",
       .type = ParameterType::real,
       .initial = Value(2.0),
       .meaning = "N = round(n^q)",
       .range = {.lowest = 0.0, .highest = 8.0, .lowest_allowed = false},
       .read_when = "N = 0",
       .is_read = [](const Parameters& p) { return !p.is("N", "inf") && p.integer("N") == 0; }},
      {.name = "data",
       .symbol = "(x_j, y_j, p_j)",
       .type = ParameterType::choice,
       .initial = word("six"),
       .meaning = "six: x = -3, -2, -1, 1, 2, 3 with y = -1, 2, -1, 1, -2, 1; star: 11 rays in the plane "
                  "with three radii; "
                  "points: the three lists; radial: y = cos 2 pi t at x = sqrt(3) t e; wave: a noisy wave on "
                  "two intervals",
       .choices = {"six", "star", "points", "radial", "wave"}},
      {.name = "points_x",
       .symbol = "x_j",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{}),
       .meaning = "inputs, none 0, at least two distinct ones on each side of 0",
       .read_when = "data = points",
       .is_read = of_points},
      {.name = "points_y",
       .symbol = "y_j",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{}),
       .meaning = "targets",
       .read_when = "data = points",
       .is_read = of_points},
      {.name = "points_probability",
       .symbol = "p_j",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{}),
       .meaning = "probabilities, with sum 1",
       .range = {.lowest = 0.0, .highest = 1.0, .lowest_allowed = false},
       .read_when = "data = points",
       .is_read = of_points},
      {.name = "d",
       .symbol = "d",
       .type = ParameterType::integer,
       .initial = whole(1),
       .meaning = "input dimension",
       .range = {1, 4096},
       .read_when = "data = radial",
       .is_read = [](const Parameters& p) { return p.is("data", "radial"); }},
      {.name = "shift",
       .symbol = "Delta",
       .type = ParameterType::real,
       .initial = Value(0.0),
       .meaning = "added to every target: the optimal intercepts are no longer 0",
       .unit = "y"},
      {.name = "weights",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("he"),
       .meaning = "he: a ~ N(0, 2/d), w ~ N(0, 2/n); swapped: a ~ N(0, 2/n), w ~ N(0, 2/d); ntk: standard "
                  "normal, with the "
                  "factors sqrt(2/d) and sqrt(2/n) in the network; list: weights_a and weights_w",
       .choices = {"he", "swapped", "ntk", "list"}},
      {.name = "weights_a",
       .symbol = "a_i(0)",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{}),
       .meaning = "n numbers, none 0",
       .read_when = "weights = list",
       .is_read = of_list},
      {.name = "weights_w",
       .symbol = "w_i(0)",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{}),
       .meaning = "n numbers",
       .read_when = "weights = list",
       .is_read = of_list},
      {.name = "bias",
       .symbol = "b_i(0)",
       .type = ParameterType::choice,
       .initial = word("zero"),
       .meaning = "zero; uniform on (-d^{-1/2}, d^{-1/2}); kink: the kink of every neuron passes through a "
                  "random sample",
       .choices = {"zero", "uniform", "kink"}},
  };
}

std::vector<ParameterSpec> method_parameters() {
  return {
      {.name = "step_rule",
       .symbol = "h",
       .type = ParameterType::choice,
       .initial = word("spectral"),
       .meaning = "spectral: 1 over the greatest eigenvalue of each network's tangent kernel at the start; "
                  "small: 0.01/n; "
                  "fixed: step_size",
       .role = Role::method,
       .choices = {"spectral", "small", "fixed"}},
      {.name = "step_size",
       .symbol = "h",
       .type = ParameterType::real,
       .initial = Value(0.001),
       .meaning = "step of every update",
       .role = Role::method,
       .range = {.lowest = 0.0, .lowest_allowed = false},
       .read_when = "step_rule = fixed",
       .is_read = [](const Parameters& p) { return p.is("step_rule", "fixed"); }},
      {.name = "steps",
       .symbol = "",
       .type = ParameterType::integer,
       .initial = whole(0),
       .meaning = "updates; 0: until the network has settled or its budget is spent (engine = reduced only)",
       .role = Role::method,
       .range = {0, 4294967295.0}},
      {.name = "optimizer",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("gd"),
       .meaning = "gd: full gradient; sgd, adam: minibatches",
       .role = Role::method,
       .choices = {"gd", "sgd", "adam"}},
      {.name = "batch",
       .symbol = "m",
       .type = ParameterType::integer,
       .initial = whole(16),
       .meaning = "samples of a minibatch, drawn afresh each step",
       .role = Role::method,
       .range = {1, 65536},
       .read_when = "optimizer = sgd or adam",
       .is_read = [](const Parameters& p) { return !p.is("optimizer", "gd"); }},
      {.name = "momentum",
       .symbol = "mu",
       .type = ParameterType::real,
       .initial = Value(0.0),
       .meaning = "heavy ball",
       .role = Role::method,
       .range = {.lowest = 0.0, .highest = 1.0, .highest_allowed = false},
       .read_when = "optimizer = gd or sgd",
       .is_read = [](const Parameters& p) { return !p.is("optimizer", "adam"); }},
      {.name = "engine",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("reduced"),
       .meaning = "reduced: the exact recursion, up to the first crossing; full: plain training of all "
                  "parameters, beyond it",
       .role = Role::method,
       .choices = {"reduced", "full"}},
      {.name = "networks",
       .symbol = "K",
       .type = ParameterType::integer,
       .initial = whole(100),
       .meaning = "independent networks in one draw",
       .role = Role::method,
       .range = {1, 1e6}},
      {.name = "times",
       .symbol = "",
       .type = ParameterType::integer_list,
       .initial = Value(std::vector<std::int64_t>{0}),
       .meaning = "updates after which the paths are recorded",
       .role = Role::method,
       .range = {.lowest = 0},
       .coordinate = true,
       .unit = "steps"},
      {.name = "fit_x",
       .symbol = "x",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{}),
       .meaning = "inputs at which f is recorded after each of `times`",
       .role = Role::method,
       .coordinate = true,
       .unit = "x",
       .read_when = "d = 1 (not data = star)",
       .is_read = on_a_line},
  };
}

std::vector<ObservableSpec> observables() {
  return {
      {.name = "crossed",
       .unit = "probability",
       .meaning = "share of networks with a kink that left the gap, or degenerate",
       .has_theory = true},
      {.name = "crossed_predicted",
       .unit = "probability",
       .meaning = "crossing probability by the linear reference recursion from each network's own start, "
                  "mean over the draw",
       .exists = crossing_is_predicted},
      {.name = "status",
       .dimensions = {"network"},
       .unit = "code",
       .meaning = "0 settled, 1 crossed, 2 degenerate, 3 budget spent, 4 all steps done without crossing"},
      {.name = "max_kink",
       .dimensions = {"network"},
       .unit = "x",
       .meaning = "largest |b_i/a_i| up to and with the stop (engine = full: up to and with the crossing)",
       .summary = Summary::median},
      {.name = "stop_step",
       .dimensions = {"network"},
       .unit = "steps",
       .meaning = "updates done at the stop; crossed: the first update after which it shows",
       .summary = Summary::median},
      {.name = "loss",
       .dimensions = {"network"},
       .unit = "y^2",
       .meaning = "half the weighted mean square error at the end"},
      {.name = "settled_error",
       .unit = "y^2",
       .meaning = "largest |loss - loss_linear| over the settled networks",
       .has_theory = true,
       .comparison = Comparison::limit},
      {.name = "loss_linear",
       .dimensions = {"network"},
       .unit = "y^2",
       .meaning = "loss of the best separate affine fits on the two sides (star: on each ray)",
       .has_theory = true},
      {.name = "loss_path",
       .dimensions = {"network", "times"},
       .unit = "y^2",
       .meaning = "loss after that many updates; after the stop its last value"},
      {.name = "kink_path",
       .dimensions = {"network", "times"},
       .unit = "x",
       .meaning = "largest |b_i/a_i| so far",
       .summary = Summary::median},
      {.name = "fit_path",
       .dimensions = {"network", "times", "fit_x"},
       .unit = "y",
       .meaning = "f(x) after that many updates; after the stop its last value",
       .exists = records_fit},
      {.name = "fit_linear",
       .dimensions = {"network", "fit_x"},
       .unit = "y",
       .meaning = "the best separate affine fits on the two sides of 0",
       .has_theory = true,
       .exists = records_fit},
      {.name = "crossed_path",
       .dimensions = {"times"},
       .unit = "probability",
       .meaning = "share of networks crossed or degenerate so far"},
      {.name = "below_linear_path",
       .dimensions = {"times"},
       .unit = "share",
       .meaning = "share of networks with a loss below 0.999999 loss_linear",
       .exists = is_full},
      {.name = "test_error",
       .unit = "y",
       .meaning = "root mean square error on 10 000 fresh points, noise-free target, mean over the networks",
       .exists = samples_afresh},
  };
}

} // namespace

study::StudyInfo declaration() {
  std::vector<ParameterSpec> parameters = model_parameters();
  for (ParameterSpec& spec : method_parameters()) parameters.push_back(std::move(spec));
  return {
      .name = "relu_inconsistency",
      .paper = "David Holzmüller, Ingo Steinwart, Training Two-Layer ReLU Networks with Gradient Descent is "
               "Inconsistent, Journal of Machine Learning Research 23(181), 1-82 (2022), arXiv:2002.04861",
      .summary = "kinks of ReLU networks that never leave the gap around 0: gradient descent stuck at "
                 "linear regression",
      .parameters = std::move(parameters),
      .dimensions = {{.name = "network",
                      .meaning = "network of the draw, from 0",
                      .coordinate =
                          [](const Parameters& p) {
                            std::vector<double> values(static_cast<std::size_t>(p.integer("networks")));
                            std::iota(values.begin(), values.end(), 0.0);
                            return values;
                          }}},
      .observables = observables(),
      .theory_outputs =
          {{.name = "crossed_refined",
            .unit = "probability",
            .meaning =
                "crossing probability with the change of a_i, which crossed_theory leaves out: kinks that "
                "pass through infinity count",
            .exists = crossing_is_predicted}},
      .figures = figures()};
}

namespace {

void check_points(const Parameters& p) {
  const std::vector<double>& x = p.reals("points_x");
  const std::vector<double>& y = p.reals("points_y");
  const std::vector<double>& probability = p.reals("points_probability");
  if (x.empty())
    throw InputError("points_x: given no points; allowed: at least two distinct ones on each side of 0");
  if (y.size() != x.size())
    throw InputError(
        fmt::format("points_y: given {} targets for {} points_x; allowed: one a point", y.size(), x.size()));
  if (probability.size() != x.size())
    throw InputError(fmt::format("points_probability: given {} for {} points_x; allowed: one a point",
                                 probability.size(), x.size()));
  if (std::find(x.begin(), x.end(), 0.0) != x.end())
    throw InputError(
        "points_x: given a point at 0: the data have no gap there; allowed: points other than 0");
  const double sum = std::accumulate(probability.begin(), probability.end(), 0.0);
  if (!(std::abs(sum - 1.0) < 1e-9))
    throw InputError(fmt::format("points_probability: given a sum of {}; allowed: a sum of 1", sum));
  const Sides sides = side_moments(atoms(p));
  for (std::size_t side = 0; side < 2; ++side) {
    if (!sides[side].two_points)
      throw InputError(fmt::format(
          "points_x: given fewer than two distinct points {} 0; allowed: at least two on each side",
          side == 0 ? "above" : "below"));
  }
}

void check_list(const Parameters& p) {
  if (p.integer("networks") != 1)
    throw InputError(
        fmt::format("networks: given {} with weights = \"list\"; allowed: 1", p.integer("networks")));
  if (p.is("data", "star") || (p.is("data", "radial") && p.integer("d") > 1))
    throw InputError(fmt::format("weights = \"list\" with data = \"{}\": the lists are for d = 1; allowed: "
                                 "data = \"six\" or \"points\"",
                                 p.text("data")));
  for (const char* name : {"weights_a", "weights_w"}) {
    if (p.reals(name).size() != static_cast<std::size_t>(p.integer("n")))
      throw InputError(
          fmt::format("{}: given {} numbers; allowed: n = {}", name, p.reals(name).size(), p.integer("n")));
  }
  const std::vector<double>& a = p.reals("weights_a");
  if (std::find(a.begin(), a.end(), 0.0) != a.end())
    throw InputError("weights_a: given a 0: that neuron has no kink; allowed: numbers other than 0");
}

void check_engine(const Parameters& p) {
  const bool zero = p.is("bias", "zero");
  if (is_full(p)) {
    if (p.integer("steps") == 0)
      throw InputError("steps: given 0 with engine = \"full\", which has no stop rule; allowed: steps > 0");
  } else {
    const char* instead = "allowed: engine = \"full\"";
    if (samples_afresh(p))
      throw InputError(
          fmt::format("engine = \"reduced\" with data = \"{}\": its points leave no gap around 0; {}",
                      p.text("data"), instead));
    if (p.is("data", "star") && p.integer("steps") == 0)
      throw InputError("steps: given 0 with data = \"star\", which has no stop rule; allowed: steps > 0");
    if (!zero)
      throw InputError(
          fmt::format("engine = \"reduced\" with bias = \"{}\": the recursion starts from zero biases; {}",
                      p.text("bias"), instead));
    if (p.is("optimizer", "adam"))
      throw InputError(fmt::format(
          "engine = \"reduced\" with optimizer = \"adam\": its steps are not linear in the parameters; {}",
          instead));
    if (p.is("weights", "ntk"))
      throw InputError(fmt::format(
          "engine = \"reduced\" with weights = \"ntk\": the recursion is for he, swapped and list; {}",
          instead));
  }
  if (p.is("optimizer", "adam") && !p.is("step_rule", "fixed"))
    throw InputError(fmt::format(
        "step_rule: given \"{}\" with optimizer = \"adam\", whose step is no share of an eigenvalue; "
        "allowed: \"fixed\" with step_size",
        p.text("step_rule")));
}

/// Sum a^2 and sum w^2 of a side at the start, on average over the law of the weights; those of the list.
StartMoments expected_start(const Parameters& p) {
  const double n = static_cast<double>(p.integer("n"));
  if (p.is("weights", "list"))
    return summarise_start(StartLaw(p, random::Streams("")), 0, p.integer("n")).moments;
  // ntk: the factors of the network multiply the gradients instead.
  const double aa = p.is("weights", "he") ? n : p.is("weights", "swapped") ? 1.0 : 3.0;
  const double ww = p.is("weights", "swapped") ? n : 1.0;
  return {.aa = {aa, aa}, .aw = {}, .ww = {ww, ww}, .count = {}};
}

/// A step given as a number against lambda_max of the linear reference recursion; nothing where the step is a
/// share of it or where the points are no atoms on a line.
struct GivenStep {
  const char* key;
  double h, lambda;
};

std::optional<GivenStep> given_step(const Parameters& p) {
  const bool atoms_on_a_line = has_atoms(p) && !p.is("data", "star");
  if (p.is("optimizer", "adam") || p.is("step_rule", "spectral") || !atoms_on_a_line) return {};
  const double lambda = ReferenceRecursion(side_moments(atoms(p)), expected_start(p)).eigenvalues()[3];
  return GivenStep{p.is("step_rule", "fixed") ? "step_size" : "step_rule", Schedule(p).step(lambda), lambda};
}

void check_step(const Parameters& p) {
  const std::optional<GivenStep> step = given_step(p);
  if (!step) return;
  const double limit = 2.0 * (1.0 + p.real("momentum")) / step->lambda;
  if (step->h > limit)
    throw InputError(fmt::format(
        "{}: given a step of {:.4g}; allowed: at most 2 (1 + momentum)/lambda_max = {:.4g}, beyond "
        "which the training diverges",
        step->key, step->h, limit));
}

} // namespace

} // namespace relu_inconsistency

ReluInconsistency::ReluInconsistency() : info_(relu_inconsistency::declaration()) {}

std::vector<std::string> ReluInconsistency::warnings(const study::Parameters& p) const {
  const auto step = relu_inconsistency::given_step(p);
  if (!step || step->h * step->lambda <= 1.0) return {};
  return {fmt::format(
      "{}: given a step of {:.4g}, above 1/lambda_max = {:.4g}; the stop rule and the theory assume less",
      step->key, step->h, 1.0 / step->lambda)};
}

void ReluInconsistency::check(const study::Parameters& p) const {
  using namespace relu_inconsistency;
  if (p.is("data", "points")) check_points(p);
  if (p.is("weights", "list")) check_list(p);
  if (samples_afresh(p)) {
    if (p.is("N", "inf"))
      throw InputError(
          fmt::format("N: given inf with data = \"{}\", a law without atoms; allowed: a number of samples",
                      p.text("data")));
    if (p.integer("N") < 2)
      throw InputError(fmt::format("N: given {} with data = \"{}\"; allowed: a number of samples >= 2",
                                   p.integer("N"), p.text("data")));
    if (p.integer("N") > 100'000'000 / (p.is("data", "radial") ? p.integer("d") : 1))
      throw InputError(fmt::format("N: given {} with data = \"{}\"; allowed: at most 10^8/d samples",
                                   p.integer("N"), p.text("data")));
  } else if (!p.is("N", "inf") && p.integer("N") == 0 &&
             std::pow(static_cast<double>(p.integer("n")), p.real("sample_exponent")) > 1e15) {
    throw InputError(fmt::format(
        "sample_exponent: given {}: n^sample_exponent exceeds 10^15; allowed: smaller, or N = \"inf\"",
        p.real("sample_exponent")));
  }
  check_engine(p);
  check_step(p);
  const std::vector<std::int64_t>& times = p.integers("times");
  const std::int64_t latest = *std::max_element(times.begin(), times.end());
  if (p.integer("steps") > 0 && latest > p.integer("steps"))
    throw InputError(
        fmt::format("times: given {} beyond steps = {}; allowed: 0 to steps", latest, p.integer("steps")));
}

} // namespace pastur::studies
