// SPDX-License-Identifier: BSD-3-Clause
// Study files that are right: what they mean.
#include "support/toy_study.hpp"

#include <pastur/run/layout.hpp>
#include <pastur/run/study_file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace {

using pastur::InputError;
using pastur::run::Experiment;
using pastur::study::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Experiment parse(const std::string& text, const std::vector<std::string>& settings = {}) {
  return pastur::run::parse_experiment(text, "f.toml", settings, pastur::testing_support::toy_registry());
}

/// "n/scale" of every point: integers and reals as they print.
std::vector<std::string> values_of(const std::vector<pastur::study::Parameters>& points,
                                   const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (const auto& point : points) {
    std::string text;
    for (const std::string& name : names)
      text += (text.empty() ? "" : "/") + pastur::study::to_string(point.value(name));
    texts.push_back(text);
  }
  return texts;
}

std::vector<std::string> axis_texts(const pastur::run::SweepAxis& axis) {
  std::vector<std::string> texts;
  for (const Value& value : axis.values) texts.push_back(pastur::study::to_string(value));
  return texts;
}

TEST(StudyFile, with_only_a_study_has_the_defaults_and_one_point) {
  const Experiment e = parse("study = \"toy_mean\"\n");
  EXPECT_EQ(e.file.seed, 0);
  EXPECT_EQ(e.file.draws.min, 1);
  EXPECT_EQ(e.file.draws.max, 1);
  EXPECT_FALSE(e.file.common_random_numbers);
  ASSERT_THAT(e.points, SizeIs(1));
  EXPECT_EQ(e.points[0].integer("n"), 20);
  EXPECT_THAT(e.points[0].reals("ridge"), ElementsAre(0.0, 1.0));
  EXPECT_TRUE(e.theory_points.empty());
}

TEST(StudyFile, may_have_finer_entries_of_a_coordinate_for_the_theory) {
  const std::string head = "study = \"toy_mean\"\n[parameters]\nridge = [0.0, 4.0]\n";
  const Experiment e = parse(head + "[theory]\nridge = { from = 0, to = 4, count = 5 }\n");
  ASSERT_THAT(e.points, SizeIs(1));
  EXPECT_THAT(e.points[0].reals("ridge"), ElementsAre(0.0, 4.0));
  ASSERT_THAT(e.theory_points, SizeIs(1));
  EXPECT_THAT(e.theory_points[0].reals("ridge"), ElementsAre(0.0, 1.0, 2.0, 3.0, 4.0));
  const Experiment both = parse(head + "[sweep]\nn = [5, 9]\n[theory]\nridge = [1, 2, 3]\nscale = [1, 2]\n");
  EXPECT_THAT(values_of(both.theory_points, {"n", "scale", "ridge"}),
              ElementsAre("5/1.0/[1.0, 2.0, 3.0]", "5/2.0/[1.0, 2.0, 3.0]", "9/1.0/[1.0, 2.0, 3.0]",
                          "9/2.0/[1.0, 2.0, 3.0]"));
}

/// A study that predicts nothing along its coordinate.
class Unpredicted : public pastur::testing_support::ToyStudy {
public:
  Unpredicted() : info_(ToyStudy::info()) {
    info_.theory_outputs.clear();
    for (pastur::study::ObservableSpec& spec : info_.observables) spec.has_theory = false;
  }
  const pastur::study::StudyInfo& info() const override { return info_; }

private:
  pastur::study::StudyInfo info_;
};

TEST(StudyFile, has_no_finer_coordinate_that_nothing_predicts) {
  pastur::study::Registry registry;
  registry.add([] { return std::make_unique<Unpredicted>(); });
  try {
    pastur::run::parse_experiment("study = \"toy_mean\"\n[theory]\nridge = [0.0, 1.0]\n", "f.toml", {},
                                  registry);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("f.toml:3:1: theory.ridge: given, but nothing that is predicted here"));
  }
}

