// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/activation.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pastur::learning {

/// How a layer's result phi(g_l) meets an earlier state z_{l-span}.
enum class Join {
  none,       ///< z_l = phi(g_l)
  add,        ///< z_l = phi(g_l) + scale z_{l-span}; the widths must agree
  concatenate ///< z_l = [scale z_{l-span}; phi(g_l)]
};

struct Skip {
  Join join = Join::none;
  std::int64_t span = 1; ///< layers that are skipped; 1: from the layer's own input
  double scale = 1.0;
};

/// g_l = multiplier W_l z_{l-1} + b_l, z_l = phi(g_l), joined with the skip.
struct Layer {
  std::int64_t units = 0;                         ///< rows of W_l
  std::optional<theory::Activation> activation{}; ///< none: phi(u) = u
  bool bias = false;                              ///< without it b_l = 0 and has no parameters
  Skip skip{};
  double multiplier = 1.0;   ///< on W_l z_{l-1} only, e.g. 1/sqrt(width) of the NTK parametrisation
  bool train_weights = true; ///< frozen parameters: derivatives by them count as zero
  bool train_bias = true;
};

/// A stretch of the parameter vector: rows x columns, column-major.
struct ParameterBlock {
  std::int64_t offset = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t size() const { return rows * columns; }
};

/// A multi-layer network as data: layers l = 1..depth(), states z_0 (the inputs) .. z_depth (the outputs).
/// All parameters stand in one flat vector, W_1, b_1, W_2, b_2, ...; W_l is column-major, units x width(l-1).
class Network {
public:
  /// Throws InputError for no layer, a width below 1, a skip that reaches before z_0, widths that do not
  /// agree, and a multiplier or scale that is not finite; the message names the layer.
  Network(std::int64_t inputs, std::vector<Layer> layers);

  std::int64_t depth() const { return static_cast<std::int64_t>(layers_.size()); }
  std::int64_t inputs() const { return widths_.front(); }
  std::int64_t outputs() const { return widths_.back(); }
  /// Rows of z_l, l = 0..depth().
  std::int64_t width(std::int64_t l) const { return widths_[static_cast<std::size_t>(l)]; }
  /// l = 1..depth(), as everywhere below.
  const Layer& layer(std::int64_t l) const { return layers_[static_cast<std::size_t>(l - 1)]; }
  /// Length of the parameter vector.
  std::int64_t parameters() const { return parameters_; }
  ParameterBlock weight_block(std::int64_t l) const { return weights_[static_cast<std::size_t>(l - 1)]; }
  /// units x 1; 0 x 1 without a bias.
  ParameterBlock bias_block(std::int64_t l) const { return biases_[static_cast<std::size_t>(l - 1)]; }
  /// Every activation has a derivative (all but sign and step).
  bool is_differentiable() const;
  /// Every activation is linear, relu, shifted_relu, leaky or abs: affine inside an activation region.
  bool is_piecewise_linear() const;
  /// The same layers with the scale of every skip replaced (joins of `none` have none).
  Network with_skip_scale(double scale) const;

  /// Views of a parameter vector (or of a gradient, a direction ...): W_l and b_l.
  std::span<double> weights(std::span<double> parameters, std::int64_t l) const;
  std::span<const double> weights(std::span<const double> parameters, std::int64_t l) const;
  std::span<double> bias(std::span<double> parameters, std::int64_t l) const;
  std::span<const double> bias(std::span<const double> parameters, std::int64_t l) const;

private:
  std::vector<Layer> layers_;
  std::vector<std::int64_t> widths_;
  std::vector<ParameterBlock> weights_;
  std::vector<ParameterBlock> biases_;
  std::int64_t parameters_ = 0;
};

/// 2 samples sum_l units width(l-1): a forward pass; a gradient takes three of it, a Hessian product six
/// more.
double forward_flops(const Network& network, std::int64_t samples);
/// What a Pass of that many samples keeps.
double pass_bytes(const Network& network, std::int64_t samples);

} // namespace pastur::learning
