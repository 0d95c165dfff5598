// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/command_line.hpp>
#include <pastur/studies/registry.hpp>

int main(int argc, char** argv) {
  return pastur::command_line(argc, argv, pastur::studies::builtin());
}