TEST(StudyFile, of_the_design_page_reads_as_meant) {
  const Experiment e = parse(R"(study = "toy_mean"
seed  = 20260101
draws = { min = 8, max = 512, until = { observable = "test_error", relative_stderr = 0.01 } }
common_random_numbers = true

[parameters]
n = 300
law = "uniform"
ridge = [1e-4, 1e-2, 1]      # vector parameter

[sweep]
scale = [0.5, 1, 2.0]
n = { from = 100, to = 1600, count = 5, scale = "log" }

[theory]
n = { from = 100, to = 1600, count = 9, scale = "log" }
)");
  EXPECT_EQ(e.file.seed, 20260101);
  EXPECT_EQ(e.file.draws.min, 8);
  EXPECT_EQ(e.file.draws.max, 512);
  ASSERT_TRUE(e.file.draws.until.has_value());
  EXPECT_EQ(e.file.draws.until->observable, "test_error");
  EXPECT_EQ(e.file.draws.until->relative_stderr, 0.01);
  EXPECT_FALSE(e.file.draws.until->absolute_stderr.has_value());
  EXPECT_TRUE(e.file.common_random_numbers);
  ASSERT_THAT(e.file.sweep, SizeIs(2));
  EXPECT_EQ(e.file.sweep[0].parameter, "scale"); // the order of the file, not of the alphabet
  EXPECT_THAT(axis_texts(e.file.sweep[1]),
              ElementsAre("100", "200", "400", "800", "1600")); // and the sweep wins over [parameters]
  ASSERT_THAT(e.points, SizeIs(15));
  EXPECT_THAT(values_of({e.points.begin(), e.points.begin() + 6}, {"scale", "n"}),
              ElementsAre("0.5/100", "0.5/200", "0.5/400", "0.5/800", "0.5/1600", "1.0/100"));
  EXPECT_EQ(e.points[14].integer("n"), 1600);
  EXPECT_THAT(e.points[3].reals("ridge"), ElementsAre(1e-4, 1e-2, 1.0));
  ASSERT_THAT(e.theory_points, SizeIs(27));
  EXPECT_THAT(values_of({e.theory_points.begin(), e.theory_points.begin() + 4}, {"scale", "n"}),
              ElementsAre("0.5/100", "0.5/141", "0.5/200", "0.5/283"));
}

TEST(StudyFile, with_a_precision_goal_starts_at_two_draws) {
  const Experiment e = parse("study = \"toy_mean\"\ndraws = { max = 9, until = { observable = \"sorted\", "
                             "absolute_stderr = 1 } }\n");
  EXPECT_EQ(e.file.draws.min, 2);
  EXPECT_EQ(e.file.draws.max, 9);
  EXPECT_EQ(e.file.draws.until->absolute_stderr, 1.0);
}

TEST(Range, gives_exact_ends_and_round_numbers_between) {
  const auto axis = [](const std::string& range) {
    return axis_texts(parse("study = \"toy_mean\"\n[sweep]\n" + range).file.sweep[0]);
  };
  EXPECT_THAT(axis("scale = { from = 0.1, to = 0.5, count = 5 }"),
              ElementsAre("0.1", "0.2", "0.3", "0.4", "0.5"));
  EXPECT_THAT(axis("scale = { from = 1e-3, to = 1, count = 4, scale = \"log\" }"),
              ElementsAre("0.001", "0.01", "0.1", "1.0"));
  EXPECT_THAT(axis("scale = { from = 2, to = 1, count = 3, scale = \"linear\" }"),
              ElementsAre("2.0", "1.5", "1.0"));
  EXPECT_THAT(axis("scale = { from = 3, to = 3, count = 1 }"), ElementsAre("3.0"));
  EXPECT_THAT(axis("scale = { from = 0.1234567890123456, to = 1.2345678901234567, count = 2 }"),
              ElementsAre("0.1234567890123456", "1.2345678901234567"));
  EXPECT_THAT(axis("scale = { from = 1, to = 2, count = 4 }"),
              ElementsAre("1.0", "1.33333333333", "1.66666666667", "2.0"));
}

