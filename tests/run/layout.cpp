// SPDX-License-Identifier: BSD-3-Clause
#include "support/toy_study.hpp"

#include <pastur/run/layout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace {

using pastur::InputError;
using pastur::run::draw_identity;
using pastur::run::Experiment;
using pastur::run::store_layout;
using pastur::store::Axis;
using pastur::store::Layout;
using pastur::study::Parameters;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string head = "study = \"toy_mean\"\nseed = 5\n";

Experiment parse(const std::string& text, const std::vector<std::string>& settings = {}) {
  return pastur::run::parse_experiment(text, "f.toml", settings, pastur::testing_support::toy_registry());
}

Layout layout_of(const std::string& text, const std::vector<std::string>& settings = {}) {
  return store_layout(parse(text, settings));
}

template <typename Named>
std::vector<std::string> names(const std::vector<Named>& things) {
  std::vector<std::string> texts;
  for (const Named& thing : things) texts.push_back(thing.name);
  return texts;
}

template <typename T>
const std::vector<T>& values(const Axis& axis) {
  return std::get<std::vector<T>>(axis.values);
}

TEST(StoreLayout, of_one_point_has_no_axes) {
  const Layout layout = layout_of(head + "draws = 7\n");
  EXPECT_THAT(layout.axes, IsEmpty());
  EXPECT_EQ(layout.points(), 1);
  EXPECT_EQ(layout.theory_points(), 0);
  EXPECT_EQ(layout.draws, 7);
  EXPECT_EQ(layout.seed, 5);
  EXPECT_EQ(layout.study, "toy_mean");
  EXPECT_THAT(layout.paper, HasSubstr("Closed Forms"));
  EXPECT_THAT(names(layout.observables), ElementsAre("sample_mean", "test_error", "sorted"));
  EXPECT_THAT(names(layout.theory),
              ElementsAre("sample_mean_theory", "test_error_theory", "mean_variance", "shrinkage"));
  EXPECT_THAT(names(layout.dimensions), ElementsAre("ridge", "index"));
}

TEST(StoreLayout, carries_types_units_and_meanings_of_axes) {
  const Layout layout =
      layout_of(head + "[sweep]\nscale = [0.5, 1]\nn = [5, 9]\nlaw = [\"gauss\", \"uniform\"]\n");
  ASSERT_THAT(names(layout.axes), ElementsAre("scale", "n", "law"));
  EXPECT_THAT(values<double>(layout.axes[0]), ElementsAre(0.5, 1.0));
  EXPECT_EQ(layout.axes[0].unit, "m");
  EXPECT_EQ(layout.axes[0].long_name, "standard deviation");
  EXPECT_THAT(values<std::int64_t>(layout.axes[1]), ElementsAre(5, 9));
  EXPECT_THAT(values<std::string>(layout.axes[2]), ElementsAre("gauss", "uniform"));
  EXPECT_EQ(layout.points(), 8);
  EXPECT_EQ(layout.observables[1].unit, "m^2");
  EXPECT_EQ(layout.observables[1].long_name, "squared error of the shrunk mean");
  EXPECT_THAT(layout.observables[1].dimensions, ElementsAre("ridge"));
  EXPECT_EQ(layout.theory[1].theory_of, "test_error");
  EXPECT_EQ(layout.theory[1].unit, "m^2");
  EXPECT_EQ(layout.theory[1].comparison, "prediction");
  EXPECT_EQ(layout.theory[1].long_name, "prediction: squared error of the shrunk mean");
}

TEST(StoreLayout, writes_mixed_axes_and_lists_as_text) {
  const Layout mixed =
      layout_of(head + "[parameters]\nsolver = \"iterative\"\n[sweep]\nsteps = [1, \"inf\"]\n");
  EXPECT_THAT(values<std::string>(mixed.axes[0]), ElementsAre("1", "inf"));
  const Layout lists = layout_of(head + "[parameters]\nn = 2\n[sweep]\nweights = [[], [1, 2]]\n");
  EXPECT_THAT(values<std::string>(lists.axes[0]), ElementsAre("[]", "[1.0, 2.0]"));
}

