// SPDX-License-Identifier: BSD-3-Clause
// Bad input, vectors of the user's own, and what the study declares.
#include "support/study_input.hpp"

#include <pastur/studies/benign_overfitting.hpp>
#include <pastur/studies/registry.hpp>

#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <filesystem>
#include <limits>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

study::Value real(double value) {
  return study::Value(value);
}

class BenignOverfittingInput : public testing_support::StudyInput<studies::BenignOverfitting> {
protected:
  void TearDown() override {
    world_.barrier();
    if (world_.rank() == 0) {
      for (const std::string& path : written_) std::filesystem::remove(path);
    }
  }

  /// Written by rank 0. @note Collective
  std::string write_vector(const char* name, const char* dataset, const std::vector<double>& values) {
    const std::string path = (std::filesystem::temp_directory_path() / name).string();
    if (world_.rank() == 0) {
      const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      const hsize_t size = values.size();
      const hid_t space = H5Screate_simple(1, &size, nullptr);
      const hid_t set =
          H5Dcreate2(file, dataset, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
      H5Dclose(set);
      H5Sclose(space);
      H5Fclose(file);
    }
    written_.push_back(path);
    world_.barrier();
    return path;
  }

  study::Recorder prepared_draw(const std::vector<Setting>& settings) {
    const study::Parameters point = point_of(study_, settings);
    study_.prepare(std::span<const study::Parameters>(&point, 1), world_);
    return drawn(study_, point, parallel::Communicator::self());
  }
  study::Recorder prepared_theory(const std::vector<Setting>& settings) {
    const study::Parameters point = point_of(study_, settings);
    study_.prepare(std::span<const study::Parameters>(&point, 1), world_);
    return predicted(study_, point);
  }

  std::vector<std::string> written_;
};

TEST_F(BenignOverfittingInput, wrong_numbers_are_refused_by_name) {
  const std::vector<std::pair<Setting, const char*>> cases = {
      {{"n", whole(1)}, "n: given 1"},
      {{"p", whole(0)}, "p: given 0"},
      {{"spectrum_spikes", whole(-1)}, "spectrum_spikes: given -1"},
      {{"spectrum_spike_height", real(0.0)}, "spectrum_spike_height: given 0"},
      {{"spectrum_tail", real(-0.2)}, "spectrum_tail: given -0.2"},
      {{"spectrum_exponent", real(0.0)}, "spectrum_exponent: given 0"},
      {{"spectrum_log_exponent", real(-1.0)}, "spectrum_log_exponent: given -1"},
      {{"spectrum_length", real(0.0)}, "spectrum_length: given 0"},
      {{"spectrum_floor", real(0.0)}, "spectrum_floor: given 0"},
      {{"target_count", whole(0)}, "target_count: given 0"},
      {{"noise_variance", real(-0.1)}, "noise_variance: given -0.1"},
      {{"rank_constant", real(0.0)}, "rank_constant: given 0"},
      {{"spectrum", word("spike")}, "spectrum: given"},
      {{"target", word("none")}, "target: given"},
      {{"data", word("sphere")}, "data: given"},
      {{"ridge", reals({0.0, std::numeric_limits<double>::quiet_NaN()})}, "ridge"},
  };
  for (const auto& [setting, message] : cases) expect_refused({setting}, {message});
}

TEST_F(BenignOverfittingInput, parameters_that_contradict_each_other_are_refused) {
  expect_refused({{"p", whole(5)}}, {"spectrum_spikes: given 10", "p = 5"});
  expect_refused({{"p", whole(5)}, {"spectrum", word("power")}}, {"target_count: given 10", "p = 5"});
  expect_refused({{"p", whole(5)}, {"spectrum", word("power")}, {"target", word("tail")}},
                 {"target_count: given 10"});
  expect_refused({{"spectrum", word("file")}}, {"spectrum_file"});
  expect_refused({{"target", word("file")}}, {"target_file"});
  EXPECT_EQ(refusal({{"p", whole(5)}, {"spectrum", word("power")}, {"target", word("uniform")}}), "accepted");
}

TEST_F(BenignOverfittingInput, spectra_that_vanish_in_double_precision_are_refused) {
  expect_refused({{"p", whole(1000)}, {"spectrum", word("power")}, {"spectrum_exponent", real(200.0)}},
                 {"eigenvalue 1000", "allowed: positive numbers"});
}

TEST_F(BenignOverfittingInput, files_that_do_not_fit_are_refused) {
  const std::vector<Setting> file = {
      {"n", whole(4)}, {"p", whole(6)}, {"target", word("uniform")}, {"spectrum", word("file")}};
  const auto with = [&](const std::string& path) {
    std::vector<Setting> settings = file;
    settings.emplace_back("spectrum_file", study::Value(path));
    return settings;
  };
  expect_refused(with("/nonexistent/spectrum.h5"), {"/nonexistent/spectrum.h5", "no such file"});
  expect_refused(with(write_vector("pastur_short.h5", "spectrum", {1.0, 2.0})),
                 {"spectrum_file", "length 2", "p = 6"});
  expect_refused(with(write_vector("pastur_zero.h5", "spectrum", {1.0, 2.0, 0.0, 1.0, 1.0, 1.0})),
                 {"entry 2", "positive"});
  expect_refused(with(write_vector("pastur_name.h5", "eigen", {1.0, 1.0, 1.0, 1.0, 1.0, 1.0})),
                 {"no dataset `spectrum`"});
  expect_refused(
      {{"n", whole(4)},
       {"p", whole(6)},
       {"spectrum", word("isotropic")},
       {"target", word("file")},
       {"target_file", study::Value(write_vector("pastur_null.h5", "target", std::vector<double>(6, 0.0)))}},
      {"target", "not all zero"});
}

TEST_F(BenignOverfittingInput, a_file_reproduces_the_law_it_was_written_from) {
  std::vector<double> s(60);
  std::vector<double> theta(60);
  for (std::size_t k = 0; k < s.size(); ++k) {
    s[k] = std::pow(static_cast<double>(k + 1), -1.3);
    theta[k] = 5.0 * std::pow(static_cast<double>(k + 1), -0.5); // the scale does not matter
  }
  const std::vector<Setting> common = {{"n", whole(20)}, {"p", whole(60)}, {"ridge", reals({0.0, 0.2})}};
  std::vector<Setting> formula = common;
  formula.insert(formula.end(),
                 {{"spectrum", word("power")}, {"spectrum_exponent", real(1.3)}, {"target", word("source")}});
  std::vector<Setting> file = common;
  file.insert(file.end(), {{"spectrum", word("file")},
                           {"spectrum_file", study::Value(write_vector("pastur_s.h5", "spectrum", s))},
                           {"target", word("file")},
                           {"target_file", study::Value(write_vector("pastur_t.h5", "target", theta))}});
  const study::Recorder a = prepared_theory(formula);
  const study::Recorder b = prepared_theory(file);
  for (const char* name : {"bias", "variance", "effective_ridge", "bias_upper", "variance_lower"})
    EXPECT_NEAR(a.values(name)[1], b.values(name)[1], 1e-13 * std::abs(a.values(name)[1])) << name;

  // In another order, target and spectrum together: the same draw, because both are sorted.
  std::vector<double> s_mixed(60);
  std::vector<double> theta_mixed(60);
  for (std::size_t k = 0; k < s.size(); ++k) {
    s_mixed[(k * 7) % 60] = s[k];
    theta_mixed[(k * 7) % 60] = theta[k];
  }
  const study::Recorder sorted = prepared_draw(file);
  write_vector("pastur_s.h5", "spectrum", s_mixed);
  write_vector("pastur_t.h5", "target", theta_mixed);
  studies::BenignOverfitting fresh;
  const study::Parameters point = point_of(fresh, file);
  fresh.prepare(std::span<const study::Parameters>(&point, 1), world_);
  ASSERT_EQ(fresh.warnings(point).size(), 1U);
  EXPECT_NE(fresh.warnings(point)[0].find("pastur_s.h5\" is not in descending order"), std::string::npos);
  const study::Recorder mixed = drawn(fresh, point, parallel::Communicator::self());
  for (const char* name : {"bias", "variance", "test_error", "optimal_ridge"})
    EXPECT_EQ(sorted.values(name).front(), mixed.values(name).front()) << name;
}

TEST_F(BenignOverfittingInput, declared_parameters_match_the_registry) {
  const study::Registry registry = studies::builtin();
  const std::vector<std::string> names = registry.names();
  EXPECT_NE(std::find(names.begin(), names.end(), "benign_overfitting"), names.end());
  EXPECT_NO_THROW(study::require_consistent(study_.info()));
}

TEST_F(BenignOverfittingInput, cost_grows_with_what_it_depends_on) {
  const auto cost = [&](const std::vector<Setting>& settings) {
    return study_.cost(point_of(study_, settings));
  };
  const study::Cost base = cost({});
  EXPECT_GT(cost({{"n", whole(400)}}).flops, 3.0 * base.flops);
  EXPECT_EQ(cost({{"n", whole(400)}}).shared_bytes, 4.0 * base.shared_bytes);
  EXPECT_GT(cost({{"p", whole(200000)}}).flops, 20.0 * base.flops);
  // X is never stored: memory does not grow with p where the spectrum has few levels.
  EXPECT_EQ(cost({{"p", whole(200000)}}).rank_bytes, base.rank_bytes);
  EXPECT_EQ(cost({{"p", whole(200000)}}).shared_bytes, base.shared_bytes);
}

} // namespace
