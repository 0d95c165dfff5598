// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/study.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pastur::study {

/// The studies a program knows. The built-in ones are listed in studies/registry.cpp; a user's program adds
/// its own.
class Registry {
public:
  using Factory = std::function<std::unique_ptr<Study>()>;
  /// Throws std::logic_error when the name is taken or the declarations are not consistent.
  void add(Factory make);
  /// A fresh instance; throws InputError with the closest names when there is none.
  std::unique_ptr<Study> make(std::string_view name) const;
  std::vector<std::string> names() const; ///< sorted

private:
  std::vector<std::pair<std::string, Factory>> factories_;
};

/// The candidates that a mistyped word may have meant, best first, at most three (Damerau-Levenshtein
/// distance <= 1 + a third of its length).
std::vector<std::string> closest_names(std::string_view word, const std::vector<std::string>& candidates);
/// " Did you mean `a` or `b`?" or empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

} // namespace pastur::study