TEST(StoreLayout, pads_dimensions_to_the_longest_point) {
  const Layout layout = layout_of(head + "[parameters]\nridge = [0.1, 1, 10]\n[sweep]\nn = [5, 9, 3]\n");
  EXPECT_THAT(values<double>(layout.dimension("ridge")), ElementsAre(0.1, 1.0, 10.0));
  EXPECT_THAT(values<double>(layout.dimension("index")), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(layout.dimension("index").long_name, "rank of the number");
  EXPECT_EQ(layout.own_size(layout.observables[2]), 9);
}

TEST(StoreLayout, does_not_pad_for_theory_points_that_no_prediction_needs) {
  // `sorted` has no prediction: a theory line over large n must not enlarge it.
  const Layout layout =
      layout_of(head + "[sweep]\nn = [5, 9]\n[theory]\nn = { from = 5, to = 5000, count = 3 }\n");
  EXPECT_EQ(layout.dimension("index").size(), 9u);
}

TEST(StoreLayout, has_the_observables_that_exist_at_some_point) {
  const std::string uniform = head + "[parameters]\nlaw = \"uniform\"\n";
  EXPECT_THAT(names(layout_of(uniform).observables),
              ElementsAre("sample_mean", "test_error", "sorted", "spread", "ratio"));
  EXPECT_EQ(layout_of(uniform).observables[3].summary, "median");
  EXPECT_EQ(layout_of(uniform).observables[3].missing_as, "ignored");
  EXPECT_EQ(layout_of(uniform).observables[4].missing_as, "infinity");
  EXPECT_THAT(names(layout_of(head + "[sweep]\nlaw = [\"gauss\", \"uniform\"]\n").observables),
              testing::Contains("spread"));
  const Layout theory_only = layout_of(head + "[theory]\nlaw = [\"gauss\", \"uniform\"]\n");
  EXPECT_THAT(names(theory_only.observables), Not(testing::Contains("spread")));
  EXPECT_THAT(names(theory_only.theory), testing::Contains("spread_theory"));
}

TEST(StoreLayout, of_a_zip_sweep_has_an_axis_of_points_with_coordinates) {
  const Layout layout = layout_of(head + "[sweep]\ncombine = \"zip\"\nn = [5, 9, 9]\nscale = [1, 2, "
                                         "3]\n[theory]\nn = [5, 7]\nscale = [1, 1.5]\n");
  ASSERT_THAT(names(layout.axes), ElementsAre("point"));
  EXPECT_THAT(values<std::int64_t>(layout.axes[0]), ElementsAre(0, 1, 2));
  ASSERT_THAT(names(layout.point_coordinates), ElementsAre("n", "scale"));
  EXPECT_THAT(values<std::int64_t>(layout.point_coordinates[0]), ElementsAre(5, 9, 9));
  EXPECT_THAT(values<double>(layout.point_coordinates[1]), ElementsAre(1.0, 2.0, 3.0));
  EXPECT_EQ(layout.points(), 3);
  ASSERT_THAT(names(layout.theory_axes), ElementsAre("point"));
  EXPECT_EQ(layout.theory_points(), 2);
}

TEST(StoreLayout, of_a_finer_grid_keeps_the_axes_it_does_not_name) {
  const Experiment e = parse(head + "[parameters]\nlaw = \"uniform\"\n[sweep]\nn = [5, 9]\nscale = [1, "
                                    "2]\n[theory]\nscale = [1, 1.5, 2]\nshift = [0, 1]\n");
  const Layout layout = store_layout(e);
  EXPECT_THAT(names(layout.theory_axes), ElementsAre("n", "scale", "shift"));
  EXPECT_THAT(values<double>(layout.theory_axes[1]), ElementsAre(1.0, 1.5, 2.0));
  EXPECT_EQ(layout.theory_points(), static_cast<std::int64_t>(e.theory_points.size()));
  EXPECT_EQ(layout.points(), static_cast<std::int64_t>(e.points.size()));
}

TEST(StoreLayout, of_a_finer_coordinate_has_it_on_the_theory_grid_only) {
  const std::string fixed = head + "[parameters]\nridge = [0, 4]\n";
  const Experiment e = parse(fixed + "[theory]\nridge = { from = 0, to = 4, count = 9 }\n");
  const Layout layout = store_layout(e);
  EXPECT_THAT(values<double>(layout.dimension("ridge")), ElementsAre(0.0, 4.0));
  EXPECT_EQ(layout.dimension("ridge", true).size(), 9u);
  EXPECT_EQ(layout.own_size(layout.theory[1], true), 9);
  EXPECT_TRUE(layout.theory_axes.empty());
  EXPECT_EQ(layout.theory_points(), 1);
  EXPECT_NE(layout.identity, layout_of(fixed).identity);
  EXPECT_FALSE(layout_of(fixed).has_finer_theory());
}

TEST(StoreLayout, keeps_the_text_and_the_settings) {
  const Layout layout = layout_of(head + "# a comment\n", {"n=9"});
  EXPECT_EQ(layout.study_file, head + "# a comment\n# Settings of the command line:\n# --set n=9\n");
  EXPECT_EQ(store_layout(parse(layout.study_file)).identity, layout.identity);
}

/// A study whose dimension has other coordinates at every point.
class Drifting : public pastur::testing_support::ToyStudy {
public:
  Drifting() : info_(ToyStudy::info()) {
    info_.dimensions[0].coordinate = [](const Parameters& p) {
      return std::vector<double>(3, static_cast<double>(p.integer("n")));
    };
  }
  const pastur::study::StudyInfo& info() const override { return info_; }

private:
  pastur::study::StudyInfo info_;
};

TEST(StoreLayout, refuses_points_that_differ_in_a_coordinate) {
  pastur::study::Registry registry;
  registry.add([] { return std::make_unique<Drifting>(); });
  const auto layout = [&](const std::string& sweep) {
    return store_layout(pastur::run::parse_experiment(head + sweep, "f.toml", {}, registry));
  };
  EXPECT_NO_THROW(layout(""));
  EXPECT_NO_THROW(layout("[sweep]\nscale = [1, 2]\n"));
  EXPECT_THROW(layout("[sweep]\nn = [5, 6]\n"), InputError);
}

TEST(Identity, is_what_fixes_the_numbers_one_line_a_fact) {
  EXPECT_EQ(layout_of(head + "[parameters]\nsolver = \"iterative\"\n[sweep]\nn = [5, 9]\nscale = [1, "
                             "0.5]\n[theory]\nn = [5, 6]\n")
                .identity,
            "study toy_mean\nseed 5\ncommon_random_numbers false\n"
            "parameter failure_rate = 0.0\nparameter gigabytes = 0.0\nparameter label = \"\"\nparameter law "
            "= \"gauss\"\n"
            "parameter ridge = [0.0, 1.0]\nparameter seconds = 0.0\nparameter solver = "
            "\"iterative\"\nparameter steps = 10\n"
            "parameter weights = []\ncombine grid\nsweep n = [5, 9]\nsweep scale = [1.0, 0.5]\ntheory n = "
            "[5, 6]\n");
}

TEST(Identity, does_not_change_with_how_the_file_is_written) {
  const std::string identity =
      layout_of(head + "draws = 4\n[parameters]\nscale = 1\n[sweep]\nn = [10, 100]\n").identity;
  for (const std::string& same :
       {head + "draws = 400\n[parameters]\nscale = 1.0\n[sweep]\nn = [10, 100]\n", // draws, a real as integer
        head + "# comment\n[sweep]\nn = { from = 10, to = 100, count = 2, scale = \"log\" }\n", // defaults, a
                                                                                                // range
        head + "sweep.n = [10,\n   100]\nparameters = { scale = 1 }\n",             // another form
        head + "[parameters]\nn = 7\n[sweep]\ncombine = \"grid\"\nn = [10, 100]\n", // a value the sweep hides
        head + "draws = { max = 9, until = { observable = \"sorted\", absolute_stderr = 1 } }\n[sweep]\nn = "
               "[10, 100]\n"}) {
    EXPECT_EQ(layout_of(same).identity, identity) << same;
  }
  EXPECT_EQ(layout_of("study = \"toy_mean\"\n[sweep]\nn = [10, 100]\n", {"seed=5"}).identity, identity);
}

TEST(Identity, changes_with_everything_that_changes_numbers) {
  const std::vector<std::string> texts = {"",
                                          "[parameters]\nn = 21\n",
                                          "[parameters]\nridge = [0.0]\n",
                                          "[parameters]\nsolver = \"iterative\"\n",
                                          "common_random_numbers = true\n",
                                          "[sweep]\nn = [20, 21]\n",
                                          "[sweep]\nn = [21, 20]\n",
                                          "[sweep]\nn = [20, 21]\nscale = [1, 2]\n",
                                          "[sweep]\nscale = [1, 2]\nn = [20, 21]\n",
                                          "[sweep]\ncombine = \"zip\"\nn = [20, 21]\nscale = [1, 2]\n",
                                          "[theory]\nn = [20, 21]\n"};
  std::set<std::string> identities;
  for (const std::string& text : texts) identities.insert(layout_of(head + text).identity);
  identities.insert(layout_of("study = \"toy_mean\"\nseed = 6\n").identity);
  EXPECT_EQ(identities.size(), texts.size() + 1);
}

TEST(DrawIdentity, depends_on_seed_study_model_parameters_and_draw) {
  const Experiment e = parse(head + "[sweep]\nn = [5, 9]\n");
  EXPECT_EQ(draw_identity(e, e.points[0], 3),
            "seed=5 study=toy_mean draw=3 | law=\"gauss\" n=5 scale=1.0 weights=[]");
  EXPECT_NE(draw_identity(e, e.points[0], 3), draw_identity(e, e.points[1], 3));
  EXPECT_NE(draw_identity(e, e.points[0], 3), draw_identity(e, e.points[0], 4));
}

TEST(DrawIdentity, is_the_same_for_other_methods_and_other_sweeps) {
  const Experiment alone = parse(head + "[parameters]\nn = 9\n");
  const Experiment swept = parse(head + "draws = 9\n[parameters]\nridge = [3.0]\nsolver = "
                                        "\"iterative\"\n[sweep]\nscale = [2, 1]\nn = [5, 9]\n");
  EXPECT_EQ(draw_identity(alone, alone.points[0], 1), draw_identity(swept, swept.points[3], 1));
}

TEST(DrawIdentity, leaves_the_point_out_with_common_random_numbers) {
  const Experiment e = parse(head + "common_random_numbers = true\n[sweep]\nn = [5, 9]\n");
  EXPECT_EQ(draw_identity(e, e.points[0], 3), draw_identity(e, e.points[1], 3));
  EXPECT_EQ(draw_identity(e, e.points[0], 3), "seed=5 study=toy_mean draw=3");
}

} // namespace
