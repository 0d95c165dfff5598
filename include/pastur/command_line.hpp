// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/registry.hpp>

namespace pastur {

/// The whole command line (run, table, plot ...) over the given studies; returns the exit code. A program
/// with studies of its own:
///
///     int main(int argc, char** argv) {
///       auto studies = pastur::studies::builtin();
///       studies.add([] { return std::make_unique<MyStudy>(); });
///       return pastur::command_line(argc, argv, studies);
///     }
int command_line(int argc, char** argv, const study::Registry& studies);

} // namespace pastur
