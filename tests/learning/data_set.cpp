// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/data_set.hpp>
#include <pastur/parallel/communicator.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <numeric>
#include <string>

namespace {

using pastur::InputError;
using pastur::learning::DataSet;
using pastur::parallel::Communicator;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// A folder of this test, the same on every rank, made and removed by rank 0.
class TemporaryFolder {
public:
  explicit TemporaryFolder(const Communicator& world) : world_(world) {
    std::string name;
    if (world.rank() == 0) {
      name = (fs::temp_directory_path() / ("pastur-data-set-" + std::to_string(getpid()))).string();
      fs::create_directories(name);
    }
    world.broadcast(name);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    world_.barrier();
    std::error_code code;
    if (world_.rank() == 0) fs::remove_all(path_, code);
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }

private:
  const Communicator& world_;
  fs::path path_;
};

class DataSetTest : public testing::Test {
protected:
  Communicator world = Communicator::world();
  TemporaryFolder folder{world};

  /// Runs `make` on rank 0; all ranks go on when it is done.
  template <class F>
  void on_rank_0(const F& make) {
    if (world.rank() == 0) make();
    world.barrier();
  }

  /// The one InputError that `load` throws, checked to be the same on every rank; empty when it does not
  /// throw.
  template <class F>
  std::string message_of(const F& load) {
    std::string message;
    try {
      load();
    } catch (const InputError& error) {
      message = error.what();
    }
    for (const std::string& other : world.all_gather(message)) EXPECT_EQ(other, message);
    return message;
  }
};

using Bytes = std::vector<unsigned char>;

void write_plain(const fs::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void write_gzip(const fs::path& path, const Bytes& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

/// IDX images of 2 x 3 bytes, value 6 i + j mod 256 but the last image a copy of the first.
Bytes idx_images(unsigned char rows) {
  Bytes bytes{0, 0, 8, 3, 0, 0, 0, rows, 0, 0, 0, 2, 0, 0, 0, 3};
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < 6; ++j) bytes.push_back(static_cast<unsigned char>(i + 1 == rows ? j : 6 * i + j));
  }
  return bytes;
}

Bytes idx_labels(unsigned char rows) {
  Bytes bytes{0, 0, 8, 1, 0, 0, 0, rows};
  for (int i = 0; i < rows; ++i) bytes.push_back(static_cast<unsigned char>(i % 10));
  return bytes;
}

/// Writes one dataset; `type` in the file may differ from the memory's double.
void add_dataset(const fs::path& path, const char* name, const std::vector<hsize_t>& sizes,
                 const std::vector<double>& values, hid_t type = H5T_NATIVE_DOUBLE) {
  const hid_t file = fs::exists(path) ? H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                                      : H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  H5Dclose(dataset);
  H5Sclose(space);
  H5Fclose(file);
}

std::vector<double> counting(std::size_t count, double from = 0.0) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), from);
  return values;
}

TEST_F(DataSetTest, idx_files_are_read_plain_and_gzipped) {
  on_rank_0([&] {
    write_plain(folder / "images", idx_images(11));
    write_gzip(folder / "images.gz", idx_images(11));
    write_gzip(folder / "labels.gz", idx_labels(11));
  });
  for (const char* name : {"images", "images.gz"}) {
    const DataSet data = pastur::learning::load_idx(world, folder / name, folder / "labels.gz");
    EXPECT_EQ(data.rows, 11);
    EXPECT_EQ(data.columns, 6);
    EXPECT_EQ(data.test_rows, 0);
    ASSERT_EQ(data.labels.size(), 11U);
    for (std::int64_t i = 0; i < data.rows; ++i) {
      EXPECT_EQ(data.labels[static_cast<std::size_t>(i)], static_cast<double>(i % 10));
      for (std::size_t j = 0; j < 6; ++j) {
        const double pixel = (i == 10 ? 0.0 : 6.0 * static_cast<double>(i)) + static_cast<double>(j);
        EXPECT_EQ(data.row(i)[j], pixel / 255.0) << i << " " << j;
      }
    }
    EXPECT_EQ(data.duplicate_rows, 1);
    EXPECT_EQ(data.first_duplicate, 10);
    EXPECT_EQ(data.duplicate_of, 0);
  }
}

