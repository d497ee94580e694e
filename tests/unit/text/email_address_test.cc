#include "platform/text/email_address.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

using namespace tamarack;

TEST_CASE("An address that mail can be sent to is taken") {
  for (const char* address :
       {"person@example.com", "m.b+tag@example.co.uk", "o'brien@example.ca", "a@b.io",
        "x_y-z!#$%&'*/=?^`{|}~@example.org", "marie@québec.example", "m@xn--qubec-csa.example",
        "info@例え.テスト", "a@sub.domain.example.com", "12345@example.com"}) {
    INFO(address);
    CHECK(text::IsEmailAddress(address));
  }
  CHECK(text::IsEmailAddress(std::string(64, 'a') + "@example.com"));
  CHECK(text::IsEmailAddress("a@" + std::string(63, 'b') + ".com"));
}

TEST_CASE("A domain has the characters that IDNA 2008 has in names, and no others") {
  for (const char* address :
       {"a@ex\u2014ample.com", "a@example.com\u2019", "a@example.com\u201d", "a@\u00abexample.com",
        "a@ex\u2013ample.com", "a@example.com\u2026", "a@i\u2764.example", "a@\U0001F4A9.example",
        "a@xn--ls8h.example", "a@ex\u2192ample.com", "a@example.c\u00b0m", "a@a\u0640b.example",
        "a@\u1100.example", "a@a\u20d0b.example", "a@a\u00b7b.example", "a@a\u30fbb.example",
        "a@\u0661\u06f1.example"}) {
    INFO(address);
    CHECK_FALSE(text::IsEmailAddress(address));
    CHECK_FALSE(text::IsEmailAddress(text::TidyEmailAddress(address)));
  }
  for (const char* address :
       {"a@stra\u00dfe.example", "a@l\u00b7l.example", "a@\u30a2\u30fb\u30a2.example",
        "a@\u0bb8\u0bbf\u0b99.example", "a@\ud55c\uad6d.example", "a@\u03c3\u03c2.example",
        "a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", "a@\u1403\u14c4.example",
        "a@\u0627\u0661.example", "a@\uff25xample.com", "a@xn--bcher-kva.example"}) {
    INFO(address);
    CHECK(text::IsEmailAddress(text::TidyEmailAddress(address)));
  }
}

TEST_CASE("An address that no relay would take is refused") {
  for (const char* address : {"",
                              "@",
                              "person",
                              "person@",
                              "@example.com",
                              "person@localhost",
                              "marie.@example.com",
                              ".m@example.com",
                              "m..b@example.com",
                              "a(b)@example.com",
                              "a b@example.com",
                              "\"a b\"@example.com",
                              "a@b@example.com",
                              "a@example..com",
                              "a@.example.com",
                              "a@example.com.",
                              "a@-example.com",
                              "a@example-.com",
                              "a@exa_mple.com",
                              "a@[192.0.2.1]",
                              "a@192.0.2.1",
                              "a@example.c",
                              "<a@example.com>",
                              "a,b@example.com",
                              "a;b@example.com",
                              "é@example.com",
                              "a\n@example.com",
                              "a@example.com\n",
                              " a@example.com",
                              "a\u200b@example.com",
                              "a@exam\u200bple.com ",
                              "mailto:a@example.com@",
                              "a@\xff.com"}) {
    INFO(address);
    CHECK_FALSE(text::IsEmailAddress(address));
  }
  CHECK_FALSE(text::IsEmailAddress(std::string(65, 'a') + "@example.com"));
  CHECK_FALSE(text::IsEmailAddress("a@" + std::string(64, 'b') + ".com"));
  std::string labels;
  for (int i = 0; i < 64; ++i) labels += "abc.";
  CHECK_FALSE(text::IsEmailAddress("a@" + labels + "com"));
  CHECK_FALSE(text::IsEmailAddress("a@" + std::string(1'000'000, '.') + "com"));
}

TEST_CASE("What a person pasted around an address is dropped, and what belongs to it stays") {
  CHECK(text::TidyEmailAddress(" \u200bPerson@Example.COM\u00a0") == "Person@example.com");
  CHECK(text::TidyEmailAddress("m@que\u0301bec.example") == "m@québec.example");
  CHECK(text::TidyEmailAddress("nothing") == "nothing");
}

TEST_CASE("One mailbox is one address, however its domain is spelled") {
  for (const char* typed :
       {"m@EX\u00c4MPLE.com", "m@ex\u00e4mple.com", "m@exa\u0308mple.com", "m@xn--exmple-cua.com",
        "m@XN--EXMPLE-CUA.COM", "m@ex\u00e4m\u200bple\u3002com", "m@\uff45x\u00e4mple.com"}) {
    INFO(typed);
    CHECK(text::TidyEmailAddress(typed) == "m@ex\u00e4mple.com");
  }
  CHECK(text::TidyEmailAddress("a@example.co\u200bm") == "a@example.com");
  CHECK(text::TidyEmailAddress("A@\uff25xample.com") == "A@example.com");
  CHECK(text::TidyEmailAddress("a@no domain") == "a@no domain");
  CHECK_FALSE(text::IsEmailAddress(text::TidyEmailAddress("a b@example.com")));
}

