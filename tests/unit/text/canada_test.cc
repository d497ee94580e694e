#include "platform/text/canada.h"

#include <catch2/catch.hpp>

#include <random>

using namespace tamarack;

TEST_CASE("A Canadian postal code is read however it is typed") {
  for (const char* typed :
       {"K1A 0B1", "k1a0b1", "K1A-0B1", " k1a  0b1\n", "K1A\u00a00B1", "K1A–0B1", "k１a ０b１",
        "Ｋ1Ａ　0Ｂ1", "ｋ１ａ０ｂ１", "k١a ٠b١", "\u202aK1A 0B1\u202c", "\ufeffK1A\u00ad0B1"}) {
    INFO(typed);
    CHECK(text::CanadianPostalCode(typed) == "K1A 0B1");
  }
  for (const char* code :
       {"M5V 2T6", "X0A 0H0", "V6B 4Y8", "Y1A 2C6", "A1A 1A1", "H2X 1Y4", "K1W 1Z9"}) {
    INFO(code);
    CHECK(text::CanadianPostalCode(code) == code);
  }
}

TEST_CASE("What Canada Post does not use is no postal code") {
  for (const char* bad :
       {"",           " ",       "D1A 1A1", "F1A 1A1", "I1A 1A1", "O1A 1A1",        "Q1A 1A1",
        "U1A 1A1",    "W1A 1A1", "Z1A 1A1", "K1D 1A1", "K1A 1D1", "K1A 1O1",        "K1A 0B",
        "K1A 0B12",   "12345",   "KIA 0B1", "K1A_0B1", "K1Á 0B1", "K1A 0B1 Ottawa", "Ｄ1A 1A1",
        "K1A 0B\xff", "90210"}) {
    INFO(bad);
    CHECK(text::CanadianPostalCode(bad).empty());
  }
  CHECK(text::CanadianPostalCode(std::string_view("K1A\0000B1", 7)).empty());
}

TEST_CASE("The first letter of a postal code tells the province") {
  const std::pair<const char*, const char*> kCodes[] = {
      {"A1A 1A1", "NL"}, {"B3H 1A1", "NS"}, {"C1A 1A1", "PE"}, {"E1A 1A1", "NB"}, {"G1A 1A1", "QC"},
      {"H2X 1Y4", "QC"}, {"J1A 1A1", "QC"}, {"k1a0b1", "ON"},  {"L1A 1A1", "ON"}, {"M5V 2T6", "ON"},
      {"N1A 1A1", "ON"}, {"P3C-1S8", "ON"}, {"R1A 1A1", "MB"}, {"S1A 1A1", "SK"}, {"T1A 1A1", "AB"},
      {"V6B 4Y8", "BC"}, {"X0A 0H0", ""},   {"Y1A 2C6", "YT"}, {"W1A 1A1", ""},   {"K1A", ""},
      {"", ""}};
  for (const auto& [code, province] : kCodes) {
    INFO(code);
    CHECK(text::ProvinceOfPostalCode(code) == province);
  }
}

TEST_CASE("Reading a postal code ends for any bytes and agrees with itself") {
  std::mt19937 random(20261130);
  const char* pieces[] = {"K", "1", "A", "０", "b", "Ｂ", " ", "-", "\u200b", "é", "\xff"};
  int read = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string typed = random() % 2 ? "K1A" : "";
    for (size_t n = random() % 8; n > 0; --n) typed += pieces[random() % std::size(pieces)];
    std::string code = text::CanadianPostalCode(typed);
    if (code.empty()) continue;
    ++read;
    CHECK(text::CanadianPostalCode(code) == code);
  }
  CHECK(read > 0);
}

TEST_CASE("Provinces and territories are known by their codes, and nothing else is one") {
  for (const char* code :
       {"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})
    CHECK(text::IsProvince(code));
  for (const char* other : {"", "on", "Ontario", "NY", "PQ"}) CHECK_FALSE(text::IsProvince(other));
}