TEST(Range, of_integers_is_rounded_and_has_each_once) {
  const auto axis = [](const std::string& range) {
    return axis_texts(parse("study = \"toy_mean\"\n[sweep]\n" + range).file.sweep[0]);
  };
  EXPECT_THAT(axis("n = { from = 2, to = 10, count = 9, scale = \"log\" }"),
              ElementsAre("2", "3", "4", "5", "7", "8", "10"));
  EXPECT_THAT(axis("n = { from = 2, to = 5, count = 100 }"), ElementsAre("2", "3", "4", "5"));
  EXPECT_THAT(axis("n = { from = 10, to = 2, count = 3 }"), ElementsAre("10", "6", "2"));
}

TEST(Sweep, walks_zipped_axes_together) {
  const Experiment e =
      parse("study = \"toy_mean\"\n[sweep]\ncombine = \"zip\"\nn = [5, 5, 9]\nscale = [1, 2, 1]\n");
  EXPECT_TRUE(e.file.zip);
  EXPECT_THAT(values_of(e.points, {"n", "scale"}), ElementsAre("5/1.0", "5/2.0", "9/1.0"));
}

TEST(Sweep, may_go_over_words_and_plain_lists) {
  const Experiment e = parse("study = \"toy_mean\"\n[parameters]\nn = 2\n[sweep]\nlaw = [\"gauss\", "
                             "\"uniform\"]\nweights = [[], [1, 2]]\n");
  EXPECT_THAT(
      values_of(e.points, {"law", "weights"}),
      ElementsAre("\"gauss\"/[]", "\"gauss\"/[1.0, 2.0]", "\"uniform\"/[]", "\"uniform\"/[1.0, 2.0]"));
  const Experiment words =
      parse("study = \"toy_mean\"\n[parameters]\nsolver = \"iterative\"\n[sweep]\nsteps = [1, \"inf\"]\n");
  EXPECT_THAT(values_of(words.points, {"steps"}), ElementsAre("1", "\"inf\""));
}

TEST(Sweep, may_go_over_a_parameter_that_only_some_points_read) {
  const Experiment e =
      parse("study = \"toy_mean\"\n[parameters]\nshift = 2\n[sweep]\nlaw = [\"gauss\", \"uniform\"]\n");
  EXPECT_EQ(e.points[1].real("shift"), 2.0);
}

TEST(Sweep, of_a_million_points_copies_little) {
  const Experiment e = parse("study = \"toy_mean\"\n[sweep]\nn = { from = 2, to = 1001, count = 1000 }\n"
                             "scale = { from = 1, to = 2, count = 1000 }\n");
  EXPECT_THAT(e.points, SizeIs(1000000));
  // One shared set of defaults: a point owns its two swept values only.
  EXPECT_EQ(&e.points.front().reals("ridge"), &e.points.back().reals("ridge"));
}

TEST(TheoryGrid, replaces_the_axes_it_names_and_appends_the_others) {
  const Experiment e =
      parse("study = \"toy_mean\"\n[parameters]\nlaw = \"uniform\"\n[sweep]\nn = [5, 6]\nscale = [1, 2]\n"
            "[theory]\nshift = [0, 1]\nn = [5, 6, 7]\n");
  EXPECT_THAT(e.points, SizeIs(4));
  EXPECT_THAT(e.theory_points, SizeIs(12));
  EXPECT_THAT(values_of({e.theory_points.begin(), e.theory_points.begin() + 5}, {"n", "scale", "shift"}),
              ElementsAre("5/1.0/0.0", "5/1.0/1.0", "5/2.0/0.0", "5/2.0/1.0", "6/1.0/0.0"));
}

