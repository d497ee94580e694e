#include "tests/integration/platform/http_server_fixture.h"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace http = tamarack::http;
using namespace std::chrono_literals;
using tamarack::test::Answer;
using tamarack::test::Get;
using tamarack::test::kHost;
using tamarack::test::Post;
using tamarack::test::RawClient;
using Fixture = tamarack::test::HttpServerFixture;

TEST_CASE_METHOD(Fixture, "A connection serves one request after the other") {
  auto client = Connect();
  client.Send(Get("/one"));
  CHECK(client.Read().body == "GET /one ");
  client.Send(Get("/two"));
  Answer answer = client.Read();
  CHECK(answer.body == "GET /two ");
  CHECK_THAT(answer.head, Catch::Contains("\r\nDate: "));
  CHECK_THAT(answer.head, !Catch::Contains("Server:"));
}

TEST_CASE_METHOD(Fixture, "Pipelined requests are answered in their order") {
  auto client = Connect();
  client.Send("\r\n" + Get("/1") + "POST /2 HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc" +
              Get("/3"));
  CHECK(client.Read().body == "GET /1 ");
  CHECK(client.Read().body == "POST /2 abc");
  CHECK(client.Read().body == "GET /3 ");
}

TEST_CASE_METHOD(Fixture, "A request may arrive byte by byte") {
  auto client = Connect();
  for (char c : "POST /slow HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\nok")
    client.Send({&c, 1});
  CHECK(client.Read().body == "POST /slow ok");
}

TEST_CASE_METHOD(Fixture, "A chunked body is put together and its trailer dropped") {
  auto client = Connect();
  std::string head = " HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  client.Send("POST /c" + head + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  CHECK(client.Read().body == "POST /c abcde");
  client.Send("POST /trailer" + head + "1\r\na\r\n0\r\nX-Trailer: evil\r\n\r\n");
  CHECK(client.Read().body == "dropped");
}

TEST_CASE_METHOD(Fixture, "HEAD announces the body and does not send it") {
  auto client = Connect();
  client.Send("HEAD /h HTTP/1.1\r\n" + kHost + "\r\n" + Get("/next"));
  CHECK_THAT(client.Read(false).head, Catch::Contains("Content-Length: 8\r\n"));
  CHECK(client.Read().body == "GET /next ");
}

