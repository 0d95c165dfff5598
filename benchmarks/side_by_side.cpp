// SPDX-License-Identifier: BSD-3-Clause
// The kernels that run.sh sets beside NumPy, on the teams of one mpirun, and the machine's limits with all
// ranks busy. One line of JSON from the first team: the seconds of every repeat, and values to check the
// other side by.
//   mpirun -n 2 pastur_kernels gram -n 4000 -N 8192
#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/bit_gram.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/ridge_path.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/parallel/environment.hpp>
#include <pastur/random/fill.hpp>

#include <cblas.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <functional>
#include <iostream>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace pastur;
using Json = nlohmann::json;
using linalg::BlockCyclicMatrix;

struct Sizes {
  std::int64_t n = 1000, d = 100, N = 1000, ridges = 1;
  bool spectrum = true, vectors = false;
  linalg::Eigensolver solver = linalg::Eigensolver::automatic;
  int repeats = 3;
};

/// Element (i, j) of every input is a function of this text, the input's name, i and j.
const random::Streams& streams() {
  static const random::Streams family("benchmark");
  return family;
}

/// Seconds of each repeat after one that warms up, all ranks from a common start to the last one's end.
/// `prepare` is not timed.
template <class Prepare, class Work>
Json seconds(const parallel::Communicator& team, int repeats, Prepare prepare, Work work) {
  Json result = Json::array();
  for (int repeat = -1; repeat < repeats; ++repeat) {
    auto input = prepare();
    team.barrier();
    const auto start = std::chrono::steady_clock::now();
    work(input);
    team.barrier();
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (repeat >= 0) result.push_back(passed);
  }
  return result;
}

double least(const Json& times) {
  return *std::min_element(times.begin(), times.end());
}

/// One operand stays in a register, as in a blocked product: the arithmetic is the limit, not the loads.
[[gnu::always_inline]] inline std::uint64_t count_common(const std::uint64_t* words, std::size_t count,
                                                         std::uint64_t mask) {
  std::uint64_t sum = 0;
#pragma GCC unroll 8
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<std::uint64_t>(std::popcount(words[i] & mask));
  return sum;
}
[[gnu::target("avx512f,avx512vpopcntdq,prefer-vector-width=512")]] std::uint64_t
count_wide(const std::uint64_t* words, std::size_t count, std::uint64_t mask) {
  return count_common(words, count, mask);
}
[[gnu::target("popcnt")]] std::uint64_t count_words(const std::uint64_t* words, std::size_t count,
                                                    std::uint64_t mask) {
  return count_common(words, count, mask);
}

/// What the ranks reach together: DGEMM (flop/s), AND + POPCNT on words in the first-level cache (pairs of
/// bits/s), a + s b -> c on arrays beyond the caches (bytes/s).
Json limits(const parallel::Communicator& team, const Sizes& sizes) {
  const int n = static_cast<int>(sizes.n);
  const auto entries = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  const double ranks = team.size();
  const auto nothing = [] { return 0; };
  std::vector<double> a(entries, 0.5), c(entries);
  const Json gemm = seconds(team, sizes.repeats, nothing, [&](int) {
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, n, n, n, 1.0, a.data(), n, a.data(), n, 0.0,
                c.data(), n);
  });

  constexpr std::size_t words = 1024;
  constexpr int passes = 2000;
  alignas(64) std::array<std::uint64_t, words> ones; // a vector that crosses a cache line takes two loads
  ones.fill(0x5555'5555'5555'5555U);
  const auto count = __builtin_cpu_supports("avx512vpopcntdq") ? count_wide : count_words;
  std::uint64_t counted = 0, mask = 0x0f0f'0f0f'0f0f'0f0fU;
  const Json popcount = seconds(team, 50, nothing, [&](int) {
    for (int pass = 0; pass < passes; ++pass) {
      counted += count(ones.data(), words, mask);
      asm volatile("" : "+r"(mask)::"memory"); // every pass counts anew
    }
  });

  const std::size_t length = entries * 4;
  std::vector<double> x(length, 1.0), y(length, 2.0), z(length);
  const Json triad = seconds(team, sizes.repeats, nothing, [&](int) {
    for (std::size_t i = 0; i < length; ++i) z[i] = x[i] + 0.5 * y[i];
    asm volatile("" ::"r"(z.data()) : "memory");
  });
  return {{"dgemm", ranks * 2.0 * std::pow(n, 3) / least(gemm)},
          {"popcount", ranks * 64.0 * static_cast<double>(words) * passes / least(popcount)},
          {"bandwidth", ranks * 24.0 * static_cast<double>(length) / least(triad)},
          {"counted", counted},
          {"blas", parallel::blas_description()}};
}

