#include "platform/http/address_policy.h"
#include "platform/http/date.h"
#include "platform/http/message.h"
#include "platform/http/request_head.h"
#include "platform/http/request_parser.h"
#include "platform/http/wire.h"

#include <boost/asio/ip/address.hpp>
#include <catch2/catch.hpp>

#include <string>

namespace http = tamarack::http;

namespace {

constexpr http::HeadLimits kLimits{16 * 1024, 100, 8 * 1024};

int StatusOfHead(const std::string& bytes, size_t* size = nullptr) {
  size_t head_size = 0;
  int status = http::FindHead(bytes, kLimits, head_size).status;
  if (size) *size = head_size;
  return status;
}

void ReadChunkedHead(http::RequestParser& parser) {
  http::Request request;
  constexpr std::string_view kHead =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  REQUIRE(parser.ReadHead(kHead, request).status == 0);
}

boost::asio::ip::address Address(const char* text) {
  return boost::asio::ip::make_address(text);
}

}  // namespace

TEST_CASE("a head that was refused says what languages it asks for, if that has arrived",
          "[http]") {
  CHECK(tamarack::http::LanguagesIn(
            "GET / HTTP/1.1\r\nHost: x\r\naccept-LANGUAGE:  fr-CA \r\nX: aaa") == "fr-CA");
  CHECK(tamarack::http::LanguagesIn(
            "GET / HTTP/1.1\r\nAccept-Language: fr\r\nAccept-Language: en\r\n") == "fr, en");
  CHECK(tamarack::http::LanguagesIn(
            "GET / HTTP/1.1\r\nX: Accept-Language: fr\r\n\r\nAccept-Language: fr\r\n") == "");
  for (const char* none :
       {"", "GET /aaaa", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nAccept-Language: f",
        "GET / HTTP/1.1\r\nAccept-Language\r\nX: y\r\n", "Accept-Language: fr\r\n"}) {
    INFO(none);
    CHECK(tamarack::http::LanguagesIn(none) == "");
  }
}

TEST_CASE("a head that was refused says what it asked for, as far as that has arrived", "[http]") {
  auto [head, target] = GENERATE(table<const char*, const char*>({
      {"POST /v1/payments?a=b HTTP/1.1\r\nHost: x\r\n", "/v1/payments?a=b"},
      {"GET /aaaa", "/aaaa"},
      {"GET / HTTP/1.1", "/"},
      {"GET /a b c\r\nX: /y", "/a"},
      {"", ""},
      {"GARBAGE", ""},
      {"GET ", ""},
      {"GET  /two-blanks", ""},
      {"GET http://x/y HTTP/1.1\r\n", ""},
      {"\r\nX: /y", ""},
  }));
  INFO(head);
  CHECK(tamarack::http::TargetIn(head) == target);
}

TEST_CASE("Header names compare without case, and keep their order and values") {
  http::Headers headers{{"Accept", "a"}, {"X-One", "1"}, {"accept", "b"}};
  CHECK(headers.Get("ACCEPT") == "a");
  CHECK(headers.GetAll("Accept") == std::vector<std::string_view>{"a", "b"});
  CHECK_FALSE(headers.Get("Accept-Language"));
  headers.Set("ACCEPT", "c");
  CHECK(headers.GetAll("accept") == std::vector<std::string_view>{"c"});
  CHECK(headers.begin()->first == "X-One");
  headers.Remove("x-one");
  CHECK(headers.size() == 1);
}