TEST_CASE_METHOD(Fixture, "Connections close when the client asks for it, or speaks HTTP/1.0") {
  std::string request =
      GENERATE("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n");
  auto client = Connect();
  client.Send(request);
  CHECK_THAT(client.Read().head, Catch::Contains("Connection: close\r\n"));
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "A client that asks before it sends its body is told to go on") {
  auto client = Connect();
  client.Send("POST /e HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.Read().status == 100);
  client.Send("ok");
  CHECK(client.Read().body == "POST /e ok");
}

TEST_CASE_METHOD(Fixture, "What the server refuses has its status and ends the connection") {
  struct Case {
    int status;
    std::string request;
  };
  std::string post = "POST / HTTP/1.1\r\n" + kHost;
  auto c = GENERATE_COPY(values<Case>({
      {414, "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n"},
      {431, "GET / HTTP/1.1\r\nA: " + std::string(17000, 'a')},
      {413, post + "Content-Length: 1048577\r\n\r\n"},
      {413, post + "Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n"},
      {413, post + "Transfer-Encoding: chunked\r\n\r\n100001\r\n"},
      {417, post + "Content-Length: 1\r\nExpect: miracles\r\n\r\n"},
      {400, post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {400, post + "Transfer-Encoding: gzip\r\n\r\n"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\n5\n"},  // at once
      {400, post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\n"},
      {400, "GET / HTTP/1.1\r\nX: y\rZ"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(90000, 'e')},
      {400, post + "Content-Length: one\r\n\r\n"},
      {400, "GET / HTTP/1.1\nHost: x\n\n"},
      {400, "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\n" + kHost + "\r\n"},
      {400, "GET / HTTP/2.0\r\n" + kHost + "\r\n"},
      {400, "GET / HTTP/1.1\r\nHost : x\r\n\r\n"},
      {400, std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 13)},
  }));
  INFO(c.request.substr(0, 80));
  auto client = Connect();
  client.Send(c.request);
  Answer answer = client.Read();
  CHECK(answer.status == c.status);
  CHECK_THAT(answer.head, Catch::Contains("Connection: close\r\n"));
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "More than 100 header fields are refused") {
  std::string fields;
  for (int i = 0; i < 100; ++i) fields += "A: b\r\n";
  auto client = Connect();
  client.Send("GET / HTTP/1.1\r\n" + kHost + fields + "\r\n");
  CHECK(client.Read().status == 431);
}

TEST_CASE_METHOD(Fixture, "All bodies together have a limit, and ended requests leave it free") {
  options.bodies_bytes_max = 100;
  auto first = Connect();
  first.Send(Post("/wait", 80));
  gate.AwaitEntry();
  auto second = Connect();
  second.Send("POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n15\r\n" +
              std::string(21, 'b'));
  CHECK(second.Read().status == 503);
  CHECK(second.ReadsEnd());
  auto third = Connect();
  third.Send(Post("/", 20));  // fits, so what the second sent is no longer counted
  CHECK(third.Read().status == 200);
  gate.Open();
  CHECK(first.Read().status == 200);
  first.Send(Post("/", 100));
  CHECK(first.Read().status == 200);
}

TEST_CASE_METHOD(Fixture, "An IPv4 peer has its IPv4 address on a socket for both families too") {
  options.address = GENERATE("127.0.0.1:0", "[::]:0");
  auto client = Connect();
  client.Send(Get("/peer"));
  CHECK_THAT(client.Read().head, Catch::Contains("X-Peer: 127.0.0.1\r\n"));
}

TEST_CASE_METHOD(Fixture, "The error page is the one configured") {
  options.on_error = [](int status, const std::string& reason, const http::Request*) {
    http::Response response;
    response.status = status;
    response.headers.Add("Content-Type", "application/problem+json");
    response.body = "{" + reason + "}";
    return response;
  };
  auto client = Connect();
  client.Send("nonsense\r\n\r\n");
  Answer answer = client.Read();
  CHECK(answer.status == 400);
  CHECK(answer.body == "{not HTTP/1.1}");
  CHECK_THAT(answer.head, Catch::Contains("application/problem+json"));
}

TEST_CASE_METHOD(Fixture, "A client too slow with its header gets 408") {
  options.header_timeout = 30ms;
  auto client = Connect();
  client.Send("GET / HT");
  CHECK(client.Read().status == 408);
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "A client too slow with its body gets 408") {
  options.request_timeout = 30ms;
  auto client = Connect();
  client.Send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10\r\n\r\nabc");
  CHECK(client.Read().status == 408);
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "What has come of a body buys time for the rest") {
  options.request_timeout = 1s;
  auto client = Connect();
  std::string rest(256 * 1024, 'a');
  client.Send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: " + std::to_string(2 * rest.size()) +
              "\r\n\r\n" + rest);
  // Another client's time, which is as long and has bought nothing, runs out while this one never
  // stands still.
  auto idle = Connect();
  idle.Send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10\r\n\r\nabc");
  auto refused = std::async(std::launch::async, [&] { return idle.Read().status; });
  while (refused.wait_for(20ms) != std::future_status::ready) {
    client.Send("a");
    rest.pop_back();
  }
  CHECK(refused.get() == 408);
  client.Send(rest);
  CHECK(client.Read().status == 200);
}

TEST_CASE_METHOD(Fixture, "What has come of a body buys no time to stand still") {
  options.request_timeout = 300ms;
  auto client = Connect();
  client.Send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 1000000\r\n\r\n" +
              std::string(999'999, 'a'));
  CHECK(client.Read().status == 408);
}

TEST_CASE_METHOD(Fixture, "A connection that never asks is closed without a word") {
  options.header_timeout = 30ms;
  auto client = Connect();
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "A connection that asks no more is closed without a word") {
  options.idle_timeout = 30ms;
  auto client = Connect();
  client.Send(Get("/"));
  CHECK(client.Read().status == 200);
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "A client that does not read its answer is cut off") {
  options.write_timeout = 30ms;
  auto client = Connect();
  client.Send(Get("/big"));
  gate.AwaitEntry();
  gate.Open();
  CHECK(server->Drain(5s));  // the session has ended by itself
  CHECK(client.Read().status == 0);
}

TEST_CASE_METHOD(Fixture, "An exception or an unsendable answer is a 500, and serving goes on") {
  auto client = Connect();
  client.Send(Get("/throw") + Get("/split") + Get("/after"));
  CHECK(client.Read().status == 500);
  Answer split = client.Read();
  CHECK(split.status == 500);
  CHECK_THAT(split.head, !Catch::Contains("Y: b"));
  CHECK(client.Read().body == "GET /after ");
}

TEST_CASE_METHOD(Fixture, "Connections above the cap are refused with 503") {
  options.connections_max = 1;
  auto first = Connect();
  first.Send(Get("/"));
  CHECK(first.Read().status == 200);
  auto second = Connect();
  CHECK(second.Read().status == 503);
  first.Send(Get("/"));
  CHECK(first.Read().status == 200);
}

TEST_CASE_METHOD(Fixture, "A handler is cancelled when its peer goes away") {
  auto client = Connect();
  client.Send(Get("/wait"));
  gate.AwaitEntry();
  client.Close();
  CHECK_FALSE(gate.AwaitLeaving());
}

TEST_CASE_METHOD(Fixture, "What changes something is answered though its client sends no more") {
  std::string method = GENERATE("POST", "PUT", "DELETE", "PATCH", "GET");
  auto client = Connect();
  std::string effect = method == "GET" ? "X-Effect: yes\r\n" : "";
  client.Send(method + " /wait HTTP/1.1\r\n" + kHost + effect + "Content-Length: 1\r\n\r\nb");
  gate.AwaitEntry();
  client.FinishSending();
  // Once a reader that came later is found to have gone, the first has been looked for, too.
  auto reader = Connect();
  reader.Send(Get("/wait-later"));
  later.AwaitEntry();
  reader.FinishSending();
  CHECK_FALSE(later.AwaitLeaving());
  gate.Open();
  CHECK(gate.AwaitLeaving());
  Answer answer = client.Read();
  CHECK(answer.status == 200);
  CHECK(answer.body == method + " /wait b");
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "A handler is cancelled when its peer resets the connection") {
  auto client = Connect();
  client.Send(Post("/wait", 1));
  gate.AwaitEntry();
  client.Reset();
  CHECK_FALSE(gate.AwaitLeaving());
}
