// SPDX-License-Identifier: BSD-3-Clause
// Deep networks: the Hessian by a second route, limits, teams, training, bad input.
#include "skip_connections_points.hpp"

#include <pastur/learning/network_initialisation.hpp>
#include <pastur/learning/training.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/random/fill.hpp>

#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <filesystem>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::real;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::wholes;
using testing_support::word;

class SkipConnectionsNetwork : public testing_support::SkipConnectionsTest {
protected:
  void expect_refused(std::vector<Setting> settings, const std::vector<std::string>& words,
                      bool prepared = false) {
    settings.insert(settings.begin(), {"mode", word("network")});
    SkipConnectionsTest::expect_refused(settings, words, prepared);
  }
};

TEST_F(SkipConnectionsNetwork, the_dual_spectrum_is_that_of_the_hessian_applied_without_a_matrix) {
  const std::int64_t n = 12, layers = 3, outputs = 3, batch = 5, samples = 9;
  const double skip = 0.7, tau = 1.2;
  const study::Parameters point = point_of(study_, {{"mode", word("network")},
                                                    {"n", whole(n)},
                                                    {"L", whole(layers)},
                                                    {"outputs", whole(outputs)},
                                                    {"batch", whole(batch)},
                                                    {"n_train", whole(samples)},
                                                    {"activation", word("leaky")},
                                                    {"weight_scale", real(tau)},
                                                    {"bias_scale", real(0.3)},
                                                    {"head", word("plain")},
                                                    {"skip", reals({skip})}});
  study::Recorder record(study::draw_slots(study_.info(), point));
  const random::Streams streams("any");
  study_.draw(point, world_, streams, record);
  record.require_complete();

  // The same network from the same streams, and H v by differentiating the loss twice.
  learning::Layer layer;
  layer.units = n;
  layer.activation = theory::Activation(theory::ActivationKind::leaky, 0.1);
  layer.bias = true;
  layer.skip = {learning::Join::add, 1, skip};
  std::vector<learning::Layer> all(layers, layer);
  learning::Layer head;
  head.units = outputs;
  all.push_back(head);
  const learning::Network network(n, all);
  std::vector<double> parameters(static_cast<std::size_t>(network.parameters()));
  for (std::int64_t l = 1; l <= layers; ++l) {
    learning::draw_weights(network, parameters, l, streams.stream("W" + std::to_string(l)),
                           learning::InitialLaw::gauss, tau * tau / static_cast<double>(n));
    learning::draw_bias(network, parameters, l, streams.stream("b" + std::to_string(l)), 0.09);
  }
  learning::draw_weights(network, parameters, layers + 1, streams.stream("V"), learning::InitialLaw::gauss,
                         1.0 / static_cast<double>(n));
  learning::Samples inputs(n, samples), targets(outputs, samples);
  random::fill_normal(streams.stream("X"), {0, n, 0, samples}, inputs.data(), n);
  random::fill_normal(streams.stream("Y"), {0, outputs, 0, samples}, targets.data(), outputs);
  const learning::TeamSamples share =
      learning::team_share(world_, inputs.view().slice(0, batch), targets.view().slice(0, batch));
  learning::TeamLoss loss(world_, network, share, 1.0 / static_cast<double>(batch));
  EXPECT_NEAR(record.values("train_error")[0],
              learning::TeamLoss(world_, network, learning::team_share(world_, inputs, targets),
                                 1.0 / static_cast<double>(samples))
                  .value(parameters),
              1e-12);

  const auto size = static_cast<std::size_t>(batch * outputs);
  for (std::int64_t l = 1; l <= layers; ++l) {
    const learning::ParameterBlock block = network.weight_block(l);
    const auto [begin, end] = linalg::even_range(block.size(), world_.rank(), world_.size());
    const linalg::LinearOperator hessian{
        world_, block.size(), end - begin, [&](std::span<const double> x, std::span<double> y) {
          const std::vector<double> whole_x = world_.all_gather(x);
          std::vector<double> direction(parameters.size(), 0.0), result(parameters.size());
          std::ranges::copy(whole_x, direction.begin() + block.offset);
          loss.hessian_product(parameters, direction, result);
          std::copy(result.begin() + block.offset + begin, result.begin() + block.offset + end, y.begin());
        }};
    const linalg::ExtremeEigenvalues extremes = linalg::extreme_eigenvalues(hessian);
    const auto spectrum =
        record.values("hessian_eigenvalues").subspan(static_cast<std::size_t>(l - 1) * size, size);
    EXPECT_NEAR(spectrum.front(), extremes.lambda_max, 1e-10 * extremes.lambda_max);
    EXPECT_NEAR(extremes.lambda_min, 0.0, 1e-6 * extremes.lambda_max); // n^2 > batch outputs: a null space
    // The trace: H e_i summed over all weights of the layer.
    double trace = 0.0;
    for (std::int64_t i = 0; i < block.size(); ++i) {
      std::vector<double> direction(parameters.size(), 0.0), result(parameters.size());
      direction[static_cast<std::size_t>(block.offset + i)] = 1.0;
      loss.hessian_product(parameters, direction, result);
      trace += result[static_cast<std::size_t>(block.offset + i)];
    }
    double sum = 0.0, squares = 0.0;
    for (const double value : spectrum) {
      sum += value;
      squares += value * value;
    }
    EXPECT_NEAR(sum, trace, 1e-11 * trace);
    EXPECT_NEAR(record.values("hessian_participation")[static_cast<std::size_t>(l - 1)], sum * sum / squares,
                1e-9);
  }
}

