#include "services/notify/placeholders.h"

#include <catch2/catch.hpp>

namespace tamarack::notify {
namespace {

using boost::json::array;
using boost::json::object;

TEST_CASE("PlaceholderNames: each name once, without regard to case and separators", "[notify]") {
  CHECK(PlaceholderNames("Hi ((First Name)), ((first_name)) ((ref))") ==
        std::vector<std::string>{"First Name", "ref"});
  CHECK(PlaceholderNames("((late??Too late)) [x](((url)))") ==
        std::vector<std::string>{"late", "url"});
  CHECK(PlaceholderNames("(()) ((a)b)) (x) ((unclosed").empty());
}

TEST_CASE("MissingPersonalisation: null counts as missing, extra values do not matter",
          "[notify]") {
  object values{{"name", nullptr}, {"extra", 1}, {"REF", "x"}};
  CHECK(MissingPersonalisation("((name)) ((ref)) ((other))", values) ==
        std::vector<std::string>{"name", "other"});
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
      {"List:((l))",
       {{"l", array{"one", nullptr, "", "two"}}},
       FillMode::kPlain,
       "List:\n\n* one\n* two"},
      {"((l))", {{"l", array{"a", "b", "c"}}}, FillMode::kLine, "a, b and c"},
      {"((l))", {{"l", array{}}}, FillMode::kPlain, ""},
      {"Re: ((s))", {{"s", "two\r\nlines"}}, FillMode::kLine, "Re: two  lines"},
      {"((v))", {{"v", "[x](http://e)"}}, FillMode::kMarkdown, "\\[x\\](http://e)"},
      {"((v))", {{"v", "# big"}}, FillMode::kMarkdown, "\\# big"},
      {"((v))", {{"v", "a # b - c"}}, FillMode::kMarkdown, "a # b - c"},
      {"((v))", {{"v", "1. a\n12) b\n1.5 c"}}, FillMode::kMarkdown, "1\\. a\n12\\) b\n1\\.5 c"},
      {"((v))", {{"v", "a\r# b\n- c"}}, FillMode::kMarkdown, "a\r\\# b\n\\- c"},
      {"((v))", {{"v", "~~~\n    code\n\tcode"}}, FillMode::kMarkdown, "\\~\\~\\~\ncode\ncode"},
      {"a((v))", {{"v", "  b"}}, FillMode::kMarkdown, "a b"},
      {"((v))", {{"v", "((w))"}, {"w", "no"}}, FillMode::kPlain, "((w))"},
      {"keep ((missing))", {}, FillMode::kPlain, "keep ((missing))"},
      {"[go](((url)))", {{"url", "https://e.ca/a_b"}}, FillMode::kPlain, "[go](https://e.ca/a_b)"},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    CHECK(FillPlaceholders(each.text, each.values, each.mode) == each.filled);
  }
}

TEST_CASE("FillPlaceholders: of two values with one name the first counts, after nulls",
          "[notify]") {
  object values{{"First Name", nullptr}, {"first_name", "a"}, {"FIRSTNAME", "b"}};
  CHECK(FillPlaceholders("((first-name))", values, FillMode::kPlain) == "a");
}

TEST_CASE("FillPlaceholders: a small template cannot blow up memory", "[notify]") {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "((v))";
  object values{{"v", std::string(100'000, 'x')}};
  for (auto mode : {FillMode::kPlain, FillMode::kMarkdown, FillMode::kLine}) {
    std::string filled = FillPlaceholders(text, values, mode);
    CHECK(filled.size() < kFilledBytesMax + 200'000);
    CHECK(IsTooLong({"short", filled}));
  }
  CHECK_FALSE(IsTooLong({"short", std::string(kFilledBytesMax, 'x')}));
}

}  // namespace
}  // namespace tamarack::notify
