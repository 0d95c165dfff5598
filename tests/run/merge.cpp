// SPDX-License-Identifier: BSD-3-Clause
#include "store/samples.hpp"
#include "support/toy_study.hpp"

#include <pastur/parallel/stop_request.hpp>
#include <pastur/run/layout.hpp>
#include <pastur/run/merge.hpp>
#include <pastur/run/runner.hpp>
#include <pastur/store/reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <numeric>

namespace {

using namespace pastur;
using store::DrawState;
using store::samples::file_bytes;
using store::samples::Scratch;
using testing::HasSubstr;
using testing::IsEmpty;
using Path = std::filesystem::path;
using Paths = std::vector<Path>;

const parallel::Communicator& world() {
  // Never destroyed: MPI is finalised before static objects are.
  static const parallel::Communicator& comm = *new parallel::Communicator(parallel::Communicator::world());
  return comm;
}

/// The toy study under another name, with one more observable.
class OtherStudy : public testing_support::ToyStudy {
public:
  explicit OtherStudy(const std::string& name) : info_(ToyStudy::info()) {
    info_.name = name;
    info_.observables.push_back({.name = "twice"});
  }
  const study::StudyInfo& info() const override { return info_; }
  void draw(const study::Parameters& p, const parallel::Communicator& team, const random::Streams& streams,
            study::Recorder& record) const override {
    ToyStudy::draw(p, team, streams, record);
    record.set("twice", 2.0);
  }

private:
  study::StudyInfo info_;
};

study::Registry registry() {
  study::Registry studies = testing_support::toy_registry();
  studies.add([] { return std::make_unique<OtherStudy>("toy_other"); });
  return studies;
}

run::Experiment experiment(const std::string& text, const std::vector<std::string>& settings = {}) {
  return run::parse_experiment(text, "bigger.toml", settings, registry());
}

/// Runs a study file into `output`, all of it or a shard.
Path run_into(const Path& output, run::Experiment toy, run::Shard shard = {}) {
  run::RunOptions options;
  options.output = output;
  options.shard = shard;
  options.progress = run::ProgressStyle::none;
  options.command = "run " + output.filename().string();
  run::run(toy, options, world());
  world().barrier();
  return output;
}

run::MergeReport merge(const Paths& inputs, const Path& output, bool overwrite = false) {
  const run::MergeReport report =
      run::merge({inputs, output, overwrite, "merge", ""}, std::nullopt, registry(), world());
  world().barrier();
  return report;
}

std::string refusal(const Paths& inputs, const Path& output, const std::string& study_file = {}) {
  try {
    std::optional<run::Experiment> target;
    if (!study_file.empty()) target = experiment(study_file);
    run::merge({inputs, output, false, "merge", ""}, std::move(target), registry(), world());
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), 8 * a.size()) == 0;
}

/// Everything that does not tell which run took a draw: states, observables, theory, coordinates.
void expect_same_results(const Path& a, const Path& b) {
  const store::Reader one(a), other(b);
  EXPECT_EQ(one.layout().identity, other.layout().identity);
  EXPECT_EQ(store::layout_difference(one.layout(), other.layout()), "");
  EXPECT_EQ(one.layout().draws, other.layout().draws);
  EXPECT_EQ(one.states(), other.states());
  for (const store::Variable& v : one.layout().observables)
    EXPECT_TRUE(same_bits(one.observable(v.name), other.observable(v.name))) << v.name;
  for (const store::Variable& v : one.layout().theory) {
    EXPECT_TRUE(same_bits(one.theory(v.name), other.theory(v.name))) << v.name;
    if (!one.layout().has_finer_theory()) continue;
    EXPECT_TRUE(same_bits(one.theory(v.name, true), other.theory(v.name, true))) << v.name;
  }
}

/// All of it but the records of the merges.
void expect_same_store(const Path& a, const Path& b) {
  expect_same_results(a, b);
  const store::Reader one(a), other(b);
  EXPECT_EQ(one.layout().study_file, other.layout().study_file);
  EXPECT_EQ(one.reasons(), other.reasons());
  EXPECT_TRUE(same_bits(one.seconds(), other.seconds()));
  std::vector<std::string> runs = one.provenance(), other_runs = other.provenance();
  runs.pop_back();
  other_runs.pop_back();
  EXPECT_EQ(runs, other_runs);
}

