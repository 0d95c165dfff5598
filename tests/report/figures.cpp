// SPDX-License-Identifier: BSD-3-Clause
#include "report/toy_store.hpp"

#include <pastur/report/figures.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace {

namespace fs = std::filesystem;
using namespace pastur;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::ToyStore;

double decay(const std::string&, std::int64_t point, std::int64_t draw, std::size_t entry) {
  return 1.0 / (1.0 + static_cast<double>(point) + static_cast<double>(entry)) +
         0.01 * static_cast<double>(draw);
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// The distinct colours that an svg fills areas with.
std::set<std::string> fill_colours(const std::string& svg) {
  std::set<std::string> colours;
  for (std::size_t at = svg.find("fill = 'rgb("); at != std::string::npos;
       at = svg.find("fill = 'rgb(", at + 1)) {
    colours.insert(svg.substr(at, svg.find(')', at) - at));
  }
  return colours;
}

/// Lines of the data block under the comment that starts with `about`.
std::vector<std::string> block(const std::string& script, const std::string& about) {
  std::vector<std::string> lines;
  const std::size_t at = script.find("# " + about);
  if (at == std::string::npos) return lines;
  std::istringstream text(script.substr(at));
  std::string line;
  std::getline(text, line);
  std::getline(text, line);
  while (std::getline(text, line) && line != "EOD") lines.push_back(line);
  return lines;
}

std::string script_of(const ToyStore& toy, const std::string& figure) {
  const store::Reader reader(toy.path());
  for (const study::Figure& candidate : toy.experiment().study->info().figures) {
    if (candidate.name == figure) return report::gnuplot_script(candidate, reader, toy.experiment(), "f.svg");
  }
  return {};
}

constexpr const char* sweep =
    "draws = 4\n[parameters]\nridge = [0.0, 1.0, 5.0]\n[sweep]\nn = [5, 10, 20, 40]\n";

TEST(Figures, are_drawn_in_every_format) {
  ToyStore toy(sweep);
  toy.write(decay);
  const store::Reader reader(toy.path());
  for (const std::string suffix : {"svg", "png", "pdf"}) {
    const auto files = report::plot(reader, toy.experiment(), toy.folder() / ("f." + suffix)).files;
    EXPECT_THAT(files,
                ElementsAre(toy.folder() / ("f_error." + suffix), toy.folder() / ("f_error_map." + suffix),
                            toy.folder() / ("f_numbers." + suffix)));
    for (const fs::path& file : files) EXPECT_GT(fs::file_size(file), 2000U) << file;
  }
  EXPECT_THAT(contents(toy.folder() / "f_error.png").substr(0, 4), "\x89PNG");
  EXPECT_THAT(contents(toy.folder() / "f_error.pdf").substr(0, 5), "%PDF-");
  EXPECT_THAT(contents(toy.folder() / "f_error.svg"), HasSubstr("Squared error of the shrunk mean"));
  EXPECT_FALSE(fs::exists(toy.folder() / "f_error.gp"));
}

TEST(Figures, one_asked_for_by_name_gets_the_very_file_name) {
  ToyStore toy(sweep);
  toy.write(decay);
  const auto files =
      report::plot(store::Reader(toy.path()), toy.experiment(), toy.folder() / "one.svg", "error").files;
  EXPECT_THAT(files, ElementsAre(toy.folder() / "one.svg"));
  EXPECT_TRUE(fs::exists(toy.folder() / "one.svg"));
}

TEST(Figures, keep_a_script_that_draws_the_same_figure_again) {
  ToyStore toy(sweep);
  toy.write(decay);
  const fs::path file = toy.folder() / "kept.svg";
  report::plot(store::Reader(toy.path()), toy.experiment(), file, "error", true);
  const std::string first = contents(file);
  fs::remove(file);
  const std::string command = "cd " + file.parent_path().string() + " && gnuplot kept.gp";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(contents(file), first);
}

TEST(Figures, show_means_with_one_standard_error_and_theory) {
  ToyStore toy(sweep);
  toy.write(decay);
  const std::string script = script_of(toy, "error");
  // Point n = 10, ridge = 1: mean 1/3 + 0.015, standard error of 0, 0.01, 0.02, 0.03.
  const double mean = 1.0 / 3.0 + 0.015;
  const double error = std::sqrt(5e-4 / 3.0 / 4.0);
  const auto draws = block(script, "test_error, ridge = 1, draws");
  ASSERT_EQ(draws.size(), 4U);
  double x = 0.0, y = 0.0, low = 0.0, high = 0.0;
  std::istringstream(draws[1]) >> x >> y >> low >> high;
  EXPECT_EQ(x, 10.0);
  EXPECT_NEAR(y, mean, 1e-8);
  EXPECT_NEAR(low, mean - error, 1e-8);
  EXPECT_NEAR(high, mean + error, 1e-8);
  const auto theory = block(script, "test_error, ridge = 1, theory");
  ASSERT_EQ(theory.size(), 4U);
  std::istringstream(theory[1]) >> x >> y;
  EXPECT_NEAR(y, std::pow(10.0 / 11.0, 2) / 10.0, 1e-8);
  EXPECT_THAT(script, HasSubstr("title 'ridge = 5'"));
  EXPECT_THAT(script, HasSubstr("points: 4 draws, bars: one standard error; lines: theory"));
}

TEST(Figures, draw_theory_on_the_finer_grid_where_there_is_one) {
  ToyStore toy(std::string(sweep) + "[theory]\nn = { from = 5, to = 40, count = 36 }\n");
  toy.write(decay);
  const std::string script = script_of(toy, "error");
  EXPECT_EQ(block(script, "test_error, ridge = 1, theory").size(), 36U);
  EXPECT_EQ(block(script, "test_error, ridge = 1, draws").size(), 4U);
}

TEST(Figures, of_a_zip_are_one_curve_along_the_parameters_that_walk_together) {
  ToyStore toy("draws = 4\n[parameters]\nlaw = \"uniform\"\nridge = [0.0]\n[sweep]\ncombine = \"zip\"\n"
               "n = [5, 10, 20, 40]\n"
               "scale = [1.0, 2.0, 3.0, 4.0]\n"
               "shift = [0.5, 0.25, 0.5, 0.25]\n");
  toy.write(decay);
  const std::string script = script_of(toy, "error");
  EXPECT_EQ(block(script, "test_error, draws").size(), 4U);
  const auto theory = block(script, "test_error, theory");
  ASSERT_EQ(theory.size(), 4U);
  double x = 0.0, y = 0.0;
  std::istringstream(theory[2]) >> x >> y;
  EXPECT_EQ(x, 20.0);
  EXPECT_NEAR(y, 9.0 / 20.0, 1e-8); // scale^2 / n of the third point
  EXPECT_THAT(script, Not(HasSubstr("scale =")));
  EXPECT_THAT(script, Not(HasSubstr("shift =")));
}

TEST(Figures, of_a_zip_that_returns_to_the_same_x_are_a_curve_per_walk) {
  ToyStore toy("draws = 4\n[parameters]\nlaw = \"uniform\"\nridge = [0.0]\n[sweep]\ncombine = \"zip\"\n"
               "n = [5, 10, 20, 5, 10, 20]\n"
               "shift = [0.5, 1.0, 2.0, 0.5, 1.0, 2.0]\n"
               "scale = [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]\n");
  toy.write(decay);
  const std::string script = script_of(toy, "error");
  for (const std::string scale : {"1", "2"}) {
    EXPECT_EQ(block(script, "test_error, scale = " + scale + ", draws").size(), 3U);
    EXPECT_EQ(block(script, "test_error, scale = " + scale + ", theory").size(), 3U);
  }
  EXPECT_THAT(script, Not(HasSubstr("shift =")));
}

TEST(Figures, along_a_dimension_have_a_curve_for_each_point_of_a_zip) {
  ToyStore toy(
      "draws = 4\n[parameters]\nlaw = \"uniform\"\nridge = [0.0, 1.0, 2.0]\n[sweep]\ncombine = \"zip\"\n"
      "n = [5, 10, 20]\nscale = [1.0, 4.0, 6.0]\n");
  toy.write(decay);
  study::Figure figure;
  figure.name = "path";
  figure.observables = {"test_error"};
  figure.x = "ridge";
  const std::string script =
      report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
  EXPECT_EQ(occurrences(script, "keyentry"), 3U); // not one for each n with each scale
  EXPECT_EQ(occurrences(script, "\nplot "), 1U);
  EXPECT_EQ(block(script, "test_error, n = 10, draws").size(), 3U);
  EXPECT_EQ(block(script, "test_error, n = 10, theory").size(), 3U);
}

TEST(Figures, of_a_zip_find_the_parameters_along_a_scaled_x) {
  ToyStore toy("draws = 4\n[parameters]\nlaw = \"uniform\"\nridge = [0.0]\n[sweep]\ncombine = \"zip\"\n"
               "n = [5, 10, 20, 40]\n"
               "scale = [1.0, 4.0, 6.0, 5.0]\n");
  toy.write(decay);
  study::Figure figure;
  figure.name = "signal";
  figure.observables = {"test_error"};
  figure.x = "shift"; // does not vary: the zip does
  figure.scaled_x = [](const study::Parameters& p) {
    return p.real("scale") / static_cast<double>(p.integer("n"));
  };
  const std::string script =
      report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
  const auto draws = block(script, "test_error, draws");
  ASSERT_EQ(draws.size(), 4U);
  EXPECT_EQ(std::stod(draws[0]), 0.125); // the fourth point: 5 / 40
}

TEST(Figures, of_a_zip_with_a_constant_scaled_x_are_left_out) {
  ToyStore toy("draws = 4\n[parameters]\nridge = [0.0]\n[sweep]\ncombine = \"zip\"\n"
               "n = [5, 10, 20]\nscale = [1.0, 2.0, 4.0]\n");
  toy.write(decay);
  study::Figure figure;
  figure.name = "signal";
  figure.observables = {"test_error"};
  figure.x = "scale";
  figure.x_label = "scale / n";
  figure.scaled_x = [](const study::Parameters& p) {
    return p.real("scale") / static_cast<double>(p.integer("n"));
  };
  try {
    report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
    FAIL() << "drawn";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "figure signal needs several values of scale / n");
  }
}

