// Answers whose bodies a source gives piece by piece, and the server's end.
#include "tests/integration/platform/http_server_fixture.h"

#include <chrono>
#include <future>

using namespace std::chrono_literals;
using tamarack::test::Answer;
using tamarack::test::Get;
using tamarack::test::kHost;
using tamarack::test::RawClient;
using Fixture = tamarack::test::HttpServerFixture;

TEST_CASE_METHOD(Fixture, "A body of unknown length goes out in chunks as its source gives them") {
  auto client = Connect();
  client.Send(Get("/stream"));
  Answer answer = client.Read();
  CHECK_THAT(answer.head, Catch::Contains("\r\nTransfer-Encoding: chunked\r\n"));
  CHECK_THAT(answer.head, !Catch::Contains("Content-Length"));
  gate.AwaitEntry();
  CHECK(client.ReadUntil("one\r\n") == "3\r\none\r\n");  // before the source has more
  gate.Open();
  CHECK(client.ReadUntil("0\r\n\r\n") == "3\r\ntwo\r\n0\r\n\r\n");
  client.Send(Get("/next"));
  CHECK(client.Read().body == "GET /next ");
}

TEST_CASE_METHOD(Fixture, "HTTP/1.0 gets a body of unknown length up to the connection's end") {
  auto client = Connect();
  client.Send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  gate.AwaitEntry();
  gate.Open();
  Answer answer = client.Read();
  CHECK_THAT(answer.head, Catch::Contains("\r\nConnection: close\r\n"));
  CHECK_THAT(answer.head, !Catch::Contains("Transfer-Encoding"));
  CHECK(client.ReadUntil("two") == "onetwo");
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "HEAD asks a source for nothing") {
  auto client = Connect();
  client.Send("HEAD /stream HTTP/1.1\r\n" + kHost + "\r\n" + Get("/next"));
  CHECK_THAT(client.Read(false).head, Catch::Contains("\r\nTransfer-Encoding: chunked\r\n"));
  CHECK(client.Read().body == "GET /next ");
}

TEST_CASE_METHOD(Fixture, "A body whose source fails is cut off without its end") {
  auto client = Connect();
  client.Send(Get("/broken"));
  client.Read();
  CHECK(client.ReadUntil("0\r\n\r\n") == "3\r\none\r\n");
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "A source is cancelled when its peer goes away") {
  auto client = Connect();
  client.Send(Get("/stream"));
  gate.AwaitEntry();
  client.Close();
  CHECK_FALSE(gate.AwaitLeaving());
}

TEST_CASE_METHOD(Fixture, "A source waits for a peer that does not read, which is then cut off") {
  options.write_timeout = 100ms;
  auto client = Connect();
  client.Send(Get("/flood"));
  client.Read();
  CHECK(server->Drain(5s));  // the session has ended by itself
  CHECK(pieces < 1000);      // what the sockets' buffers hold, far from what 100 ms could make
}

TEST_CASE_METHOD(Fixture, "Draining lets a stream end, and cuts off one that does not") {
  bool ends = GENERATE(true, false);
  auto client = Connect();
  client.Send(Get("/stream"));
  gate.AwaitEntry();
  auto drained = std::async(std::launch::async, [&] { return server->Drain(ends ? 5s : 30ms); });
  if (ends) gate.Open();
  client.Read();
  CHECK(client.ReadUntil("0\r\n\r\n").ends_with("0\r\n\r\n") == ends);
  CHECK(drained.get() == ends);
}

TEST_CASE_METHOD(Fixture, "Draining lets a running request end and closes the rest") {
  auto busy = Connect();
  busy.Send(Get("/wait"));
  gate.AwaitEntry();
  auto idle = Connect();
  idle.Send(Get("/"));
  CHECK(idle.Read().status == 200);

  auto drained = std::async(std::launch::async, [&] { return server->Drain(5s); });
  CHECK(idle.ReadsEnd());  // so draining has begun
  CHECK_THROWS(RawClient(server->port()));
  gate.Open();
  Answer answer = busy.Read();
  CHECK(answer.status == 200);
  CHECK_THAT(answer.head, Catch::Contains("Connection: close\r\n"));
  CHECK(busy.ReadsEnd());
  CHECK(drained.get());
}

TEST_CASE_METHOD(Fixture, "Draining cuts off what outlasts its limit") {
  auto client = Connect();
  client.Send(Get("/wait"));
  gate.AwaitEntry();
  CHECK_FALSE(server->Drain(30ms));
  CHECK_FALSE(gate.AwaitLeaving());
  CHECK(client.Read().status == 0);
}
