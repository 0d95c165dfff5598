// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/stop_request.hpp>
#include <pastur/run/layout.hpp>
#include <pastur/run/runner.hpp>
#include <pastur/run/statistics.hpp>
#include <pastur/store/reader.hpp>

#include <gtest/gtest.h>
#include <support/scratch_directory.hpp>
#include <support/toy_study.hpp>

#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

using namespace pastur;
using run::ExitCode;

namespace {

const parallel::Communicator& world() {
  // Never destroyed: MPI is finalised before static objects are.
  static const parallel::Communicator& comm = *new parallel::Communicator(parallel::Communicator::world());
  return comm;
}

class ScratchDirectory : public testing_support::ScratchDirectory {
public:
  ScratchDirectory() : testing_support::ScratchDirectory(world()) {}
};

/// The toy study, raising SIGUSR1 on a rank at its fourth draw there.
class InterruptedStudy : public testing_support::ToyStudy {
public:
  void draw(const study::Parameters& p, const parallel::Communicator& team, const random::Streams& streams,
            study::Recorder& record) const override {
    ToyStudy::draw(p, team, streams, record);
    if (++draws_ == 4) std::raise(SIGUSR1);
  }

private:
  mutable int draws_ = 0;
};

/// The toy study, counting on each rank the points whose theory is asked for.
class CountingStudy : public testing_support::ToyStudy {
public:
  explicit CountingStudy(std::int64_t& count) : count_(count) {}
  void theory(const study::Parameters& p, study::Recorder& record) const override {
    ++count_;
    ToyStudy::theory(p, record);
  }

private:
  std::int64_t& count_;
};

run::Experiment interrupted_experiment(const std::string& text) {
  study::Registry registry;
  registry.add([] { return std::make_unique<InterruptedStudy>(); });
  return run::parse_experiment(text, "toy.toml", {}, registry);
}

run::Experiment experiment(const std::string& text, const std::vector<std::string>& settings = {}) {
  return run::parse_experiment(text, "toy.toml", settings, testing_support::toy_registry());
}

run::RunOptions quiet(const std::filesystem::path& output) {
  run::RunOptions options;
  options.output = output;
  options.progress = run::ProgressStyle::none;
  options.command = "test";
  return options;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), 8 * a.size()) == 0;
}

/// Rank 0's verdict for every rank, so that no rank runs ahead of a failed check.
void expect_same_results(const std::filesystem::path& a, const std::filesystem::path& b) {
  world().barrier();
  const store::Reader one(a);
  const store::Reader other(b);
  EXPECT_EQ(one.states(), other.states());
  for (const store::Variable& v : one.layout().observables) {
    EXPECT_TRUE(same_bits(one.observable(v.name), other.observable(v.name))) << v.name;
  }
}

/// Runs into `output`, interrupted again and again; returns the number of runs it took.
int run_in_pieces(const std::string& text, const std::filesystem::path& output) {
  int pieces = 0;
  ExitCode code = ExitCode::incomplete;
  while (code == ExitCode::incomplete) {
    run::Experiment piece = interrupted_experiment(text);
    code = run::run(piece, quiet(output), world());
    parallel::clear_stop_signal();
    ++pieces;
  }
  EXPECT_EQ(code, ExitCode::complete);
  return pieces;
}

const std::string sweep_file = R"(
study = "toy_mean"
seed = 11
draws = 5
[parameters]
ridge = [0.0, 2.0]
[sweep]
n = [3, 10, 40]
law = ["gauss", "uniform"]
)";

} // namespace

TEST(Runner, every_draw_of_every_point_is_what_the_study_computes_alone) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file);
  ASSERT_EQ(run::run(toy, quiet(scratch.file("a.h5")), world()), ExitCode::complete);
  const store::Reader reader(scratch.file("a.h5"));
  const std::vector<double> means = reader.observable("sample_mean");
  const std::vector<double> sorted = reader.observable("sorted");
  const parallel::Communicator self = parallel::Communicator::self();
  for (std::size_t p = 0; p < toy.points.size(); ++p) {
    for (std::int64_t d = 0; d < 5; ++d) {
      study::Recorder recorder(study::draw_slots(toy.study->info(), toy.points[p]));
      toy.study->draw(toy.points[p], self, random::Streams(run::draw_identity(toy, toy.points[p], d)),
                      recorder);
      const std::size_t slot = p * 5 + static_cast<std::size_t>(d);
      EXPECT_EQ(means[slot], recorder.values("sample_mean")[0]);
      // n = 3 and 10 are padded to the longest point's 40 with NaN.
      const std::span<const double> own = recorder.values("sorted");
      for (std::size_t k = 0; k < 40; ++k) {
        if (k < own.size()) {
          EXPECT_EQ(sorted[slot * 40 + k], own[k]);
        } else {
          EXPECT_TRUE(std::isnan(sorted[slot * 40 + k]));
        }
      }
    }
  }
  EXPECT_EQ(reader.provenance().size(), 1U);
}

