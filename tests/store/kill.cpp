// SPDX-License-Identifier: BSD-3-Clause
// SIGKILL at random instants of a process that commits without pause: every draw whose commit had returned is
// there, whole.
#include "kill_layout.hpp"

#include <pastur/store/reader.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>
#include <set>
#include <sstream>
#include <thread>

namespace pastur::store {
namespace {

/// The writer as an MPI process of its own, not one of this test's job.
pid_t start_writer(const std::filesystem::path& file, std::uint64_t seed, int output) {
  const std::string seed_text = std::to_string(seed);
  const std::string path =
      "PATH=" + std::string(getenv("PATH") != nullptr ? getenv("PATH") : "/usr/bin:/bin");
  const std::string folder = "TMPDIR=" + std::filesystem::temp_directory_path().string();
  const char* arguments[] = {PASTUR_KILL_WRITER, file.c_str(), seed_text.c_str(), nullptr};
  const char* environment[] = {
      path.c_str(),           folder.c_str(), "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
      "PMIX_MCA_psec=native", nullptr};
  const pid_t child = fork();
  if (child == 0) {
    dup2(output, STDOUT_FILENO);
    execve(PASTUR_KILL_WRITER, const_cast<char**>(arguments), const_cast<char**>(environment));
    _exit(127);
  }
  return child;
}

/// Waits until the writer has said its first word; false when it ended before.
bool first_word(int input, std::string& heard) {
  char byte = 0;
  if (read(input, &byte, 1) != 1) return false;
  heard += byte;
  return true;
}

std::set<std::size_t> acknowledged_slots(const std::string& heard) {
  std::set<std::size_t> slots;
  // A last line without its end was cut by the kill: its number may be incomplete.
  std::istringstream lines(heard.substr(0, heard.rfind('\n') + 1));
  for (std::string line; lines >> line;) {
    if (line != "again") slots.insert(std::stoul(line));
  }
  return slots;
}

TEST(Kill, every_committed_draw_survives_sigkill_at_any_instant) {
  const auto world = parallel::Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::for_killing();
  const std::filesystem::path path = scratch / "out.h5";
  std::mt19937_64 random(11);
  std::set<std::size_t> committed;
  for (int round = 0; round < 25; ++round) {
    // Now and then from the beginning, so that creation and the first commits are met too.
    if (round % 8 == 0) {
      std::filesystem::remove(path);
      committed.clear();
    }
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = start_writer(path, random(), ends[1]);
    close(ends[1]);
    std::string heard;
    ASSERT_TRUE(first_word(ends[0], heard)) << "the writer did not start, round " << round;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = read(ends[0], buffer.data(), buffer.size())) > 0;)
      heard.append(buffer.data(), static_cast<std::size_t>(n));
    close(ends[0]);
    const std::set<std::size_t> fresh = acknowledged_slots(heard);
    committed.insert(fresh.begin(), fresh.end());

    ASSERT_EQ(inspect(path).kind, FileKind::store) << inspect(path).message;
    const Reader reader(path);
    EXPECT_TRUE(reader.damaged().empty()) << "round " << round;
    const std::vector<DrawState> states = reader.states();
    const std::vector<double> spectra = reader.observable("spectrum");
    const std::vector<std::string> reasons = reader.reasons();
    // Nothing that was acknowledged is missing, but for the one group in flight of a writer that had begun to
    // write finished slots again.
    std::size_t lost = 0;
    for (const std::size_t slot : committed) lost += states[slot] == DrawState::done ? 0u : 1u;
    EXPECT_LE(lost, heard.find("again") == std::string::npos ? 0u : 20u) << "round " << round;
    committed.clear();
    for (std::size_t slot = 0; slot < states.size(); ++slot) {
      if (states[slot] != DrawState::done) continue;
      committed.insert(slot);
      const auto s = static_cast<std::int64_t>(slot);
      const DrawRecord expected = samples::record(layout, s / layout.draws, s % layout.draws);
      const auto begin = spectra.begin() + static_cast<std::ptrdiff_t>(slot * 3000);
      ASSERT_TRUE(std::equal(expected.values[0].begin(), expected.values[0].end(), begin))
          << "round " << round << " slot " << slot;
      ASSERT_EQ(reasons[slot].size(), slot % 200) << "round " << round << " slot " << slot;
    }
  }
}

} // namespace
} // namespace pastur::store
