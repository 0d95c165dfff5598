// SPDX-License-Identifier: BSD-3-Clause
// Mirrors one triangle of a square block-cyclic matrix onto the other. PDTRAN would need a second n x n
// matrix; here the blocks travel in strips of bounded size, so the matrix can hold a copy of itself in its
// other triangle at no cost in memory.
#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace pastur::linalg {

namespace {

enum class Triangle { lower, upper };

class Mirror {
public:
  Mirror(BlockCyclicMatrix& matrix, Triangle from)
      : matrix_(matrix), grid_(matrix.grid()), from_(from),
        blocks_((matrix.rows() + matrix.block() - 1) / matrix.block()) {}

  void run() {
    diagonal_blocks();
    // About 32 MiB of messages per rank and strip.
    const double block = matrix_.block();
    const double strip = 4.0e6 * grid_.team().size() / (static_cast<double>(blocks_) * block * block);
    const std::int64_t width = std::max<std::int64_t>(1, static_cast<std::int64_t>(strip));
    for (std::int64_t a = 0; a < blocks_; a += width) exchange(a, std::min(blocks_, a + width));
  }

private:
  int owner(std::int64_t block_row, std::int64_t block_col) const {
    return static_cast<int>(block_row % grid_.rows()) * grid_.cols() +
           static_cast<int>(block_col % grid_.cols());
  }
  std::int32_t extent(std::int64_t block) const {
    return static_cast<std::int32_t>(
        std::min<std::int64_t>(matrix_.block(), matrix_.rows() - block * matrix_.block()));
  }
  double* address(std::int64_t block_row, std::int64_t block_col) {
    const std::int64_t i = block_row / grid_.rows() * matrix_.block();
    const std::int64_t j = block_col / grid_.cols() * matrix_.block();
    return matrix_.data() + i + j * matrix_.ld();
  }

  /// visit(source row, source column, source rank, target rank) for every off-diagonal block whose smaller
  /// index is in [first, last).
  template <class Visit>
  void for_each_block(std::int64_t first, std::int64_t last, Visit visit) const {
    for (std::int64_t a = first; a < last; ++a) {
      for (std::int64_t b = a + 1; b < blocks_; ++b) {
        const std::int64_t row = from_ == Triangle::lower ? b : a;
        const std::int64_t col = from_ == Triangle::lower ? a : b;
        visit(row, col, owner(row, col), owner(col, row));
      }
    }
  }

  static void transpose(const double* in, std::int64_t in_ld, std::int32_t rows, std::int32_t cols,
                        double* out, std::int64_t out_ld) {
    for (std::int32_t j = 0; j < cols; ++j) {
      for (std::int32_t i = 0; i < rows; ++i) out[j + i * out_ld] = in[i + j * in_ld];
    }
  }

  void diagonal_blocks() {
    for (std::int64_t b = 0; b < blocks_; ++b) {
      if (owner(b, b) != me_()) continue;
      double* block = address(b, b);
      const std::int64_t ld = matrix_.ld();
      for (std::int32_t j = 0; j < extent(b); ++j) {
        for (std::int32_t i = j + 1; i < extent(b); ++i) {
          if (from_ == Triangle::lower) {
            block[j + i * ld] = block[i + j * ld];
          } else {
            block[i + j * ld] = block[j + i * ld];
          }
        }
      }
    }
  }

  void exchange(std::int64_t first, std::int64_t last) {
    const std::size_t ranks = static_cast<std::size_t>(grid_.team().size());
    std::vector<int> send_count(ranks, 0), receive_count(ranks, 0);
    for_each_block(first, last, [&](std::int64_t row, std::int64_t col, int source, int target) {
      const int size = extent(row) * extent(col);
      if (source == target) {
        if (source == me_())
          transpose(address(row, col), matrix_.ld(), extent(row), extent(col), address(col, row),
                    matrix_.ld());
        return;
      }
      if (source == me_()) send_count[static_cast<std::size_t>(target)] += size;
      if (target == me_()) receive_count[static_cast<std::size_t>(source)] += size;
    });
    if (ranks == 1) return;
    std::vector<int> send_at(ranks, 0), receive_at(ranks, 0);
    std::exclusive_scan(send_count.begin(), send_count.end(), send_at.begin(), 0);
    std::exclusive_scan(receive_count.begin(), receive_count.end(), receive_at.begin(), 0);
    std::vector<double> sent(static_cast<std::size_t>(send_at.back() + send_count.back()));
    std::vector<double> received(static_cast<std::size_t>(receive_at.back() + receive_count.back()));
    std::vector<int> next = send_at;
    for_each_block(first, last, [&](std::int64_t row, std::int64_t col, int source, int target) {
      if (source != me_() || target == me_()) return;
      int& at = next[static_cast<std::size_t>(target)];
      transpose(address(row, col), matrix_.ld(), extent(row), extent(col), sent.data() + at, extent(col));
      at += extent(row) * extent(col);
    });
    MPI_Alltoallv(sent.data(), send_count.data(), send_at.data(), MPI_DOUBLE, received.data(),
                  receive_count.data(), receive_at.data(), MPI_DOUBLE, grid_.team().get());
    next = receive_at;
    for_each_block(first, last, [&](std::int64_t row, std::int64_t col, int source, int target) {
      if (target != me_() || source == me_()) return;
      int& at = next[static_cast<std::size_t>(source)];
      const double* block = received.data() + at;
      double* out = address(col, row);
      for (std::int32_t j = 0; j < extent(row); ++j) {
        std::copy_n(block + static_cast<std::ptrdiff_t>(j) * extent(col), extent(col),
                    out + static_cast<std::ptrdiff_t>(j) * matrix_.ld());
      }
      at += extent(row) * extent(col);
    });
  }

  int me_() const { return grid_.row() * grid_.cols() + grid_.col(); }

  BlockCyclicMatrix& matrix_;
  const ProcessGrid& grid_;
  Triangle from_;
  std::int64_t blocks_;
};

void mirror(BlockCyclicMatrix& matrix, Triangle from) {
  if (matrix.rows() != matrix.cols())
    throw std::invalid_argument("only a square matrix has triangles to mirror");
  if (matrix.rows() > 0) Mirror(matrix, from).run();
}

} // namespace

void BlockCyclicMatrix::symmetrize_from_lower() {
  mirror(*this, Triangle::lower);
}
void BlockCyclicMatrix::symmetrize_from_upper() {
  mirror(*this, Triangle::upper);
}

} // namespace pastur::linalg