TEST(Runner, theory_stands_beside_the_draws_and_on_the_finer_grid) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file + "[theory]\nn = { from = 2, to = 50, count = 7 }\n");
  ASSERT_EQ(run::run(toy, quiet(scratch.file("a.h5")), world()), ExitCode::complete);
  const store::Reader reader(scratch.file("a.h5"));
  const std::vector<double> theory = reader.theory("test_error_theory");
  ASSERT_EQ(theory.size(), 6U * 2U);
  EXPECT_DOUBLE_EQ(theory[0], 1.0 / 3.0);                    // n = 3, ridge 0: variance / n
  EXPECT_DOUBLE_EQ(theory[1], std::pow(3.0 / 5.0, 2) / 3.0); // ridge 2
  const std::vector<double> fine = reader.theory("mean_variance", true);
  ASSERT_EQ(fine.size(), 7U * 2U);
  EXPECT_DOUBLE_EQ(fine.front(), 0.5);
  EXPECT_DOUBLE_EQ(fine.back(), 0.02);
}

TEST(Runner, theory_along_a_coordinate_may_be_finer_than_the_draws) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file + "[theory]\nridge = { from = 0, to = 4, count = 5 }\n");
  ASSERT_EQ(run::run(toy, quiet(scratch.file("a.h5")), world()), ExitCode::complete);
  world().barrier();
  const store::Reader reader(scratch.file("a.h5"));
  EXPECT_EQ(reader.theory("shrinkage").size(), 6U * 2U);
  const std::vector<double> fine = reader.theory("shrinkage", true);
  ASSERT_EQ(fine.size(), 6U * 5U);
  for (std::size_t k = 0; k < 5; ++k)
    EXPECT_DOUBLE_EQ(fine[k], 3.0 / (3.0 + static_cast<double>(k))); // n = 3
}

TEST(Runner, theory_is_computed_once_and_again_only_where_it_is_damaged) {
  const ScratchDirectory scratch;
  const std::filesystem::path output = scratch.file("a.h5");
  const std::string text = sweep_file + "[theory]\nn = { from = 2, to = 50, count = 7 }\n";
  const auto points_computed = [&] {
    std::int64_t count = 0;
    study::Registry registry;
    registry.add([&count] { return std::make_unique<CountingStudy>(count); });
    run::Experiment toy = run::parse_experiment(text, "toy.toml", {}, registry);
    EXPECT_EQ(run::run(toy, quiet(output), world()), ExitCode::complete);
    world().sum(std::span(&count, 1));
    return count;
  };
  EXPECT_EQ(points_computed(), 3 * 2 + 7 * 2);
  EXPECT_EQ(points_computed(), 0);
  const std::vector<double> whole = store::Reader(output).theory("mean_variance");
  world().barrier();
  if (world().rank() == 0) {
    // The variance of n = 10 is no number of the finer grid: what bears these bytes is theory of the sweep.
    std::ifstream stored(output, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(stored), {});
    std::string value(sizeof(double), '\0');
    std::memcpy(value.data(), &whole[2], value.size());
    const std::size_t place = bytes.find(value);
    if (place == std::string::npos) throw std::logic_error("the theory is not in the file");
    bytes[place] = static_cast<char>(bytes[place] ^ 1);
    std::ofstream(output, std::ios::binary) << bytes;
  }
  world().barrier();
  EXPECT_EQ(points_computed(), 1);
  world().barrier();
  const store::Reader reader(output);
  EXPECT_TRUE(same_bits(reader.theory("mean_variance"), whole));
  EXPECT_TRUE(reader.damaged_theory(false).empty());
}

TEST(Runner, a_run_cut_into_pieces_equals_the_uninterrupted_one_bit_for_bit) {
  const ScratchDirectory scratch;
  run::Experiment whole = experiment(sweep_file);
  ASSERT_EQ(run::run(whole, quiet(scratch.file("whole.h5")), world()), ExitCode::complete);
  const int pieces = run_in_pieces(sweep_file, scratch.file("pieces.h5"));
  EXPECT_GT(pieces, 1);
  expect_same_results(scratch.file("whole.h5"), scratch.file("pieces.h5"));
  EXPECT_EQ(static_cast<int>(store::Reader(scratch.file("pieces.h5")).provenance().size()), pieces);
}