/// Merges in every order, and gives the first result.
Path merge_in_all_orders(const Scratch& scratch, Paths inputs) {
  std::sort(inputs.begin(), inputs.end());
  Paths outputs;
  do {
    outputs.push_back(scratch / ("merged" + std::to_string(outputs.size()) + ".h5"));
    merge(inputs, outputs.back());
    expect_same_store(outputs.front(), outputs.back());
  } while (std::next_permutation(inputs.begin(), inputs.end()));
  return outputs.front();
}

std::int64_t count(const Path& path, DrawState state) {
  const std::vector<DrawState> states = store::Reader(path).states();
  return std::count(states.begin(), states.end(), state);
}

const std::string study_file = R"(
study = "toy_mean"
seed = 11
draws = 5
[parameters]
ridge = [0.0, 2.0]
[sweep]
n = [3, 10, 40]
law = ["uniform", "gauss"]
[theory]
n = [2, 20, 50]
)";

/// A store of `text` with the given draws, written as a run would.
Path written(const Path& path, const std::string& text, const std::vector<store::DrawRecord>& records) {
  store::Store out = store::Store::create(world(), path, run::store_layout(experiment(text)), false);
  if (world().rank() == 0) {
    out.write_provenance("{}");
    out.commit(records);
  }
  return path;
}

const std::string one_point = "study = \"toy_mean\"\ndraws = 4\n[parameters]\nn = 2\nridge = [0.0]\n";

/// A draw of `one_point` whose three observables begin at `value`.
store::DrawRecord draw_of_one_point(std::int64_t draw, double value, DrawState state = DrawState::done) {
  store::DrawRecord record{
      .point = 0, .draw = draw, .state = state, .reason = {}, .seconds = value, .values = {}};
  if (state == DrawState::done) {
    record.values = {{value}, {value + 1}, {value + 2, value + 3}};
  } else {
    record.reason = "out of luck";
  }
  return record;
}

} // namespace

TEST(Merge, shards_in_any_order_give_the_direct_run_bit_for_bit) {
  const Scratch scratch(world());
  Paths shards;
  for (std::int64_t i = 0; i < 3; ++i)
    shards.push_back(
        run_into(scratch / ("shard" + std::to_string(i) + ".h5"), experiment(study_file), {i, 3}));
  run_into(scratch / "direct.h5", experiment(study_file));
  const Path merged = merge_in_all_orders(scratch, shards);
  expect_same_results(scratch / "direct.h5", merged);
  EXPECT_EQ(store::Reader(merged).layout().study_file, study_file);
  EXPECT_EQ(store::Reader(merged).provenance().size(), 4U);
}

TEST(Merge, more_draws_of_the_same_study_file_join_those_that_were_there) {
  const Scratch scratch(world());
  const Path old = run_into(scratch / "old.h5", experiment(study_file));
  const Path more = run_into(scratch / "more.h5", experiment(study_file, {"draws=9"}), {1, 2});
  const Path merged = merge_in_all_orders(scratch, {old, more});
  EXPECT_EQ(count(merged, DrawState::pending), 6 * 2); // draws 6 and 8
  run_into(merged, experiment(study_file, {"draws=9"}));
  run_into(scratch / "direct.h5", experiment(study_file, {"draws=9"}));
  expect_same_results(scratch / "direct.h5", merged);
}

TEST(Merge, the_file_with_all_points_decides_the_sweep_and_the_one_with_most_draws_their_number) {
  const Scratch scratch(world());
  const Path deep = run_into(scratch / "deep.h5", experiment(study_file, {"sweep.n=[10]", "draws=7"}));
  const Path wide = run_into(scratch / "wide.h5", experiment(study_file, {"draws=2"}));
  const Path merged = merge_in_all_orders(scratch, {deep, wide});
  const store::Layout layout = store::Reader(merged).layout();
  EXPECT_EQ(layout.draws, 7);
  EXPECT_EQ(count(merged, DrawState::done), 6 * 2 + 2 * 5);
  run_into(merged, experiment(layout.study_file));
  run_into(scratch / "direct.h5", experiment(study_file, {"draws=7"}));
  expect_same_results(scratch / "direct.h5", merged);
}

