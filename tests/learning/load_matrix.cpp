// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/load_matrix.hpp>
#include <pastur/parallel/error.hpp>

#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace pastur;

class LoadMatrix : public testing::Test {
protected:
  /// A file with `values` as dataset `m` of the given shape; written by rank 0. @note Collective
  std::string write(const char* name, const std::vector<hsize_t>& shape, const std::vector<double>& values) {
    const std::string path = (std::filesystem::temp_directory_path() / name).string();
    if (world_.rank() == 0) {
      const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
      const hid_t set =
          H5Dcreate2(file, "m", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
      H5Dclose(set);
      H5Sclose(space);
      H5Fclose(file);
    }
    world_.barrier();
    return path;
  }
  std::string refusal(const std::string& path) {
    try {
      learning::load_matrix(world_, path, "m");
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }

  parallel::Communicator world_ = parallel::Communicator::world();
};

TEST_F(LoadMatrix, every_rank_gets_the_rows_of_one_or_two_dimensions) {
  const auto matrix =
      learning::load_matrix(world_, write("pastur_matrix.h5", {2, 3}, {1, 2, 3, 4, 5, 6}), "m");
  ASSERT_TRUE(matrix.has_value());
  EXPECT_EQ(matrix->rows, 2);
  EXPECT_EQ(matrix->columns, 3);
  EXPECT_EQ(matrix->row(1)[0], 4.0);
  EXPECT_EQ(matrix->row(1)[2], 6.0);
  const auto vector = learning::load_matrix(world_, write("pastur_vector.h5", {4}, {1, 2, 3, 4}), "m");
  ASSERT_TRUE(vector.has_value());
  EXPECT_EQ(vector->rows, 4);
  EXPECT_EQ(vector->columns, 1);
  EXPECT_EQ(vector->row(3)[0], 4.0);
  EXPECT_FALSE(learning::load_matrix(world_, write("pastur_matrix.h5", {2}, {1, 2}), "other").has_value());
}

TEST_F(LoadMatrix, bad_files_are_refused_on_every_rank) {
  EXPECT_NE(refusal("/nonexistent/pastur.h5").find("/nonexistent/pastur.h5"), std::string::npos);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string message = refusal(write("pastur_matrix_nan.h5", {2, 2}, {1, 2, 3, nan}));
  EXPECT_NE(message.find("pastur_matrix_nan.h5"), std::string::npos) << message;
  EXPECT_NE(message.find("row 1"), std::string::npos) << message;
  EXPECT_NE(refusal(write("pastur_cube.h5", {1, 2, 2}, {1, 2, 3, 4})).find("pastur_cube.h5"),
            std::string::npos);
}

} // namespace