TEST(Figures, of_a_zip_join_points_that_would_stand_alone) {
  // The scaled x is 0.1, 0.1, 0.3: n tells the first two apart, but a curve per n has one point.
  ToyStore toy("draws = 4\n[parameters]\nridge = [0.0]\n[sweep]\ncombine = \"zip\"\n"
               "n = [10, 20, 30]\nscale = [1.0, 2.0, 9.0]\n");
  toy.write(decay);
  study::Figure figure;
  figure.name = "signal";
  figure.observables = {"test_error"};
  figure.x = "scale";
  figure.scaled_x = [](const study::Parameters& p) {
    return p.real("scale") / static_cast<double>(p.integer("n"));
  };
  const std::string script =
      report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
  EXPECT_EQ(block(script, "test_error, draws").size(), 3U);
  EXPECT_EQ(block(script, "test_error, theory").size(), 3U);
}

TEST(Figures, with_too_many_curves_get_a_panel_per_name) {
  ToyStore toy("draws = 2\n[parameters]\nridge = [0.0, 1.0, 2.0, 5.0]\n[sweep]\nn = [5, 10, 20]\nlaw = "
               "[\"gauss\", \"uniform\"]\n");
  toy.write(decay);
  const std::string script = script_of(toy, "error");
  EXPECT_THAT(script, HasSubstr("set title 'gauss'"));
  EXPECT_THAT(script, HasSubstr("set title 'uniform'"));
  EXPECT_EQ(occurrences(script, "\nplot "), 2U);
  EXPECT_EQ(occurrences(script, "title 'ridge = 2'"), 1U); // the legend stands once
}