TEST(Merge, sweeps_that_extend_each_other_become_their_union_in_ascending_order) {
  const Scratch scratch(world());
  const Path high = run_into(scratch / "high.h5", experiment(study_file, {"sweep.n=[40, 10]"}));
  const Path low =
      run_into(scratch / "low.h5",
               experiment(study_file, {"sweep.n=[10, 3]", "theory.n=[5, 2]", "theory.ridge=[4.0, 1.0]"}));
  const Path fixed = run_into(scratch / "fixed.h5", experiment(study_file, {"n=7"}));
  const Path merged = merge_in_all_orders(scratch, {high, low, fixed});
  EXPECT_EQ(count(merged, DrawState::pending), 0);
  const std::vector<std::string> settings{"sweep.n=[3, 7, 10, 40]", "sweep.law=[\"gauss\", \"uniform\"]",
                                          "theory.n=[2, 5, 20, 50]", "theory.ridge=[1.0, 4.0]"};
  run_into(scratch / "direct.h5", experiment(study_file, settings));
  expect_same_results(scratch / "direct.h5", merged);
  run_into(merged, experiment(store::Reader(merged).layout().study_file)); // it can be gone on with
}

TEST(Merge, points_of_zip_sweeps_are_united) {
  const std::string zip = "study = \"toy_mean\"\ndraws = 3\n[sweep]\ncombine = \"zip\"\nn = [9, 4]\n"
                          "scale = [1.0, 2.0]\n[theory]\nn = [5, 6]\nscale = [3.0, 4.0]\n";
  const Scratch scratch(world());
  const Path a = run_into(scratch / "a.h5", experiment(zip));
  const Path b = run_into(scratch / "b.h5", experiment(zip, {"sweep.n=[4, 5]", "sweep.scale=[0.5, 2.0]"}));
  const Path c = run_into(scratch / "c.h5", experiment(zip, {"theory.n=[5, 2]"}));
  const Path merged = merge_in_all_orders(scratch, {a, b, c});
  run_into(scratch / "direct.h5", experiment(zip, {"sweep.n=[4, 4, 5, 9]", "sweep.scale=[0.5, 2.0, 2.0, 1.0]",
                                                   "theory.n=[2, 5, 6]", "theory.scale=[4.0, 3.0, 4.0]"}));
  expect_same_results(scratch / "direct.h5", merged);
}

TEST(Merge, a_larger_study_file_takes_over_what_there_is_and_only_the_rest_is_run) {
  const Scratch scratch(world());
  const Path old = run_into(scratch / "old.h5", experiment(study_file));
  const std::vector<std::string> bigger{"draws=6", "sweep.n=[50, 10, 3, 40]", "sweep.scale=[1.0, 3.0]"};
  const Path grown = scratch / "grown.h5";
  run::merge({{old}, grown, false, "merge", ""}, experiment(study_file, bigger), registry(), world());
  world().barrier();
  EXPECT_EQ(count(grown, DrawState::done), 6 * 5);
  const std::vector<double> before = store::Reader(grown).seconds();
  run_into(grown, experiment(study_file, bigger));
  run_into(scratch / "direct.h5", experiment(study_file, bigger));
  expect_same_results(scratch / "direct.h5", grown);
  const std::vector<double> after = store::Reader(grown).seconds();
  for (std::size_t s = 0; s < before.size(); ++s) {
    EXPECT_TRUE(std::isnan(before[s]) || before[s] == after[s]) << "taken twice: slot " << s;
  }
}

TEST(Merge, what_a_smaller_study_file_leaves_out_is_said) {
  const Scratch scratch(world());
  const Path old = run_into(scratch / "old.h5", experiment(study_file));
  const run::MergeReport report =
      run::merge({{old}, scratch / "small.h5", false, "merge", ""},
                 experiment(study_file, {"draws=2", "sweep.n=[3]"}), registry(), world());
  world().barrier();
  EXPECT_EQ(count(scratch / "small.h5", DrawState::done), 2 * 2);
  ASSERT_EQ(report.remarks.size(), 2U);
  EXPECT_THAT(report.remarks[0], HasSubstr("4 of its 6 points are not in bigger.toml"));
  EXPECT_THAT(report.remarks[1], HasSubstr("from number 2 on are left out"));
}

