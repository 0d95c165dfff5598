// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pastur::study {

/// Integers, reals, texts (also choices), and lists of numbers. What a parameter holds at one point.
using Value = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>>;

/// Text of a value as it would stand in a study file; reals in the shortest form that reads back to the same
/// bits.
std::string to_string(const Value& value);
/// At most about 60 characters of a text, for messages.
std::string shortened(std::string text);

enum class ParameterType { integer, real, choice, text, integer_list, real_list };
std::string_view to_string(ParameterType type);

/// Whether a parameter shapes the random draw (and so keys its streams) or only decides what is done with it.
enum class Role { model, method };

/// Bounds of a number, or of every entry of a list.
struct Range {
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  bool lowest_allowed = true;  ///< false: > lowest
  bool highest_allowed = true; ///< false: < highest
};

class Parameters;

/// A study's declaration of one parameter.
struct ParameterSpec {
  std::string name;
  std::string symbol{};
  ParameterType type = ParameterType::real;
  Value initial; ///< the default
  std::string meaning{};
  Role role = Role::model;
  Range range{};
  std::vector<std::string>
      choices{}; ///< of a choice; of an integer: words allowed in place of a number ("inf")
  bool coordinate =
      false; ///< a list whose entries become the coordinate of a dimension of the same name; cannot be swept
  std::string unit = "1";
  std::string read_when{}; ///< text: when the parameter is read ("mode = fit"); empty: always
  std::function<bool(const Parameters&)> is_read{}; ///< the same as a predicate; empty: always
};

/// The parameters of one point: every parameter of the study has a value. Access by name with the type
/// declared; a wrong name or type is a defect of the study and throws std::logic_error.
class Parameters {
public:
  Parameters() = default;
  /// Copies share these values and own only what they set() afterwards, so that a million points cost what
  /// differs between them.
  explicit Parameters(std::map<std::string, Value> values)
      : shared_(std::make_shared<const std::map<std::string, Value>>(std::move(values))) {}

  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  const std::string& text(std::string_view name) const; ///< text and choice
  /// Whether it holds this word; false for a number.
  bool is(std::string_view name, std::string_view choice) const;
  const std::vector<double>& reals(std::string_view name) const;
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const Value& value(std::string_view name) const;
  void set(std::string name, Value value) { own_[std::move(name)] = std::move(value); }
  std::map<std::string, Value> all() const;

private:
  std::shared_ptr<const std::map<std::string, Value>> shared_;
  std::map<std::string, Value> own_;
};

/// The part of a point's identity that keys its random streams: "name=value" of every model parameter that is
/// read at the point, sorted by name.
std::string stream_identity(const std::vector<ParameterSpec>& specs, const Parameters& point);

/// What a parameter accepts, in words: "an integer >= 2", "\"relu\", \"tanh\"".
std::string allowed(const ParameterSpec& spec);

/// Throws InputError naming the parameter, what was given and what is allowed when `value` does not satisfy
/// `spec`; otherwise returns it, converted to the declared type (an integer where a real is declared, a
/// scalar where a list is). An empty list passes only where the default is one; the entries of a coordinate
/// are distinct. The message is "NAME: given ...; allowed: ...".
Value checked(const ParameterSpec& spec, Value value);

} // namespace pastur::study