TEST_F(DataSetTest, labels_beside_idx_images_are_found_and_hdf5_is_recognised) {
  on_rank_0([&] {
    write_gzip(folder / "train-images-idx3-ubyte.gz", idx_images(5));
    write_gzip(folder / "train-labels-idx1-ubyte.gz", idx_labels(5));
    add_dataset(folder / "x.h5", "data", {3, 2}, counting(6));
  });
  EXPECT_EQ(pastur::learning::load_samples(world, folder / "train-images-idx3-ubyte.gz").labels.size(), 5U);
  EXPECT_EQ(pastur::learning::load_samples(world, folder / "x.h5").columns, 2);
  EXPECT_THAT(message_of([&] { pastur::learning::load_samples(world, folder / "none.h5"); }),
              HasSubstr("none.h5"));
}

TEST_F(DataSetTest, a_bad_idx_file_is_one_input_error) {
  on_rank_0([&] {
    Bytes images = idx_images(9);
    write_gzip(folder / "labels.gz", idx_labels(8));
    Bytes changed = images;
    changed[0] = 7;
    write_plain(folder / "magic", changed);
    changed = images;
    changed[2] = 0x0D;
    write_plain(folder / "type", changed);
    changed = images;
    changed.pop_back();
    write_plain(folder / "short", changed);
    changed = images;
    changed.push_back(1);
    write_plain(folder / "long", changed);
    changed = images;
    changed[4] = 0x7f;
    write_plain(folder / "liar", changed);
    write_plain(folder / "header", Bytes(images.begin(), images.begin() + 10));
    write_plain(folder / "empty", {});
    changed = images;
    changed[7] = 0;
    write_plain(folder / "zero", changed);
    write_gzip(folder / "whole.gz", images);
    std::ifstream whole(folder / "whole.gz", std::ios::binary);
    Bytes packed((std::istreambuf_iterator<char>(whole)), {});
    write_plain(folder / "truncated.gz", Bytes(packed.begin(), packed.end() - 12));
    packed[packed.size() - 6] ^= 0x55U; // the checksum
    write_plain(folder / "damaged.gz", packed);
    write_plain(folder / "images", images);
  });
  const auto load = [&](const char* images, const fs::path& labels = {}) {
    return message_of([&] { pastur::learning::load_idx(world, folder / images, labels); });
  };
  EXPECT_THAT(load("missing"), HasSubstr("no such file"));
  EXPECT_THAT(load("magic"), HasSubstr("not an IDX file"));
  EXPECT_THAT(load("type"), HasSubstr("element type 13"));
  EXPECT_THAT(load("short"), HasSubstr("truncated: 69 bytes where at least 70"));
  EXPECT_THAT(load("long"), HasSubstr("longer than the 70 bytes"));
  EXPECT_THAT(load("liar"), HasSubstr("truncated"));
  EXPECT_THAT(load("header"), HasSubstr("truncated"));
  EXPECT_THAT(load("empty"), HasSubstr("truncated"));
  EXPECT_THAT(load("zero"), HasSubstr("dimension 0 is 0"));
  EXPECT_THAT(load("truncated.gz"), HasSubstr("truncated"));
  EXPECT_THAT(load("damaged.gz"), HasSubstr("damaged"));
  EXPECT_THAT(load("images", folder / "labels.gz"), HasSubstr("8 labels for the 9 images"));
  EXPECT_THAT(load("images", folder / "images"), HasSubstr("3 IDX dimensions where 1 belong"));
  EXPECT_EQ(load("images"), "");
}