TEST_CASE("An address never becomes one of another domain") {
  struct {
    const char* typed;
    const char* tidy;
    const char* ascii;
  } const cases[] = {
      {"a@faß.de", "a@faß.de", "a@xn--fa-hia.de"},
      {"a@FAß.DE", "a@faß.de", "a@xn--fa-hia.de"},
      {"a@fa\u1e9e.de", "a@faß.de", "a@xn--fa-hia.de"},
      {"a@XN--fa-hia.de", "a@faß.de", "a@xn--fa-hia.de"},
      {"a@fass.de", "a@fass.de", "a@fass.de"},
      {"a@βόλος.com", "a@βόλος.com", "a@xn--nxasmm1c.com"},
      {"a@ΒΌΛΟΣ.com", "a@βόλοσ.com", "a@xn--nxasmq6b.com"},
      {"a@xn--nxasmm1c.com", "a@βόλος.com", "a@xn--nxasmm1c.com"},
      // Joiners where a script has them.
      {"a@\u0d95\u200d.com", "a@\u0d95\u200d.com", nullptr},
      {"a@\u0dc1\u0dca\u200d\u0dbb\u0dd3.com", "a@\u0dc1\u0dca\u200d\u0dbb\u0dd3.com",
       "a@xn--10cl1a0b660p.com"},
      {"a@ex\u200dample.com", "a@ex\u200dample.com", nullptr},
      {"a@ex\u200cample.com", "a@ex\u200cample.com", nullptr},
      {"a@Ex\u200dample.com", "a@ex\u200dample.com", nullptr},
  };
  for (const auto& [typed, tidy, ascii] : cases) {
    INFO(typed);
    CHECK(text::TidyEmailAddress(typed) == tidy);
    CHECK(text::IsEmailAddress(tidy) == (ascii != nullptr));
    CHECK(text::AsciiEmailAddress(tidy) == (ascii != nullptr ? ascii : tidy));
  }
}

TEST_CASE("A tidied address is tidy, goes where it went, and is one with its ASCII form") {
  const std::vector<std::string> parts = {
      "a",      "B",      "ß",      "\u1e9e", "ς",      "Σ",      "\u200d", "\u200c", "\u200b",
      "\u00ad", "xn--",   "XN--",   "fa-hia", "-",      ".",      "\u3002", "\uff20", "@",
      "\u0301", "\u0130", "\u2126", "\ufb00", "\uff45", "\u202e", " ",      "\u0dca", "\u0dbb",
      "\u0628", "\u05d0", "1",      "\u0661", "_",      "\xff",   "\u00e9", "\u0d95", "m@"};
  std::mt19937 random(7);
  for (int i = 0; i < 100'000; ++i) {
    std::string typed = i % 4 == 0 ? "" : "m@";
    for (size_t left = 1 + random() % 7; left > 0; --left) typed += parts[random() % parts.size()];
    if (i % 2 == 0) typed += ".com";
    std::string tidy = text::TidyEmailAddress(typed);
    INFO(typed << " -> " << tidy);
    REQUIRE(text::TidyEmailAddress(tidy) == tidy);
    if (!text::IsEmailAddress(tidy)) continue;
    std::string ascii = text::AsciiEmailAddress(tidy);
    INFO(ascii);
    REQUIRE(text::AsciiEmailAddress(ascii) == ascii);
    REQUIRE(text::TidyEmailAddress(ascii) == tidy);
  }
}

TEST_CASE("An address goes to relays with its domain as DNS knows it") {
  struct {
    const char* address;
    const char* ascii;
  } const cases[] = {{"m@québec.example", "m@xn--qubec-csa.example"},
                     {"M.O@mail.québec.example", "M.O@mail.xn--qubec-csa.example"},
                     {"m@bücher.example", "m@xn--bcher-kva.example"},
                     {"m@例え.example", "m@xn--r8jz45g.example"},
                     {"m@xn--qubec-csa.example", "m@xn--qubec-csa.example"},
                     {"m@example.test", "m@example.test"},
                     {"m@", "m@"},
                     {"nobody", "nobody"},
                     {"m@a b.example", "m@a b.example"},
                     {"", ""}};
  for (const auto& [address, ascii] : cases) {
    INFO(address);
    CHECK(text::AsciiEmailAddress(address) == ascii);
    CHECK(text::AsciiEmailAddress(ascii) == ascii);
    CHECK(text::IsEmailAddress(address) == text::IsEmailAddress(ascii));
  }
  CHECK(text::TidyEmailAddress("\u202a zoe@Example.test\u202c\u200e") == "zoe@example.test");
}