TEST(Figures, with_too_many_values_of_a_number_show_some_and_say_so) {
  std::string ridges = "0.0";
  for (int i = 1; i < 20; ++i) ridges += ", " + std::to_string(i) + ".0";
  ToyStore toy("draws = 2\n[parameters]\nridge = [" + ridges + "]\n[sweep]\nn = [5, 10, 20]\n");
  toy.write(decay);
  const std::string script = script_of(toy, "error");
  EXPECT_EQ(occurrences(script, "keyentry"), 8U);
  EXPECT_THAT(script, HasSubstr("8 of 20 values of ridge"));
  EXPECT_THAT(script, HasSubstr("title 'ridge = 0'"));
  EXPECT_THAT(script, HasSubstr("title 'ridge = 19'"));
}

TEST(Figures, of_an_observable_take_what_varies_as_x) {
  ToyStore toy("draws = 3\n[sweep]\nlaw = [\"gauss\", \"uniform\"]\n");
  toy.write(decay);
  const auto files =
      report::plot(store::Reader(toy.path()), toy.experiment(), toy.folder() / "x.svg", "sample_mean", true)
          .files;
  EXPECT_THAT(contents(toy.folder() / "x.gp"), HasSubstr("set xtics ('gauss' 0, 'uniform' 1)"));
  EXPECT_EQ(files.size(), 1U);
}