TEST(Runner, a_time_limit_stops_the_run_and_the_next_one_goes_on) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file, {"seconds=0.05"});
  run::RunOptions options = quiet(scratch.file("a.h5"));
  options.max_seconds = 1e-3;
  EXPECT_EQ(run::run(toy, options, world()), ExitCode::incomplete);
  options.max_seconds = {};
  EXPECT_EQ(run::run(toy, options, world()), ExitCode::complete);
}

TEST(Runner, a_signal_on_one_rank_stops_every_rank_and_leaves_a_resumable_store) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file, {"seconds=0.02"});
  if (world().rank() == world().size() - 1) std::raise(SIGUSR1);
  EXPECT_EQ(run::run(toy, quiet(scratch.file("a.h5")), world()), ExitCode::incomplete);
  parallel::clear_stop_signal();
  EXPECT_EQ(run::run(toy, quiet(scratch.file("a.h5")), world()), ExitCode::complete);
}

TEST(Runner, teams_of_any_size_give_the_same_draws) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file);
  ASSERT_EQ(run::run(toy, quiet(scratch.file("one.h5")), world()), ExitCode::complete);
  for (int size = 2; size <= world().size(); ++size) {
    run::RunOptions options = quiet(scratch.file("teams" + std::to_string(size) + ".h5"));
    options.team_size = size;
    ASSERT_EQ(run::run(toy, options, world()), ExitCode::complete);
    expect_same_results(scratch.file("one.h5"), options.output);
  }
}

TEST(Runner, failing_draws_are_recorded_with_their_reason_and_taken_again_only_when_asked) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file, {"failure_rate=0.4"});
  EXPECT_EQ(run::run(toy, quiet(scratch.file("a.h5")), world()), ExitCode::some_draws_failed);
  {
    const store::Reader reader(scratch.file("a.h5"));
    const auto states = reader.states();
    const auto reasons = reader.reasons();
    std::size_t failed = 0;
    for (std::size_t s = 0; s < states.size(); ++s) {
      EXPECT_NE(states[s], store::DrawState::pending);
      if (states[s] != store::DrawState::failed) continue;
      ++failed;
      EXPECT_EQ(reasons[s], "out of luck");
    }
    EXPECT_GT(failed, 0U);
    EXPECT_LT(failed, states.size());
  }
  world().barrier();
  EXPECT_EQ(run::run(toy, quiet(scratch.file("a.h5")), world()), ExitCode::some_draws_failed);
  run::RunOptions retry = quiet(scratch.file("a.h5"));
  retry.retry_failed = true; // the same streams give the same failure: the run must end all the same
  EXPECT_EQ(run::run(toy, retry, world()), ExitCode::some_draws_failed);
}

TEST(Runner, warnings_are_printed_once_and_kept_with_the_provenance) {
  const ScratchDirectory scratch;
  run::Experiment doubtful =
      experiment("study = \"toy_mean\"\ndraws = 1\n[parameters]\nfailure_rate = 0.9\n");
  testing::internal::CaptureStderr();
  run::run(doubtful, quiet(scratch.file("a.h5")), world());
  const std::string printed = testing::internal::GetCapturedStderr();
  world().barrier();
  const std::string line = "warning: failure_rate: more than half of the draws will fail\n";
  EXPECT_EQ(printed, world().rank() == 0 ? line : "");
  const std::string record = store::Reader(scratch.file("a.h5")).provenance().back();
  EXPECT_NE(record.find("\"warnings\":[\"failure_rate: more than half of the draws will fail\"]"),
            std::string::npos);
}

TEST(Runner, how_the_draws_were_computed_stands_in_the_provenance) {
  const ScratchDirectory scratch;
  const int team_size = world().size() == 4 ? 2 : 1;
  run::Experiment toy = experiment("study = \"toy_mean\"\ndraws = 5\n[sweep]\nn = [10, 15, 40]\n");
  run::RunOptions options = quiet(scratch.file("a.h5"));
  options.team_size = team_size;
  ASSERT_EQ(run::run(toy, options, world()), ExitCode::complete);
  const std::string record = store::Reader(scratch.file("a.h5")).provenance().back();
  EXPECT_NE(record.find("\"methods\":[{\"expected_product_flops\":10.0,\"how\":\"long\",\"seconds\":2.5,"
                        "\"step\":\"sum\",\"times\":5},{\"expected_product_flops\":20.0,\"how\":\"short\","
                        "\"seconds\":5.0,\"step\":\"sum\",\"times\":10}]"),
            std::string::npos)
      << record;
}

