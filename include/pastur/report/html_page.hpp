// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <string>

namespace pastur::report {

/// Everything about a result file on one page that needs nothing else: figures (inline SVG, drawn with
/// gnuplot), tables, warnings, failures, timings per point, the study file, provenance. Well-formed as XML
/// too. `experiment`: null when the study is not known here; then the page has no figures.
std::string html_page(const store::Reader& reader, const run::Experiment* experiment);

} // namespace pastur::report
