// What the gateway makes of every byte that a client may send instead of well-formed HTTP/1.1.
// After each case's bytes comes one sound request more: it is answered exactly if the case left the
// connection in step, and never if the case was refused.
#include "fixture.h"
#include "raw_requests.h"

#include <sys/socket.h>

namespace tamarack::gateway {
namespace {

using Cases = std::vector<RawCase>;

const std::vector<int> kRefused = {400};
const std::string kNul(1, '\0');

// Everything the server says on one connection until it closes; `is_orderly` is false for a reset
// or when nothing comes for 5 s.
std::string Exchange(int port, const std::string& bytes, bool* is_orderly) {
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)});
  timeval limit{5, 0};
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  boost::system::error_code ignored;  // the server may have closed already; what it said shows it
  asio::write(socket, asio::buffer(bytes), ignored);
  std::string text;
  char part[16384];
  ssize_t count;
  while ((count = recv(socket.native_handle(), part, sizeof part, 0)) > 0) {
    text.append(part, static_cast<size_t>(count));
  }
  *is_orderly = count == 0;
  return text;
}

std::vector<int> Statuses(const std::string& text) {
  constexpr std::string_view kStart = "HTTP/1.1 ";
  std::vector<int> statuses;
  for (size_t at = 0; (at = text.find(kStart, at)) != std::string::npos; at += kStart.size()) {
    statuses.push_back(std::stoi(text.substr(at + kStart.size(), 3)));
  }
  return statuses;
}

void Check(int port, const Cases& cases) {
  for (const RawCase& raw : cases) {
    INFO(raw.name);
    bool is_orderly = false;
    std::string text = Exchange(port, raw.bytes + kRawLast, &is_orderly);
    INFO(text);
    CHECK(Statuses(text) == raw.statuses);
    CHECK(is_orderly);
    bool is_refused = raw.statuses.back() >= 400;
    CHECK((text.find("Connection: close\r\n") != std::string::npos) == true);
    if (is_refused) CHECK_THAT(text, Catch::Contains("application/problem+json"));
  }
}

