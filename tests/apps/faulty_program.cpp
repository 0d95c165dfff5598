// SPDX-License-Identifier: BSD-3-Clause
// The command line with one more study, the toy one with collective calls, that goes wrong on one rank:
//   faulty_program STAGE RANK SHARE run FILE ...
// STAGE names where, RANK who (-1: every rank), SHARE how many of the draws.
#include <pastur/command_line.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/factorisation.hpp>
#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/parallel/agree.hpp>

#include <support/toy_study.hpp>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

namespace {

using namespace pastur;

struct Fault {
  std::string stage;
  int rank = 0; ///< in the world
  double share = 1.0;
};

int world_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

/// From here on the system refuses what this rank writes, as a full disk does.
void refuse_writes() {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = 0;
  setrlimit(RLIMIT_FSIZE, &limit);
}

class FaultyStudy : public testing_support::ToyStudy {
public:
  explicit FaultyStudy(Fault fault) : fault_(std::move(fault)) {}

  void prepare(std::span<const study::Parameters>, const parallel::Communicator& world) override {
    fail_at("prepare_begin");
    world.barrier();
    if (here("prepare_input")) throw InputError("no such data");
    fail_at("prepare_end");
  }

  study::Cost cost(const study::Parameters& p) const override {
    fail_at("cost");
    return ToyStudy::cost(p);
  }

  void theory(const study::Parameters& p, study::Recorder& record) const override {
    fail_at("theory");
    if (here("theory_disk")) refuse_writes();
    ToyStudy::theory(p, record);
  }

  void draw(const study::Parameters& p, const parallel::Communicator& team, const random::Streams& streams,
            study::Recorder& record) const override {
    double luck = 0.0;
    random::fill_uniform(streams.stream("fault"), {0, 1, 0, 1}, &luck, 1);
    const bool faulty = luck < fault_.share;
    if (faulty) fail_at("draw_begin");
    team.barrier();
    ToyStudy::draw(p, team, streams, record);
    // A Cholesky factor: ScaLAPACK's own messages, on contexts of its own.
    if (faulty) fail_at("draw_factorisation");
    linalg::BlockCyclicMatrix a(linalg::ProcessGrid::create(team), 40, 40, 8);
    a.assign([](std::int64_t i, std::int64_t j) { return i == j ? 41.0 : 1.0; });
    if (!linalg::cholesky(a)) throw std::runtime_error("not positive definite");
    solve(team, faulty);
    if (faulty) fail_at("draw_sum");
    team.sum(1.0);
    if (faulty && here("disk")) refuse_writes();
    if (faulty) parallel::agree(team, !here("draw_agreed"), "trouble at draw_agreed");
    if (faulty) fail_at("draw_end");
    if (faulty && here("draw_unknown")) throw 1;
    if (faulty && here("nan")) record.set("sample_mean", std::nan(""));
    if (faulty && here("infinite")) record.set_at("test_error", 1, HUGE_VAL);
    if (faulty && here("left_out")) record = study::Recorder(record.slots());
  }

private:
  /// Conjugate gradients of PETSc and eigenvalues of SLEPc, whose operator can go wrong before its collective
  /// call or behind it.
  void solve(const parallel::Communicator& team, bool faulty) const {
    const auto [first, last] = linalg::even_range(12, team.rank(), team.size());
    const auto diagonal = [&, first = first](const std::string& solver) {
      return [&, solver, first](std::span<const double> x, std::span<double> y) {
        if (faulty) fail_at(solver + "_sum");
        team.sum(1.0);
        if (faulty) fail_at(solver + "_apply");
        for (std::size_t i = 0; i < x.size(); ++i)
          y[i] = (1.0 + static_cast<double>(first) + static_cast<double>(i)) * x[i];
      };
    };
    if (faulty) fail_at("ksp_before");
    const std::vector<double> labels(static_cast<std::size_t>(last - first), 1.0);
    linalg::krylov_ridge({team, 12, last - first, diagonal("ksp")}, labels, 1.0);
    if (faulty) fail_at("eps_before");
    linalg::leading_eigenvalues({team, 12, last - first, diagonal("eps")}, 1);
  }

  bool here(const std::string& stage) const {
    return fault_.stage == stage && (fault_.rank < 0 || fault_.rank == world_rank());
  }
  void fail_at(const std::string& stage) const {
    if (here(stage)) throw std::runtime_error("trouble at " + stage);
  }

  Fault fault_;
};

} // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const Fault fault{argv[1], std::atoi(argv[2]), std::atof(argv[3])};
  study::Registry registry;
  registry.add([fault] { return std::make_unique<FaultyStudy>(fault); });
  return command_line(argc - 3, argv + 3, registry);
}
