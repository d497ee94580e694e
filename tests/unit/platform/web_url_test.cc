#include "platform/http/web_url.h"

#include <catch2/catch.hpp>

#include <random>

namespace tamarack::http {
namespace {

TEST_CASE("Web URLs: what can be reached is read, its scheme and host in any case") {
  const struct {
    const char* url;
    const char* origin;
  } kCases[] = {
      {"https://ministry.example", "https://ministry.example"},
      {"HTTPS://Ministry.Example/Done?A=B", "https://ministry.example"},
      {"Http://localhost:8090/paid", "http://localhost:8090"},
      {"https://ministry.example:1", "https://ministry.example:1"},
      {"https://ministry.example:65535?x=1", "https://ministry.example:65535"},
      {"https://ministry.example./", "https://ministry.example."},
      {"https://hooks_1.ministry.example/", "https://hooks_1.ministry.example"},
      {"https://1.2.3.example/", "https://1.2.3.example"},
      {"https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io"},
      {"https://1.2.3.4.example.com/", "https://1.2.3.4.example.com"},
      {"https://1.2.3.4a/", "https://1.2.3.4a"},
      {"https://1.2.3.4-x.example:8443?a:b@c", "https://1.2.3.4-x.example:8443"},
      {"https://a.example:/", "https://a.example"},
      {"https://[::1]:", "https://[::1]"},
      {"https://a.example?x=:1/@", "https://a.example"},
      {"https://0xmas.example/", "https://0xmas.example"},
      {"https://123abc/", "https://123abc"},
      {"https://xn--exmple-cua.example/", "https://xn--exmple-cua.example"},
      {"https://93.184.216.34:8443/", "https://93.184.216.34:8443"},
      {"https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443"},
      {"http://[::ffff:127.0.0.1]", "http://[::ffff:127.0.0.1]"},
  };
  for (const auto& c : kCases) {
    CAPTURE(c.url);
    auto url = ParseWebUrl(c.url);
    REQUIRE(url);
    CHECK(url->Origin() == c.origin);
    CHECK(!url->has_fragment);
  }
  CHECK(ParseWebUrl("https://ministry.example/#top")->has_fragment);
}

TEST_CASE("Web URLs: what can never be reached, or reads in two ways, is none") {
  for (const char* none : {"",
                           "https:",
                           "https://",
                           "https:///x",
                           "https://:80/",
                           "https://?x",
                           "//a.example/",
                           "a.example/",
                           "ftp://a.example/",
                           "httpss://a.example/",
                           "javascript:alert(1)",
                           "https://a.example:99999/",
                           "https://a.example:65536/",
                           "https://a.example:0/",
                           "https://a.example:+1/",
                           "https://a.example:1:2/",
                           "https://a.example::/",
                           "https://[::1]x/",
                           "https://[::1",
                           "https://a]:1/",
                           "https://:/",
                           "https://a.example:4294967376/",
                           "https://a.example:99999999999999999999/",
                           "https://a.example:8443.evil/",
                           "https://a..example/",
                           "https://.a.example/",
                           "https://a.example../",
                           "https://./",
                           "https://1.2.3.999/",
                           "https://256.1.1.1/",
                           "https://1.2.3/",
                           "https://127.1/",
                           "https://2130706433/",
                           "https://0x7f000001/",
                           "https://0X7F.0.0.1/",
                           "https://1.2.3.4.5/",
                           "https://1.2.3.4./",
                           "https://a.example.5/",
                           "https://[::1/",
                           "https://[1.2.3.4]/",
                           "https://[v1.a]/",
                           "https://[fe80::1%25eth0]/",
                           "https://u@a.example/",
                           "https://@a.example/",
                           "https://u:p@a.example/",
                           "https://a;b.example/",
                           "https://a%2eexample/",
                           "https://ex\u00e4mple.test/",
                           "https://a.example\\@evil/",
                           "https://a.example/ x",
                           "https://a.example/\r\nx"}) {
    CAPTURE(none);
    CHECK(!ParseWebUrl(none));
  }
  std::string label(63, 'a');
  CHECK(ParseWebUrl("https://" + label + ".example/"));
  CHECK(!ParseWebUrl("https://" + label + "a.example/"));
  // RFC 1035 section 2.3.4: 255 octets on the wire are 253 characters.
  std::string host = label + "." + label + "." + label + "." + std::string(61, 'b');
  REQUIRE(host.size() == 253);
  CHECK(ParseWebUrl("https://" + host + "./"));
  CHECK(!ParseWebUrl("https://" + host + "b/"));
}

TEST_CASE("Web URLs: a host of four numbers is one exactly when each is a byte's") {
  std::mt19937 random(14);  // NOLINT(cert-msc51-cpp): the same cases on each run
  for (int i = 0; i < 2000; ++i) {
    std::string url = "https://";
    bool is_address = true;
    for (int part = 0; part < 4; ++part) {
      unsigned number = random() % 300;
      is_address = is_address && number <= 255;
      url += (part > 0 ? "." : "") + std::to_string(number);
    }
    unsigned port = random() % 100'000;
    url += ":" + std::to_string(port) + "/";
    CAPTURE(url);
    CHECK(ParseWebUrl(url).has_value() == (is_address && port > 0 && port <= 65535));
  }
}

}  // namespace
}  // namespace tamarack::http
