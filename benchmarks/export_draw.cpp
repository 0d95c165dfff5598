// SPDX-License-Identifier: BSD-3-Clause
// The random matrices of a draw as HDF5 datasets, so that another program can compute from the same data:
//   pastur_export_draw OUT.h5 --study-file FILE.toml --draw 0 X=sphere:300x40 W=sphere:60x40
// A matrix is STREAM=LAW:ROWSxCOLUMNS; `sphere` has rows uniform on the unit sphere. The point is the study
// file's first one.
#include <pastur/random/fill.hpp>
#include <pastur/run/layout.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/studies/registry.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace pastur;

struct Matrix {
  std::string stream, law;
  std::int64_t rows, columns;
};

Matrix parsed(const std::string& text) {
  static const std::regex form(R"((\w+)=(normal|uniform|signs|sphere):(\d+)x(\d+))");
  std::smatch parts;
  if (!std::regex_match(text, parts, form))
    throw std::invalid_argument(fmt::format(
        "given `{}`; allowed: STREAM=LAW:ROWSxCOLUMNS, LAW normal, uniform, signs or sphere", text));
  return {parts[1], parts[2], std::stoll(parts[3]), std::stoll(parts[4])};
}

/// Column-major.
std::vector<double> values_of(const Matrix& matrix, const random::Stream& stream) {
  std::vector<double> out(static_cast<std::size_t>(matrix.rows * matrix.columns));
  const random::Tile all{0, matrix.rows, 0, matrix.columns};
  if (matrix.law == "normal") random::fill_normal(stream, all, out.data(), matrix.rows);
  if (matrix.law == "uniform") random::fill_uniform(stream, all, out.data(), matrix.rows);
  if (matrix.law == "signs") random::fill_signs(stream, all, out.data(), matrix.rows);
  if (matrix.law == "sphere")
    random::fill_sphere_rows(stream, 0, matrix.rows, matrix.columns, 1.0, out.data(), matrix.rows);
  return out;
}

/// Datasets are columns x rows: HDF5 is row-major.
void write(const std::string& path, const std::vector<Matrix>& matrices, const random::Streams& streams) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0) throw std::runtime_error(fmt::format("`{}` cannot be written", path));
  bool written = true;
  for (const Matrix& matrix : matrices) {
    const std::array<hsize_t, 2> size{static_cast<hsize_t>(matrix.columns),
                                      static_cast<hsize_t>(matrix.rows)};
    const std::vector<double> values = values_of(matrix, streams.stream(matrix.stream));
    written =
        written && H5LTmake_dataset_double(file, matrix.stream.c_str(), 2, size.data(), values.data()) >= 0;
  }
  if (H5Fclose(file) < 0 || !written) throw std::runtime_error(fmt::format("`{}` cannot be written", path));
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app("The random matrices of a draw as HDF5 datasets");
  std::string out, study_file, identity;
  std::vector<std::string> texts;
  std::int64_t draw = 0;
  app.add_option("OUT", out)->required();
  app.add_option("MATRIX", texts, "STREAM=LAW:ROWSxCOLUMNS")->required();
  CLI::Option* file = app.add_option("--study-file", study_file, "whose draw");
  app.add_option("--draw", draw, "which draw")->needs(file);
  app.add_option("--identity", identity, "of the streams, instead of a draw's")->excludes(file);
  CLI11_PARSE(app, argc, argv);
  try {
    std::vector<Matrix> matrices;
    for (const std::string& text : texts) matrices.push_back(parsed(text));
    if (!study_file.empty()) {
      const run::Experiment experiment = run::load_experiment(study_file, {}, studies::builtin());
      identity = run::draw_identity(experiment, experiment.points.front(), draw);
    }
    write(out, matrices, random::Streams(identity));
  } catch (const std::exception& error) {
    fmt::print(stderr, "pastur_export_draw: {}\n", error.what());
    return 1;
  }
  return 0;
}