TEST(Runner, shards_share_the_draws_without_overlap) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file);
  for (std::int64_t shard = 0; shard < 2; ++shard) {
    run::RunOptions options = quiet(scratch.file("shard" + std::to_string(shard) + ".h5"));
    options.shard = {shard, 2};
    EXPECT_EQ(run::run(toy, options, world()), ExitCode::complete);
    const auto states = store::Reader(options.output).states();
    for (std::size_t s = 0; s < states.size(); ++s) {
      const bool mine = static_cast<std::int64_t>(s % 5) % 2 == shard;
      EXPECT_EQ(states[s] == store::DrawState::done, mine);
    }
    world().barrier();
  }
}

TEST(Runner, adaptive_draws_stop_at_the_precision_and_do_not_depend_on_interruptions) {
  const std::string text = R"(
study = "toy_mean"
seed = 3
draws = { min = 8, max = 400, until = { observable = "test_error", relative_stderr = 0.2 } }
[parameters]
ridge = [1.0]
[sweep]
n = [5, 20]
)";
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(text);
  ASSERT_EQ(run::run(toy, quiet(scratch.file("whole.h5")), world()), ExitCode::complete);
  const store::Reader reader(scratch.file("whole.h5"));
  const auto states = reader.states();
  const std::vector<double> errors = reader.observable("test_error");
  for (std::size_t p = 0; p < 2; ++p) {
    std::vector<double> taken;
    for (std::size_t d = 0; d < 400; ++d) {
      if (states[p * 400 + d] == store::DrawState::done) taken.push_back(errors[p * 400 + d]);
    }
    const run::Estimate estimate = run::estimate(taken, study::Summary::mean);
    EXPECT_GE(taken.size(), 8U);
    EXPECT_LT(taken.size(), 400U);
    EXPECT_LE(estimate.standard_error, 0.2 * estimate.value);
  }
  EXPECT_GT(run_in_pieces(text, scratch.file("pieces.h5")), 1);
  expect_same_results(scratch.file("whole.h5"), scratch.file("pieces.h5"));
}

TEST(Runner, what_does_not_fit_is_refused_before_anything_is_written) {
  const ScratchDirectory scratch;
  run::Experiment huge = experiment(sweep_file, {"gigabytes=1e6"});
  try {
    run::run(huge, quiet(scratch.file("a.h5")), world());
    ADD_FAILURE() << "did not throw";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("1e+06 GB"), std::string::npos) << error.what();
  }
  run::Experiment toy = experiment(sweep_file);
  run::RunOptions options = quiet(scratch.file("a.h5"));
  options.team_size = world().size() + 1;
  EXPECT_THROW(run::run(toy, options, world()), InputError);
  options.team_size = {};
  options.shard = {2, 2};
  EXPECT_THROW(run::run(toy, options, world()), InputError);
  EXPECT_FALSE(std::filesystem::exists(scratch.file("a.h5")));
}

TEST(Runner, another_studys_store_is_refused_and_left_alone) {
  const ScratchDirectory scratch;
  run::Experiment toy = experiment(sweep_file);
  ASSERT_EQ(run::run(toy, quiet(scratch.file("a.h5")), world()), ExitCode::complete);
  run::Experiment other = experiment(sweep_file, {"seed=12"});
  EXPECT_THROW(run::run(other, quiet(scratch.file("a.h5")), world()), InputError);
  world().barrier();
  EXPECT_EQ(store::Reader(scratch.file("a.h5")).layout().seed, 11);
}

TEST(TeamSizes, the_smallest_team_whose_share_fits_is_taken) {
  run::Experiment toy = experiment(sweep_file, {"gigabytes=8"});
  // 4 ranks on a node of 20 GB, 17 usable: 4 x 8 GB does not fit, 4 x 4 GB does.
  EXPECT_EQ(run::team_sizes(toy, 4, 4, 20e9, {}), std::vector<int>(6, 2));
  EXPECT_EQ(run::team_sizes(toy, 4, 4, 200e9, {}), std::vector<int>(6, 1));
  EXPECT_EQ(run::team_sizes(toy, 8, 4, 200e9, 3), std::vector<int>(6, 3));
  EXPECT_THROW(run::team_sizes(toy, 4, 4, 8e9, {}), InputError);
}
