// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/report/text_columns.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using pastur::report::TextColumns;
using pastur::report::wrapped;
using testing::ElementsAre;

TEST(TextColumns, aligns_cells_and_leaves_no_blanks_at_line_ends) {
  TextColumns columns({TextColumns::Align::left, TextColumns::Align::right});
  columns.add({"name", "n"});
  columns.rule();
  columns.add({"a", "100"});
  columns.blank();
  columns.add({"long name"});
  EXPECT_EQ(columns.text(), "name         n\n"
                            "--------------\n"
                            "a          100\n"
                            "\n"
                            "long name\n");
}

TEST(TextColumns, counts_characters_not_bytes) {
  TextColumns columns({TextColumns::Align::left, TextColumns::Align::left});
  columns.add({"λ", "x"});
  columns.add({"ab", "y"});
  EXPECT_EQ(columns.text(), "λ   x\nab  y\n");
}

TEST(TextColumns, empty_columns_take_no_room) {
  TextColumns columns({TextColumns::Align::left, TextColumns::Align::left, TextColumns::Align::left});
  columns.add({"a", "", "c"});
  EXPECT_EQ(columns.text(2), "  a  c\n");
}

TEST(TextColumns, wraps_at_blanks_and_keeps_long_words_whole) {
  EXPECT_THAT(wrapped("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("unbreakable a", 5), ElementsAre("unbreakable", "a"));
  EXPECT_THAT(wrapped("", 5), ElementsAre(""));
}

} // namespace