TEST(TheoryGrid, of_a_zip_sweep_refines_all_its_parameters_or_none) {
  const std::string head =
      "study = \"toy_mean\"\n[sweep]\ncombine = \"zip\"\nn = [5, 9]\nscale = [1, 2]\n[theory]\n";
  const Experiment finer = parse(head + "n = [5, 7, 7]\nscale = [1, 1.5, 2]\n");
  EXPECT_THAT(values_of(finer.theory_points, {"n", "scale"}), ElementsAre("5/1.0", "7/1.5", "7/2.0"));
  const Experiment extra = parse("study = \"toy_mean\"\n[parameters]\nlaw = \"uniform\"\n" +
                                 head.substr(head.find('[')) + "shift = [0, 1]\n");
  EXPECT_THAT(values_of(extra.theory_points, {"n", "scale", "shift"}),
              ElementsAre("5/1.0/0.0", "5/1.0/1.0", "9/2.0/0.0", "9/2.0/1.0"));
}

TEST(TheoryGrid, may_stand_without_a_sweep) {
  const Experiment e = parse("study = \"toy_mean\"\n[theory]\nn = [5, 6, 7]\n");
  EXPECT_THAT(e.points, SizeIs(1));
  EXPECT_THAT(values_of(e.theory_points, {"n"}), ElementsAre("5", "6", "7"));
}

TEST(Setting, replaces_and_adds_values) {
  const std::string text =
      "study = \"toy_mean\"\nseed = 1\ndraws = 4\n[parameters]\nn = 30\n[sweep]\nscale = [1, 2]\n";
  EXPECT_EQ(parse(text, {"seed=7"}).file.seed, 7);
  EXPECT_EQ(parse(text, {"draws = 9"}).file.draws.max, 9);
  EXPECT_EQ(parse(text, {"n=31"}).points[0].integer("n"), 31);
  EXPECT_EQ(parse(text, {"parameters.n=32"}).points[0].integer("n"), 32);
  EXPECT_EQ(parse(text, {"n=31", "n=33"}).points[0].integer("n"), 33);
  EXPECT_TRUE(parse(text, {"common_random_numbers=true"}).file.common_random_numbers);
  EXPECT_THAT(parse(text, {"ridge=[0.5, 2]"}).points[0].reals("ridge"), ElementsAre(0.5, 2.0));
  EXPECT_THAT(
      values_of(parse(text, {"sweep.scale=[3]", "sweep.n={from=5, to=7, count=3}"}).points, {"scale", "n"}),
      ElementsAre("3.0/5", "3.0/6", "3.0/7"));
  EXPECT_THAT(parse(text, {"theory.n=[5,6,7]"}).theory_points, SizeIs(6));
  EXPECT_EQ(parse(text, {"draws={max=9, until={observable=\"sorted\", absolute_stderr=0.1}}"}).file.draws.max,
            9);
}

TEST(Setting, of_a_swept_parameter_ends_its_sweep) {
  const std::string text = "study = \"toy_mean\"\n[sweep]\nscale = [1, 2]\nn = [5, 6]\n";
  EXPECT_THAT(values_of(parse(text, {"n=9"}).points, {"scale", "n"}), ElementsAre("1.0/9", "2.0/9"));
  EXPECT_THAT(values_of(parse(text, {"n=9", "scale=3"}).points, {"scale", "n"}), ElementsAre("3.0/9"));
}

TEST(Setting, takes_bare_words_for_text) {
  const std::string text = "study = \"toy_mean\"\n";
  EXPECT_EQ(parse(text, {"law=uniform"}).points[0].text("law"), "uniform");
  EXPECT_EQ(parse(text, {"law=\"uniform\""}).points[0].text("law"), "uniform");
  EXPECT_EQ(parse(text, {"label=/data/x 1.h5"}).points[0].text("label"), "/data/x 1.h5");
  EXPECT_EQ(parse(text, {"label=../x.h5"}).points[0].text("label"), "../x.h5");
  EXPECT_EQ(parse(text, {"label=a=b"}).points[0].text("label"), "a=b");
  EXPECT_EQ(parse(text, {"label=10"}).points[0].text("label"), "10");
  EXPECT_EQ(parse(text, {"label=true"}).points[0].text("label"), "true");
  EXPECT_EQ(parse(text, {"label=2024-01-01"}).points[0].text("label"), "2024-01-01");
  EXPECT_EQ(parse(text, {"solver=iterative", "steps=inf"}).points[0].text("steps"), "inf");
}