Cases Lengths() {
  Cases cases;
  auto add = [&](const std::string& name, const std::string& fields, const std::string& body,
                 std::vector<int> statuses = kRefused) {
    cases.push_back({name, kRawPost + fields + "\r\n" + body, std::move(statuses)});
  };
  add("one length", "Content-Length: 2\r\n", "{}", {200, 200});
  add("length with spaces around", "Content-Length: \t 2 \t\r\n", "{}", {200, 200});
  add("length with leading zeros", "Content-Length: 0002\r\n", "{}", {200, 200});
  add("CL.TE", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", kRawChunks);
  add("TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", kRawChunks);
  add("CL.TE with an inner request", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
      "0\r\n\r\n" + kRawGet);
  add("CL.0: the body is no request", "Content-Length: " + std::to_string(kRawGet.size()) + "\r\n",
      kRawGet, {400, 200});
  add("0.CL: what follows is a request", "Content-Length: 0\r\n", kRawGet, {200, 200, 200});
  add("no length: what follows is a request", "", kRawGet, {200, 200, 200});
  add("no length: what follows is none", "", "{}", {200, 400});
  add("two equal lengths", "Content-Length: 2\r\nContent-Length: 2\r\n", "{}");
  add("two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n", "{} ");
  add("two lengths, one empty", "Content-Length: 2\r\nContent-Length:\r\n", "{}");
  for (const std::string value : {"2, 2",
                                  "2,3",
                                  "2;",
                                  "+18",
                                  "+2",
                                  "-1",
                                  "-0",
                                  "0x12",
                                  "0x2",
                                  "2.0",
                                  "2e0",
                                  "1 2",
                                  "two",
                                  "",
                                  "2 bytes",
                                  "\"2\"",
                                  "18446744073709551616",
                                  "18446744073709551618",
                                  "99999999999999999999999999",
                                  "\x0b"
                                  "2",
                                  "2\x0c",
                                  "2\x7f",
                                  "\xd9\xa2"}) {
    add("length " + value, "Content-Length: " + value + "\r\n", "{}");
  }
  add("length with a NUL", "Content-Length: 2" + kNul + "\r\n", "{}");
  add("length of all that is", "Content-Length: 18446744073709551615\r\n", "{}", {413});
  add("length without colon", "Content-Length 2\r\n", "{}");
  add("length after a space", " Content-Length: 2\r\n", "{}");
  add("length before a space", "Content-Length : 2\r\n", "{}");
  add("length before a tab", "Content-Length\t: 2\r\n", "{}");
  add("length folded", "Content-Length:\r\n 2\r\n", "{}");
  add("length hidden by CR", "X: y\rContent-Length: 2\r\n", "{}");
  add("length hidden by LF", "X: y\nContent-Length: 2\r\n", "{}");
  return cases;
}

Cases Codings() {
  Cases cases;
  for (const TransferCoding& coding : MutatedCodings()) {
    cases.push_back({"coding: " + coding.name, kRawPost + coding.fields + "\r\n" + kRawChunks,
                     coding.is_valid ? std::vector<int>{200, 200} : kRefused});
    cases.push_back({"length and coding: " + coding.name,
                     kRawPost + "Content-Length: 2\r\n" + coding.fields + "\r\n" + kRawChunks,
                     kRefused});
  }
  cases.push_back({"coding of HTTP/1.0",
                   "POST /toy/v1/echo HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n" +
                       kRawChunks,
                   kRefused});
  return cases;
}

Cases Chunks() {
  Cases cases;
  auto add = [&](const std::string& name, const std::string& body,
                 std::vector<int> statuses = kRefused) {
    cases.push_back(
        {"chunks: " + name, kRawPost + "Transfer-Encoding: chunked\r\n\r\n" + body, statuses});
  };
  add("one", kRawChunks, {200, 200});
  add("two", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", {200, 200});
  add("leading zeros", "0002\r\n{}\r\n000\r\n\r\n", {200, 200});
  add("extension", "2;a=b\r\n{}\r\n0;c\r\n\r\n", {200, 200});
  add("quoted extension", "2 ; a=\"b c\"\r\n{}\r\n0\r\n\r\n", {200, 200});
  add("trailer", "2\r\n{}\r\n0\r\nX-T: 1\r\n\r\n", {200, 200});
  add("trailer that would be a length", "2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n");
  add("LF after the size", "2\n{}\r\n0\r\n\r\n");
  add("CR after the size", "2\r{}\r\n0\r\n\r\n");
  add("LF after the bytes", "2\r\n{}\n0\r\n\r\n");
  add("LF at the end", "2\r\n{}\r\n0\n\n");
  add("LF in an extension", "2;a\nb\r\n{}\r\n0\r\n\r\n");
  add("CR in an extension", "2;a\rb\r\n{}\r\n0\r\n\r\n");
  add("NUL in an extension", "2;a" + kNul + "\r\n{}\r\n0\r\n\r\n");
  add("CR LF in a quoted extension", "2;a=\"\r\n{}\r\n0\r\n\r\n\"\r\n");
  add("extension without end", "2;" + std::string(20'000, 'e'));
  add("many extensions", [] {
    std::string chunks;
    for (int i = 0; i < 200; ++i) chunks += "1;" + std::string(100, 'e') + "\r\n \r\n";
    return chunks;
  }());
  for (const std::string size : {"+2", "-2", "0x2", "2h", "g", " 2", "\t2", "2 ", "2\t", "2,2",
                                 "2.0", "", ";a", "\"2\"", "2 2",
                                 "\x0b"
                                 "2",
                                 "2\x7f", "fffffffffffffffff", "10000000000000002"}) {
    add("size " + size, size + "\r\n{}\r\n0\r\n\r\n");
  }
  add("size of all that is", "ffffffffffffffff\r\n{}\r\n0\r\n\r\n", {413});
  add("size that wraps around", "fffffffffffffffe\r\n{}\r\n0\r\n\r\n", {413});
  add("shorter than its bytes", "1\r\n{}\r\n0\r\n\r\n");
  add("no CR LF after the bytes", "2\r\n{}0\r\n\r\n");
  add("folded trailer", "2\r\n{}\r\n0\r\nX: 1\r\n 2\r\n\r\n", {200, 200});  // dropped as one
  add("trailer without colon", "2\r\n{}\r\n0\r\nGET / HTTP/1.1\r\n\r\n");
  add("trailer with a space before the colon", "2\r\n{}\r\n0\r\nX : 1\r\n\r\n");
  add("trailer with a NUL", "2\r\n{}\r\n0\r\nX: " + kNul + "\r\n\r\n");
  add("endless trailer", "2\r\n{}\r\n0\r\nX: " + std::string(20'000, 't'),
      {200});  // ends with what follows
  return cases;
}

Cases StartLines() {
  Cases cases;
  auto add = [&](const std::string& line, std::vector<int> statuses = kRefused) {
    cases.push_back({"start line: " + line, line + "\r\nHost: x\r\n\r\n", std::move(statuses)});
  };
  add("GET /toy/v1/kites HTTP/1.1", {200, 200});
  add("\r\n\r\nGET /toy/v1/kites HTTP/1.1", {200, 200});
  add("HEAD /toy/v1/kites HTTP/1.1", {200, 200});
  add("OPTIONS /toy/v1/kites HTTP/1.1", {204, 200});
  add("OPTIONS * HTTP/1.1", {204, 200});
  add("get /toy/v1/kites HTTP/1.1", {405, 200});
  add("TRACE /toy/v1/kites HTTP/1.1", {405, 200});
  add("FLY /toy/v1/kites HTTP/1.1", {405, 200});
  add("GET http://x/toy/v1/kites HTTP/1.1", {200, 200});
  add("GET HTTP://X/toy/v1/kites HTTP/1.1", {200, 200});
  add("GET http://x HTTP/1.1", {404, 200});
  add("GET http://x?next=/openapi.json HTTP/1.1", {404, 200});
  add("OPTIONS HTTP://x HTTP/1.1", {204, 200});
  add("GET http://x#/toy/v1/kites HTTP/1.1");
  add("GET http://y/toy/v1/kites HTTP/1.1");
  add("GET http://u@x/toy/v1/kites HTTP/1.1");
  add("GET http:///toy/v1/kites HTTP/1.1");
  add("GET ftp://x/toy/v1/kites HTTP/1.1");
  add("GET x:80 HTTP/1.1");
  add("GET * HTTP/1.1");
  add("CONNECT x HTTP/1.1");
  add("CONNECT /toy/v1/kites HTTP/1.1");
  add("GET toy/v1/kites HTTP/1.1");
  for (const char* version :
       {"HTTP/0.9", "HTTP/1.2", "HTTP/1", "HTTP/1.10", "HTTP/01.1", "HTTP/2.0", "HTTP/2", "HTTP/11",
        "http/1.1", "HTTP /1.1", "HTTP/1.1 x", "HTTP/1.1 ", "HTTP/1.1\t", "HTP/1.1", "HTTP/1.\xb1",
        "HTTPS/1.1"}) {
    add("GET /toy/v1/kites " + std::string(version));
  }
  add("GET /toy/v1/kites");
  add("GET");
  add("");
  cases.back().statuses = kRefused;  // `Host: x` is then the start line
  cases.push_back({"HTTP/0.9", "GET /toy/v1/kites\r\n", kRefused});
  cases.push_back({"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", kRefused});
  cases.push_back(
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), kRefused});
  add("GET  /toy/v1/kites HTTP/1.1");
  add("GET /toy/v1/kites  HTTP/1.1");
  add(" GET /toy/v1/kites HTTP/1.1");
  add("GET\t/toy/v1/kites\tHTTP/1.1");
  add("GET /toy/v1/kites a HTTP/1.1");
  add("G(T /toy/v1/kites HTTP/1.1");
  add("G" + kNul + "T /toy/v1/kites HTTP/1.1");
  add("GET /toy/v1/kites\x0bHTTP/1.1");
  for (const std::string& text :
       {kNul, std::string("\x01"), std::string("\t"), std::string("\r"), std::string("\x1b"),
        std::string("\x7f"), std::string("\x80"), std::string("\xc3\xa9"), std::string("#f"),
        std::string("\""), std::string("<"), std::string(">"), std::string("\\")}) {
    add("GET /toy/v1/kites?utm_source=" + text + " HTTP/1.1");
  }
  return cases;
}

Cases Fields() {
  Cases cases;
  auto add = [&](const std::string& fields, std::vector<int> statuses = kRefused) {
    cases.push_back({"fields: " + fields, "GET /toy/v1/kites HTTP/1.1\r\n" + fields + "\r\n\r\n",
                     std::move(statuses)});
  };
  for (const std::string host :
       {"x", "x:80", "x:", "127.0.0.1:8080", "[::1]", "[::1]:80", "a_b.c-d", "X", "x.example."}) {
    bool is_sound = host != "x:";
    add("Host: " + host, is_sound ? std::vector<int>{200, 200} : kRefused);
  }
  for (const std::string host :
       {"",     "x y", "x,y", "x/",  "x?a",  "x#a",  "u@x",  "x:99999",  "x:8a", "x:-1",    "x::1",
        "[::1", "::1", "[]",  "[x]", "x\ty", "\xe9", "x%00", "http://x", "x\\y", "x:80:80", "*"}) {
    add("Host: " + host);
  }
  add("X: y");
  add("Host: x\r\nHost: x");
  add("Host: x\r\nhost: y");
  add("Host: x\r\nX: y\r\n z");
  add("Host: x\r\n\tX: y");
  add("Host: x\r\nX : y");
  add("Host: x\r\n: y");
  add("Host: x\r\nX");
  add("Host: x\r\nX y: z");
  add("Host: x\r\nX\xe9: y");
  add("Host: x\r\nX: y\nY: z");
  add("Host: x\r\nX: y\rY: z");
  add("Host: x\r\nX: " + kNul);
  add("Host: x\r\nX: \x1b[0m");
  add("Host: x\r\nX: \x7f");
  add("Host: x\r\nX: caf\xc3\xa9", {200, 200});
  add("Host: x\r\nX:", {200, 200});
  add("Host: x\r\nX:\t y \t", {200, 200});
  add("Host: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: h2c", {200, 200});
  add("Host: x\r\nConnection: close", {200});
  add("Host: x\r\nConnection: keep-alive\r\nConnection: X, CLOSE", {200});
  add("Host: x\r\nConnection: a b");
  add("Host: x\r\nExpect: 100-continue", {200, 200});
  add("Host: x\r\nExpect: 200-ok", {417});
  add("Host: x\r\nExpect: 100-continue\r\nContent-Length: 2097152", {413});
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\r\nA: b";
  add("Host: x" + many, {431});
  add("Host: x\r\nX: " + std::string(20'000, 'x'), {431});
  cases.back().name = "fields too large";
  cases.push_back({"target too long",
                   "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n",
                   {414}});
  return cases;
}

Cases Connections() {
  const std::string get10 = "GET /toy/v1/kites HTTP/1.0\r\n";
  const std::string post = kRawPost + "Content-Length: 2\r\n\r\n{}";
  return {
      {"three in a row", kRawGet + post + kRawGet, {200, 200, 200, 200}},
      {"nothing after an error", kRawGet + "GARBAGE\r\n\r\n" + kRawGet, {200, 400}},
      {"nothing after a bad body",
       kRawPost + "Transfer-Encoding: chunked\r\n\r\nx\r\n" + kRawGet,
       {400}},
      {"an error of the gateway keeps the connection",
       "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" + kRawGet,
       {404, 200, 200}},
      {"HEAD has no body", "HEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" + kRawGet, {404, 200, 200}},
      {"GET with a body",
       "GET /toy/v1/kites HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]",
       {400, 200}},
      {"HTTP/1.0", get10 + "\r\n" + kRawGet, {200}},
      {"HTTP/1.0 with keep-alive", get10 + "Connection: keep-alive\r\n\r\n", {200, 200}},
      {"HTTP/1.0 with keep-alive and close",
       get10 + "Connection: keep-alive, close\r\n\r\n",
       {200}},
      {"HTTP/1.0 with two hosts", get10 + "Host: x\r\nHost: y\r\n\r\n", kRefused},
      {"HTTP/1.0 expecting",
       get10 + "Connection: keep-alive\r\nExpect: 100-continue\r\n\r\n",
       {200, 200}},
  };
}

TEST_CASE_METHOD(Fixture, "raw HTTP: a body has one length or the request is refused",
                 "[gateway]") {
  Check(server->port(), Lengths());
}
TEST_CASE_METHOD(Fixture, "raw HTTP: no odd Transfer-Encoding hides a request", "[gateway]") {
  Check(server->port(), Codings());
}
TEST_CASE_METHOD(Fixture, "raw HTTP: chunks are as the RFC says, to the byte", "[gateway]") {
  Check(server->port(), Chunks());
}
TEST_CASE_METHOD(Fixture, "raw HTTP: start lines", "[gateway]") {
  Check(server->port(), StartLines());
}
TEST_CASE_METHOD(Fixture, "raw HTTP: header fields", "[gateway]") {
  Check(server->port(), Fields());
}
TEST_CASE_METHOD(Fixture, "raw HTTP: connections", "[gateway]") {
  Check(server->port(), Connections());
}

TEST_CASE_METHOD(Fixture, "raw HTTP: what never ends is ended with 408", "[gateway]") {
  http::ServerOptions options;
  options.header_timeout = options.request_timeout = std::chrono::milliseconds(50);
  auto hasty = MakeServer(options);
  for (const std::string& bytes : {
           std::string("G"),
           std::string("\r\n"),
           std::string("GET /toy/v1/kites HTTP/1.1\r\n"),
           std::string("GET /toy/v1/kites HTTP/1.1\r\nHost: x\r\n"),
           std::string("GET /toy/v1/kites HTTP/1.1\r\nHost: x\r\n\r"),
           kRawPost + "Content-Length: 3\r\n\r\n{}",
           kRawPost + "Transfer-Encoding: chunked\r\n\r\n",
           kRawPost + "Transfer-Encoding: chunked\r\n\r\n2\r\n{",
           kRawPost + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}",
           kRawPost + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
           kRawPost + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n",
       }) {
    INFO(bytes);
    bool is_orderly = false;
    std::string text = Exchange(hasty->port(), bytes, &is_orderly);
    CHECK(Statuses(text) == std::vector<int>{408});
    CHECK(is_orderly);
    CHECK_THAT(text, Catch::Contains("/problems/request-timeout"));
  }
  CHECK(hasty->Drain(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace tamarack::gateway
