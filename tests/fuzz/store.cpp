// SPDX-License-Identifier: BSD-3-Clause
// A finished store, damaged as the input says, must be refused or show nothing but what was written. The
// input is a list of five bytes each: a place (32 bits) and a mask that the byte there is changed with; mask
// 0 cuts the file at the place. An input that begins with HDF5's signature is a file of its own.
#include "../../src/store/create_file.hpp"
#include "../../src/store/open_file.hpp"
#include "../../src/store/provenance_slots.hpp"
#include "../../src/store/slot_table.hpp"
#include "../../src/store/theory_table.hpp"
#include "input_file.hpp"
#include "store/samples.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/store/reader.hpp>

#include <cmath>
#include <cstring>

namespace {

using namespace pastur;
using namespace pastur::store;

constexpr double fine_value = 17.0;

/// Every draw done, the finer theory grid filled, one run's record.
std::string finished_store(const std::filesystem::path& path) {
  const Layout layout = samples::grid();
  create_file(path, layout);
  {
    const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    std::vector<DrawRecord> records;
    for (std::int64_t p = 0; p < layout.points(); ++p) {
      for (std::int64_t d = 0; d < layout.draws; ++d) records.push_back(samples::record(layout, p, d));
    }
    SlotTable(file.get(), layout).write(records);
    const TheoryTable theory(file.get(), layout);
    for (std::int64_t p = 0; p < layout.theory_points(); ++p)
      theory.write(p, std::vector<std::vector<double>>{{1.0, 2.0, 3.0}, {fine_value}}, true);
    ProvenanceSlots(file.get()).write(R"({"command":"fuzz"})");
  }
  return samples::file_bytes(path);
}

/// Nothing of the reader throws on a file that it took, and no number is another than was written.
void require_true_values(const std::filesystem::path& path) {
  const Reader reader(path);
  const std::vector<DrawState> states = reader.states();
  const std::vector<double> values = reader.observable("lambda_min");
  const auto draws = static_cast<std::size_t>(reader.layout().draws);
  for (std::size_t s = 0; s < states.size(); ++s) {
    const auto point = static_cast<std::int64_t>(s / draws), draw = static_cast<std::int64_t>(s % draws);
    if (states[s] == DrawState::done && values[s] != samples::value_at(point, draw, 1, 0)) std::abort();
  }
  for (const double value : reader.theory("kernel_tail", true)) {
    if (!std::isnan(value) && value != fine_value) std::abort();
  }
  reader.observable("test_error");
  reader.reasons();
  reader.seconds();
  reader.provenance();
  reader.damaged();
  reader.damaged_theory(false);
  reader.damaged_provenance();
}

void damage(std::string& bytes, const std::uint8_t* data, std::size_t size) {
  // The record slots of runs that there never were are most of the file; damage there is of no interest.
  const std::size_t interesting = bytes.find(R"({"command":"fuzz"})");
  const std::size_t dull = provenance_width * (provenance_slots - 1);
  for (std::size_t at = 0; at + 5 <= size; at += 5) {
    std::uint32_t place = 0;
    std::memcpy(&place, data + at, sizeof(place));
    std::size_t offset = place % (bytes.size() > dull ? bytes.size() - dull : bytes.size() + 1);
    if (offset >= interesting + provenance_width) offset += dull;
    if (data[at + 4] == 0) {
      bytes.resize(std::min(offset, bytes.size()));
    } else if (offset < bytes.size()) {
      bytes[offset] = static_cast<char>(static_cast<std::uint8_t>(bytes[offset]) ^ data[at + 4]);
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file;
  static const std::string whole = finished_store(file.path());
  static constexpr std::string_view signature("\x89HDF\r\n\x1a\n", 8);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (!bytes.starts_with(signature)) {
    bytes = whole;
    damage(bytes, data, size);
  }
  file.put(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  const FileStatus status = inspect(file.path());
  if ((status.kind == FileKind::store) != status.message.empty()) std::abort();
  if (status.kind != FileKind::store && bytes == whole) std::abort();
  if (status.kind == FileKind::store) require_true_values(file.path());
  return 0;
}
