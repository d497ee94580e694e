// Who a request comes from, by the word of proxies that may or may not be believed.
#include "gateway/request/forwarded.h"

#include <catch2/catch.hpp>

#include <random>
#include <utility>

namespace tamarack::gateway {
namespace {

const std::vector<std::string> kProxies = {"10.0.0.0/8", "192.0.2.1", "fd00::/8"};

struct Case {
  const char* peer;
  const char* header;
  const char* client;
  bool is_insecure = false;
};

TEST_CASE("X-Forwarded-For is believed of trusted proxies only", "[gateway]") {
  auto c = GENERATE(values<Case>({
      {"203.0.113.9", "", "203.0.113.9"},
      {"203.0.113.9", "1.1.1.1", "203.0.113.9"},
      {"10.1.2.3", "", "10.1.2.3"},
      {"10.1.2.3", "203.0.113.9", "203.0.113.9"},
      {"10.1.2.3", "6.6.6.6, 203.0.113.9", "203.0.113.9"},
      {"10.1.2.3", "6.6.6.6, 203.0.113.9, 10.9.9.9", "203.0.113.9"},
      {"10.1.2.3", "203.0.113.9, garbage", "10.1.2.3"},
      {"10.1.2.3", "2001:db8::1", "2001:db8::1"},
      {"10.1.2.3", "fe80::1%\xc3\xa9", "10.1.2.3"},
      {"10.1.2.3", "203.0.113.9, fe80::1%eth0", "10.1.2.3"},
      {"192.0.2.1", "203.0.113.9", "203.0.113.9"},
      {"192.0.2.2", "203.0.113.9", "192.0.2.2"},
      {"fd00::5", "203.0.113.9", "203.0.113.9"},
      {"10.1.2.3", "203.0.113.9:4711", "203.0.113.9"},
      {"10.1.2.3", "[2001:DB8::1]:4711", "2001:db8::1"},
      {"10.1.2.3", "6.6.6.6, 203.0.113.9:80, 10.9.9.9:81,", "203.0.113.9"},
      {"10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9"},
      {"10.1.2.3", "unknown, 10.9.9.9", "10.9.9.9"},
      {"10.1.2.3", "\", 203.0.113.9", "203.0.113.9"},  // quotes mean nothing here
      {"10.1.2.3", "203.0.113.9:http", "10.1.2.3"},
      {"10.1.2.3", "[203.0.113.9]", "10.1.2.3"},
      {"10.1.2.3", "[::1", "10.1.2.3"},
  }));
  INFO(c.peer << " forwards " << c.header);
  http::Request request;
  request.remote_address = c.peer;
  if (*c.header != '\0') request.headers.Add("X-Forwarded-For", c.header);
  request.headers.Add("Forwarded", "for=198.51.100.1");  // not what these proxies write
  CHECK(TrustedProxies(kProxies).OriginOf(request).address == c.client);
}

TEST_CASE("Forwarded is read as RFC 7239 has it", "[gateway]") {
  auto c = GENERATE(values<Case>({
      {"203.0.113.9", "for=1.1.1.1;proto=http", "203.0.113.9"},
      {"10.1.2.3", "for=203.0.113.9", "203.0.113.9"},
      {"10.1.2.3", "For=203.0.113.9;Proto=HTTP;by=10.0.0.1", "203.0.113.9", true},
      {"10.1.2.3", "for=203.0.113.9;proto=https", "203.0.113.9"},
      {"10.1.2.3", "for=\"203.0.113.9:4711\"", "203.0.113.9"},
      {"10.1.2.3", "for=\"[2001:db8::1]:4711\"", "2001:db8::1"},
      {"10.1.2.3", "for=6.6.6.6, for=203.0.113.9", "203.0.113.9"},
      {"10.1.2.3", "for=6.6.6.6;proto=http, for=203.0.113.9;proto=https, for=10.9.9.9",
       "203.0.113.9"},
      {"10.1.2.3", "by=\"a,b;for=6.6.6.6\";for=203.0.113.9", "203.0.113.9"},
      {"10.1.2.3", "for=203.0.113.9;proto=\"http\"", "203.0.113.9", true},
      {"10.1.2.3", "FOR=\"203.0.113\\.9\" ; PROTO=\"H\\TTP\"", "203.0.113.9", true},
      {"10.1.2.3", "for=\"[2001:db8::1]:_port\";proto=\"https\"", "2001:db8::1"},
      {"10.1.2.3", "for=[2001:db8::1];host=\"a,b;for=6.6.6.6\"", "2001:db8::1"},
      {"10.1.2.3", "for=\"2001:db8::1\"", "2001:db8::1"},
      {"10.1.2.3", ",, for=203.0.113.9 ,", "203.0.113.9"},
      {"10.1.2.3", "for=203.0.113.9;for=6.6.6.6", "10.1.2.3"},
      {"10.1.2.3", "for=203.0.113.9;proto=http;Proto=https", "10.1.2.3"},
      {"10.1.2.3", "for=203.0.113.9;nonsense", "10.1.2.3"},
      {"10.1.2.3", "for=\"203.0.113.9:80:81\"", "10.1.2.3"},
      {"10.1.2.3", "for=\"unknown:80\"", "10.1.2.3"},
      {"10.1.2.3", "for=\"fe80::1%eth0\"", "10.1.2.3"},
      {"10.1.2.3", "for=unknown", "10.1.2.3"},
      {"10.1.2.3", "for=203.0.113.9, for=_hidden", "10.1.2.3"},
      {"10.1.2.3", "for=203.0.113.9, \"", "10.1.2.3"},
      {"10.1.2.3", "garbage", "10.1.2.3"},
      {"10.1.2.3", "", "10.1.2.3"},
  }));
  INFO(c.peer << " forwards " << c.header);
  http::Request request;
  request.remote_address = c.peer;
  request.headers.Add("Forwarded", c.header);
  request.headers.Add("X-Forwarded-For", "198.51.100.1");
  Origin origin = TrustedProxies(kProxies, ForwardedHeader::kForwarded).OriginOf(request);
  CHECK(origin.address == c.client);
  CHECK(origin.is_insecure == c.is_insecure);
}

TEST_CASE("several lines of Forwarded are one list, and an open quote ends with its line",
          "[gateway]") {
  auto origin_of = [](const std::vector<std::string>& lines) {
    http::Request request;
    request.remote_address = "10.1.2.3";
    for (const std::string& line : lines) request.headers.Add("Forwarded", line);
    return TrustedProxies(kProxies, ForwardedHeader::kForwarded).OriginOf(request).address;
  };
  CHECK(origin_of({"for=6.6.6.6", "for=203.0.113.9", "for=10.9.9.9"}) == "203.0.113.9");
  CHECK(origin_of({"for=6.6.6.6;x=\"", "for=203.0.113.9"}) == "203.0.113.9");
  CHECK(origin_of({"for=203.0.113.9", "for=6.6.6.6;x=\""}) == "10.1.2.3");
}

// However proxies write the same way of a request, it comes from the same client.
TEST_CASE("Forwarded says the same in every notation that RFC 7239 allows", "[gateway]") {
  std::mt19937 random(7239);
  auto pick = [&](size_t count) { return static_cast<size_t>(random() % count); };
  const std::vector<std::string> addresses = {"203.0.113.9", "10.7.7.7",    "192.0.2.1",
                                              "fd00::7",     "2001:db8::1", "198.51.100.7",
                                              "unknown",     "_made-up"};
  for (int round = 0; round < 2000; ++round) {
    http::Request request;
    request.remote_address = "10.1.2.3";
    std::vector<std::string> hops;
    std::string line;
    for (size_t i = 0, count = pick(6); i < count; ++i) {
      hops.push_back(addresses[pick(addresses.size())]);
      bool is_v6 = hops[i].find(':') != std::string::npos;
      bool is_address = is_v6 || hops[i].find('.') != std::string::npos;
      std::string node = is_v6 ? "[" + hops[i] + "]" : hops[i];
      if (is_address && pick(2) == 0) node += pick(2) == 0 ? ":4711" : ":_p.1";
      std::string element = std::string(pick(2) == 0 ? "for" : "For") + "=\"" + node + "\"";
      if (node == hops[i] && pick(2) == 0) element = "for=" + node;
      if (pick(3) == 0) element += ";by=\"x,y;for=6.6.6.6\"";
      if (pick(3) == 0) element = "proto=https;" + element;
      line += element;
      if (pick(3) == 0) {
        request.headers.Add("Forwarded", std::exchange(line, ""));
      } else {
        line += pick(2) == 0 ? "," : " , ";
      }
    }
    request.headers.Add("Forwarded", line);
    std::string client = request.remote_address;
    for (auto hop = hops.rbegin();
         hop != hops.rend() && hop->find_first_of("um") != 0 && (*hop)[0] != '_' &&
         (client.starts_with("10.") || client.starts_with("fd00") || client == "192.0.2.1");
         ++hop) {
      client = *hop;
    }
    CAPTURE(line, round);
    REQUIRE(TrustedProxies(kProxies, ForwardedHeader::kForwarded).OriginOf(request).address ==
            client);
  }
}

TEST_CASE("X-Forwarded-Proto is believed of trusted proxies only", "[gateway]") {
  auto [peer, header, is_insecure] = GENERATE(table<const char*, const char*, bool>({
      {"10.1.2.3", "http", true},
      {"10.1.2.3", "HTTP", true},
      {"10.1.2.3", "https", false},
      {"10.1.2.3", "https, http", true},
      {"10.1.2.3", "http, https,", false},
      {"203.0.113.9", "http", false},
  }));
  http::Request request;
  request.remote_address = peer;
  request.headers.Add("X-Forwarded-Proto", header);
  CHECK(TrustedProxies(kProxies).OriginOf(request).is_insecure == is_insecure);
}

TEST_CASE("a trusted proxy that is no address ends the start", "[gateway]") {
  std::string text =
      GENERATE(values<std::string>({"", "proxy.example", "10.0.0.0/33", "10.0.0.0/x", "::/129"}));
  CHECK_THROWS(TrustedProxies({text}));
}

}  // namespace
}  // namespace tamarack::gateway