TEST(Merge, of_two_copies_done_beats_failed_and_the_choice_does_not_depend_on_the_order) {
  const Scratch scratch(world());
  const double third = 1.0 / 3.0;
  const Path a = written(
      scratch / "a.h5", one_point,
      {draw_of_one_point(0, third), draw_of_one_point(1, 0, DrawState::failed), draw_of_one_point(2, 5.0)});
  const Path b = written(scratch / "b.h5", one_point,
                         {draw_of_one_point(0, std::nextafter(third, 1.0)), draw_of_one_point(1, 4.0),
                          draw_of_one_point(3, 0, DrawState::failed)});
  const run::MergeReport report = merge({a, b}, scratch / "ab.h5");
  merge({b, a}, scratch / "ba.h5");
  expect_same_store(scratch / "ab.h5", scratch / "ba.h5");
  const store::Reader merged(scratch / "ab.h5");
  EXPECT_EQ(merged.states(),
            (std::vector{DrawState::done, DrawState::done, DrawState::done, DrawState::failed}));
  EXPECT_EQ(merged.observable("sample_mean")[1], 4.0);
  EXPECT_EQ(merged.reasons()[3], "out of luck");
  if (world().rank() == 0) {
    EXPECT_EQ(report.differing, 1);
    EXPECT_GT(report.largest_difference, 1e-17);
    EXPECT_LT(report.largest_difference, 1e-15);
  }
}

TEST(Merge, a_draw_with_a_wrong_checksum_does_not_count) {
  const Scratch scratch(world());
  const double marked = 0.123456789;
  const Path a =
      written(scratch / "a.h5", one_point, {draw_of_one_point(0, marked), draw_of_one_point(1, 2.0)});
  const Path b = written(scratch / "b.h5", one_point, {draw_of_one_point(0, 7.0)});
  if (world().rank() == 0) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &marked, 8);
    store::samples::flip_byte(a, file_bytes(a).find(bytes) + 3);
  }
  world().barrier();
  const run::MergeReport both = merge({a, b}, scratch / "ab.h5");
  EXPECT_EQ(store::Reader(scratch / "ab.h5").observable("sample_mean")[0], 7.0);
  merge({a}, scratch / "a_alone.h5");
  EXPECT_EQ(count(scratch / "a_alone.h5", DrawState::done), 1);
  if (world().rank() == 0) {
    ASSERT_EQ(both.remarks.size(), 1U);
    EXPECT_THAT(both.remarks[0], testing::EndsWith("a.h5: not used, as damaged: draw 0 of point 0"));
  }
}

TEST(Merge, a_file_that_is_damaged_outside_its_draws_gives_them_only_when_asked) {
  const Scratch scratch(world());
  const Path whole = run_into(scratch / "whole.h5", experiment(study_file));
  const std::string bytes = file_bytes(whole);
  const std::vector<std::int64_t> sizes{3, 10, 40};
  const std::string coordinate(reinterpret_cast<const char*>(sizes.data()), 8 * sizes.size());
  for (const std::size_t place : {bytes.find("[sweep]\n"), bytes.find(coordinate)}) {
    ASSERT_NE(place, std::string::npos);
    const Path damaged = scratch / "damaged.h5";
    if (world().rank() == 0) {
      store::samples::put_bytes(damaged, bytes);
      store::samples::flip_byte(damaged, place);
    }
    world().barrier();
    const std::string refused = refusal({damaged}, scratch / "new.h5");
    EXPECT_THAT(refused, HasSubstr("damaged.h5 is damaged: the checksum of what no run changes"));
    EXPECT_THAT(refused, HasSubstr("--salvage"));
    EXPECT_FALSE(std::filesystem::exists(scratch / "new.h5"));
    world().barrier();
    run::MergeOptions options{
        {damaged}, scratch / ("new" + std::to_string(place) + ".h5"), false, "merge", ""};
    options.salvage = true;
    const run::MergeReport report = run::merge(options, std::nullopt, registry(), world());
    world().barrier();
    expect_same_results(whole, options.output);
    if (world().rank() == 0) {
      ASSERT_EQ(report.remarks.size(), 1U);
      EXPECT_THAT(report.remarks[0], HasSubstr("damaged.h5 is damaged"));
    }
  }
}

