#include "services/tellusonce/address.h"

#include <catch2/catch.hpp>

namespace tamarack::tellusonce {
namespace {

v1::Address Good() {
  v1::Address address;
  address.set_line_1("10-123 Main Street");
  address.set_city("Ottawa");
  address.set_province("ON");
  address.set_postal_code("K1A 0A6");
  return address;
}

// The fields that are wrong, in order.
std::vector<std::string> Wrong(const v1::Address& address) {
  std::vector<std::string> fields;
  for (const auto& problem : CheckAddress(Normalize(address)))
    fields.push_back(problem.field + " " + problem.text_key);
  return fields;
}

TEST_CASE("Normalize: postal codes however they are typed, spaces folded", "[tellusonce]") {
  for (const char* typed : {"k1a0a6", "K1A0A6", "k1a 0a6", "K1A-0A6", "  K1A  0A6 ",
                            "k１a\u00a0０a６", "Ｋ1Ａ–0Ａ6", "\u200eK1A 0A6\u200b"}) {
    INFO(typed);
    auto address = Good();
    address.set_postal_code(typed);
    CHECK(Normalize(address).postal_code() == "K1A 0A6");
  }
  auto address = Good();
  address.set_line_1("  10-123\t Main \r\n Street ");
  address.set_line_2("   ");
  CHECK(Normalize(address).line_1() == "10-123 Main Street");
  CHECK(Normalize(address).line_2().empty());
  address.set_line_1("\ufeff12\u200bRue\u3000de l\u2019E\u0301glise\u00a0");
  CHECK(Normalize(address).line_1() == "12 Rue de l\u2019\u00c9glise");
}

TEST_CASE("CheckAddress: a line of which nothing is seen is missing", "[tellusonce]") {
  for (const char* blank :
       {" ", "\u00a0", "\u3000", "\u200b", "\u2800", "\u3164\u00ad", "\t\r\n"}) {
    auto address = Good();
    address.set_line_1(blank);
    CHECK(Wrong(address) == std::vector<std::string>{"line_1 ERROR_LINE_1_MISSING"});
    address = Good();
    address.set_city(blank);
    CHECK(Wrong(address) == std::vector<std::string>{"city ERROR_CITY_MISSING"});
    address = Good();
    address.set_line_2(blank);
    CHECK(Normalize(address).line_2().empty());
  }
}

TEST_CASE("CheckAddress: lines are as long as their characters", "[tellusonce]") {
  for (const std::string character : {"x", "é", "ᐊ", "𝒜", "e\u0301"}) {
    std::string line;
    for (int i = 0; i < 200; ++i) line += character;
    auto address = Good();
    address.set_line_1(line);
    address.set_line_2(line);
    CHECK(Wrong(address).empty());
    address.set_line_1(line + character);
    CHECK(Wrong(address) == std::vector<std::string>{"line_1 ERROR_TOO_LONG"});
    address = Good();
    address.set_city(line);
    CHECK(Wrong(address) == std::vector<std::string>{"city ERROR_TOO_LONG"});
  }
}

TEST_CASE("CheckAddress: all provinces and territories, and only they", "[tellusonce]") {
  for (const char* province :
       {"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"}) {
    auto address = Good();
    address.set_province(province);
    CHECK(Wrong(address).empty());
  }
  for (const char* province : {"", "on", "Ontario", "NY", "O", "ONT", "PQ"}) {
    INFO(province);
    auto address = Good();
    address.set_province(province);
    CHECK(Wrong(address) == std::vector<std::string>{"province ERROR_PROVINCE_MISSING"});
  }
}

TEST_CASE("CheckAddress: what is missing is named at its field", "[tellusonce]") {
  CHECK(Wrong(Good()).empty());
  CHECK(Wrong(v1::Address()) == std::vector<std::string>{"line_1 ERROR_LINE_1_MISSING",
                                                         "city ERROR_CITY_MISSING",
                                                         "province ERROR_PROVINCE_MISSING",
                                                         "postal_code ERROR_POSTAL_CODE"});
}

TEST_CASE("CheckAddress: accents and punctuation pass, what controls the text around it does not",
          "[tellusonce]") {
  for (const char* good : {"45, rue de l’Église", "Île-aux-Coudres 3½", "P.O. Box 5 / C.P. 5",
                           "#4 – 12 Main", "ᓄᓇᕗᑦ 1"}) {
    INFO(good);
    auto address = Good();
    address.set_line_1(good);
    CHECK(Wrong(address).empty());
  }
  const std::vector<std::string> bad{std::string("12 Main\0 Street", 15),
                                     "12\x01Main",
                                     "12 Main\x7f",
                                     "12\x1bMain",
                                     "12 \u202eniaM",  // right-to-left override
                                     "12 \u2066Main",  // isolate
                                     "12 \u200fMain",  // right-to-left mark
                                     "12\u009bMain"};  // C1 control sequence introducer
  for (const auto& text : bad) {
    INFO(text);
    auto line_1 = Good(), line_2 = Good(), city = Good();
    line_1.set_line_1(text);
    line_2.set_line_2(text);
    city.set_city(text);
    CHECK(Wrong(line_1) == std::vector<std::string>{"line_1 ERROR_CHARACTERS"});
    CHECK(Wrong(line_2) == std::vector<std::string>{"line_2 ERROR_CHARACTERS"});
    CHECK(Wrong(city) == std::vector<std::string>{"city ERROR_CHARACTERS"});
  }
}

TEST_CASE("OneLine: as on an envelope, with and without a unit", "[tellusonce]") {
  auto address = Good();
  CHECK(OneLine(address) == "10-123 Main Street, Ottawa ON\u00a0 K1A 0A6");
  address.set_line_2("Unit 4");
  CHECK(OneLine(address) == "10-123 Main Street, Unit 4, Ottawa ON\u00a0 K1A 0A6");
}

}  // namespace
}  // namespace tamarack::tellusonce
