// SPDX-License-Identifier: BSD-3-Clause
// A whole study in one file: the eigenvalues of the sample covariance S = X X^T / n of n standard normal
// samples in R^d, against the law of Marchenko and Pastur (Mat. Sb. 72, 507-536, 1967). Its program has the
// whole command line of pastur, for this study and for the built-in ones.
#include <pastur/command_line.hpp>
#include <pastur/linalg/gram.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/random/fill.hpp>
#include <pastur/studies/registry.hpp>
#include <pastur/study/study.hpp>
#include <pastur/theory/marchenko_pastur.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace {

using namespace pastur;

double aspect_ratio(const study::Parameters& p) {
  return static_cast<double>(p.integer("d")) / static_cast<double>(p.integer("n"));
}

study::StudyInfo declaration() {
  study::StudyInfo info;
  info.name = "marchenko_pastur";
  info.paper = "V. A. Marchenko, L. A. Pastur, Distribution of eigenvalues for some sets of random matrices, "
               "Mat. Sb. 72, 507-536 (1967)";
  info.summary = "eigenvalues of a sample covariance matrix, their density and edges";
  info.parameters = {
      {.name = "d",
       .symbol = "d",
       .type = study::ParameterType::integer,
       .initial = std::int64_t{200},
       .meaning = "dimension",
       .range = {1, 1e6}},
      {.name = "n",
       .symbol = "n",
       .type = study::ParameterType::integer,
       .initial = std::int64_t{400},
       .meaning = "samples, at least d",
       .range = {1, 1e9}},
  };
  info.dimensions = {
      {.name = "index",
       .meaning = "place in ascending order, from 0",
       .coordinate =
           [](const study::Parameters& p) {
             std::vector<double> places(static_cast<std::size_t>(p.integer("d")));
             for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<double>(i);
             return places;
           }},
      {.name = "x",
       .meaning = "where the density is given; (0, 4] holds every support with d <= n",
       .coordinate =
           [](const study::Parameters&) {
             std::vector<double> places(400);
             for (std::size_t i = 0; i < places.size(); ++i) places[i] = 0.01 * static_cast<double>(i + 1);
             return places;
           }},
  };
  info.observables = {
      {.name = "eigenvalues", .dimensions = {"index"}, .meaning = "eigenvalues of S, ascending"},
      {.name = "lambda_min", .meaning = "least eigenvalue of S", .has_theory = true},
      {.name = "lambda_max", .meaning = "greatest eigenvalue of S", .has_theory = true},
  };
  info.theory_outputs = {{.name = "density", .dimensions = {"x"}, .meaning = "density of the eigenvalues"}};
  info.figures = {
      {.name = "edges",
       .title = "Extreme eigenvalues of a sample covariance",
       .observables = {"lambda_min", "lambda_max"},
       .x = "n",
       .x_label = "d / n",
       .y_label = "eigenvalue",
       .log_x = true,
       .scaled_x = aspect_ratio},
      {.name = "spectrum",
       .title = "Spectrum of a sample covariance",
       .kind = study::Figure::Kind::histogram,
       .observables = {"eigenvalues", "density"},
       .x = "",
       .x_label = "eigenvalue"},
  };
  return info;
}

/// Rows of X that belong to this process's rows (or columns) of S, for the samples [first, first + count):
/// column-major, one row a local index.
std::vector<double> panel(const random::Stream& stream, const std::vector<std::int64_t>& rows,
                          std::int64_t first, std::int64_t count) {
  const auto ld = static_cast<std::int64_t>(rows.size());
  std::vector<double> values(static_cast<std::size_t>(ld * count));
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && rows[end] == rows[end - 1] + 1) ++end;
    random::fill_normal(stream, {rows[begin], static_cast<std::int64_t>(end - begin), first, count},
                        values.data() + begin, ld);
    begin = end;
  }
  return values;
}

class MarchenkoPastur : public study::Study {
public:
  const study::StudyInfo& info() const override {
    static const study::StudyInfo declared = declaration();
    return declared;
  }

  void check(const study::Parameters& p) const override {
    if (p.integer("n") < p.integer("d")) {
      throw InputError("n: " + std::to_string(p.integer("n")) +
                       " given with d = " + std::to_string(p.integer("d")) + "; allowed: n >= d");
    }
  }

  study::Cost cost(const study::Parameters& p) const override {
    const auto n = static_cast<double>(p.integer("n"));
    const auto d = static_cast<double>(p.integer("d"));
    return {.flops = n * d * d + 4.0 / 3.0 * d * d * d,
            .shared_bytes = 8.0 * d * d,
            .rank_bytes = 16.0 * d * chunk};
  }

  void draw(const study::Parameters& p, const parallel::Communicator& team, const random::Streams& streams,
            study::Recorder& record) const override {
    const std::int64_t n = p.integer("n");
    const random::Stream x = streams.stream("X");
    linalg::BlockCyclicMatrix covariance(linalg::ProcessGrid::create(team), p.integer("d"), p.integer("d"));
    std::vector<std::int64_t> rows;
    std::vector<std::int64_t> columns;
    for (std::int32_t i = 0; i < covariance.local_rows(); ++i) rows.push_back(covariance.global_row(i));
    for (std::int32_t j = 0; j < covariance.local_cols(); ++j) columns.push_back(covariance.global_col(j));
    // Every rank makes the part of X it needs: nothing is communicated and X is never whole.
    covariance.fill(0.0);
    for (std::int64_t first = 0; first < n; first += chunk) {
      const std::int64_t count = std::min<std::int64_t>(chunk, n - first);
      const std::vector<double> left = panel(x, rows, first, count);
      const std::vector<double> right = panel(x, columns, first, count);
      linalg::accumulate_gram(covariance, left.data(), std::max<std::int64_t>(1, covariance.local_rows()),
                              right.data(), std::max<std::int64_t>(1, covariance.local_cols()), count,
                              1.0 / static_cast<double>(n), 1.0);
    }
    const std::vector<double> values = linalg::eigenvalues(std::move(covariance));
    record.set("eigenvalues", values);
    record.set("lambda_min", values.front());
    record.set("lambda_max", values.back());
  }

  void theory(const study::Parameters& p, study::Recorder& record) const override {
    const double gamma = aspect_ratio(p);
    record.set("lambda_min", std::pow(1.0 - std::sqrt(gamma), 2));
    record.set("lambda_max", std::pow(1.0 + std::sqrt(gamma), 2));
    const std::vector<double> places = study::coordinate(info(), "x", p);
    for (std::size_t i = 0; i < places.size(); ++i)
      record.set_at("density", i, theory::isotropic_density(places[i], gamma));
  }

private:
  static constexpr std::int64_t chunk = 512; // samples at a time
};

} // namespace

int main(int argc, char** argv) {
  study::Registry studies = studies::builtin();
  studies.add([] { return std::make_unique<MarchenkoPastur>(); });
  return command_line(argc, argv, studies);
}
