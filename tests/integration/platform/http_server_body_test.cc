// A server whose handler has bodies read when it wants them, and what becomes of those it does not
// want.
#include "http_server_fixture.h"

#include "platform/http/server.h"

namespace tamarack::test {
namespace {

struct Fixture : HttpServerFixture {
  Fixture() { options.handler_reads_bodies = true; }
};

std::string Head(const std::string& target, const std::string& fields) {
  return "POST " + target + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}
std::string Length(size_t bytes) {
  return "Content-Length: " + std::to_string(bytes) + "\r\n";
}

TEST_CASE_METHOD(Fixture, "Whose body is not wanted is answered before it has come") {
  std::string fields =
      GENERATE(Length(10 << 20), Length(3), std::string("Transfer-Encoding: chunked\r\n"));
  INFO(fields);
  auto client = Connect();
  client.Send(Head("/refused", fields));
  CHECK(client.Read().status == 401);
}

TEST_CASE_METHOD(Fixture, "A client that asks first is told to go on only for what is wanted") {
  auto client = Connect();
  client.Send(Head("/refused", Length(2) + "Expect: 100-continue\r\n"));
  Answer answer = client.Read();
  CHECK(answer.status == 401);
  // Whether the body still comes, nobody knows.
  CHECK_THAT(answer.head, Catch::Contains("Connection: close\r\n"));
  CHECK(client.ReadsEnd());
  auto other = Connect();
  other.Send(Head("/", Length(2) + "Expect: 100-continue\r\n"));
  CHECK(other.Read().status == 100);
  other.Send("ok");
  CHECK(other.Read().body == "POST / ok");
}

TEST_CASE_METHOD(Fixture, "A short body that nobody wants is dropped before the next request") {
  bool is_split = GENERATE(false, true);
  auto client = Connect();
  std::string body = Get("/never") + std::string(20'000, 'b');
  std::string rest = body + Get("/next");
  client.Send(Head("/refused", Length(body.size())) + rest.substr(0, is_split ? 10 : rest.size()));
  CHECK(client.Read().status == 401);
  if (is_split) client.Send(rest.substr(10));
  CHECK(client.Read().body == "GET /next ");
  client.Send(Head("/", Length(2)) + "ok");
  CHECK(client.Read().body == "POST / ok");
}

TEST_CASE_METHOD(Fixture, "Before a long body that nobody wants the connection ends") {
  std::string fields = GENERATE(Length(65 << 10), std::string("Transfer-Encoding: chunked\r\n"));
  INFO(fields);
  auto client = Connect();
  client.Send(Head("/refused", fields) + Get("/never"));
  Answer answer = client.Read();
  CHECK(answer.status == 401);
  CHECK_THAT(answer.head, Catch::Contains("Connection: close\r\n"));
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "The body limit is the handler's") {
  auto client = Connect();
  std::string body(1 << 21, 'u');
  client.Send(Head("/upload", Length(body.size())) + body);
  CHECK(client.Read().body == "POST /upload " + body);
  client.Send(Head("/other", Length(5000)));
  CHECK(client.Read().status == 413);
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "Pipelined bodies are each their own request's") {
  auto client = Connect();
  client.Send(Head("/a", Length(2)) + "aa" + Head("/b", "Transfer-Encoding: chunked\r\n") +
              "2\r\nbb\r\n0\r\n\r\n" + Get("/c"));
  CHECK(client.Read().body == "POST /a aa");
  CHECK(client.Read().body == "POST /b bb");
  CHECK(client.Read().body == "GET /c ");
}

TEST_CASE_METHOD(Fixture, "Who goes in the middle of a body leaves a server that goes on") {
  auto client = Connect();
  client.Send(Head("/", Length(100)) + "abc");
  client.FinishSending();
  CHECK(client.ReadsEnd());
  auto next = Connect();
  next.Send(Get("/next"));
  CHECK(next.Read().body == "GET /next ");
}

TEST_CASE_METHOD(Fixture, "A body that stands still is 408, by the handler's answer too") {
  options.request_timeout = std::chrono::milliseconds(30);
  auto client = Connect();
  client.Send(Head("/", Length(10)) + "abc");
  CHECK(client.Read().status == 408);
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "A network's bodies leave room for those of others") {
  // An IPv4 address, or the /64s of one customer: of those two may hold as much again.
  auto [mine, same, other] = GENERATE(table<const char*, const char*, const char*>({
      {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
      {"2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:3::1"},
  }));
  options.network_bodies_bytes_max = 100;
  auto begin = [&](RawClient& client, const std::string& address) {
    int before = reads;
    client.Send(Head("/", "X-Client: " + address + "\r\n" + Length(90)) + std::string(60, 'a'));
    REQUIRE(reads.Exceeds(before));
  };
  auto first = Connect();
  begin(first, mine);
  auto second = Connect();
  begin(second, same);
  CHECK(second.Read().status == 429);
  auto stranger = Connect();
  begin(stranger, other);
  stranger.Send(std::string(30, 'a'));
  CHECK(stranger.Read().status == 200);
  // What is refused or served takes nothing any more.
  first.Send(std::string(30, 'a'));
  CHECK(first.Read().status == 200);
  auto third = Connect();
  begin(third, mine);
  third.Send(std::string(30, 'a'));
  CHECK(third.Read().status == 200);
}

TEST_CASE_METHOD(Fixture, "A body takes nothing any more while its answer streams") {
  options.network_bodies_bytes_max = 100;
  std::string head = Head("/stream", "X-Client: 192.0.2.1\r\n" + Length(90));
  auto client = Connect();
  client.Send(head + std::string(60, 'a'));
  REQUIRE(reads.Becomes(1));
  client.Send(std::string(30, 'a'));
  CHECK(client.ReadUntil("one\r\n").starts_with("HTTP/1.1 200"));
  auto next = Connect();
  next.Send(Head("/", "X-Client: 192.0.2.1\r\n" + Length(90)) + std::string(60, 'a'));
  REQUIRE(reads.Becomes(2));
  next.Send(std::string(30, 'a'));
  CHECK(next.Read().status == 200);
  gate.Open();
  CHECK(client.ReadUntil("0\r\n\r\n").ends_with("two\r\n0\r\n\r\n"));
}

}  // namespace
}  // namespace tamarack::test
