// SPDX-License-Identifier: BSD-3-Clause
#include "report/toy_store.hpp"

#include <pastur/report/html_page.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

namespace {

using namespace pastur;
using testing::HasSubstr;
using testing::Not;
using testing_support::ToyStore;

double decay(const std::string& observable, std::int64_t point, std::int64_t draw, std::size_t entry) {
  if (observable == "ratio" && draw == 0) return std::nan("");
  return 1.0 / (1.0 + static_cast<double>(point) + static_cast<double>(entry)) +
         0.01 * static_cast<double>(draw);
}

/// Python's verdict on the file `page.html` of a folder: it reads as XML, ids are distinct, references within
/// the page have a target, nothing is loaded from elsewhere and nothing is a program.
constexpr const char* reader = R"(
import html.parser, sys, xml.etree.ElementTree as tree
text = open(sys.argv[1], encoding="utf-8").read()
html.parser.HTMLParser().feed(text)
elements = list(tree.fromstring(text).iter())
local = lambda name: name.split("}")[-1]
ids = [element.attrib["id"] for element in elements if "id" in element.attrib]
assert len(ids) == len(set(ids)), "an id stands twice"
for element in elements:
    assert local(element.tag) not in ("script", "link", "img", "iframe", "object"), element.tag
    for name, value in element.attrib.items():
        if local(name) in ("href", "src"):
            assert value.startswith("#") and value[1:] in ids, value
        assert not local(name).startswith("on"), name
assert sum(local(element.tag) == "svg" for element in elements) == int(sys.argv[2]), "figures"
)";

testing::AssertionResult is_sound(const ToyStore& toy, const std::string& page, int figures) {
  std::ofstream(toy.folder() / "page.html", std::ios::binary) << page;
  std::ofstream(toy.folder() / "read.py") << reader;
  const std::string command = "python3 " + (toy.folder() / "read.py").string() + " " +
                              (toy.folder() / "page.html").string() + " " + std::to_string(figures);
  if (std::system(command.c_str()) == 0) return testing::AssertionSuccess();
  return testing::AssertionFailure() << page.substr(0, 2000);
}

TEST(HtmlPage, has_figures_tables_study_file_provenance_and_failures) {
  ToyStore toy("draws = 4\n[parameters]\nlaw = \"uniform\"\nridge = [0.0, 1.0]\n[sweep]\nn = [5, 10]\n");
  toy.write(decay, {{{1, 2}, "out of <luck> & money"}});
  const std::string page = report::html_page(store::Reader(toy.path()), &toy.experiment());
  EXPECT_TRUE(is_sound(toy, page, 3));
  for (const std::string figure : {"figure_error", "figure_error_map", "figure_numbers"})
    EXPECT_THAT(page, HasSubstr("<title>" + figure + "</title>"));
  EXPECT_THAT(page, HasSubstr("<li>1 draw: out of &lt;luck&gt; &amp; money</li>"));
  EXPECT_THAT(page, HasSubstr("<li>n: a small one &lt;&amp;&gt;</li>"));
  EXPECT_THAT(page, HasSubstr("n = [5, 10]"));
  EXPECT_THAT(page, HasSubstr("<td>command</td><td>pastur run toy.toml</td>"));
  EXPECT_THAT(page, HasSubstr("<summary>sample_mean</summary>"));
  EXPECT_THAT(page, HasSubstr("<th>theory</th><th>z</th>"));
  EXPECT_THAT(page, HasSubstr("<td>limit</td>"));
  EXPECT_THAT(page, HasSubstr("<th>per draw</th>"));
}

TEST(HtmlPage, escapes_what_a_study_file_holds) {
  ToyStore toy("draws = 1\n[parameters]\nlabel = \"</pre><script>alert(1)</script> \\u0001 \xC3\xA9\"\n");
  toy.write(decay);
  const std::string page = report::html_page(store::Reader(toy.path()), &toy.experiment());
  EXPECT_TRUE(is_sound(toy, page, 1));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr("&lt;/pre&gt;&lt;script&gt;"));
  EXPECT_THAT(page, HasSubstr("\xC3\xA9"));
}

TEST(HtmlPage, of_a_store_without_draws_or_without_its_study_is_sound_too) {
  ToyStore toy("draws = 2\n[parameters]\nridge = [0.0]\n");
  toy.write(decay, {}, 0);
  const store::Reader store(toy.path());
  EXPECT_TRUE(is_sound(toy, report::html_page(store, &toy.experiment()), 0));
  const std::string unknown = report::html_page(store, nullptr);
  EXPECT_TRUE(is_sound(toy, unknown, 0));
  EXPECT_THAT(unknown, HasSubstr("does not know the study"));
}

} // namespace
