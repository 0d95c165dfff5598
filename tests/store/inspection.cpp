// SPDX-License-Identifier: BSD-3-Clause
#include "../../src/store/hdf5_handle.hpp"
#include "../../src/store/open_file.hpp"
#include "../../src/store/slot_dataset.hpp"
#include "samples.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/store/reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace pastur::store {
namespace {

using parallel::Communicator;
using testing::HasSubstr;

class Inspection : public testing::Test {
protected:
  void create() {
    Store store = Store::create(world_, path_, samples::grid(), false);
    const DrawRecord record = samples::record(samples::grid(), 0, 0);
    store.commit({&record, 1});
  }
  /// Neither reader nor writer takes the file, and its bytes stay.
  void expect_refused(FileKind kind, const std::string& part) {
    const std::string before = samples::file_bytes(path_);
    const FileStatus status = inspect(path_);
    EXPECT_EQ(status.kind, kind) << status.message;
    EXPECT_THAT(status.message, HasSubstr(part));
    EXPECT_THROW(Reader{path_}, InputError);
    EXPECT_THROW(Store::resume(world_, path_, samples::grid()), InputError);
    EXPECT_THROW(Store::create(world_, path_, samples::grid(), false), InputError);
    EXPECT_TRUE(samples::file_bytes(path_) == before);
    EXPECT_EQ(scratch_.contents(), std::vector<std::string>{"out.h5"});
  }
  const Communicator world_ = Communicator::world();
  const samples::Scratch scratch_{world_};
  const std::filesystem::path path_ = scratch_ / "out.h5";
};

TEST_F(Inspection, tells_an_absent_file) {
  EXPECT_EQ(inspect(path_).kind, FileKind::absent);
  EXPECT_EQ(inspect(scratch_ / "no/such/file.h5").kind, FileKind::absent);
  EXPECT_THROW(Reader{path_}, InputError);
}

TEST_F(Inspection, tells_a_store) {
  create();
  EXPECT_EQ(inspect(path_).kind, FileKind::store);
  EXPECT_EQ(inspect(path_).message, "");
}

TEST_F(Inspection, tells_a_file_that_is_not_hdf5) {
  samples::put_bytes(path_, "");
  expect_refused(FileKind::foreign, "not an HDF5 file");
  samples::put_bytes(path_, std::string(10'000, 'x'));
  expect_refused(FileKind::foreign, "not an HDF5 file");
}

TEST_F(Inspection, tells_a_folder) {
  EXPECT_EQ(inspect(scratch_.folder()).kind, FileKind::foreign);
}

TEST_F(Inspection, tells_an_hdf5_file_of_somebody_else) {
  {
    const Handle file(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    const Handle space(H5Screate(H5S_SCALAR));
    // Somebody else may well have a schema version too.
    const Handle attribute(
        H5Acreate2(file.get(), "schema_version", H5T_STD_I64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT));
    const std::int64_t version = 1;
    H5Awrite(attribute.get(), H5T_NATIVE_INT64, &version);
  }
  expect_refused(FileKind::foreign, "not a result of pastur");
}

TEST_F(Inspection, tells_a_newer_schema) {
  create();
  {
    const Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    const Handle attribute(H5Aopen(file.get(), "schema_version", H5P_DEFAULT));
    const std::int64_t version = 99;
    H5Awrite(attribute.get(), H5T_NATIVE_INT64, &version);
  }
  expect_refused(FileKind::newer, "schema version 99");
}

TEST_F(Inspection, tells_a_truncated_file_wherever_it_was_cut) {
  create();
  const std::string whole = samples::file_bytes(path_);
  for (const double part : {0.001, 0.1, 0.5, 0.9, 0.999999}) {
    const auto size = static_cast<std::size_t>(part * static_cast<double>(whole.size()));
    samples::put_bytes(path_, whole.substr(0, std::max<std::size_t>(size, 8)));
    expect_refused(FileKind::damaged, "damaged");
  }
}

TEST_F(Inspection, tells_a_damaged_layout) {
  create();
  const std::string bytes = samples::file_bytes(path_);
  const std::size_t at = bytes.find("\"common_random_numbers\":");
  ASSERT_NE(at, std::string::npos);
  samples::flip_byte(path_, at + 3);
  expect_refused(FileKind::damaged, "checksum");
}

TEST_F(Inspection, tells_a_store_that_lost_a_dataset) {
  create();
  {
    const Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    H5Ldelete(file.get(), "lambda_min", H5P_DEFAULT);
  }
  expect_refused(FileKind::damaged, "lambda_min");
}

TEST_F(Inspection, survives_flipped_bytes_anywhere) {
  create();
  const std::string whole = samples::file_bytes(path_);
  std::mt19937_64 random(20260101);
  int refused = 0;
  for (int trial = 0; trial < 400; ++trial) {
    std::string bytes = whole;
    // Half of the flips in the first pages, where the metadata begin.
    const std::size_t range = trial % 2 == 0 ? std::min<std::size_t>(16384, bytes.size()) : bytes.size();
    const int flips = 1 + trial % 4;
    for (int k = 0; k < flips; ++k) {
      const std::size_t at = random() % range;
      bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 << (random() % 8)));
    }
    samples::put_bytes(path_, bytes);
    if (inspect(path_).kind != FileKind::store) {
      ++refused;
      continue;
    }
    // What still opens must be readable or say why not, and never show a wrong value as a finished draw.
    const Reader reader(path_);
    if (reader.states()[0] == DrawState::done) {
      EXPECT_EQ(reader.observable("lambda_min")[0], samples::value_at(0, 0, 1, 0));
    }
    reader.provenance();
    reader.reasons();
  }
  EXPECT_GT(refused, 50);
}

TEST_F(Inspection, prints_nothing_of_hdf5) {
  samples::put_bytes(path_, "\x89HDF\r\n\x1a\n and nothing more");
  testing::internal::CaptureStderr();
  EXPECT_EQ(inspect(path_).kind, FileKind::damaged);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
} // namespace pastur::store
