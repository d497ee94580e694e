#include "services/payments/card_number.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <utility>
#include <vector>

// Goal: a card number is told from every other run of digits, whatever brand, length, grouping,
// script and words around it. Method: tables of what people type, and numbers made from a seed.
namespace tamarack::payments {
namespace {

struct Network {
  const char* brand;
  std::vector<std::string> prefixes;
  std::vector<size_t> lengths;
};
const Network kNetworks[] = {
    {"visa", {"4", "4539", "4917"}, {13, 16, 19}},
    {"master-card", {"51", "55", "2221", "2720"}, {16}},
    {"american-express", {"34", "37"}, {15}},
    {"discover", {"6011", "644", "649", "65"}, {16, 17, 18, 19}},
    {"diners-club", {"300", "305", "3095", "36", "38", "39"}, {14, 15, 16, 17, 18, 19}},
    {"jcb", {"3528", "3589"}, {16, 17, 18, 19}},
    {"unionpay", {"62", "810", "817"}, {16, 17, 18, 19}},
    {"maestro", {"5018", "6304", "6759", "6763"}, {12, 13, 14, 15, 16, 17, 18, 19}},
};

// `prefix` and random digits up to `length`, the last one right (or wrong).
std::string NumberOf(std::mt19937& random, const std::string& prefix, size_t length,
                     bool is_right = true) {
  std::string digits = prefix;
  while (digits.size() + 1 < length) digits += static_cast<char>('0' + random() % 10);
  if (digits.size() == length) digits.pop_back();
  for (char last = '0'; last <= '9'; ++last) {
    if (HasCheckDigit(digits + last) == is_right) return digits + last;
  }
  return digits;
}

std::vector<size_t> GroupsOf(std::mt19937& random, size_t length) {
  const std::vector<size_t> kSizes[] = {{length}, {4},       {1},       {2},
                                        {8},      {4, 8, 4}, {4, 6, 9}, {6, 13}};
  return kSizes[random() % std::size(kSizes)];
}

// Digits in groups with `separator` between them; the last size goes on.
std::string Grouped(const std::string& digits, const std::vector<size_t>& sizes,
                    const std::string& separator) {
  std::string text;
  size_t at = 0;
  for (size_t i = 0; at < digits.size(); ++i) {
    size_t size = sizes[std::min(i, sizes.size() - 1)];
    text += (at == 0 ? "" : separator) + digits.substr(at, size);
    at += size;
  }
  return text;
}

std::string InFullWidth(const std::string& ascii) {
  std::string text;
  for (char c : ascii) {
    if (c < '0' || c > '9') {
      text += c;
    } else {
      text += "\xEF\xBC";
      text += static_cast<char>(0x90 + (c - '0'));
    }
  }
  return text;
}

// NO-BREAK, NARROW NO-BREAK and IDEOGRAPHIC SPACE; NON-BREAKING HYPHEN, EN DASH, MINUS, FULL WIDTH
// HYPHEN; ZERO WIDTH SPACE.
const std::string kSeparators[] = {" ",      "-",      "   ",    "\u00A0", "\u202F",
                                   "\u3000", "\u2011", "\u2013", "\u2212", "\uFF0D",
                                   "\u200B", ".",      " - ",    "\t"};

}  // namespace

TEST_CASE("Card number: every brand at every length of its own, and at no other", "[payments]") {
  std::mt19937 random(20261130);
  for (const auto& network : kNetworks) {
    for (const auto& prefix : network.prefixes) {
      for (size_t length = 8; length <= 24; ++length) {
        std::string number = NumberOf(random, prefix, length);
        CAPTURE(number);
        bool is_length = std::find(network.lengths.begin(), network.lengths.end(), length) !=
                         network.lengths.end();
        CHECK(BrandOf(number) == network.brand);
        CHECK(HasLengthOfBrand(number) == is_length);
        CHECK(IsCardNumber(number) == is_length);
        CHECK_FALSE(IsCardNumber(NumberOf(random, prefix, length, false)));
      }
    }
  }
  for (const char* other : {"", "0", "9999999999999995", "1234567812345670", "42424242424242x2"}) {
    CHECK_FALSE(IsCardNumber(other));
  }
}

TEST_CASE("Text: a card number is found in every brand, length, grouping, script and place",
          "[payments]") {
  std::mt19937 random(9);
  const std::pair<const char*, const char*> kAround[] = {
      {"", ""}, {"", " apt 5"}, {"Box ", ""}, {"12 Elm St, ", ", Sudbury"}, {"(", ")"}, {"é", "é"}};
  for (const auto& network : kNetworks) {
    for (const auto& prefix : network.prefixes) {
      for (size_t length : network.lengths) {
        for (int i = 0; i < 20; ++i) {
          std::string digits = NumberOf(random, prefix, length);
          std::string number = Grouped(digits, GroupsOf(random, length),
                                       kSeparators[random() % std::size(kSeparators)]);
          if (random() % 3 == 0) number = InFullWidth(number);
          const auto& [before, after] = kAround[random() % std::size(kAround)];
          CAPTURE(digits, number, before, after);
          CHECK(HoldsCardNumber(before + number + after));
        }
      }
    }
  }
}

TEST_CASE("Text: no number is taken for a card's that has not its prefix, length and check digit",
          "[payments]") {
  std::mt19937 random(10);
  for (int i = 0; i < 2000; ++i) {
    const auto& network = kNetworks[random() % std::size(kNetworks)];
    const auto& prefix = network.prefixes[random() % network.prefixes.size()];
    size_t length = network.lengths[random() % network.lengths.size()];
    std::string digits = NumberOf(random, prefix, length, false);
    CAPTURE(digits);
    CHECK_FALSE(HoldsCardNumber("Lot " + digits + " Range Road"));
  }
}

TEST_CASE("Text: digits that words or irregular groups part are an address, however they add up",
          "[payments]") {
  std::mt19937 random(11);
  for (int i = 0; i < 5000; ++i) {
    const auto& network = kNetworks[random() % std::size(kNetworks)];
    size_t length = network.lengths[random() % network.lengths.size()];
    std::string digits = NumberOf(random, network.prefixes[0], length);
    // Unit 42, 42424 Range Road 242, Box 424242
    std::string address = "Unit " + digits.substr(0, 2) + ", " + digits.substr(2, 5) +
                          " Range Road " + digits.substr(7, 3) + ", Box " + digits.substr(10);
    CAPTURE(digits, address);
    CHECK_FALSE(HoldsCardNumber(address));
  }
}

TEST_CASE("Text: what people type", "[payments]") {
  for (const char* card : {
           "4242 4242 4242 4242 apt 5",
           "4242   4242   4242   4242",
           "４２４２ ４２４２ ４２４２ ４２４２",
           "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
           "apt 5, 4242-4242-4242-4242",
           "4242424242424242, 123, 12/30",
           "5 - 4242 4242 4242 4242",
           "Visa4242424242424242Zoe",
           "3714 496353 98431",
           "4242\u00AD4242\u00AD4242\u00AD4242",
           "4\uFE0F\u20E32\uFE0F\u20E34\uFE0F\u20E32\uFE0F\u20E34\uFE0F\u20E32\uFE0F\u20E34\uFE0F"
           "\u20E32\uFE0F\u20E34\uFE0F\u20E32\uFE0F\u20E34\uFE0F\u20E32\uFE0F\u20E34\uFE0F\u20E32"
           "\uFE0F\u20E34\uFE0F\u20E32\uFE0F\u20E3",
           "42424 242 4242 4242",
           "4242424242424242@example.ca",
       }) {
    CAPTURE(card);
    CHECK(HoldsCardNumber(card));
  }
  for (const char* address : {
           "",
           "Unit 14, 52304 Range Road 233, Box 06",
           "RR 4, 242-424 242nd Ave, Site 42, Comp 4242",
           "4-2424 24th Sideroad, Lot 24, Con 242424",
           "416 555 0123, 647 555 0199",
           "Parcel 4242424242424241",
           "424242424242424242424242",
           "Zoé Exemple",
           "\xFF\xFE 4242",
       }) {
    CAPTURE(address);
    CHECK_FALSE(HoldsCardNumber(address));
  }
}

TEST_CASE("Text: a security code is 3 or 4 digits and no word", "[payments]") {
  for (const char* code : {"123", "1234", "000", " 1 2 3 ", "1-2-3-4", "１２３", "٤٢٤", "1\u00AD23",
                           "#123", "1/2/3", "12\uFE0F\u20E33"}) {
    CAPTURE(code);
    CHECK(IsSecurityCode(code));
  }
  for (const char* other : {"", "12", "12345", "4242424242424242", "Zoé 123", "123e", "ᐊ123",
                            "名1234", "Zoé Exemple", "\xFF\xFE 42"}) {
    CAPTURE(other);
    CHECK_FALSE(IsSecurityCode(other));
  }
}

}  // namespace tamarack::payments