TEST_F(DataSetTest, hdf5_files_are_read_whatever_the_number_type) {
  on_rank_0([&] {
    add_dataset(folder / "a.h5", "x", {7, 3}, counting(21), H5T_STD_I16BE);
    add_dataset(folder / "a.h5", "labels", {7, 1}, counting(7, 1.0), H5T_IEEE_F32BE);
    add_dataset(folder / "a.h5", "X_test", {4, 3}, counting(12, 100.0), H5T_STD_U8LE);
    add_dataset(folder / "a.h5", "y_test", {4}, counting(4, 50.0));
  });
  const DataSet data = pastur::learning::load_hdf5(world, folder / "a.h5");
  EXPECT_EQ(data.rows, 7);
  EXPECT_EQ(data.test_rows, 4);
  EXPECT_EQ(data.columns, 3);
  EXPECT_TRUE(data.has_test_labels());
  ASSERT_EQ(data.labels.size(), 11U);
  for (std::int64_t i = 0; i < 11; ++i) {
    EXPECT_EQ(data.labels[static_cast<std::size_t>(i)],
              i < 7 ? static_cast<double>(i) + 1.0 : static_cast<double>(i - 7) + 50.0);
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_EQ(data.row(i)[j],
                (i < 7 ? 3.0 * static_cast<double>(i) : 100.0 + 3.0 * static_cast<double>(i - 7)) +
                    static_cast<double>(j));
    }
  }
  EXPECT_EQ(data.duplicate_rows, 0);
}

