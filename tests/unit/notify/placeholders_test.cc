#include "services/notify/placeholders.h"

#include <catch2/catch.hpp>

namespace tamarack::notify {
namespace {

using boost::json::array;
using boost::json::object;

TEST_CASE("PlaceholderNames: each name once, without regard to case and separators", "[notify]") {
  CHECK(PlaceholderNames("Hi ((First Name)), ((first_name)) ((ref))") == std::vector<std::string>{"First Name", "ref"});
  CHECK(PlaceholderNames("((late??Too late)) [x](((url)))") == std::vector<std::string>{"late", "url"});
  CHECK(PlaceholderNames("(()) ((a)b)) (x) ((unclosed").empty());
}

TEST_CASE("MissingPersonalisation: null counts as missing, extra values do not matter", "[notify]") {
  object values{{"name", nullptr}, {"extra", 1}, {"REF", "x"}};
  CHECK(MissingPersonalisation("((name)) ((ref)) ((other))", values) == std::vector<std::string>{"name", "other"});
}

TEST_CASE("FillPlaceholders: the documented forms", "[notify]") {
  struct Case {
    const char* text;
    object values;
    FillMode mode;
    const char* filled;
  };
  const std::vector<Case> cases{
      {"Hello ((name))", {{"Name", "Zoé"}}, FillMode::kPlain, "Hello Zoé"},
      {"((a-b))", {{"AB", 5}}, FillMode::kPlain, "5"},
      {"((x??shown))", {{"x", true}}, FillMode::kPlain, "shown"},
      {"((x??shown))", {{"x", "Yes"}}, FillMode::kPlain, "shown"},
      {"a((x??shown))b", {{"x", "no"}}, FillMode::kPlain, "ab"},
      {"((a??foo??bar))", {{"a", "1"}}, FillMode::kPlain, "foo??bar"},
      {"((x?y))", {{"x?y", "v"}}, FillMode::kPlain, "v"},
      {"List:((l))", {{"l", array{"one", nullptr, "", "two"}}}, FillMode::kPlain, "List:\n\n* one\n* two"},
      {"((l))", {{"l", array{"a", "b", "c"}}}, FillMode::kLine, "a, b and c"},
      {"((l))", {{"l", array{}}}, FillMode::kPlain, ""},
      {"Re: ((s))", {{"s", "two\r\nlines"}}, FillMode::kLine, "Re: two  lines"},
      {"((v))", {{"v", "[x](http://e)"}}, FillMode::kMarkdown, "\\[x\\](http://e)"},
      {"((v))", {{"v", "# big"}}, FillMode::kMarkdown, "\\# big"},
      {"((v))", {{"v", "a # b - c"}}, FillMode::kMarkdown, "a # b - c"},
      {"((v))", {{"v", "((w))"}, {"w", "no"}}, FillMode::kPlain, "((w))"},
      {"keep ((missing))", {}, FillMode::kPlain, "keep ((missing))"},
      {"[go](((url)))", {{"url", "https://e.ca/a_b"}}, FillMode::kPlain, "[go](https://e.ca/a_b)"},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    CHECK(FillPlaceholders(each.text, each.values, each.mode) == each.filled);
  }
}

}  // namespace
}  // namespace tamarack::notify