TEST(Figures, that_need_another_sweep_are_left_out) {
  ToyStore toy("draws = 3\n[parameters]\nridge = [0.0]\n[sweep]\nscale = [1.0, 2.0, 3.0]\n");
  toy.write(decay);
  const report::PlottedFigures plotted =
      report::plot(store::Reader(toy.path()), toy.experiment(), toy.folder() / "x.svg");
  // The numbers' histogram is possible everywhere; the curve and the map need several n.
  EXPECT_THAT(plotted.files, ElementsAre(toy.folder() / "x.svg"));
  EXPECT_THAT(plotted.left_out, ElementsAre("figure error needs several values of n",
                                            "figure error_map needs several values of n and of ridge"));
}

TEST(Figures, give_zero_a_place_on_a_logarithmic_axis) {
  ToyStore toy("draws = 3\n[parameters]\nridge = [0.0, 0.01, 1.0, 100.0]\n");
  toy.write(decay);
  study::Figure figure;
  figure.name = "path";
  figure.observables = {"test_error"};
  figure.x = "ridge";
  figure.log_x = true;
  const std::string script =
      report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
  EXPECT_THAT(script, HasSubstr("set xtics add ('0' "));
  const auto draws = block(script, "test_error, draws");
  ASSERT_EQ(draws.size(), 4U);
  const double first = std::stod(draws[0]);
  EXPECT_GT(first, 0.0);
  EXPECT_LT(first, 0.01);
}

TEST(Figures, along_a_coordinate_draw_the_finer_theory) {
  ToyStore toy("draws = 3\n[parameters]\nridge = [0.0, 1.0, 9.0]\n[sweep]\nn = [5, 10]\n"
               "[theory]\nridge = { from = 0, to = 9, count = 37 }\n");
  toy.write(decay);
  study::Figure figure;
  figure.name = "path";
  figure.observables = {"test_error"};
  figure.x = "ridge";
  const std::string script =
      report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
  EXPECT_EQ(block(script, "test_error, n = 10, theory").size(), 37U);
  EXPECT_EQ(block(script, "test_error, n = 10, draws").size(), 3U);
}

TEST(Figures, mark_a_predicted_place_along_x_for_each_curve) {
  ToyStore toy("draws = 3\n[parameters]\nridge = [0.0, 0.1, 1.0]\n[sweep]\nn = [5, 20, 1000000]\n");
  toy.write(decay);
  study::Figure figure;
  figure.name = "path";
  figure.observables = {"test_error"};
  figure.x = "ridge";
  figure.x_mark = "mean_variance"; // 1/n
  const auto script = [&] {
    return report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
  };
  const std::string marked = script();
  EXPECT_THAT(marked, HasSubstr("set arrow from first 0.2, graph 0 to first 0.2, graph 1"));
  EXPECT_THAT(marked, HasSubstr("set arrow from first 0.05, graph 0"));
  EXPECT_EQ(occurrences(marked, "set arrow from first"), 3U);
  EXPECT_THAT(marked, HasSubstr("vertical: predicted mean"));
  EXPECT_EQ(occurrences(marked, "keyentry"), 3U); // a mark is no curve
  figure.log_x = true;                            // 1e-6 and 0.05 lie before the axis
  EXPECT_EQ(occurrences(script(), "set arrow from first"), 1U);
  figure.x_mark = {};
  EXPECT_EQ(occurrences(script(), "arrow"), 0U);
}