TEST_F(SkipConnectionsNetwork, a_linear_network_has_the_same_map_for_every_sample) {
  // Without activations A_g does not depend on g, so Hessian eigenvalues are products (2/G) s(Z)^2 s(A)^2.
  const study::Recorder record = drawn(study_,
                                       point_of(study_, {{"mode", word("network")},
                                                         {"n", whole(10)},
                                                         {"L", whole(2)},
                                                         {"outputs", whole(2)},
                                                         {"batch", whole(4)},
                                                         {"n_train", whole(4)},
                                                         {"activation", word("linear")}}),
                                       self_);
  const auto spectrum = record.values("hessian_eigenvalues").subspan(0, 8); // first layer
  const double kappa = record.values("condition_number_sample")[0];
  // The greatest and least of two interleaved copies of s(Z)^2, scaled by the two s(A)^2.
  std::vector<double> sorted(spectrum.begin(), spectrum.end());
  double product = 1.0;
  for (const double value : sorted) product *= value;
  std::vector<double> upper;
  // Each s(Z)^2 s_1^2 has a partner kappa^2 below it.
  std::vector<bool> used(sorted.size(), false);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (used[i]) continue;
    const double partner = sorted[i] / (kappa * kappa);
    bool matched = false;
    for (std::size_t j = i + 1; j < sorted.size() && !matched; ++j) {
      if (used[j] || std::abs(sorted[j] - partner) > 1e-9 * partner) continue;
      used[i] = used[j] = matched = true;
    }
    EXPECT_TRUE(matched) << "eigenvalue " << i;
  }
  EXPECT_EQ(record.values("violations")[9], 0.0);
}

TEST_F(SkipConnectionsNetwork, teams_of_every_size_draw_and_train_the_same) {
  for (const char* activation : {"relu", "leaky", "abs", "linear"}) {
    const study::Parameters point = point_of(study_, {{"mode", word("network")},
                                                      {"n", whole(17)},
                                                      {"L", whole(3)},
                                                      {"outputs", whole(3)},
                                                      {"batch", whole(25)},
                                                      {"n_train", whole(30)},
                                                      {"activation", word(activation)},
                                                      {"bias_scale", real(0.2)},
                                                      {"weights", word("uniform")},
                                                      {"steps", wholes({0, 5})},
                                                      {"skip", reals({0.0, 1.0})}});
    const study::Recorder alone = drawn(study_, point, self_);
    const study::Recorder together = drawn(study_, point, world_);
    EXPECT_EQ(alone.reasons(), together.reasons());
    for (const char* name : {"train_error", "condition_number_sample", "condition_number_full",
                             "hessian_eigenvalues", "hessian_participation"}) {
      const auto a = alone.values(name);
      const auto b = together.values(name);
      for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(std::isnan(a[i]), std::isnan(b[i])) << name;
        if (std::isnan(a[i])) continue;
        const double scale = std::string(name) == "hessian_eigenvalues" ? a[i / 75 * 75] : std::abs(a[i]);
        EXPECT_NEAR(a[i], b[i], 1e-8 * scale) << activation << " " << name << " " << i;
      }
    }
    for (const double count : together.values("violations")) EXPECT_FALSE(count > 0.0);
  }
}

TEST_F(SkipConnectionsNetwork, training_lowers_the_error_and_one_run_serves_every_number_of_steps) {
  const std::vector<Setting> base = {
      {"mode", word("network")}, {"n", whole(16)},       {"L", whole(2)},        {"outputs", whole(2)},
      {"batch", whole(8)},       {"n_train", whole(24)}, {"skip", reals({0.5})}, {"step_size", real(0.01)}};
  for (const char* optimizer : {"adam", "gd"}) {
    std::vector<Setting> settings = base;
    settings.push_back({"optimizer", word(optimizer)});
    settings.push_back({"steps", wholes({0, 10, 40})});
    const study::Recorder many = drawn(study_, point_of(study_, settings), self_);
    EXPECT_GT(many.values("train_error")[0], many.values("train_error")[1]);
    EXPECT_GT(many.values("train_error")[1], many.values("train_error")[2]);
    settings.back().second = wholes({40});
    const study::Recorder one = drawn(study_, point_of(study_, settings), self_);
    EXPECT_EQ(many.values("train_error")[2], one.values("train_error")[0]);
    // Zero steps: unit outputs, so the error is near outputs (labels) + outputs, whatever the skip.
    EXPECT_NEAR(many.values("train_error")[0], 4.0, 2.0);
  }
}