/// Signs of the normal matrix "u" in the given rows, consecutive by blocks.
linalg::BitPanel bits_of_rows(std::int64_t rows, std::int64_t bits, std::int64_t block,
                              const std::function<std::int64_t(std::int32_t)>& global) {
  linalg::BitPanel panel(rows, bits);
  std::vector<double> values(static_cast<std::size_t>(block * bits));
  for (std::int64_t first = 0; first < rows; first += block) {
    const std::int64_t count = std::min(block, rows - first);
    random::fill_normal(streams().stream("u"), {global(static_cast<std::int32_t>(first)), count, 0, bits},
                        values.data(), count);
    panel.assign_above(0.0, values.data(), count, first, count, 0, bits);
  }
  return panel;
}

/// S S^T of S = 1{u > 0}, n x N, on packed bits.
Json gram(const parallel::Communicator& team, const Sizes& sizes) {
  BlockCyclicMatrix counts(linalg::ProcessGrid::create(team), sizes.n, sizes.n);
  const linalg::BitPanel rows = bits_of_rows(counts.local_rows(), sizes.N, counts.block(),
                                             [&](std::int32_t i) { return counts.global_row(i); });
  const linalg::BitPanel columns = bits_of_rows(counts.local_cols(), sizes.N, counts.block(),
                                                [&](std::int32_t j) { return counts.global_col(j); });
  const bool same = team.size() == 1;
  const Json times = seconds(
      team, sizes.repeats, [&] { return counts.fill(0.0), 0; },
      [&](int) { linalg::accumulate_common_bits(counts, rows, same ? rows : columns); });
  double trace = 0.0, triangle = 0.0, squares = 0.0; // exact integers
  for (std::int32_t j = 0; j < counts.local_cols(); ++j) {
    for (std::int32_t i = counts.local_rows_below(counts.global_col(j)); i < counts.local_rows(); ++i) {
      const double value = counts.local(i, j);
      if (counts.global_row(i) == counts.global_col(j)) trace += value;
      triangle += value;
      squares += value * value;
    }
  }
  return {{"seconds", times},
          {"trace", team.sum(trace)},
          {"triangle", team.sum(triangle)},
          {"squares", team.sum(squares)}};
}

BlockCyclicMatrix kernel_matrix(const parallel::Communicator& team, const Sizes& sizes) {
  return learning::NeuralTangentFeatures(learning::Inputs::sphere(streams(), sizes.n, 0, sizes.d),
                                         theory::Activation::named("relu"), learning::WeightLaw::sphere,
                                         sizes.N, streams())
      .assemble(linalg::ProcessGrid::create(team));
}

/// K_N itself.
Json assembly(const parallel::Communicator& team, const Sizes& sizes) {
  std::optional<BlockCyclicMatrix> kernel;
  const Json times = seconds(
      team, sizes.repeats, [] { return 0; }, [&](int) { kernel.emplace(kernel_matrix(team, sizes)); });
  double trace = 0.0, squares = 0.0;
  for (std::int32_t j = 0; j < kernel->local_cols(); ++j) {
    for (std::int32_t i = kernel->local_rows_below(kernel->global_col(j)); i < kernel->local_rows(); ++i) {
      if (kernel->global_row(i) == kernel->global_col(j)) trace += kernel->local(i, j);
      squares += kernel->local(i, j) * kernel->local(i, j);
    }
  }
  return {{"seconds", times}, {"trace", team.sum(trace)}, {"squares", team.sum(squares)}};
}

/// Least and greatest eigenvalue of K_N.
Json extremes(const parallel::Communicator& team, const Sizes& sizes) {
  const BlockCyclicMatrix kernel = kernel_matrix(team, sizes);
  linalg::ExtremeEigenvalues found;
  const Json times = seconds(
      team, sizes.repeats, [&] { return kernel.copy(); },
      [&](BlockCyclicMatrix& copy) { found = linalg::extreme_eigenvalues(std::move(copy)); });
  return {{"seconds", times},
          {"lambda_min", found.lambda_min},
          {"lambda_max", found.lambda_max},
          {"applications", found.applications}};
}

