// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/random/stream.hpp>

#include <gtest/gtest.h>
#include <Random123/philox.h>

#include <set>
#include <string>

namespace pastur::random {
namespace {

using Words = std::array<std::uint32_t, 4>;

TEST(Philox, known_answers_of_random123_are_met) {
  // kat_vectors of Random123: philox4x32 10, counter, key, result.
  EXPECT_EQ(philox({{0, 0}, {0, 0}}, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({{ones, ones}, {ones, ones}}, ones, ones),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({{0xa4093822, 0x299f31d0}, {0x13198a2e, 0x03707344}}, 0x85a308d3, 0x243f6a88),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, counter_and_key_words_stand_where_the_header_says) {
  const Stream stream{{11, 22}, {33, 44}};
  for (std::uint32_t row = 0; row < 20; ++row) {
    const r123::Philox4x32::ctr_type expected = r123::Philox4x32()({{7, row, 33, 44}}, {{11, 22}});
    EXPECT_EQ(philox(stream, row, 7), (Words{expected[0], expected[1], expected[2], expected[3]}));
  }
}

TEST(Streams, identities_and_names_give_distinct_streams) {
  std::set<std::array<std::uint32_t, 4>> seen;
  int made = 0;
  for (const char* identity : {"", "a", "seed=1 draw=0", "seed=1 draw=1", "seed=11 draw=0"}) {
    const Streams streams(identity);
    for (const char* name : {"", "X", "W", "noise", "WX", "XW"}) {
      const Stream stream = streams.stream(name);
      seen.insert({stream.key[0], stream.key[1], stream.salt[0], stream.salt[1]});
      ++made;
    }
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(made));
}

TEST(Streams, results_of_earlier_versions_are_kept) {
  // Stored results depend on these bits; a change here breaks the resuming of every old store.
  const Stream stream = Streams("seed=1 study=test").stream("X");
  EXPECT_EQ(stream.key, (std::array<std::uint32_t, 2>{0xdc13b3ce, 0xd2fc2a6a}));
  EXPECT_EQ(stream.salt, (std::array<std::uint32_t, 2>{0xf0db4384, 0xca4e92af}));
}

} // namespace
} // namespace pastur::random
