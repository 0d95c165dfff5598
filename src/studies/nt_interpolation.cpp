// SPDX-License-Identifier: BSD-3-Clause
#include "nt_interpolation_density.hpp"

#include <pastur/studies/nt_interpolation.hpp>
#include <pastur/studies/nt_interpolation_theory.hpp>
#include <pastur/study/declaration.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace pastur::studies {

namespace nt_interpolation {

namespace {

using study::largest_size;
using study::ObservableSpec;
using study::Parameters;
using study::ParameterSpec;
using study::ParameterType;
using study::Role;
using study::Summary;
using study::TheoryOutputSpec;
using study::Value;
using study::whole;
using study::word;

bool fits(const Parameters& p) {
  return p.is("mode", "fit");
}
bool compares(const Parameters& p) {
  return p.is("mode", "equivalence");
}
bool has_network(const Parameters& p) {
  return compares(p) || p.is("kernel", "nt");
}
bool has_noise(const Parameters& p) {
  return p.is("target", "linear") || p.is("target", "lin_quad");
}
bool is_dense(const Parameters& p) {
  return !(fits(p) && p.is("kernel", "nt") && p.is("solver", "matrix_free"));
}

std::vector<ParameterSpec> parameters() {
  return {
      {.name = "mode",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("fit"),
       .meaning = "fit: spectrum, ridge path and interpolation of one kernel; equivalence: NT, "
                  "infinite-width (KRR) and polynomial (PRR) "
                  "regression on the same data",
       .role = Role::method,
       .choices = {"fit", "equivalence"}},
      {.name = "kernel",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("nt"),
       .meaning = "nt: K_N of N neurons; infinite: the infinite-width kernel K",
       .role = Role::method,
       .choices = {"nt", "infinite"},
       .read_when = "mode = fit",
       .is_read = fits},
      {.name = "n",
       .symbol = "n",
       .type = ParameterType::integer,
       .initial = whole(600),
       .meaning = "training samples",
       .range = {2, largest_size}},
      {.name = "d",
       .symbol = "d",
       .type = ParameterType::integer,
       .initial = whole(40),
       .meaning = "covariate dimension",
       .range = {3, largest_size}},
      {.name = "N",
       .symbol = "N",
       .type = ParameterType::integer,
       .initial = whole(60),
       .meaning = "hidden neurons",
       .range = {2, largest_size},
       .read_when = "mode = equivalence or kernel = nt",
       .is_read = has_network},
      {.name = "activation",
       .symbol = "sigma",
       .type = ParameterType::choice,
       .initial = word("relu"),
       .meaning = "activation; only its derivative is used",
       .role = Role::method,
       .choices = {"relu", "shifted_relu", "tanh", "erf", "softplus"}},
      {.name = "activation_shift",
       .symbol = "t",
       .type = ParameterType::real,
       .initial = Value(0.5),
       .meaning = "shifted_relu: sigma'(u) = 1{u > t}",
       .role = Role::method,
       .read_when = "activation = shifted_relu",
       .is_read = [](const Parameters& p) { return p.is("activation", "shifted_relu"); }},
      {.name = "data",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("sphere"),
       .meaning = "inputs: uniform on the sphere of radius sqrt(d); N(0, I_d); whitened Fashion-MNIST; a "
                  "whitened data set of your own",
       .choices = {"sphere", "gauss", "fashion_mnist", "file"}},
      {.name = "file",
       .symbol = "",
       .type = ParameterType::text,
       .initial = word(""),
       .meaning = "HDF5 file with X (or data; samples x features) and, for target = file, y (or labels); or "
                  "IDX images",
       .read_when = "data = file",
       .is_read = [](const Parameters& p) { return p.is("data", "file"); }},
      {.name = "weights",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("sphere"),
       .meaning = "w_l uniform on the unit sphere, or N(0, I_d/d)",
       .choices = {"sphere", "gauss"},
       .read_when = "mode = equivalence or kernel = nt",
       .is_read = has_network},
      {.name = "ridge",
       .symbol = "lambda",
       .type = ParameterType::real_list,
       .initial = Value(std::vector<double>{0.0, 1e-3, 1e-2, 0.1, 1.0, 10.0}),
       .meaning = "ridge of (K + lambda I) alpha = y, nothing divided by n; must exceed minus the least "
                  "eigenvalue of K",
       .role = Role::method,
       .coordinate = true,
       .unit = "as K_N"},
      {.name = "target",
       .symbol = "f*",
       .type = ParameterType::choice,
       .initial = word("linear"),
       .meaning = "linear: u = <x, beta>; lin_quad: linear and quadratic in u, equal energies; "
                  "random_labels: fair signs; file: labels of the "
                  "data set (fashion_mnist: class < 5 is +1, else -1)",
       .choices = {"linear", "lin_quad", "random_labels", "file"}},
      {.name = "noise_variance",
       .symbol = "sigma_eps^2",
       .type = ParameterType::real,
       .initial = Value(0.25),
       .meaning = "variance of the label noise",
       .range = {.lowest = 0.0},
       .unit = "label^2",
       .read_when = "target = linear or lin_quad",
       .is_read = has_noise},
      {.name = "n_test",
       .symbol = "",
       .type = ParameterType::integer,
       .initial = whole(1000),
       .meaning = "fresh test points",
       .role = Role::method,
       .range = {1, largest_size}},
      {.name = "polynomial_degree",
       .symbol = "l",
       .type = ParameterType::integer,
       .initial = whole(1),
       .meaning = "degree kept by polynomial ridge regression",
       .role = Role::method,
       .range = {1, 8},
       .read_when = "mode = equivalence",
       .is_read = compares},
      {.name = "theory_degree",
       .symbol = "L",
       .type = ParameterType::integer,
       .initial = whole(4),
       .meaning = "degrees 0..L that stand explicitly in every infinite-width formula",
       .role = Role::method,
       .range = {1, 8}},
      {.name = "solver",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("dense"),
       .meaning = "dense: K_N assembled and reduced once; matrix_free: K_N applied through its factors, "
                  "Krylov methods, memory n (N + d) in "
                  "place of n^2, no full spectrum",
       .role = Role::method,
       .choices = {"dense", "matrix_free"},
       .read_when = "mode = fit and kernel = nt",
       .is_read = [](const Parameters& p) { return fits(p) && p.is("kernel", "nt"); }},
      {.name = "ridge_route",
       .symbol = "",
       .type = ParameterType::choice,
       .initial = word("automatic"),
       .meaning =
           "how (K + lambda I) alpha = y is solved at all ridges: through one reduction to a band or to a "
           "tridiagonal matrix, by a Cholesky factorisation for each (only where no spectrum is wanted, "
           "else tridiagonal), or by whichever is expected to be fastest",
       .role = Role::method,
       .choices = {"automatic", "band", "tridiagonal", "cholesky"},
       .read_when = "not solver = matrix_free",
       .is_read = is_dense},
  };
}

std::vector<study::Dimension> dimensions() {
  const auto count_from_zero = [](std::int64_t count) {
    std::vector<double> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 0.0);
    return values;
  };
  return {{.name = "index",
           .meaning = "place in ascending order, from 0",
           .coordinate = [count_from_zero](const Parameters& p) { return count_from_zero(p.integer("n")); }},
          {.name = "degree",
           .meaning = "polynomial degree, from 0",
           .coordinate = [count_from_zero](const Parameters& p) {
             return count_from_zero(p.integer("theory_degree") + 1);
           }}};
}

/// Near N d = n the ridgeless test error has a tail too heavy for a useful mean.
Summary test_error_summary(const Parameters& p) {
  const std::vector<double>& ridges = p.reals("ridge");
  if (!has_network(p) || std::find(ridges.begin(), ridges.end(), 0.0) == ridges.end()) return Summary::mean;
  const double ratio = static_cast<double>(p.integer("N")) * static_cast<double>(p.integer("d")) /
                       static_cast<double>(p.integer("n"));
  return ratio > 0.8 && ratio < 1.25 ? Summary::median : Summary::mean;
}

std::vector<ObservableSpec> observables() {
  return {
      {.name = "lambda_min",
       .unit = "as K_N",
       .meaning = "least eigenvalue of the kernel matrix",
       .has_theory = true,
       .exists = fits},
      {.name = "eigenvalues",
       .dimensions = {"index"},
       .unit = "as K_N",
       .meaning = "eigenvalues of the kernel matrix, ascending",
       .exists = [](const Parameters& p) { return fits(p) && is_dense(p); }},
      {.name = "train_error",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "(1/n) |K alpha - y|^2, y with its noise",
       .has_theory = true},
      {.name = "test_error",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "mean over test points of (f_hat - f*)^2, f* without noise (random_labels: 0; file: the "
                  "held-out labels)",
       .has_theory = true,
       .summary_at = test_error_summary},
      {.name = "interpolation_error",
       .unit = "label^2",
       .meaning = "train error of the pseudo-inverse fit",
       .has_theory = true,
       .exists = fits},
      {.name = "parameter_norm_squared",
       .unit = "label^2/K",
       .meaning = "y^T K^+ y / n",
       .summary = Summary::median,
       .exists = fits},
      {.name = "relative_min",
       .meaning = "least eigenvalue of K^{-1/2} K_N K^{-1/2}, K the infinite-width kernel matrix",
       .has_theory = true,
       .exists = compares},
      {.name = "relative_max",
       .meaning = "greatest eigenvalue of K^{-1/2} K_N K^{-1/2}",
       .has_theory = true,
       .exists = compares},
      {.name = "test_error_krr",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "noise-free test error of infinite-width kernel ridge regression",
       .has_theory = true,
       .exists = compares},
      {.name = "test_error_prr",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "noise-free test error of polynomial ridge regression with the self-induced ridge",
       .has_theory = true,
       .exists = compares},
      {.name = "distance_nt_krr",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "mean over test points of the squared difference of the NT and KRR predictions",
       .exists = compares},
      {.name = "distance_krr_prr",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "mean over test points of the squared difference of the KRR and PRR predictions",
       .exists = compares},
  };
}

std::vector<TheoryOutputSpec> theory_outputs() {
  return {
      {.name = "hermite_tail",
       .dimensions = {"degree"},
       .meaning = "gamma_l = E sigma'^2 - sum_{k < l} c_k^2; gamma_1 = v(sigma), the limit of lambda_min for "
                  "n << d^2"},
      {.name = "kernel_eigenvalues",
       .dimensions = {"degree"},
       .meaning = "xi_k, Gegenbauer coefficients of the infinite-width kernel"},
      {.name = "kernel_tail", .meaning = "E sigma'^2 - sum_{k <= L} B_k xi_k: the self-induced ridge"},
      {.name = "slope_variance", .meaning = "v(sigma) = Var sigma'(G)"},
      {.name = "lambda_min_infinite",
       .unit = "as K_N",
       .meaning = "least eigenvalue of the infinite-width kernel matrix"},
      {.name = "test_error_infinite",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "test error at infinite width"},
      {.name = "train_error_infinite",
       .dimensions = {"ridge"},
       .unit = "label^2",
       .meaning = "train error at infinite width"},
      {.name = "lambda_min_crude",
       .unit = "as K_N",
       .meaning = "v(sigma) (1 - sqrt(n/(N d)))_+^2, for N << d << n"},
  };
}

} // namespace