TEST_F(DataSetTest, a_bad_hdf5_file_is_one_input_error) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  on_rank_0([&] {
    add_dataset(folder / "nameless.h5", "Z", {2, 2}, counting(4));
    add_dataset(folder / "flat.h5", "X", {4}, counting(4));
    add_dataset(folder / "cube.h5", "X", {2, 2, 2}, counting(8));
    add_dataset(folder / "labels.h5", "X", {4, 2}, counting(8));
    add_dataset(folder / "labels.h5", "y", {3}, counting(3));
    add_dataset(folder / "test.h5", "X", {4, 2}, counting(8));
    add_dataset(folder / "test.h5", "X_test", {4, 3}, counting(12));
    auto values = counting(40);
    values[25] = nan; // row 12, column 1
    values[38] = nan;
    add_dataset(folder / "nan.h5", "X", {20, 2}, values);
    values = counting(20);
    values[13] = -std::numeric_limits<double>::infinity();
    add_dataset(folder / "inf.h5", "X", {20, 2}, counting(40));
    add_dataset(folder / "inf.h5", "y", {20}, values);
    write_plain(folder / "text.h5", Bytes(100, 'x'));
    add_dataset(folder / "whole.h5", "X", {100, 20}, counting(2000));
    std::ifstream whole(folder / "whole.h5", std::ios::binary);
    const Bytes bytes((std::istreambuf_iterator<char>(whole)), {});
    write_plain(folder / "truncated.h5",
                Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2)));
    // A dataset of text.
    const hid_t file = H5Fcreate((folder / "words.h5").c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, 8);
    const hsize_t sizes[2] = {2, 2};
    const hid_t space = H5Screate_simple(2, sizes, nullptr);
    H5Dclose(H5Dcreate2(file, "X", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Tclose(type);
    H5Gclose(H5Gcreate2(file, "y", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
  });
  const auto load = [&](const char* name) {
    return message_of([&] { pastur::learning::load_hdf5(world, folder / name); });
  };
  EXPECT_THAT(load("missing.h5"), HasSubstr("no such file"));
  EXPECT_THAT(load("nameless.h5"), HasSubstr("no dataset `X`, `x` or `data`"));
  EXPECT_THAT(load("flat.h5"), HasSubstr("`X` has 1 dimensions where 2"));
  EXPECT_THAT(load("cube.h5"), HasSubstr("`X` has 3 dimensions where 2"));
  EXPECT_THAT(load("labels.h5"), HasSubstr("`y` (3 x 1) does not go with `X` (4 x 2)"));
  EXPECT_THAT(load("test.h5"), HasSubstr("`X_test` (4 x 3) does not go with `X` (4 x 2)"));
  EXPECT_THAT(load("nan.h5"),
              testing::AllOf(HasSubstr("nan.h5"), HasSubstr("`X`: the value in row 12, column 1 is NaN")));
  EXPECT_THAT(load("inf.h5"), HasSubstr("`y`: the value in row 13 is infinite"));
  EXPECT_THAT(load("text.h5"), HasSubstr("not an HDF5 file"));
  EXPECT_THAT(load("truncated.h5"), HasSubstr("truncated or damaged"));
  EXPECT_THAT(load("words.h5"), HasSubstr("`X` holds neither real numbers nor integers"));
}

TEST_F(DataSetTest, duplicate_rows_are_counted_whoever_holds_them) {
  on_rank_0([&] {
    std::vector<double> values = counting(60);
    for (std::size_t j = 0; j < 3; ++j) values[3 * 17 + j] = values[3 * 2 + j];
    for (std::size_t j = 0; j < 3; ++j) values[3 * 9 + j] = values[3 * 4 + j];
    for (std::size_t j = 0; j < 3; ++j) values[3 * 18 + j] = values[3 * 2 + j];
    add_dataset(folder / "d.h5", "X", {20, 3}, values);
  });
  const DataSet data = pastur::learning::load_hdf5(world, folder / "d.h5");
  EXPECT_EQ(data.duplicate_rows, 3);
  EXPECT_EQ(data.first_duplicate, 9);
  EXPECT_EQ(data.duplicate_of, 4);
}

TEST_F(DataSetTest, fashion_mnist_is_read_whole) {
  if (!fs::exists(pastur::learning::fashion_mnist_folder()))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const DataSet data = pastur::learning::load_fashion_mnist(world);
  EXPECT_EQ(data.rows, 60000);
  EXPECT_EQ(data.columns, 784);
  ASSERT_EQ(data.labels.size(), 60000U);
  EXPECT_EQ(data.labels[0], 9.0);
  double sum = 0.0;
  for (const double value : data.values.values()) sum += value;
  EXPECT_NEAR(sum / (60000.0 * 784.0), 0.2860406, 1e-6); // the known mean of the training images
  EXPECT_EQ(std::count_if(data.labels.begin(), data.labels.end(), [](double label) { return label < 5.0; }),
            30000);
  EXPECT_EQ(pastur::learning::binary_labels(data.labels, 5.0)[0], -1.0);
}

TEST_F(DataSetTest, a_missing_fashion_mnist_names_the_package) {
  const char* old = std::getenv("PASTUR_FASHION_MNIST");
  const std::string kept = old != nullptr ? old : "";
  setenv("PASTUR_FASHION_MNIST", (folder / "nowhere").c_str(), 1);
  EXPECT_THAT(message_of([&] { pastur::learning::load_fashion_mnist(world); }),
              HasSubstr("dataset-fashion-mnist"));
  old != nullptr ? setenv("PASTUR_FASHION_MNIST", kept.c_str(), 1) : unsetenv("PASTUR_FASHION_MNIST");
}

TEST_F(DataSetTest, a_shared_array_is_whole_on_every_rank) {
  const auto size = static_cast<std::size_t>(world.size());
  std::vector<std::size_t> offsets;
  for (std::size_t r = 0; r <= size; ++r) offsets.push_back(10 * r * r); // uneven pieces
  auto array = pastur::learning::SharedArray::create(world, offsets.back());
  const auto rank = static_cast<std::size_t>(world.rank());
  for (std::size_t k = offsets[rank]; k < offsets[rank + 1]; ++k)
    array.writable()[k] = static_cast<double>(k) + 0.5;
  array.exchange(world, offsets);
  for (std::size_t k = 0; k < offsets.back(); ++k) EXPECT_EQ(array.values()[k], static_cast<double>(k) + 0.5);
  EXPECT_EQ(array.shared(), world.size() > 1);
  const auto moved = std::move(array);
  EXPECT_EQ(moved.values().size(), offsets.back());
}

} // namespace