TEST(StoredText, gives_the_same_experiment_again) {
  const std::string text = "study = \"toy_mean\"\n[sweep]\nn = [5, 6]"; // no line end
  const Experiment first = parse(text, {"seed=3", "law=uniform"});
  const std::string stored = pastur::run::with_settings(first.file);
  EXPECT_EQ(stored, text + "\n# Settings of the command line:\n# --set seed=3\n# --set law=uniform\n");
  const Experiment again = parse(stored);
  EXPECT_THAT(again.file.settings, ElementsAre("seed=3", "law=uniform"));
  EXPECT_EQ(again.file.text, text + "\n");
  EXPECT_EQ(again.file.seed, 3);
  EXPECT_EQ(pastur::run::with_settings(again.file), stored);
  EXPECT_EQ(pastur::run::with_settings(parse(text).file), text);
  // A setting that ends with the line that stands above all of them.
  const Experiment quoting = parse(text, {"seed=5", "draws=3 # Settings of the command line:"});
  EXPECT_EQ(parse(pastur::run::with_settings(quoting.file)).file.settings, quoting.file.settings);
}

TEST(StudyFile, may_have_windows_line_ends_and_a_byte_order_mark) {
  const Experiment e = parse("\xEF\xBB\xBFstudy = \"toy_mean\"\r\nseed = 4\r\n[parameters]\r\nn = 5\r\n");
  EXPECT_EQ(e.file.seed, 4);
  EXPECT_EQ(e.points[0].integer("n"), 5);
}

class StudyFileOnDisk : public testing::Test {
protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("pastur_study_file_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string refusal(const std::filesystem::path& path) {
    try {
      pastur::run::load_experiment(path, {}, pastur::testing_support::toy_registry());
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }

  std::filesystem::path folder_;
};

TEST_F(StudyFileOnDisk, is_read_whole) {
  std::ofstream(folder_ / "a.toml") << "study = \"toy_mean\"\nseed = 5\n";
  const Experiment e =
      pastur::run::load_experiment(folder_ / "a.toml", {}, pastur::testing_support::toy_registry());
  EXPECT_EQ(e.file.seed, 5);
  EXPECT_EQ(e.file.text, "study = \"toy_mean\"\nseed = 5\n");
}

TEST_F(StudyFileOnDisk, that_is_no_file_says_so) {
  EXPECT_THAT(refusal(folder_ / "none.toml"), HasSubstr("none.toml: there is no such file"));
  EXPECT_THAT(refusal(folder_), HasSubstr("given a directory"));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("/dev/zero: larger than 4 MiB"));
  std::ofstream(folder_ / "bad.toml") << "study = \n";
  EXPECT_THAT(refusal(folder_ / "bad.toml"), HasSubstr("bad.toml:1:"));
}

TEST(StudyFile, written_back_as_toml_reads_the_same) {
  const Experiment e = parse(R"(study = "toy_mean"
seed = 9
draws = { min = 2, max = 30, until = { observable = "spread", relative_stderr = 1e-3 } }
common_random_numbers = true
[parameters]
ridge = [1e-5, 2]
label = "a \"b\" \\ c"
[sweep]
combine = "zip"
n = { from = 3, to = 5, count = 3 }
law = ["gauss", "uniform", "uniform"]
[theory]
scale = { from = 0.1, to = 1e20, count = 4, scale = "log" }
)",
                             {"label=x \"y\""});
  const Experiment back = parse(pastur::run::to_toml(e.file));
  EXPECT_EQ(pastur::run::store_layout(back).identity, pastur::run::store_layout(e).identity);
  EXPECT_EQ(pastur::run::draws_text(back.file.draws), pastur::run::draws_text(e.file.draws));
  EXPECT_EQ(back.points[0].text("label"), "x \"y\"");
  EXPECT_TRUE(back.file.settings.empty());
}

} // namespace
