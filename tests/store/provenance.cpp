// SPDX-License-Identifier: BSD-3-Clause
#include "../../src/store/provenance_slots.hpp"
#include "samples.hpp"

#include <pastur/store/reader.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pastur::store {
namespace {

using nlohmann::json;
using parallel::Communicator;

TEST(Provenance, a_run_writes_one_record_at_its_start_and_again_at_its_end) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  for (int run = 0; run < 3; ++run) {
    Store store = run == 0 ? Store::create(world, scratch / "out.h5", layout, false)
                           : Store::resume(world, scratch / "out.h5", layout);
    if (world.rank() == 0) {
      store.write_provenance(R"({"start": 1, "note": "a longer text than at the end"})");
      store.write_provenance(json{{"run", run}}.dump());
    } else {
      EXPECT_THROW(store.write_provenance("{}"), std::logic_error);
    }
  }
  EXPECT_EQ(Reader(scratch / "out.h5").provenance(),
            (std::vector<std::string>{R"({"run":0})", R"({"run":1})", R"({"run":2})"}));
}

TEST(Provenance, the_last_slot_is_used_again_when_all_are_taken) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::smallest();
  { Store store = Store::create(world, scratch / "out.h5", layout, false); }
  for (int run = 0; run < 66; ++run) {
    Store store = Store::resume(world, scratch / "out.h5", layout);
    if (world.rank() == 0) store.write_provenance(json{{"run", run}}.dump());
  }
  const std::vector<std::string> records = Reader(scratch / "out.h5").provenance();
  ASSERT_EQ(records.size(), 64u);
  EXPECT_EQ(records[62], R"({"run":62})");
  EXPECT_EQ(records[63], R"({"run":65})");
}

TEST(Provenance, a_record_that_is_too_long_is_cut_where_it_is_longest) {
  std::vector<std::string> hosts;
  for (int k = 0; k < 5000; ++k) hosts.push_back("node" + std::to_string(k));
  const json object = {{"command", "pastur run x.toml"},
                       {"hosts", hosts},
                       {"options", std::string(20'000, 'o')},
                       {"ranks", 5000}};
  const std::string text = fitting_json(object.dump(), 8192);
  EXPECT_LE(text.size(), 8192u);
  const json cut = json::parse(text);
  EXPECT_EQ(cut["command"], "pastur run x.toml");
  EXPECT_EQ(cut["ranks"], 5000);
  EXPECT_EQ(cut["hosts"][0], "node0");
  EXPECT_EQ(fitting_json(R"({"a":1})", 8192), R"({"a":1})");
  EXPECT_TRUE(json::accept(fitting_json(std::string(9000, 'x'), 8192)));
}

} // namespace
} // namespace pastur::store