TEST(Figures, label_a_logarithmic_axis_shorter_than_a_power_of_ten) {
  ToyStore toy("draws = 3\n[parameters]\nridge = [0.0]\n[sweep]\nn = [16, 20, 24]\n");
  toy.write([](const std::string&, std::int64_t point, std::int64_t, std::size_t) {
    return 0.1 + 0.01 * static_cast<double>(point);
  });
  const std::string script = script_of(toy, "error");
  for (const std::string axis : {"x", "y"}) {
    const std::size_t at = script.find("set " + axis + "tics (");
    ASSERT_NE(at, std::string::npos) << axis;
    const std::size_t labels = occurrences(script.substr(at, script.find(')', at) - at), "' ");
    EXPECT_GE(labels, 4U) << axis;
    EXPECT_LE(labels, 10U) << axis;
  }
}

TEST(Figures, of_zeros_on_a_logarithmic_axis_become_linear) {
  ToyStore toy(sweep);
  toy.write([](const std::string&, std::int64_t, std::int64_t, std::size_t) { return 0.0; });
  EXPECT_THAT(script_of(toy, "error"), HasSubstr("unset logscale y"));
  report::plot(store::Reader(toy.path()), toy.experiment(), toy.folder() / "zeros.svg");
}

TEST(Figures, mark_cells_without_draws_in_a_map) {
  ToyStore toy(sweep);
  std::map<std::pair<std::int64_t, std::int64_t>, std::string> failures;
  for (std::int64_t d = 0; d < 4; ++d) failures[{2, d}] = "out of luck";
  toy.write(decay, failures);
  const std::string script = script_of(toy, "error_map");
  EXPECT_EQ(block(script, "not known").size(), 3U);
  EXPECT_EQ(block(script, "x, y, box, value").size(), 9U);
  EXPECT_THAT(script, HasSubstr("set title 'theory'"));
  report::plot(store::Reader(toy.path()), toy.experiment(), toy.folder() / "map.svg", "error_map");
  EXPECT_GT(fill_colours(contents(toy.folder() / "map.svg")).size(),
            8U); // nine values of draws, twelve of theory
}

TEST(Figures, pool_a_spectrum_over_draws) {
  ToyStore toy("draws = 4\n[parameters]\nn = 50\n");
  toy.write([](const std::string&, std::int64_t, std::int64_t draw, std::size_t entry) {
    return static_cast<double>(entry) + 0.2 * static_cast<double>(draw);
  });
  const std::string script = script_of(toy, "numbers");
  double area = 0.0;
  for (const std::string& line : block(script, "bins of sorted")) {
    double x = 0.0, density = 0.0, low = 0.0, high = 0.0;
    std::istringstream(line) >> x >> density >> low >> high;
    area += density * (high - low);
  }
  EXPECT_NEAR(area, 1.0, 1e-6);
}

TEST(Figures, leave_out_zeros_to_rounding_but_not_what_leads_down_to_small_values) {
  ToyStore toy("draws = 3\n[parameters]\nridge = [0.0]\n[sweep]\nn = [5, 10, 20, 40, 80]\n");
  study::Figure figure;
  figure.name = "ratio";
  figure.observables = {"test_error"};
  figure.x = "n";
  figure.log_y = true;
  const auto lowest = [&](std::vector<double> values) {
    toy.write([&](const std::string&, std::int64_t point, std::int64_t draw, std::size_t) {
      return values[static_cast<std::size_t>(point)] * (1.0 + 0.01 * static_cast<double>(draw));
    });
    const std::string script =
        report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
    return std::stod(script.substr(script.find("set yrange [") + 12));
  };
  const double continuous = lowest({1e12, 1e9, 1e6, 1e3, 1.0});
  EXPECT_GT(continuous, 0.0);
  EXPECT_LT(continuous, 1.0);
  const double interpolated = lowest({1.0, 1e-2, 1e-3, 1e-28, 1e-30});
  EXPECT_GT(interpolated, 1e-5);
  EXPECT_LT(interpolated, 1e-3);
}

/// `ratio` against n, point p with p missing draws, which stand for infinity.
std::string script_with_infinite_draws(ToyStore& toy) {
  toy.write([](const std::string&, std::int64_t point, std::int64_t draw, std::size_t) {
    return draw < point ? std::nan("") : 1.0 + static_cast<double>(draw);
  });
  study::Figure figure;
  figure.name = "ratio";
  figure.observables = {"ratio"};
  figure.x = "n";
  return report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
}