TEST_CASE("A date is read in each form that RFC 9110 has") {
  const absl::Time now = absl::FromUnixSeconds(1'764'000'000);  // 24 November 2025, 16:00:00
  struct Case {
    const char* text;
    std::optional<std::int64_t> unix_seconds;
  };
  for (const auto& [text, unix_seconds] : {
           Case{"Sun, 06 Nov 1994 08:49:37 GMT", 784'111'777},
           Case{"Sunday, 06-Nov-94 08:49:37 GMT", 784'111'777},
           Case{"Sun Nov  6 08:49:37 1994", 784'111'777},
           Case{"Thu Nov 16 08:49:37 1995", 816'511'777},
           Case{"Monday, 24-Nov-25 16:01:00 GMT", 1'764'000'060},
           Case{"Tuesday, 24-Nov-75 16:00:00 GMT", 3'341'836'800},  // 50 years ahead: 2075
           Case{"Monday, 24-Nov-75 16:00:01 GMT", 186'076'801},     // more than that: 1975
           Case{"Wednesday, 01-Jan-69 00:00:00 GMT", 3'124'224'000},
           Case{"Saturday, 01-Jan-00 00:00:00 GMT", 946'684'800},
           Case{"2025-11-24T16:00:00Z", std::nullopt},
           Case{"Sun, 06 Nov 1994 08:49:37 PST", std::nullopt},
           Case{"Sun, 06 Nov 1994", std::nullopt},
           Case{"", std::nullopt},
       }) {
    INFO(text);
    auto read = http::ParseHttpDate(text, now);
    REQUIRE(read.has_value() == unix_seconds.has_value());
    if (read) CHECK(absl::ToUnixSeconds(*read) == *unix_seconds);
  }
  CHECK(http::FormatHttpDate(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("A head is complete at its empty line") {
  std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  size_t size = 0;
  CHECK(StatusOfHead(head.substr(0, head.size() - 1), &size) == 0);
  CHECK(size == 0);
  CHECK(StatusOfHead(head + "GET /next", &size) == 0);
  CHECK(size == head.size());
}

TEST_CASE("Bytes that parsers disagree about are refused in a head") {
  std::string line = "GET / HTTP/1.1\r\n";
  CHECK(StatusOfHead("GET / HTTP/1.1\nHost: x\n\n") == 400);
  CHECK(StatusOfHead("\n") == 400);
  CHECK(StatusOfHead(line + "A: b\rc\r\n") == 400);
  // At once: nobody need wait for the line's end.
  CHECK(StatusOfHead(line + "A: b\rc") == 400);
  CHECK(StatusOfHead("GET / HTTP/1.1\rHost: x\r\r") == 400);
  CHECK(StatusOfHead(line + "A: b\r") == 0);
  CHECK(StatusOfHead(line + std::string("A: b\0c\r\n", 8)) == 400);
  CHECK(StatusOfHead(line + "A: b\r\n c\r\n") == 400);
  CHECK(StatusOfHead(line + "\tA: b\r\n") == 400);
}

TEST_CASE("Each limit of a head has its status, even before the head is complete") {
  std::string line = "GET / HTTP/1.1\r\n";
  CHECK(StatusOfHead("GET /" + std::string(kLimits.target_bytes_max - 1, 'a')) == 0);
  CHECK(StatusOfHead("GET /" + std::string(kLimits.target_bytes_max, 'a')) == 414);
  CHECK(StatusOfHead(line + "A: " + std::string(kLimits.header_bytes_max, 'a')) == 431);
  CHECK(StatusOfHead(std::string(kLimits.header_bytes_max, 'A')) == 431);
  std::string fields;
  for (size_t i = 0; i < kLimits.headers_max; ++i) fields += "A: b\r\n";
  CHECK(StatusOfHead(line + fields + "\r\n") == 0);
  CHECK(StatusOfHead(line + fields + "A: b\r\n\r\n") == 431);
}

TEST_CASE("Framing that could hide a second request is refused") {
  auto status = [](const std::string& fields, const std::string& version = "1.1") {
    http::Request request;
    http::RequestParser parser;
    return parser.ReadHead("GET / HTTP/" + version + "\r\n" + fields + "\r\n", request).status;
  };
  CHECK(status("Host: x\r\n") == 0);
  CHECK(status("", "1.0") == 0);
  CHECK(status("") == 400);
  CHECK(status("Host: x\r\nHost: y\r\n") == 400);
  CHECK(status("Host: x\r\nContent-Length: 5\r\n") == 0);
  CHECK(status("Host: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n") == 400);
  CHECK(status("Host: x\r\nContent-Length: 5, 5\r\n") == 400);
  CHECK(status("Host: x\r\nContent-Length: +5\r\n") == 400);
  CHECK(status("Host: x\r\nContent-Length: \r\n") == 400);
  CHECK(status("Host: x\r\nContent-Length: 18446744073709551616\r\n") == 400);
  CHECK(status("Host: x\r\nTransfer-Encoding: chunked\r\n") == 0);
  CHECK(status("Host: x\r\nTransfer-Encoding: gzip, chunked\r\n") == 400);
  CHECK(status("Host: x\r\nTransfer-Encoding: identity\r\n") == 400);
  CHECK(status("Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(status("Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n") == 400);
  CHECK(status("Host: x\r\nConnection: keep-alive\r\nConnection: \"a\r\n") == 400);
  CHECK(status("Host: x\r\nTransfer-Encoding: chunked\r\n", "1.0") == 400);
  CHECK(status("Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n") == 400);
}

TEST_CASE("A target in absolute form is its path and query") {
  auto target = [](const std::string& method, const std::string& target, const char* host) {
    http::Request request;
    http::RequestParser parser;
    std::string head = method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    return parser.ReadHead(head, request).status == 0 ? request.target : "(refused)";
  };
  CHECK(target("GET", "/a?b", "h") == "/a?b");
  CHECK(target("GET", "http://h:80/a?b=http://c/d", "h:80") == "/a?b=http://c/d");
  CHECK(target("GET", "http://localhost:8080", "localhost:8080") == "/");
  CHECK(target("GET", "http://localhost:8080?next=/openapi.json", "localhost:8080") ==
        "/?next=/openapi.json");
  CHECK(target("GET", "HTTP://LocalHost?", "localhost") == "/?");
  CHECK(target("POST", "https://[::1]:8080?x", "[::1]:8080") == "/?x");
  CHECK(target("OPTIONS", "http://h", "h") == "*");
  CHECK(target("OPTIONS", "http://h?x", "h") == "/?x");
  CHECK(target("OPTIONS", "*", "h") == "*");
  for (const char* refused :
       {"http://user@h", "http://user:password@h/", "http://h#top", "http://h/#top", "http://",
        "http:///a", "http:h", "ftp://h/", "//h/a#b", "h", "*", "http://h:99999", "http://h\\a"}) {
    INFO(refused);
    CHECK(target("GET", refused, "h") == "(refused)");
  }
  CHECK(target("GET", "http://h?a", "other") == "(refused)");
}

TEST_CASE("A connection that is to be closed is, in whatever line and place that is said") {
  auto [fields, version, keeps] = GENERATE(table<const char*, const char*, bool>({
      {"", "1.1", true},
      {"Connection: close\r\n", "1.1", false},
      {"Connection: TE, Close\r\n", "1.1", false},
      {"Connection: keep-alive\r\nConnection: close\r\n", "1.1", false},
      {"", "1.0", false},
      {"Connection: keep-alive\r\n", "1.0", true},
      {"Connection: keep-alive, close\r\n", "1.0", false},
      {"Connection: keep-alive\r\nConnection: close\r\n", "1.0", false},
      {"Connection: close\r\nConnection: keep-alive\r\n", "1.0", false},
  }));
  INFO(version << " " << fields);
  http::Request request;
  http::RequestParser parser;
  std::string head = std::string("GET / HTTP/") + version + "\r\nHost: x\r\n" + fields + "\r\n";
  REQUIRE(parser.ReadHead(head, request).status == 0);
  CHECK(parser.keep_alive() == keeps);
}

TEST_CASE("A chunked body is the same wherever the bytes are cut") {
  const std::string wire = "3\r\nabc\r\n0A ;x=\"y\"\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\nGET";
  for (size_t cut = 0; cut <= wire.size(); ++cut) {
    http::RequestParser parser;
    ReadChunkedHead(parser);
    std::string_view first(wire.data(), cut);
    CHECK(parser.ReadBody(first, 13).status == 0);
    std::string rest = std::string(first) + wire.substr(cut);
    std::string_view second = rest;
    CHECK(parser.ReadBody(second, 13).status == 0);
    CHECK(parser.is_done());
    CHECK(parser.body() == "abc0123456789");
    CHECK(second == "GET");
  }
}

TEST_CASE("What a chunked body must not hold is refused") {
  auto status = [](std::string_view wire) {
    http::RequestParser parser;
    ReadChunkedHead(parser);
    return parser.ReadBody(wire, 13).status;
  };
  CHECK(status("d\r\n0123456789abc\r\n0\r\n\r\n") == 0);
  CHECK(status("e\r\n") == 413);
  CHECK(status("ffffffffffffffff\r\n") == 413);
  for (const char* size : {"", " 1", "1 ", "+1", "-1", "0x1", "1g", "1,1", "1\t", "1 2", "1\v;x"}) {
    CHECK(status(size + std::string("\r\na\r\n0\r\n\r\n")) == 400);
  }
  CHECK(status("1\na\r\n") == 400);
  // At once, though Beast would wait for a CR LF that ends the line.
  for (const char* wire : {"1\n", "1;x\n", "1\ra", "1\r\na\n", "1\r\na\ra", "0\r\n\n",
                           "0\r\nX: y\n", "0\r\nX: y\r\n\n", "0\r\nX\ry", "0\r\n\rx"}) {
    INFO(wire);
    CHECK(status(wire) == 400);
  }
  for (const char* wire : {"1", "1\r", "1\r\na", "1\r\na\r", "0\r\nX: y\r", "0\r\nX: y\r\n\r"}) {
    INFO(wire);
    CHECK(status(wire) == 0);
  }
  CHECK(status("1;x\ny\r\n") == 400);
  CHECK(status("1;x=\"\r\"\r\n") == 400);
  CHECK(status("1\r\nab\r\n0\r\n\r\n") == 400);
  CHECK(status("1\r\na\n0\r\n\r\n") == 400);
  CHECK(status("0\r\nno colon\r\n\r\n") == 400);
  CHECK(status("0\r\n folded: x\r\n\r\n") == 400);
  CHECK(status("0\r\nX : y\r\n\r\n") == 400);
  CHECK(status("0\r\nX: " + std::string(17000, 'x') + "\r\n") == 400);
  CHECK(status("1;" + std::string(17000, 'x')) == 400);
}

TEST_CASE("A response head says what the server knows, not what a handler claims") {
  http::Response response;
  response.headers = {{"Content-Type", "text/plain"},
                      {"Content-Length", "999"},
                      {"connection", "upgrade"},
                      {"Transfer-Encoding", "chunked"}};
  response.body = "four";
  CHECK(http::FormatResponseHead(response, "D", {true, false}) ==
        "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
        "Connection: close\r\n\r\n");
  response.shared_body = std::make_shared<const std::string>("shared");
  CHECK_THAT(http::FormatResponseHead(response, "D", {}), Catch::Contains("Content-Length: 6\r\n"));
  response.status = 204;
  CHECK_THAT(http::FormatResponseHead(response, "D", {}), !Catch::Contains("Content-Length"));
}

TEST_CASE("A response that would split is not sendable") {
  http::Response response;
  CHECK(http::IsSendable(response));
  response.headers = {{"Location", "/a\r\nSet-Cookie: b=c"}};
  CHECK_FALSE(http::IsSendable(response));
  response.headers = {{"Bad Name", "x"}};
  CHECK_FALSE(http::IsSendable(response));
  response.headers = {};
  response.status = 100;
  CHECK_FALSE(http::IsSendable(response));
}

TEST_CASE("HTTP dates are in English and GMT whatever the locale") {
  CHECK(http::FormatHttpDate(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("Special-purpose addresses are not public") {
  const char* text = GENERATE(
      "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
      "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
      "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
      "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
      "::7f00:1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1",
      "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1",
      "2002:a00:1::1", "3fff:0:1::1", "3ffe::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1",
      "fec0::1", "ff02::1", "4000::1");
  INFO(text);
  CHECK_FALSE(http::IsPublicAddress(Address(text)));
}

TEST_CASE("Addresses right beside the special ones are public") {
  const char* text =
      GENERATE("1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
               "126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.1",
               "192.0.1.1", "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1",
               "223.255.255.255", "::ffff:8.8.8.8", "2001:200::1", "2001:4860:4860::8888",
               "2606:4700::1111", "2a00::1", "3ffd::1", "3fff:1000::1");
  INFO(text);
  CHECK(http::IsPublicAddress(Address(text)));
}

TEST_CASE("A policy lets private addresses through only where configured") {
  http::AddressPolicy policy;
  CHECK(policy.Allows("example.ca", 443, Address("1.1.1.1")));
  CHECK_FALSE(policy.Allows("localhost", 8090, Address("127.0.0.1")));
  policy.allowed = {"localhost:8090"};
  CHECK(policy.Allows("LOCALHOST", 8090, Address("127.0.0.1")));
  CHECK_FALSE(policy.Allows("localhost", 8091, Address("127.0.0.1")));
  CHECK_FALSE(policy.Allows("127.0.0.1", 8090, Address("127.0.0.1")));
  policy.allow_private = true;
  CHECK(policy.Allows("anything", 1, Address("10.0.0.1")));
}
