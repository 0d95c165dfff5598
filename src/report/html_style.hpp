// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace pastur::report {

/// The look of a page: one column of text, figures as wide as it, tables that scroll when they are wider.
inline constexpr const char* html_style = R"(body {
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  font: 16px/1.5 "DejaVu Sans", Helvetica, Arial, sans-serif; color: #202020; background: #ffffff;
}
h1 { margin-bottom: 0; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #c0c0c0; }
p.summary { margin-top: 0; font-size: 1.1rem; color: #404040; }
#remarks { border-left: 4px solid #d55e00; padding-left: 1rem; }
#remarks h2 { margin-top: 1rem; border: none; }
figure { margin: 1rem 0; }
figure svg { max-width: 100%; height: auto; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.1rem 0.8rem; text-align: right; white-space: nowrap; }
thead th { border-bottom: 1px solid #606060; }
tbody tr:nth-child(even) { background: #f4f4f4; }
div.record th, div.record td { text-align: left; vertical-align: top; white-space: pre-wrap; }
summary { cursor: pointer; font-weight: bold; margin-top: 0.8rem; }
pre { background: #f4f4f4; padding: 0.8rem; overflow-x: auto; font-size: 0.85rem; }
@media print { details > * { display: block; } }
)";

} // namespace pastur::report
