// SPDX-License-Identifier: BSD-3-Clause
#include "gnuplot_text.hpp"

#include <cctype>
#include <map>

namespace pastur::report {

namespace {

const std::map<std::string, std::string>& greek() {
  static const std::map<std::string, std::string> letters{
      {"alpha", "α"},  {"beta", "β"},  {"gamma", "γ"}, {"delta", "δ"},  {"epsilon", "ε"}, {"zeta", "ζ"},
      {"eta", "η"},    {"theta", "θ"}, {"kappa", "κ"}, {"lambda", "λ"}, {"mu", "μ"},      {"nu", "ν"},
      {"xi", "ξ"},     {"pi", "π"},    {"rho", "ρ"},   {"sigma", "σ"},  {"tau", "τ"},     {"phi", "φ"},
      {"chi", "χ"},    {"psi", "ψ"},   {"omega", "ω"}, {"Gamma", "Γ"},  {"Delta", "Δ"},   {"Theta", "Θ"},
      {"Lambda", "Λ"}, {"Sigma", "Σ"}, {"Phi", "Φ"},   {"Psi", "Ψ"},    {"Omega", "Ω"}};
  return letters;
}

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string escaped(const std::string& text) {
  std::string all;
  for (const char c : text) {
    if (c == '_' || c == '^' || c == '{' || c == '}' || c == '@' || c == '&' || c == '~' || c == '\\')
      all += '\\';
    all += c;
  }
  return all;
}

std::string spaced(std::string name) {
  for (char& c : name) {
    if (c == '_') c = ' ';
  }
  return name;
}

/// A name on its own: a Greek or single letter takes what follows its first underscore as a subscript.
std::string typeset_word(const std::string& word) {
  const std::size_t cut = word.find('_');
  const std::string base = word.substr(0, cut);
  const auto letter = greek().find(base);
  const std::string set = letter == greek().end() ? base : letter->second;
  if (cut == std::string::npos || cut + 1 == word.size()) return escaped(set);
  if (letter == greek().end() && base.size() > 1) return spaced(word);
  return set + "_{" + spaced(word.substr(cut + 1)) + "}";
}

/// End of an exponent that starts at `from`: a bracket, or a sign and a word.
std::size_t exponent_end(const std::string& text, std::size_t from) {
  if (from < text.size() && (text[from] == '(' || text[from] == '{')) {
    const std::size_t close = text.find(text[from] == '(' ? ')' : '}', from);
    if (close != std::string::npos) return close + 1;
  }
  std::size_t end = from;
  if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
  while (end < text.size() &&
         (is_word(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_word(text[end + 1]))))
    ++end;
  return end;
}

} // namespace

std::string literal(const std::string& markup) {
  std::string all = "'";
  for (const char c : markup) {
    if (c == '\'') all += '\'';
    if (c == '\n') {
      all += ' ';
      continue;
    }
    all += c;
  }
  return all + "'";
}

std::string typeset(const std::string& label) {
  std::string all;
  for (std::size_t at = 0; at < label.size();) {
    const std::string two = label.substr(at, 2);
    if (is_letter(label[at])) {
      std::size_t end = at;
      while (end < label.size() && is_word(label[end])) ++end;
      all += typeset_word(label.substr(at, end - at));
      at = end;
    } else if (label[at] == '^') {
      const std::size_t end = exponent_end(label, at + 1);
      std::string inside = label.substr(at + 1, end - at - 1);
      if (inside.size() > 1 && (inside.front() == '(' || inside.front() == '{'))
        inside = inside.substr(1, inside.size() - 2);
      all += inside.empty() ? std::string("\\^") : "^{" + typeset(inside) + "}";
      at = end;
    } else if (two == "<=" || two == ">=" || two == "+-") {
      all += two == "<=" ? "≤" : two == ">=" ? "≥" : "±";
      at += 2;
    } else {
      all += escaped(std::string(1, label[at]));
      ++at;
    }
  }
  return all;
}

std::string typeset_quantity(const std::string& name, const std::string& unit) {
  return unit == "1" || unit == "-" || unit.empty() ? typeset(name)
                                                    : typeset(name) + " (" + typeset(unit) + ")";
}

} // namespace pastur::report
