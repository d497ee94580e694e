#include "services/notify/placeholders.h"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>

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
      {"((c??[Apply](https://e.example/a)))",
       {{"c", true}},
       FillMode::kPlain,
       "[Apply](https://e.example/a)"},
      {"((c??Call (613) 555-0100.)) x", {{"c", 1}}, FillMode::kPlain, "Call (613) 555-0100. x"},
      {"((amount (CAD)))", {{"amount (CAD)", 5}}, FillMode::kPlain, "5"},
      {"((c??a ((n)) b))", {{"n", 5}, {"c", 1}}, FillMode::kPlain, "((c??a 5 b))"},
      {"((École))", {{"école", "x"}}, FillMode::kPlain, "x"},
      {"((ŒUVRE d’art))", {{"œuvre_d’art", "x"}}, FillMode::kPlain, "x"},
      {"((Zo\u00e9))", {{"ZOE\u0301", "x"}}, FillMode::kPlain, "x"},
      {"((ΣΊΣΥΦΟΣ))", {{"σίσυφος", "x"}}, FillMode::kPlain, "x"},
      {"((First\u00a0name))", {{"first-name", "x"}}, FillMode::kPlain, "x"},
      {"((a\u2011b))", {{"a\u2013b", "x"}}, FillMode::kPlain, "x"},
      {"((a\u2014b))", {{"ab", "x"}}, FillMode::kPlain, "x"},
      {"((a\u00adb))", {{"a\u2212b", "x"}}, FillMode::kPlain, "x"},
      {"((a\u2010b\u2012c\u2015))", {{"a-b_c", "x"}}, FillMode::kPlain, "x"},
      {"((\u2013))", {{"-", "x"}}, FillMode::kPlain, "((\u2013))"},
      {"((l))", {{"l", array{" ", "a", "\u00a0\u200b", "\n"}}}, FillMode::kPlain, "\n\n* a"},
      {"((l))", {{"l", array{" ", "a", "b", "\t"}}}, FillMode::kLine, "a and b"},
      {"a\r\nb\tc((c??\nd))", {{"c", 1}}, FillMode::kLine, "a  b c d"},
      {"((v))", {{"v", "((w))"}, {"w", "no"}}, FillMode::kPlain, "((w))"},
      {"keep ((missing))", {}, FillMode::kPlain, "keep ((missing))"},
      {"[go](((url)))", {{"url", "https://e.ca/a_b"}}, FillMode::kPlain, "[go](https://e.ca/a_b)"},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    CHECK(FillPlaceholders(each.text, each.values, each.mode) == each.filled);
  }
}

TEST_CASE("FillPlaceholders: numbers stand as people write them", "[notify]") {
  struct Case {
    boost::json::value value;
    std::string text;
  };
  const std::vector<Case> cases{
      {12.5, "12.5"},
      {0.1, "0.1"},
      {12345678901234568.0, "12345678901234568"},
      {1764491013123000000.0, "1764491013123000000"},
      {12345678901234567000.0, "12345678901234567000"},
      {-1764491013123000000.0, "-1764491013123000000"},
      {1e21, "1000000000000000000000"},
      {1e23, "100000000000000000000000"},
      {1.5e300, "15" + std::string(299, '0')},
      {5e-324, "0." + std::string(323, '0') + "5"},
      {0.000001, "0.000001"},
      {-273.15, "-273.15"},
      {1234567.89, "1234567.89"},
      {9007199254740992, "9007199254740992"},
      {0, "0"},
      {true, "yes"},
      {false, "no"},
      {array{12.5, 1e-7}, "12.5 and 0.0000001"},
      {object{{"a", 1.5}}, R"({"a":1.5})"},
      {object{{"a\"b", array{1e23, 0.000001, 7, nullptr, true, "1.5E0"}}, {"c", object{}}},
       R"({"a\"b":[100000000000000000000000,0.000001,7,null,true,"1.5E0"],"c":{}})"},
      {array{object{{"a", 2.5}}, array{0.5, array{}}}, R"({"a":2.5} and [0.5,[]])"},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    for (auto mode : {FillMode::kLine, FillMode::kPlain}) {
      if (mode == FillMode::kPlain && each.value.is_array()) continue;
      CHECK(FillPlaceholders("((v))", {{"v", each.value}}, mode) == each.text);
    }
  }
}

TEST_CASE("FillPlaceholders: a condition holds in French as in English", "[notify]") {
  for (const char* word : {"yes", "Y", "TRUE", "t", "1", "include", "show", "oui", "Oui ", "O",
                           "Vrai", "inclure", "afficher", "AFFICHER"}) {
    INFO(word);
    CHECK(FillPlaceholders("((a??A))", {{"a", word}}, FillMode::kPlain, "fr") == "A");
    CHECK(FillPlaceholders("((a??A))", {{"a", word}}, FillMode::kPlain, "en") == "A");
  }
  for (const char* word : {"no", "non", "faux", "0", "", "masquer", "ouï"}) {
    INFO(word);
    CHECK(FillPlaceholders("((a??A))", {{"a", word}}, FillMode::kPlain, "fr").empty());
  }
}

TEST_CASE("FillPlaceholders: words that are put in are in the message's language", "[notify]") {
  object values{{"l", array{"a", "b", "c"}}, {"t", true}, {"f", false}, {"b", array{true, false}}};
  for (const char* language : {"fr", "fr-CA", "FR"}) {
    CHECK(FillPlaceholders("((l)), ((t)), ((f)), ((b))", values, FillMode::kLine, language) ==
          "a, b et c, oui, non, oui et non");
  }
  for (const char* language : {"en", "", "frr", "iu-Cans"}) {
    CHECK(FillPlaceholders("((l)), ((t)), ((f))", values, FillMode::kLine, language) ==
          "a, b and c, yes, no");
  }
}

TEST_CASE("UnreadablePlaceholder: names the place of the first that cannot be read", "[notify]") {
  for (const char* text :
       {"", "no (brackets) (((here)))", "((a)) [x](((url)))", "((c??[A](https://e.ca/a)))",
        "((amount (CAD)))", "(a) b)) c", "((c??Call (613) 555-0100.))"}) {
    INFO(text);
    CHECK(UnreadablePlaceholder(text).empty());
  }
  CHECK(UnreadablePlaceholder("Hi\n((name)") == "line 2: “((name)”");
  CHECK(UnreadablePlaceholder("((a)b)) ((c))") == "line 1: “((a)b)) ((c))”");
  CHECK(UnreadablePlaceholder("((a))\n\n((name\nx") == "line 3: “((name”");
  CHECK(UnreadablePlaceholder("(())") == "line 1: “(())”");
  CHECK(UnreadablePlaceholder("((??x))") == "line 1: “((??x))”");
  CHECK(UnreadablePlaceholder("((c??a ((b)) d))") == "line 1: “((c??a ((b)) d))”");
  CHECK(UnreadablePlaceholder("((c??Call (613))") == "line 1: “((c??Call (613))”");
}

TEST_CASE("FillPlaceholders: every number comes back from its text, without an exponent",
          "[notify]") {
  std::mt19937_64 random(9);
  for (int i = 0; i < 10'000; ++i) {
    double number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    std::string text = FillPlaceholders("((v))", {{"v", number}}, FillMode::kPlain);
    INFO(text);
    REQUIRE(text.find_first_not_of("-.0123456789") == std::string::npos);
    REQUIRE(std::strtod(text.c_str(), nullptr) == number);
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