TEST(Merge, files_that_do_not_belong_together_are_refused_with_the_reason) {
  const Scratch scratch(world());
  const Path base = run_into(scratch / "base.h5", experiment(study_file));
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"seed=12"}, "other0.h5 does not belong to BASE: seed: 12 and 11"},
      {{"study=toy_other"}, "other1.h5 does not belong to BASE: study: toy_other and toy_mean"},
      {{"common_random_numbers=true"}, "common_random_numbers: true and false"},
      {{"scale=2.0"}, "other3.h5 does not belong to BASE: scale: 2.0 and 1.0"},
      {{"ridge=[0.0, 3.0]"}, "other4.h5 does not belong to BASE: ridge: [0.0, 3.0] and [0.0, 2.0]"},
      {{"solver=iterative", "sweep.n=[5]"}, "solver: \"iterative\" and \"direct\""},
      {{"sweep.n=[5]",
        "draws={ min = 2, max = 4, until = { observable = \"spread\", relative_stderr = 1.0 } }"},
       "draws.until differs"},
      {{"sweep.n=[5, 6]", "sweep.combine=zip", "theory={ n = [7], law = [\"gauss\"] }"},
       "sweep.combine: zip and grid"},
      {{"sweep.n=[5]", "theory={ scale = [1.0, 2.0] }"}, "refines other parameters"}};
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const Path other = scratch / ("other" + std::to_string(k) + ".h5");
    run_into(other, experiment(study_file, cases[k].first));
    std::string expected = cases[k].second;
    if (const std::size_t at = expected.find("BASE"); at != std::string::npos)
      expected.replace(at, 4, base.string());
    EXPECT_THAT(refusal({base, other}, scratch / "out.h5"), HasSubstr(expected));
    EXPECT_THAT(refusal({other, base}, scratch / "out.h5"), testing::Not(IsEmpty()));
  }
  EXPECT_FALSE(std::filesystem::exists(scratch / "out.h5"));
}

TEST(Merge, a_study_file_without_a_common_point_is_refused_with_the_parameter) {
  const Scratch scratch(world());
  const Path base = run_into(scratch / "base.h5", experiment(study_file));
  const std::string text = run::to_toml(experiment(study_file, {"ridge=[1.0]"}).file);
  EXPECT_THAT(refusal({base}, scratch / "out.h5", text),
              HasSubstr("base.h5 does not belong to bigger.toml: ridge: [0.0, 2.0] and [1.0]"));
}

TEST(Merge, a_store_of_an_older_version_of_its_study_is_refused) {
  const Scratch scratch(world());
  store::Layout layout = run::store_layout(experiment(one_point));
  layout.observables.pop_back();
  { const store::Store out = store::Store::create(world(), scratch / "old.h5", layout, false); }
  EXPECT_THAT(refusal({scratch / "old.h5"}, scratch / "out.h5"),
              HasSubstr("written by another version of the study toy_mean"));
}

TEST(Merge, an_output_that_is_there_is_left_alone_unless_it_may_be_overwritten) {
  const Scratch scratch(world());
  const Path a = run_into(scratch / "a.h5", experiment(study_file), {0, 2});
  const Path b = run_into(scratch / "b.h5", experiment(study_file), {1, 2});
  const Path out = scratch / "out.h5";
  merge({a}, out);
  const std::string bytes = file_bytes(out);
  EXPECT_TRUE(merge({a}, out).already_there);
  EXPECT_THAT(refusal({a, b}, out), HasSubstr("exists and lacks 12 of these draws"));
  EXPECT_THAT(refusal({a}, out, run::to_toml(experiment(study_file, {"draws=8"}).file)),
              HasSubstr("exists and"));
  EXPECT_THAT(refusal({a}, out, run::to_toml(experiment(study_file, {"sweep.n=[3]"}).file)),
              HasSubstr("exists and has other points"));
  EXPECT_TRUE(bytes == file_bytes(out));
  EXPECT_FALSE(merge({out, b}, out, true).already_there); // itself among the inputs
  run_into(scratch / "direct.h5", experiment(study_file));
  expect_same_results(scratch / "direct.h5", out);
}

TEST(Merge, a_signal_leaves_nothing_behind) {
  const Scratch scratch(world());
  const Path a = run_into(scratch / "a.h5", experiment(study_file));
  world().barrier();
  std::raise(SIGUSR1);
  EXPECT_EQ(merge({a}, scratch / "out.h5").stopped, "SIGUSR1");
  parallel::clear_stop_signal();
  world().barrier();
  EXPECT_THAT(scratch.contents(), testing::ElementsAre("a.h5"));
}