/// (K_N + ridge) alpha = y for ridges 10^-3 ... 10, y normal.
Json ridge_path(const parallel::Communicator& team, const Sizes& sizes) {
  const BlockCyclicMatrix kernel = kernel_matrix(team, sizes);
  std::vector<double> y(static_cast<std::size_t>(sizes.n)), ridges(static_cast<std::size_t>(sizes.ridges));
  random::fill_normal(streams().stream("y"), {0, sizes.n, 0, 1}, y.data(), sizes.n);
  for (std::size_t r = 0; r < ridges.size(); ++r)
    ridges[r] = std::pow(10.0, -3.0 + 4.0 * static_cast<double>(r) /
                                          std::max(1.0, static_cast<double>(ridges.size()) - 1.0));
  linalg::RidgePath path;
  const Json times = seconds(
      team, sizes.repeats, [&] { return kernel.copy(); },
      [&](BlockCyclicMatrix& copy) {
        path = linalg::ridge_path(std::move(copy), y, ridges, {.spectrum = sizes.spectrum});
      });
  Json norms = Json::array(); // |alpha|^2
  for (auto at = path.coefficients.begin(); at != path.coefficients.end(); at += sizes.n)
    norms.push_back(std::inner_product(at, at + sizes.n, at, 0.0));
  return {{"seconds", times}, {"norms", norms}, {"residuals", path.residual_norms}, {"route", path.route}};
}

/// All eigenvalues of K_N, or all eigenvectors too, by the solver asked for.
Json spectrum(const parallel::Communicator& team, const Sizes& sizes) {
  const BlockCyclicMatrix kernel = kernel_matrix(team, sizes);
  std::vector<double> values;
  std::string route;
  const Json times = seconds(
      team, sizes.repeats, [&] { return kernel.copy(); },
      [&](BlockCyclicMatrix& copy) {
        if (sizes.vectors) {
          linalg::EigenDecomposition found = linalg::eigen_decomposition(std::move(copy), sizes.solver);
          values = std::move(found.values);
          route = found.route;
        } else {
          values = linalg::eigenvalues(std::move(copy), sizes.solver);
        }
      });
  return {{"seconds", times},
          {"route", route},
          {"sum", std::accumulate(values.begin(), values.end(), 0.0)},
          {"lambda_max", values.back()}};
}

/// n x N standard normal numbers, the rows shared out over the ranks.
Json normals(const parallel::Communicator& team, const Sizes& sizes) {
  const std::int64_t first = sizes.n * team.rank() / team.size();
  const std::int64_t rows = sizes.n * (team.rank() + 1) / team.size() - first;
  std::vector<double> x(static_cast<std::size_t>(rows * sizes.N));
  const Json times = seconds(
      team, sizes.repeats, [] { return 0; },
      [&](int) {
        random::fill_normal(streams().stream("X"), {first, rows, 0, sizes.N}, x.data(), rows);
      });
  const double count = static_cast<double>(sizes.n * sizes.N);
  return {{"seconds", times},
          {"mean", team.sum(std::accumulate(x.begin(), x.end(), 0.0)) / count},
          {"square", team.sum(std::inner_product(x.begin(), x.end(), x.begin(), 0.0)) / count}};
}

} // namespace

int main(int argc, char** argv) {
  const parallel::Environment environment;
  const std::map<std::string, Json (*)(const parallel::Communicator&, const Sizes&)> kernels{
      {"limits", limits},         {"gram", gram},       {"assembly", assembly}, {"extremes", extremes},
      {"ridge_path", ridge_path}, {"normals", normals}, {"spectrum", spectrum}};
  const std::map<std::string, linalg::Eigensolver> solvers{{"automatic", linalg::Eigensolver::automatic},
                                                           {"two_stages", linalg::Eigensolver::two_stages},
                                                           {"lapack", linalg::Eigensolver::lapack},
                                                           {"scalapack", linalg::Eigensolver::scalapack},
                                                           {"elpa", linalg::Eigensolver::elpa}};
  CLI::App app("pastur's kernels on the ranks of one run");
  Sizes sizes;
  std::string kernel;
  int team_size = 0;
  app.add_option("KERNEL", kernel)->required()->check(CLI::IsMember(kernels));
  app.add_option("-n", sizes.n, "rows");
  app.add_option("-d", sizes.d, "dimension");
  app.add_option("-N", sizes.N, "neurons");
  app.add_option("--ridges", sizes.ridges);
  app.add_flag("!--no-spectrum", sizes.spectrum, "ridge_path without eigenvalues");
  app.add_flag("--vectors", sizes.vectors, "spectrum with eigenvectors");
  app.add_option("--solver", sizes.solver, "of spectrum")->transform(CLI::CheckedTransformer(solvers));
  app.add_option("--repeats", sizes.repeats);
  app.add_option("--team-size", team_size,
                 "ranks that share a task; every team does all of it (default: one team)");
  CLI11_PARSE(app, argc, argv);
  const parallel::Communicator world = parallel::Communicator::world();
  const parallel::Communicator team = world.split_into_teams(team_size > 0 ? team_size : world.size());
  const Json result = kernels.at(kernel)(team, sizes);
  if (world.rank() == 0) std::cout << result.dump() << std::endl;
  return 0;
}
