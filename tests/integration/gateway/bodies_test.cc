// Bodies are read when it is known that they are wanted: whatever the head says already is answered
// before a byte of them has come.
#include "limited.h"

namespace tamarack::gateway {
namespace {

struct Case {
  int status;
  std::string line;  // Method and target.
  std::string fields;
};

const std::string kJson = "Content-Type: application/json\r\n";
const std::string kReader = "Authorization: Bearer reader\r\n";

TEST_CASE_METHOD(Fixture, "what the head says already is answered before the body has come",
                 "[gateway]") {
  auto [status, line, fields] = GENERATE(values<Case>({
      {401, "POST /toy/v1/kites", kJson},
      {401, "POST /toy/v1/kites", kJson + "Authorization: Bearer unknown\r\n"},
      {403, "POST /toy/v1/kites", kJson + kReader},
      {303, "POST /en/toy/account", "Content-Type: application/x-www-form-urlencoded\r\n"},
      {404, "POST /toy/v1/nothing", kJson},
      {405, "PUT /toy/v1/kites", kJson},
      {406, "POST /toy/v1/echo", kJson + "Accept: text/csv\r\n"},
      {410, "GET /toy/v0/weights", kJson},
      {413, "POST /toy/v1/kites", kJson + kWriter},
      {415, "POST /toy/v1/echo", "Content-Type: text/csv\r\n"},
      {415, "POST /toy/v1/echo", kJson + "Content-Encoding: gzip\r\n"},
  }));
  std::string length = GENERATE("Content-Length: 900000\r\n", "Transfer-Encoding: chunked\r\n");
  std::string expect = GENERATE("", "Expect: 100-continue\r\n");
  if (status == 413 && !length.starts_with("Content-Length")) return;  // Only its bytes say so.
  INFO(line << " " << fields << length << expect);
  Answer answer =
      Raw(line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + length + expect + "\r\n");
  CHECK(answer.status == status);
  CHECK(answer.Header("connection") == "close");
}

TEST_CASE_METHOD(Fixture, "a body that is wanted is asked for and read", "[gateway]") {
  asio::io_context context;
  auto socket = Connect(context);
  const std::string body = R"({"colour": "red"})";
  asio::write(socket, asio::buffer("POST /toy/v1/kites HTTP/1.1\r\nHost: localhost\r\n" + kJson +
                                   kWriter + "Expect: 100-continue\r\nContent-Length: " +
                                   std::to_string(body.size()) + "\r\n\r\n"));
  const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  std::string text;
  asio::read(socket, asio::dynamic_buffer(text), asio::transfer_exactly(go_on.size()));
  CHECK(text == go_on);
  asio::write(socket, asio::buffer(body));
  text.clear();
  asio::read(socket, asio::dynamic_buffer(text), asio::transfer_at_least(12));
  CHECK(text.substr(9, 3) == "201");
}

// Nothing is left of the rate class after one request.
struct Spent : LimitedFixture {
  Spent() : LimitedFixture({{"write", {.per_second = kNever, .burst = 1, .concurrent = 0}}}) {
    REQUIRE(PostJson("/toy/v1/kites", R"({"colour": "red"})", kWriter).status == 201);
  }
};

TEST_CASE_METHOD(Spent, "who has used up a quota is told so before the body has come",
                 "[gateway]") {
  Answer answer = Raw("POST /toy/v1/kites HTTP/1.1\r\nHost: localhost\r\n" + kJson + kWriter +
                      "Content-Length: 4000\r\nExpect: 100-continue\r\n\r\n");
  CHECK(answer.status == 429);
  CHECK(answer.Header("retry-after") != "");
}

TEST_CASE_METHOD(Fixture, "whose bodies are too many at once is told when to come again",
                 "[gateway]") {
  http::ServerOptions options;
  options.network_bodies_bytes_max = 10;
  server = MakeServer(options);
  Answer answer = Raw("POST /toy/v1/echo HTTP/1.1\r\nHost: localhost\r\n" + kJson +
                      "Content-Length: 100\r\n\r\n" + std::string(50, ' '));
  CHECK(answer.status == 429);
  CHECK(answer.Header("retry-after") == "1");
}

// One request at once.
struct OneAtOnce : LimitedFixture {
  asio::io_context context;
  OneAtOnce() : LimitedFixture({{"write", {.per_second = 1000, .burst = 1000, .concurrent = 1}}}) {}

  // One that has been let in, and whose body does not come.
  asio::ip::tcp::socket Begin(const std::string& target, const std::string& fields = "") {
    auto socket = Connect(context);
    asio::write(socket,
                asio::buffer("POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + kJson +
                             "Content-Length: 13\r\nExpect: 100-continue\r\n" + fields + "\r\n"));
    std::string text;
    asio::read(socket, asio::dynamic_buffer(text), asio::transfer_at_least(12));
    CHECK(text.substr(9, 3) == "100");
    return socket;
  }
};

TEST_CASE_METHOD(OneAtOnce, "uploads of strangers keep nobody of their network waiting",
                 "[gateway]") {
  auto one = Begin("/oauth/fail"), two = Begin("/oauth/fail");
  CHECK(PostJson("/toy/v1/echo", "{}").status == 200);
  // Each counts once its body has come.
  asio::write(one, asio::buffer(std::string(R"({"hang":true})")));
  REQUIRE(toy.oauths.hanging.Becomes(1));
  Answer refused = PostJson("/toy/v1/echo", "{}");
  CHECK(refused.status == 429);
  CHECK(Show(refused.Json().if_contains("violated-policies")) == R"(["concurrent"])");
  asio::write(two, asio::buffer(std::string(R"({"hang":true})")));
  std::string text;
  asio::read(two, asio::dynamic_buffer(text), asio::transfer_at_least(12));
  CHECK(text.substr(9, 3) == "429");
  one.set_option(asio::socket_base::linger(true, 0));  // reset: nobody waits for an answer
  one.close();
  REQUIRE(toy.oauths.hanging.Becomes(0));
  int status = 0;
  for (int i = 0; i < 1000 && status != 200; ++i) status = PostJson("/toy/v1/echo", "{}").status;
  CHECK(status == 200);
}

TEST_CASE_METHOD(OneAtOnce, "an upload with a credential holds the caller's own slot",
                 "[gateway]") {
  auto upload = Begin("/toy/v1/kites", kWriter);
  CHECK(PostJson("/toy/v1/kites", R"({"colour": "red"})", kWriter).status == 429);
}

TEST_CASE_METHOD(Fixture, "an answer that did not want the body leaves the connection in step",
                 "[gateway]") {
  std::string inner = "GET /toy/v1/kites/404 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  Answer answer =
      Raw("POST /toy/v1/kites HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
          std::to_string(inner.size()) + "\r\n\r\n" + inner +
          "GET /toy/v1/kites/7 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(answer.status == 401);
  CHECK(answer.body.find("HTTP/1.1 200 OK") != std::string::npos);
  CHECK(answer.body.find("HTTP/1.1 404") == std::string::npos);
}

}  // namespace
}  // namespace tamarack::gateway
