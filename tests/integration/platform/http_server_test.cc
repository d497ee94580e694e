#include "platform/http/server.h"
#include "tests/integration/platform/net_support.h"

#include <chrono>
#include <stdexcept>

namespace asio = boost::asio;
namespace http = tamarack::http;
using namespace std::chrono_literals;
using tamarack::test::Answer;
using tamarack::test::Gate;
using tamarack::test::LoopThread;
using tamarack::test::RawClient;

namespace {

const std::string kHost = "Host: test\r\n";

// A server whose handler answers with the method, the target and the body.
struct Fixture {
  LoopThread loop;
  Gate gate{loop.executor()};
  Gate later{loop.executor()};
  http::ServerOptions options;
  std::unique_ptr<http::Server> server;
  int pieces =
      0;  // That the source of /flood was asked for; to be read once the server is drained.

  RawClient Connect() {
    if (!server) {
      server = std::make_unique<http::Server>(
          loop.executor(), options, [this](http::Request request) { return Handle(request); });
    }
    return RawClient(server->port());
  }
  ~Fixture() {
    if (server) server->Drain(5s);
  }
  asio::awaitable<http::Response> Handle(http::Request request) {
    http::Response response;
    if (request.target == "/throw") throw std::runtime_error("on purpose");
    if (request.target == "/split") response.headers.Add("X", "a\r\nY: b");
    if (request.target == "/wait" || request.target == "/big") co_await gate.Pass();
    if (request.target == "/wait-later") co_await later.Pass();
    if (request.target == "/big") {
      response.shared_body = std::make_shared<const std::string>(64 << 20, 'b');
    }
    if (request.target == "/trailer") {
      response.body = request.headers.Has("x-trailer") ? "merged" : "dropped";
      co_return response;
    }
    if (request.target == "/stream") response.body_source = Pieces();
    if (request.target == "/broken") {
      response.body_source = [n = 0]() mutable -> tamarack::Async<std::optional<std::string>> {
        if (n++ == 0) co_return "one";
        co_return absl::UnavailableError("on purpose");
      };
    }
    if (request.target == "/flood") {
      response.body_source = [this]() -> tamarack::Async<std::optional<std::string>> {
        ++pieces;
        co_return std::string(64 << 10, 'f');
      };
    }
    if (request.target == "/peer") response.headers.Add("X-Peer", request.remote_address);
    response.body = request.method + " " + request.target + " " + request.body;
    co_return response;
  }
  // `one`, nothing for a while, and after the gate `two`.
  http::BodySource Pieces() {
    return [this, n = 0]() mutable -> tamarack::Async<std::optional<std::string>> {
      switch (n++) {
        case 0:
          co_return "one";
        case 1:
          co_return "";
        case 2:
          co_await gate.Pass();
          co_return "two";
        default:
          co_return std::nullopt;
      }
    };
  }
};

std::string Get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + "\r\n";
}

std::string Post(const std::string& target, size_t body_bytes) {
  return "POST " + target + " HTTP/1.1\r\n" + kHost +
         "Content-Length: " + std::to_string(body_bytes) + "\r\n\r\n" +
         std::string(body_bytes, 'b');
}

}  // namespace

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

TEST_CASE_METHOD(Fixture, "The body limit may depend on the request") {
  options.body_limit = [](const http::Request& head) {
    return head.target == "/upload" ? 2 << 20 : 4;
  };
  auto client = Connect();
  std::string body(1 << 21, 'u');
  client.Send("POST /upload HTTP/1.1\r\n" + kHost +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  CHECK(client.Read().body == "POST /upload " + body);
  client.Send("POST /other HTTP/1.1\r\n" + kHost + "Content-Length: 5\r\n\r\n12345");
  CHECK(client.Read().status == 413);
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
  std::string method = GENERATE("POST", "PUT", "DELETE", "PATCH");
  auto client = Connect();
  client.Send(method + " /wait HTTP/1.1\r\n" + kHost + "Content-Length: 1\r\n\r\nb");
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
