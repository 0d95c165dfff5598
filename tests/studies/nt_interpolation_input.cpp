// SPDX-License-Identifier: BSD-3-Clause
// Bad input, missing values with their reasons, real data, and what the study declares.
#include "support/study_input.hpp"

#include <pastur/studies/nt_interpolation.hpp>
#include <pastur/studies/registry.hpp>

#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

class NtInterpolationInput : public testing_support::StudyInput<studies::NtInterpolation> {
protected:
  /// `rows` x 6 samples with labels y = 1, 2, 3 ...; written by rank 0. @note Collective
  std::string write_samples(const char* name, hsize_t rows,
                            const std::function<double(hsize_t, hsize_t)>& element, bool labels = true) {
    const std::string path = (std::filesystem::temp_directory_path() / name).string();
    if (world_.rank() == 0) {
      constexpr hsize_t columns = 6;
      std::vector<double> x(rows * columns), y(rows);
      for (hsize_t i = 0; i < rows; ++i) {
        y[i] = static_cast<double>(i + 1);
        for (hsize_t j = 0; j < columns; ++j) x[i * columns + j] = element(i, j);
      }
      const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      const auto write = [&](const char* dataset, int rank, const hsize_t* size, const double* values) {
        const hid_t space = H5Screate_simple(rank, size, nullptr);
        const hid_t set =
            H5Dcreate2(file, dataset, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        H5Dclose(set);
        H5Sclose(space);
      };
      const hsize_t size[2] = {rows, columns};
      write("X", 2, size, x.data());
      if (labels) write("y", 1, size, y.data());
      H5Fclose(file);
    }
    world_.barrier();
    return path;
  }
};

/// Distinct, spread-out samples.
double scattered(hsize_t i, hsize_t j) {
  return std::sin(12.9898 * static_cast<double>(i + 1) * static_cast<double>(j + 1) +
                  0.5 * static_cast<double>(j));
}

TEST_F(NtInterpolationInput, sizes_out_of_range_are_refused) {
  expect_refused({{"n", whole(1)}}, {"n: given 1", ">= 2"});
  expect_refused({{"d", whole(2)}}, {"d: given 2", ">= 3"});
  expect_refused({{"N", whole(1)}}, {"N: given 1", ">= 2"});
  expect_refused({{"n_test", whole(0)}}, {"n_test: given 0", ">= 1"});
  expect_refused({{"theory_degree", whole(9)}}, {"theory_degree", "<= 8"});
  expect_refused({{"polynomial_degree", whole(0)}}, {"polynomial_degree", ">= 1"});
  expect_refused({{"noise_variance", study::Value(-0.1)}}, {"noise_variance", ">= 0"});
  expect_refused({{"ridge", reals({0.1, std::numeric_limits<double>::quiet_NaN()})}}, {"ridge"});
  expect_refused({{"activation", word("rleu")}}, {"activation", "relu"});
}

TEST_F(NtInterpolationInput, constant_slopes_are_refused) {
  for (const double shift : {-9.0, 9.0}) {
    expect_refused({{"activation", word("shifted_relu")}, {"activation_shift", study::Value(shift)}},
                   {"activation_shift", "constant"});
  }
  EXPECT_EQ(refusal({{"activation", word("shifted_relu")}, {"activation_shift", study::Value(-3.0)}}),
            "accepted");
}

TEST_F(NtInterpolationInput, gaussian_inputs_meet_no_infinite_width_kernel) {
  expect_refused({{"data", word("gauss")}, {"mode", word("equivalence")}},
                 {"gauss", "equivalence", "allowed"});
  expect_refused({{"data", word("gauss")}, {"kernel", word("infinite")}}, {"gauss", "infinite", "allowed"});
  EXPECT_EQ(refusal({{"data", word("gauss")}}), "accepted");
}

TEST_F(NtInterpolationInput, labels_of_a_file_need_a_file) {
  expect_refused({{"target", word("file")}}, {"target", "sphere", "no labels"});
  expect_refused({{"target", word("file")}, {"data", word("gauss")}}, {"target", "gauss"});
  expect_refused({{"data", word("file")}}, {"data = \"file\" without a file"});
}

TEST_F(NtInterpolationInput, files_with_bad_rows_are_refused) {
  const std::string good = write_samples("pastur_nt_good.h5", 40, scattered);
  const auto with_file = [](const std::string& path, std::int64_t n, std::int64_t n_test, std::int64_t d) {
    return std::vector<Setting>{{"data", word("file")}, {"file", study::Value(path)},
                                {"n", whole(n)},        {"n_test", whole(n_test)},
                                {"d", whole(d)},        {"target", word("file")}};
  };
  expect_refused(with_file(good, 30, 11, 4), {"n + n_test", "30 + 11", "40"});
  expect_refused(with_file(good, 20, 10, 7), {"d: given 7", "<= 6"});
  expect_refused(with_file(good + ".missing", 20, 10, 4), {"pastur_nt_good.h5.missing"});
  expect_refused(with_file(write_samples("pastur_nt_unlabelled.h5", 40, scattered, false), 20, 10, 4),
                 {"no labels"});
  const auto duplicate = [](hsize_t i, hsize_t j) { return scattered(i == 17 ? 3 : i, j); };
  expect_refused(with_file(write_samples("pastur_nt_duplicate.h5", 40, duplicate), 20, 10, 4),
                 {"row 17 equals row 3", "distinct"});
  const auto hole = [](hsize_t i, hsize_t j) {
    return i == 5 && j == 2 ? std::numeric_limits<double>::quiet_NaN() : scattered(i, j);
  };
  expect_refused(with_file(write_samples("pastur_nt_nan.h5", 40, hole), 20, 10, 4),
                 {"pastur_nt_nan.h5", "row 5"});
}

TEST_F(NtInterpolationInput, a_file_is_trained_on_its_first_rows_and_tested_on_its_last) {
  const std::string path = write_samples("pastur_nt_samples.h5", 40, scattered);
  const study::Parameters point = point_of(study_, {{"data", word("file")},
                                                    {"file", study::Value(path)},
                                                    {"n", whole(20)},
                                                    {"n_test", whole(10)},
                                                    {"d", whole(5)},
                                                    {"N", whole(10)},
                                                    {"target", word("file")},
                                                    {"ridge", reals({1e8})}});
  study_.prepare(std::span<const study::Parameters>(&point, 1), world_);
  const study::Recorder record = drawn(study_, point, world_);
  // At this ridge the prediction is 0: the error is the mean square of the labels 31..40, which are used as
  // they are.
  double expected = 0.0;
  for (int label = 31; label <= 40; ++label) expected += label * label / 10.0;
  EXPECT_NEAR(record.values("test_error").front(), expected, 1e-3 * expected);
}

TEST_F(NtInterpolationInput, fashion_mnist_draws_run_with_two_classes) {
  const std::vector<Setting> base = {{"data", word("fashion_mnist")},
                                     {"n", whole(200)},
                                     {"d", whole(40)},
                                     {"N", whole(60)},
                                     {"n_test", whole(300)}};
  auto with = [&](std::vector<Setting> more) {
    std::vector<Setting> settings = base;
    settings.insert(settings.end(), more.begin(), more.end());
    return point_of(study_, settings);
  };
  const std::vector<study::Parameters> points = {
      with({{"target", word("file")}, {"ridge", reals({0.0, 0.1, 1e9})}}),
      with({{"target", word("random_labels")}}),
      with({{"target", word("file")}, {"mode", word("equivalence")}})};
  study_.prepare(points, world_);
  const study::Recorder labelled = drawn(study_, points[0], world_);
  // All labels are +1 or -1, and the whitened images tell the classes apart far better than chance.
  EXPECT_NEAR(labelled.values("test_error")[2], 1.0, 1e-4);
  EXPECT_NEAR(labelled.values("train_error")[2], 1.0, 1e-4);
  EXPECT_LT(labelled.values("test_error")[1], 0.6);
  EXPECT_LT(labelled.values("train_error")[0], 1e-12);
  // Whitened images are not isotropic: below the sphere's edge, but positive.
  EXPECT_GT(labelled.values("lambda_min").front(), 0.0);
  EXPECT_LT(labelled.values("lambda_min").front(),
            predicted(study_, points[0]).values("lambda_min_infinite").front());
  EXPECT_NEAR(drawn(study_, points[1], world_).values("test_error").front(), 0.0, 5.0);
  const study::Recorder compared = drawn(study_, points[2], world_);
  EXPECT_LT(compared.values("relative_min").front(), compared.values("relative_max").front());

  const study::Recorder theory = predicted(study_, points[0]);
  EXPECT_TRUE(std::isnan(theory.values("lambda_min").front()));
  EXPECT_NE(theory.reasons().find("uniform on the sphere"), std::string::npos);
  EXPECT_NE(theory.reasons().find("no model"), std::string::npos);

  expect_refused({{"data", word("fashion_mnist")}, {"n", whole(59500)}, {"n_test", whole(501)}},
                 {"n + n_test", "60000"});
  expect_refused({{"data", word("fashion_mnist")}, {"d", whole(785)}}, {"d: given 785", "<= 784"});
}

TEST_F(NtInterpolationInput, negative_ridges_stop_at_the_edge) {
  const study::Parameters point = point_of(study_, {{"n", whole(150)},
                                                    {"d", whole(30)},
                                                    {"N", whole(40)},
                                                    {"n_test", whole(40)},
                                                    {"ridge", reals({-0.5, -0.01, 0.0})}});
  const study::Recorder record = drawn(study_, point, world_);
  ASSERT_GT(record.values("lambda_min").front(), 0.01);
  EXPECT_TRUE(std::isnan(record.values("test_error")[0]));
  EXPECT_TRUE(std::isnan(record.values("train_error")[0]));
  EXPECT_GT(record.values("test_error")[1], 0.0);
  EXPECT_GT(record.values("train_error")[1], 0.0);
  EXPECT_NE(record.reasons().find("minus the least eigenvalue"), std::string::npos);
  const study::Recorder theory = predicted(study_, point);
  EXPECT_TRUE(std::isnan(theory.values("test_error")[0]));
  EXPECT_TRUE(std::isfinite(theory.values("test_error")[1]));
}

TEST_F(NtInterpolationInput, theory_is_missing_with_its_reason_where_it_does_not_hold) {
  const auto reason = [&](const std::vector<Setting>& settings, const char* name) {
    const study::Recorder theory = predicted(study_, point_of(study_, settings));
    EXPECT_TRUE(std::isnan(theory.values(name).front()));
    return theory.reasons();
  };
  EXPECT_NE(reason({{"n", whole(5000)}, {"d", whole(30)}}, "lambda_min").find("n < d^3/6"),
            std::string::npos);
  EXPECT_NE(reason({{"n", whole(50)}, {"d", whole(10)}}, "test_error").find("d >= 20"), std::string::npos);
  EXPECT_NE(reason({{"data", word("gauss")}}, "lambda_min").find("uniform on the sphere"), std::string::npos);
  EXPECT_NE(reason({{"kernel", word("infinite")}}, "lambda_min_crude").find("no N"), std::string::npos);
  EXPECT_NE(reason({{"N", whole(15)}, {"ridge", reals({0.0})}}, "test_error").find("infinite"),
            std::string::npos);
  // Memorisation counts features only: it holds where the rest does not.
  const study::Recorder theory = predicted(
      study_,
      point_of(study_,
               {{"n", whole(5000)}, {"d", whole(30)}, {"N", whole(100)}, {"target", word("random_labels")}}));
  EXPECT_NEAR(theory.values("interpolation_error").front(), 0.4, 1e-15);
}

TEST_F(NtInterpolationInput, a_singular_infinite_width_kernel_has_no_relative_extremes) {
  const auto twice = [](hsize_t i, hsize_t j) {
    return scattered(i / 2, j) * (i % 2 == 0 ? 1.0 : 1.0 + 1e-15);
  };
  const std::string path = write_samples("pastur_nt_twins.h5", 40, twice);
  const study::Parameters point = point_of(study_, {{"mode", word("equivalence")},
                                                    {"data", word("file")},
                                                    {"file", study::Value(path)},
                                                    {"n", whole(30)},
                                                    {"n_test", whole(10)},
                                                    {"d", whole(5)},
                                                    {"N", whole(10)}});
  study_.prepare(std::span<const study::Parameters>(&point, 1), world_);
  const study::Recorder record = drawn(study_, point, world_);
  EXPECT_TRUE(std::isnan(record.values("relative_min").front()));
  EXPECT_NE(record.reasons().find("numerically singular"), std::string::npos);
  EXPECT_TRUE(std::isfinite(record.values("test_error_krr").front()));
}

TEST_F(NtInterpolationInput, the_ridgeless_peak_is_summarised_by_its_median) {
  const auto& observables = study_.info().observables;
  const auto spec = std::find_if(observables.begin(), observables.end(),
                                 [](const auto& o) { return o.name == "test_error"; });
  ASSERT_NE(spec, observables.end());
  EXPECT_EQ(spec->summary_at(point_of(study_, {{"N", whole(15)}})), study::Summary::median);
  EXPECT_EQ(spec->summary_at(point_of(study_, {{"N", whole(15)}, {"ridge", reals({0.1})}})),
            study::Summary::mean);
  EXPECT_EQ(spec->summary_at(point_of(study_, {{"N", whole(60)}})), study::Summary::mean);
}

TEST_F(NtInterpolationInput, the_declaration_is_the_public_interface) {
  const study::StudyInfo& info = study_.info();
  std::set<std::string> parameters, keyed, observables, outputs;
  for (const auto& spec : info.parameters) {
    parameters.insert(spec.name);
    if (spec.role == study::Role::model) keyed.insert(spec.name);
    EXPECT_NO_THROW(study::checked(spec, spec.initial)) << spec.name;
    EXPECT_EQ(spec.read_when.empty(), !spec.is_read) << spec.name;
    EXPECT_FALSE(spec.meaning.empty()) << spec.name;
  }
  for (const auto& spec : info.observables) observables.insert(spec.name);
  for (const auto& spec : info.theory_outputs) outputs.insert(spec.name);
  EXPECT_EQ(keyed,
            (std::set<std::string>{"n", "d", "N", "data", "file", "weights", "target", "noise_variance"}));
  EXPECT_EQ(observables, (std::set<std::string>{
                             "lambda_min", "eigenvalues", "train_error", "test_error", "interpolation_error",
                             "parameter_norm_squared", "relative_min", "relative_max", "test_error_krr",
                             "test_error_prr", "distance_nt_krr", "distance_krr_prr", "spectral_density",
                             "spectral_density_probe_error", "spectral_density_step_error"}));
  for (const char* name : {"hermite_tail", "kernel_eigenvalues", "kernel_tail", "lambda_min_infinite",
                           "test_error_infinite", "train_error_infinite", "lambda_min_crude"}) {
    EXPECT_TRUE(outputs.contains(name)) << name;
  }
  // A figure draws what the study has.
  std::set<std::string> axes = parameters;
  for (const auto& dimension : info.dimensions) axes.insert(dimension.name);
  for (const auto& figure : info.figures) {
    for (const auto& name : figure.observables)
      EXPECT_TRUE(observables.contains(name) || outputs.contains(name)) << figure.name << " " << name;
    EXPECT_TRUE(figure.x.empty() || axes.contains(figure.x)) << figure.name;
    EXPECT_TRUE(figure.y.empty() || axes.contains(figure.y)) << figure.name;
  }
  const study::Registry registry = studies::builtin();
  EXPECT_EQ(registry.make("nt_interpolation")->info().name, "nt_interpolation");
}

TEST_F(NtInterpolationInput, cost_counts_the_matrices_that_live_at_once) {
  const study::Cost dense =
      study_.cost(point_of(study_, {{"n", whole(20000)}, {"d", whole(500)}, {"N", whole(1000)}}));
  EXPECT_GE(dense.shared_bytes, 8.0 * 20000.0 * 20000.0);
  EXPECT_NEAR(dense.flops, 2.0e13, 1.2e13); // the tridiagonalisation is the hot spot: 1.1e13
  const study::Cost free = study_.cost(point_of(
      study_, {{"n", whole(20000)}, {"d", whole(500)}, {"N", whole(1000)}, {"solver", word("matrix_free")}}));
  EXPECT_LT(free.shared_bytes, 0.2 * dense.shared_bytes);
  EXPECT_GT(free.flops, dense.flops); // memory, not speed
}

} // namespace
