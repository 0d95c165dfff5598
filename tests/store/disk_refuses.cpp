// SPDX-License-Identifier: BSD-3-Clause
// A limit on the size of files (setrlimit) makes the system refuse writes as a full disk does.
#include "samples.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/store/reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

namespace pastur::store {
namespace {

using parallel::Communicator;
using testing::HasSubstr;

class SmallFilesOnly {
public:
  explicit SmallFilesOnly(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  SmallFilesOnly(const SmallFilesOnly&) = delete;
  SmallFilesOnly& operator=(const SmallFilesOnly&) = delete;
  ~SmallFilesOnly() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
  rlimit before_{};
};

Layout megabytes() {
  Layout layout = samples::grid();
  layout.draws = 2000;
  return layout;
}

TEST(DiskRefuses, at_creation_nothing_is_left_behind) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  std::string message;
  try {
    const SmallFilesOnly limit(100'000);
    Store::create(world, scratch / "out.h5", megabytes(), false);
  } catch (const InputError&) {
    ADD_FAILURE() << "not the user's mistake";
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  EXPECT_THAT(message, HasSubstr("File too large"));
  EXPECT_TRUE(scratch.contents().empty());
}

TEST(DiskRefuses, a_store_larger_than_the_disk_is_refused_before_it_is_begun) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  Layout layout = samples::grid();
  layout.dimensions.push_back(
      {.name = "index", .values = std::vector<double>(1'000'000, 1.0), .unit = "1", .long_name = {}});
  layout.observables[0].dimensions = {"index", "ridge"};
  layout.draws = 1'000'000; // 500 TB
  try {
    Store::create(world, scratch / "out.h5", layout, false);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("MiB free"));
  }
  EXPECT_TRUE(scratch.contents().empty());
}

TEST(DiskRefuses, a_folder_without_write_permission_is_told_as_such) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  std::filesystem::permissions(scratch.folder(), std::filesystem::perms(0555));
  // Root may write anywhere: it looks with the eyes of nobody.
  const uid_t user = geteuid();
  if (user == 0) {
    ASSERT_EQ(seteuid(65534), 0);
  }
  std::string message;
  try {
    Store::create(world, scratch / "out.h5", samples::grid(), false);
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  if (user == 0) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_THAT(message, HasSubstr("out.h5 cannot be written: Permission denied"));
  EXPECT_TRUE(scratch.contents().empty());
  std::filesystem::permissions(scratch.folder(), std::filesystem::perms(0755));
}

TEST(DiskRefuses, at_a_commit_the_reason_is_told_and_the_slot_stays_pending) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = megabytes();
  {
    Store store = Store::create(world, scratch / "out.h5", layout, false);
    const DrawRecord first = samples::record(layout, 0, 0), second = samples::record(layout, 5, 1999);
    store.commit({&first, 1});
    const SmallFilesOnly limit(100'000);
    try {
      store.commit({&second, 1});
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("out.h5"));
      EXPECT_THAT(error.what(), HasSubstr("File too large"));
    }
  }
  const Reader reader(scratch / "out.h5");
  EXPECT_EQ(reader.states().front(), DrawState::done);
  EXPECT_EQ(reader.states().back(), DrawState::pending);
}

TEST(DiskRefuses, every_block_is_reserved_at_creation) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  { Store store = Store::create(world, scratch / "out.h5", megabytes(), false); }
  struct stat status {};
  ASSERT_EQ(stat((scratch / "out.h5").c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, status.st_size);
}

} // namespace
} // namespace pastur::store
