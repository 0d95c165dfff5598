// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "study_file_document.hpp"

#include <pastur/run/study_file.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pastur::run {

/// The declaration of a parameter, or null.
const study::ParameterSpec* find_spec(const study::StudyInfo& info, std::string_view name);
std::vector<std::string> parameter_names(const study::StudyInfo& info);

/// A node as the value of a parameter. `table` ("sweep.", "") stands before the key in the message; throws
/// InputError.
study::Value parameter_value(const Document& document, const study::ParameterSpec& spec, const Node& node,
                             const std::string& table);

/// Throws InputError for a key that is none of `allowed`. `table`: "sweep." and the like; `hint` is told
/// instead of a near name.
void require_known_keys(const Document& document, const Node::Table& given,
                        const std::vector<std::string>& allowed, const std::string& table);

/// An integer or a real in [lowest, highest] under `key`; throws InputError.
std::int64_t integer_between(const Document& document, const Node& node, const std::string& key,
                             std::int64_t lowest, std::int64_t highest);
double positive_real(const Document& document, const Node& node, const std::string& key);
std::string text_of(const Document& document, const Node& node, const std::string& key,
                    const std::string& allowed);

} // namespace pastur::run
