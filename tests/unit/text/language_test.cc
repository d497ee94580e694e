#include "platform/text/language.h"

#include <catch2/catch.hpp>

#include <vector>

namespace tamarack::text {
namespace {

std::string_view Preferred(const std::vector<LanguageRange>& ranges) {
  return PreferredLanguage(ranges);
}

TEST_CASE("a language range asks for the language that its first subtag names", "[text]") {
  auto [tag, language] = GENERATE(table<const char*, const char*>({
      {"fr", "fr"},  {"FR-CA", "fr"},   {"fr-CA", "fr"},     {"Fr-Latn-ca-x-a", "fr"},
      {"en", "en"},  {"EN", "en"},      {"en-GB-oed", "en"}, {"fr-*-CA", "fr"},
      {"frr", ""},   {"frc-CA", ""},    {"enm", ""},         {"e", ""},
      {"fra", ""},   {"*", ""},         {"*-CA", ""},        {"", ""},
      {"fr_CA", ""}, {"fr-", ""},       {"fr--CA", ""},      {"fr-abcdefghi", ""},
      {"-fr", ""},   {"\xC3\xA9n", ""}, {"i-enochian", ""},
  }));
  INFO(tag);
  CHECK(Preferred({{tag}}) == language);
}

TEST_CASE("the heaviest language range wins, of equal ones the first", "[text]") {
  CHECK(Preferred({}).empty());
  CHECK(Preferred({{"frr"}, {"en"}}) == "en");
  CHECK(Preferred({{"de"}, {"fr-CA"}, {"en"}}) == "fr");
  CHECK(Preferred({{"fr", 0.1}, {"en", 0.9}}) == "en");
  CHECK(Preferred({{"en", 0.5}, {"fr-CA", 0.9}, {"en-CA", 0.8}}) == "fr");
  CHECK(Preferred({{"fr", 0.1}, {"*", 1}}) == "fr");
  CHECK(Preferred({{"fr", 0}, {"fr-CA", 0.1}}) == "fr");
}

TEST_CASE("who refuses one of the two languages and asks for neither gets the other", "[text]") {
  CHECK(Preferred({{"en", 0}, {"*", 1}}) == "fr");
  CHECK(Preferred({{"fr-CA", 0}}) == "en");
  CHECK(Preferred({{"fr", 0}, {"en", 0}}).empty());
  CHECK(Preferred({{"de", 0}}).empty());
}

}  // namespace
}  // namespace tamarack::text