TEST_F(SkipConnectionsNetwork, a_diverging_training_is_missing_with_its_reason) {
  const study::Recorder record = drawn(study_,
                                       point_of(study_, {{"mode", word("network")},
                                                         {"n", whole(8)},
                                                         {"L", whole(3)},
                                                         {"outputs", whole(2)},
                                                         {"batch", whole(4)},
                                                         {"n_train", whole(4)},
                                                         {"optimizer", word("gd")},
                                                         {"step_size", real(1e6)},
                                                         {"steps", wholes({0, 50})}}),
                                       world_);
  EXPECT_TRUE(std::isfinite(record.values("train_error")[0]));
  EXPECT_TRUE(std::isnan(record.values("train_error")[1]));
  EXPECT_NE(record.reasons().find("the training diverged within 50 steps"), std::string::npos);
}

TEST_F(SkipConnectionsNetwork, a_file_is_trained_on_as_it_is) {
  constexpr hsize_t rows = 12, columns = 5, outputs = 2;
  const std::string path = (std::filesystem::temp_directory_path() / "pastur_skip_samples.h5").string();
  if (world_.rank() == 0) {
    std::vector<double> x(rows * columns), y(rows * outputs, 3.0);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(1.0 + 7.3 * static_cast<double>(i * i));
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const auto write = [&](const char* name, hsize_t width, const double* values) {
      const hsize_t size[2] = {rows, width};
      const hid_t space = H5Screate_simple(2, size, nullptr);
      const hid_t set =
          H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
      H5Dclose(set);
      H5Sclose(space);
    };
    write("X", columns, x.data());
    write("y", outputs, y.data());
    H5Fclose(file);
  }
  world_.barrier();
  const std::vector<Setting> base = {{"data", word("file")},       {"file", study::Value(path)},
                                     {"outputs", whole(2)},        {"L", whole(2)},
                                     {"batch", whole(3)},          {"n_train", whole(12)},
                                     {"weight_scale", real(1e-3)}, {"head", word("plain")},
                                     {"skip", reals({0.0})}};
  std::vector<Setting> settings = base;
  settings.push_back({"mode", word("network")});
  settings.push_back({"n", whole(5)});
  const study::Parameters point = point_of(study_, settings);
  study_.prepare(std::span<const study::Parameters>(&point, 1), world_);
  // The outputs vanish, so the error is that of the labels: 2 x 3^2.
  EXPECT_NEAR(drawn(study_, point, world_).values("train_error")[0], 18.0, 1e-3);
  std::vector<Setting> wrong = base;
  wrong.push_back({"n", whole(6)});
  expect_refused(wrong, {"n: given 6", "5"}, true);
  wrong = base;
  wrong.push_back({"n", whole(5)});
  wrong.push_back({"outputs", whole(3)});
  expect_refused(wrong, {"outputs: given 3", "12 x 2"}, true);
  wrong.back() = {"n_train", whole(13)};
  expect_refused(wrong, {"n_train: given 13", "12"}, true);
}

TEST_F(SkipConnectionsNetwork, bad_input_is_refused_with_what_is_allowed) {
  expect_refused({{"batch", whole(600)}}, {"batch: given 600", "n_train"});
  expect_refused({{"outputs", whole(301)}}, {"outputs: given 301", "<= n"});
  expect_refused({{"outputs", whole(9)}, {"data", word("fashion_mnist")}}, {"outputs: given 9", ">= 10"});
  expect_refused({{"steps", wholes({5, 2})}}, {"steps", "increas"});
  expect_refused({{"steps", wholes({-1})}}, {"steps"});
  expect_refused({{"step_size", real(0.0)}}, {"step_size"});
  expect_refused({{"bias_scale", real(-1.0)}}, {"bias_scale"});
  expect_refused({{"activation", word("tanh")}}, {"activation", "relu"});
  expect_refused({{"data", word("file")}}, {"file", "without a file"});
  expect_refused({{"data", word("file")}, {"file", word("/nonexistent.h5")}}, {"/nonexistent.h5"}, true);
  expect_refused({{"data", word("fashion_mnist")}, {"n_train", whole(60001)}, {"n", whole(49)}},
                 {"n_train", "60000"}, true);
  expect_refused({{"n_train", whole(8000)}, {"batch", whole(7000)}},
                 {"hessian = \"dual\"", "batch x outputs <= 65536", "matrix_free"});
}

} // namespace