TEST(Figures, draw_an_infinite_bar_to_the_top_only) {
  ToyStore toy("draws = 3\n[parameters]\nlaw = \"uniform\"\n[sweep]\nn = [5, 10]\n");
  const std::string script = script_with_infinite_draws(toy);
  double x = 0.0, value = 0.0, low = 0.0, high = 0.0; // at n = 10 one of three draws is infinite
  std::istringstream(block(script, "ratio, draws").at(1)) >> x >> value >> low >> high;
  EXPECT_EQ(value, 3.0);
  EXPECT_LT(low, value);
  EXPECT_GE(low, 2.0);
  EXPECT_GT(high, value);
  EXPECT_TRUE(std::isfinite(high));
  EXPECT_THAT(script, HasSubstr("bars: 68 % intervals"));
}

TEST(Figures, show_no_infinite_median_and_say_so) {
  ToyStore toy("draws = 3\n[parameters]\nlaw = \"uniform\"\n[sweep]\nn = [5, 10, 20]\n");
  const std::string script = script_with_infinite_draws(toy);
  EXPECT_EQ(block(script, "ratio, draws").size(), 2U); // 5: none missing, 10: one of three, 20: two of three
  EXPECT_THAT(script, HasSubstr("; 1 infinite median not shown"));
  report::plot(store::Reader(toy.path()), toy.experiment(), toy.folder() / "ratio.svg", "ratio");
}

TEST(Figures, of_a_distribution_have_a_panel_for_each_entry_of_a_coordinate) {
  ToyStore toy("draws = 40\n[parameters]\nn = 5\nlaw = \"uniform\"\nridge = [0.0, 5.0, 15.0]\n");
  toy.write([](const std::string&, std::int64_t, std::int64_t draw, std::size_t entry) {
    return 10.0 * static_cast<double>(entry) + 0.1 * static_cast<double>(draw);
  });
  study::Figure figure;
  figure.name = "errors";
  figure.kind = study::Figure::Kind::histogram;
  figure.observables = {"test_error", "profile"};
  const std::string script =
      report::gnuplot_script(figure, store::Reader(toy.path()), toy.experiment(), "f.svg");
  for (const std::string ridge : {"0", "5", "15"})
    EXPECT_THAT(script, HasSubstr("set title 'ridge = " + ridge + "' "));
  // Three panels with the draws of one entry and its own density: shrinkage 1, 1/2 and 1/4 times 1 + index.
  std::vector<double> lowest, first;
  for (std::size_t at = script.find("# bins of test_error"); at != std::string::npos;
       at = script.find("# bins of test_error", at + 1))
    lowest.push_back(std::stod(block(script.substr(at), "bins of test_error").front()));
  for (std::size_t at = script.find("# profile"); at != std::string::npos;
       at = script.find("# profile", at + 1)) {
    const std::vector<std::string> rows = block(script.substr(at), "profile");
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_THAT(rows.front(), testing::StartsWith("0 "));
    first.push_back(std::stod(rows.front().substr(2)));
  }
  EXPECT_THAT(first, ElementsAre(1.0, 0.5, 0.25));
  ASSERT_EQ(lowest.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(lowest[k], 10.0 * static_cast<double>(k), 0.5);
}

TEST(Figures, refuse_an_unknown_name_and_an_unknown_suffix) {
  ToyStore toy(sweep);
  toy.write(decay);
  const store::Reader reader(toy.path());
  try {
    report::plot(reader, toy.experiment(), toy.folder() / "f.svg", "eror");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Did you mean `error`"));
  }
  EXPECT_THROW(report::plot(reader, toy.experiment(), toy.folder() / "f.jpeg"), InputError);
  EXPECT_THROW(report::plot(reader, toy.experiment(), toy.folder() / "no/such/f.svg"), InputError);
}

TEST(Figures, of_a_store_without_draws_show_theory_only) {
  ToyStore toy(sweep);
  toy.write(decay, {}, 0);
  const std::string script = script_of(toy, "error");
  EXPECT_THAT(script, Not(HasSubstr("yerrorbars")));
  EXPECT_THAT(script, HasSubstr("lines: theory"));
}

} // namespace
