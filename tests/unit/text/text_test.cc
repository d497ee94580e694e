#include "platform/text/text.h"

#include <catch2/catch.hpp>

#include <random>

using namespace tamarack;

TEST_CASE("Text is blank when nobody would see anything") {
  for (const char* blank :
       {"", " ", "\t\r\n", "\u00a0", "\u3000", "\u200b", "\u2003\u2029", "\ufeff", "\u00ad",
        "\u2060\u200d", "\u3164", "\u2800", "\u180e", "\u0085", "\x01", "\x7f \x1b"}) {
    INFO(blank);
    CHECK(text::IsBlank(blank));
  }
  for (const char* seen : {"a", " a ", ".", "\u00a0é", "ᐊ", "🍁", "\xff", "\u200b0"}) {
    INFO(seen);
    CHECK_FALSE(text::IsBlank(seen));
  }
}

TEST_CASE(
    "What came along with a copied text is dropped at its ends, whatever kind of space it is") {
  CHECK(text::Trim("\u200b\u00a0 12 Rue\u00a0Principale\u3000\ufeff") == "12 Rue\u00a0Principale");
  CHECK(text::Trim(" \u2003 ").empty());
  CHECK(text::Trim("\u2764\ufe0f") == "\u2764\ufe0f");
  CHECK(text::Trim("").empty());
  CHECK(text::Trim("\u202a\u00a0\u200eZoé\u200f \u202c") == "Zoé");
  CHECK(text::Trim("\u2066 \u2069").empty());
  CHECK(text::Trim("a\u200fb") == "a\u200fb");
  CHECK(text::FoldSpaces("  12\u00a0\u3000 Rue \t\n Principale ") == "12 Rue Principale");
  CHECK(text::FoldSpaces("\u200b").empty());
}

TEST_CASE("Lengths are counted in characters") {
  std::string long_text;
  for (int i = 0; i < 200; ++i) long_text += "é";
  CHECK(text::CountCharacters(long_text) == 200);
  CHECK(text::CountCharacters("ᐊᐱ🍁") == 3);
  CHECK(text::CountCharacters("\xff\xfe") == 2);
  CHECK(text::CountCharacters("e\u0301te\u0301") == 3);
  CHECK(text::CountCharacters("\u1100\u1161") == 1);
  CHECK(text::FirstCharacters("ᐊᐱ🍁", 2) == "ᐊᐱ");
  CHECK(text::FirstCharacters("ab", 5) == "ab");
}

TEST_CASE("Texts that look alike become one in normal form C") {
  CHECK(text::Nfc("e\u0301te\u0301") == "été");
  CHECK(text::Nfc("été") == "été");
  CHECK(text::Nfc("\u212b") == "\u00c5");
  CHECK(text::Nfc("").empty());
}

TEST_CASE("Digits of every script are found") {
  CHECK(text::DigitsIn("Your confirmation code is: 482915") == "482915");
  CHECK(text::DigitsIn("４８２ ９１５") == "482915");
  CHECK(text::DigitsIn("٤٨٢٩١٥") == "482915");
  CHECK(text::DigitsIn("none").empty());
  CHECK(text::AsciiDigits("Apt ４２, r/c") == "Apt 42, r/c");
}

TEST_CASE("Characters that change how the rest is read are noticed, joiners of scripts are not") {
  for (const char* bad : {"a\nb", "\u202eabc", "\u2066", "\u2028", "\u0001", "\u200f", "\u0085"}) {
    INFO(bad);
    CHECK(text::HasControlCharacter(bad));
  }
  for (const char* fine :
       {"12 Rue Principale", "ᐊᐱ", "\u0646\u0645\u06cc\u200c\u062e\u0648", "👩\u200d🌾"}) {
    INFO(fine);
    CHECK_FALSE(text::HasControlCharacter(fine));
  }
}

TEST_CASE(
    "Any bytes are taken: trimming and normalising end, agree with themselves and lose nothing "
    "seen") {
  std::mt19937 random(20261130);
  const char* pieces[] = {"\u00a0",   " ",      "\u200b", "e",  "\u0301",   "é",  "\xff",
                          "\xe3\x80", "\u3000", "9",      "９", "\xf0\x9f", "🍁", "\u200f"};
  for (int i = 0; i < 20'000; ++i) {
    std::string made;
    for (size_t n = random() % 12; n > 0; --n) made += pieces[random() % std::size(pieces)];
    std::string trimmed(text::Trim(made));
    CHECK(text::Trim(trimmed) == trimmed);
    std::string folded = text::FoldSpaces(made);
    CHECK(text::FoldSpaces(folded) == folded);
    CHECK(text::IsBlank(made) == text::IsBlank(folded));
    std::string normal = text::Nfc(made);
    CHECK(text::Nfc(normal) == normal);
    CHECK(text::DigitsIn(made) == text::DigitsIn(text::AsciiDigits(made)));
    CHECK(text::FirstCharacters(normal, text::CountCharacters(normal)) == normal);
  }
}

TEST_CASE("A line is stored as people see it") {
  CHECK(text::TidyLine("\u00a0Zoe\u0301 \u3000 Marie\u200b ") == "Zo\u00e9 Marie");
  CHECK(text::TidyLine("12\tMain\r\nStreet") == "12 Main Street");
  for (const char* blank : {"", " ", "\u00a0\u3000", "\u2800", "\u3164\u200b"})
    CHECK(text::TidyLine(blank).empty());
}

TEST_CASE("A password's normal form: NFC, with every space a plain one") {
  struct {
    const char* typed;
    const char* normal;
  } const cases[] = {
      {"", ""},
      {"a walk  in the woods ", "a walk  in the woods "},
      {"e\u0301te\u0301", "\u00e9t\u00e9"},
      {"a\u0323\u0307", "\u1ea1\u0307"},
      {"a\u0307\u0323", "\u1ea1\u0307"},
      {"\u1112\u1161\u11ab", "\ud55c"},
      {"\u212b", "\u00c5"},
      {"a\u00a0b\u3000c\u2003d\u1680e", "a b c d e"},
      {"\t\u200b\uff21", "\t\u200b\uff21"},
  };
  for (const auto& [typed, normal] : cases) {
    CHECK(text::OpaqueString(typed) == normal);
    CHECK(text::OpaqueString(normal) == normal);
  }
}

TEST_CASE("CaseFolded: names that people take for one are one", "[text]") {
  CHECK(text::CaseFolded("ÉCOLE") == "école");
  CHECK(text::CaseFolded("E\u0301COLE") == "école");
  CHECK(text::CaseFolded("Straße") == text::CaseFolded("STRASSE"));
  CHECK(text::CaseFolded("ΣΊΣΥΦΟΣ") == text::CaseFolded("σίσυφος"));
  CHECK(text::CaseFolded("") == "");
}