theory::Activation activation(const study::Parameters& point) {
  const std::string& name = point.text("activation");
  return theory::Activation::named(name, name == "shifted_relu" ? point.real("activation_shift") : 0.0);
}

namespace {

template <class Spec>
std::vector<Spec> joined(std::vector<Spec> first, const std::vector<Spec>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

} // namespace

study::StudyInfo declaration() {
  return {.name = "nt_interpolation",
          .paper = "Andrea Montanari, Yiqiao Zhong, The interpolation phase transition in neural networks: "
                   "memorization and generalization "
                   "under lazy training, Annals of Statistics 50(5), 2816-2847 (2022), arXiv:2007.12826",
          .summary = "two-layer nets in the neural-tangent regime: memorisation at N d = n, spectrum, "
                     "self-induced ridge",
          .parameters = joined(parameters(), density_parameters()),
          .dimensions = joined(dimensions(), {density_dimension()}),
          .observables = joined(observables(), density_observables()),
          .theory_outputs = theory_outputs(),
          .figures = joined(figures(), {density_figure()})};
}

} // namespace nt_interpolation

NtInterpolation::NtInterpolation() : info_(nt_interpolation::declaration()) {}

void NtInterpolation::check(const study::Parameters& point) const {
  nt_interpolation::check_density(point);
  const bool random_inputs = point.is("data", "sphere") || point.is("data", "gauss");
  if (point.is("data", "gauss") && point.is("mode", "equivalence")) {
    throw InputError("data = \"gauss\" with mode = \"equivalence\": the infinite-width kernel needs inputs "
                     "of norm sqrt(d); allowed: data = "
                     "\"sphere\", \"fashion_mnist\" or \"file\", or mode = \"fit\" with kernel = \"nt\"");
  }
  if (point.is("data", "gauss") && point.is("kernel", "infinite")) {
    throw InputError("data = \"gauss\" with kernel = \"infinite\": the infinite-width kernel needs inputs of "
                     "norm sqrt(d); allowed: data = "
                     "\"sphere\", \"fashion_mnist\" or \"file\", or kernel = \"nt\"");
  }
  if (point.is("target", "file") && random_inputs) {
    throw InputError(fmt::format("target = \"file\" with data = \"{}\": there are no labels to read; "
                                 "allowed: data = \"fashion_mnist\" or "
                                 "\"file\", or target = \"linear\", \"lin_quad\" or \"random_labels\"",
                                 point.text("data")));
  }
  if (point.is("data", "file") && point.text("file").empty()) {
    throw InputError("data = \"file\" without a file; give file = \"path of an HDF5 file with X\"");
  }
  // Var sigma' of 1{u > t} is Q(t) Q(-t): below this no neuron, or every neuron, is active on every sample.
  if (point.is("activation", "shifted_relu") &&
      nt_interpolation::hermite_tail(nt_interpolation::activation(point), 1)[1] < 1e-12) {
    throw InputError(fmt::format("activation_shift = {}: sigma' is constant to rounding (Var sigma' < "
                                 "1e-12), so the kernel has rank d at "
                                 "most; allowed: |activation_shift| < 6.5",
                                 point.real("activation_shift")));
  }
}

} // namespace pastur::studies
