// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/network_pass.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace pastur::learning {

/// Samples a derivative takes at once: enough for full DGEMM speed, few enough for the memory of its
/// cotangents.
inline constexpr std::int64_t sample_chunk = 1024;

/// Calls use(first, count) for the chunks of [0, samples).
template <class Use>
void for_each_sample_chunk(std::int64_t samples, Use&& use) {
  for (std::int64_t first = 0; first < samples; first += sample_chunk)
    use(first, samples - first < sample_chunk ? samples - first : sample_chunk);
}

/// std::invalid_argument unless `values` has one entry a parameter.
void require_parameters(const Network& network, std::span<const double> values, const char* what);
/// std::invalid_argument unless the pass belongs to the network.
void require_pass(const Network& network, const Pass& pass);
/// std::invalid_argument unless `x` is rows x columns.
void require_shape(SamplesView x, std::int64_t rows, std::int64_t columns, const char* what);

/// First row of phi(g_l) in z_l: below the concatenated state.
std::int64_t first_unit(const Network& network, std::int64_t l);

/// out = multiplier W_l z + b_l for `out` with leading dimension ld.
void apply_layer(const Network& network, std::span<const double> parameters, std::int64_t l, SamplesView z,
                 double* out, std::int64_t ld);
/// Adds or concatenates scale z_{l-span} to z_l, whose phi(g_l) rows stand already.
void join_skip(const Network& network, std::int64_t l, SamplesView source, Samples& z);
/// x (rows first_row .. first_row + units, k columns a sample) times the slopes of layer l.
void multiply_by_slopes(const Pass& pass, std::int64_t l, std::int64_t first_sample, std::int64_t k,
                        std::int64_t first_row, Samples& x);

/// Matrices of the states that a sweep still needs, with their memory recycled.
class PendingStates {
public:
  PendingStates(const Network& network, std::int64_t columns);

  bool has(std::int64_t l) const { return !pending_[static_cast<std::size_t>(l)].empty(); }
  Samples& operator[](std::int64_t l) { return pending_[static_cast<std::size_t>(l)]; }
  /// A matrix for state l, values unspecified.
  Samples& create(std::int64_t l);
  void release(std::int64_t l);
  Samples take(std::int64_t l);
  void recycle(Samples&& matrix);
  /// pending[l - span] += scale * (its rows of z_l's cotangent), if layer l has a skip to a state >= lowest.
  void add_skip(std::int64_t l, std::int64_t lowest);
  /// pending[l - 1] += multiplier W^T gbar with W = layer l's weights of `parameters`.
  void add_layer(std::span<const double> parameters, std::int64_t l, const Samples& gbar);

private:
  const Network& network_;
  std::int64_t columns_;
  std::vector<Samples> pending_;
  std::vector<Samples> free_;
};

/// Cotangents of layer l's preactivations from those of z_l, which are consumed: slope times the phi rows.
Samples preactivation_cotangents(const Network& network, const Pass& pass, std::int64_t l,
                                 std::int64_t first_sample, std::int64_t k, PendingStates& pending);

/// Reverse sweep from state `from`, whose cotangents stand in `pending`, to layer `to`; k columns a sample.
/// visit(l, gbar), downwards, after z_{l-1}'s cotangent took its part; it may change or take gbar.
void reverse_sweep(const Network& network, std::span<const double> parameters, const Pass& pass,
                   std::int64_t first_sample, std::int64_t k, std::int64_t from, std::int64_t to,
                   PendingStates& pending, const std::function<void(std::int64_t, Samples&)>& visit);

/// gradient block += multiplier gbar z_{l-1}^T and row sums of gbar, for the trained parameters of layer l.
void add_parameter_gradient(const Network& network, std::int64_t l, SamplesView gbar, SamplesView z,
                            std::span<double> gradient, bool with_bias = true);

/// Lowest layer with trained parameters, depth + 1 if there is none.
std::int64_t lowest_trained_layer(const Network& network);

/// J^T u of samples [first, first + u.columns), added to `result`.
void add_vjp(const Network& network, std::span<const double> parameters, const Pass& pass,
             std::int64_t first_sample, Samples&& cotangents, std::span<double> result);

/// Derivatives of the states along a direction of the parameters. An empty matrix is zero.
struct Tangents {
  std::vector<Samples> states{};         ///< [l] = dz_l, l = 0..depth
  std::vector<Samples> preactivations{}; ///< [l-1] = dg_l, where phi is not piecewise linear, if asked for
};
void forward_tangents(const Network& network, std::span<const double> parameters,
                      std::span<const double> direction, const Pass& pass, std::int64_t first_sample,
                      std::int64_t count, bool keep_all, Tangents& tangents);

/// Whether the direction moves W_l (b_l): trained and not all zero.
bool moves_weights(const Network& network, std::span<const double> direction, std::int64_t l);
bool moves_bias(const Network& network, std::span<const double> direction, std::int64_t l);

/// The functions of network_loss.hpp, added to what `gradient` and `result` hold.
double add_loss_gradient(const Network& network, std::span<const double> parameters, const Pass& pass,
                         SamplesView targets, double scale, std::span<double> gradient);
void add_hessian_product(const Network& network, std::span<const double> parameters, const Pass& pass,
                         SamplesView targets, double scale, std::span<const double> direction,
                         std::span<double> result);

/// Last layer that reads each state l = 0..depth (depth + 1 for the outputs).
std::vector<std::int64_t> last_readers(const Network& network);

} // namespace pastur::learning
