#include "platform/http/server.h"
#include "tests/integration/platform/net_support.h"
#include "tests/support/eventually.h"

#include <atomic>
#include <chrono>
#include <vector>

namespace asio = boost::asio;
namespace http = tamarack::http;
using namespace std::chrono_literals;
using tamarack::test::Answer;
using tamarack::test::LoopThread;
using tamarack::test::RawClient;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

// What a load balancer with pipelining clients behind it sees.
struct Load {
  std::atomic<bool> is_ready{true};  // While true, clients may open connections.
  tamarack::testing::Count answered;
  tamarack::testing::Count failed;
  tamarack::testing::Count closed;  // Connections whose last answer said so.
};

// Keeps a connection busy with three requests at a time, until an answer says that it is the last.
// What it has asked after that one is for another connection: nobody has begun to serve it.
void Client(int port, Load& load) {
  while (load.is_ready) {
    RawClient connection(port);
    for (bool is_open = true; is_open;) {
      connection.Send(kGet + kGet + kGet);
      for (int i = 0; i < 3 && is_open; ++i) {
        Answer answer = connection.Read();
        ++(answer.status == 200 ? load.answered : load.failed);
        if (answer.status == 0) return;
        is_open = answer.head.find("Connection: close\r\n") == std::string::npos;
      }
    }
    ++load.closed;
  }
}

}  // namespace

TEST_CASE("Draining under load fails no request of keep-alive clients that pipeline") {
  LoopThread loop;
  http::Server server(loop.executor(), {}, [](http::Request) -> asio::awaitable<http::Response> {
    auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);  // so that requests of all take turns
    http::Response response;
    response.body = "answer";
    co_return response;
  });
  Load load;
  std::vector<std::future<void>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::async(std::launch::async, Client, server.port(), std::ref(load)));
  }
  REQUIRE(load.answered.Exceeds(1000));
  auto drained = std::async(std::launch::async, [&] { return server.Drain(5s, 1500ms); });
  // Still accepting, though each connection is told to end; then the load balancer looks elsewhere.
  REQUIRE(load.closed.Exceeds(16));
  load.is_ready = false;
  for (auto& client : clients) client.get();
  CHECK(load.failed == 0);
  CHECK(drained.get());
  CHECK_THROWS(RawClient(server.port()));
}

TEST_CASE("A client that has just connected is served while the server stops") {
  LoopThread loop;
  http::Server server(loop.executor(), {}, [](http::Request) -> asio::awaitable<http::Response> {
    co_return http::Response{};
  });
  RawClient idle(server.port());
  idle.Send(kGet);
  CHECK(idle.Read().status == 200);
  RawClient newcomer(server.port());
  auto drained = std::async(std::launch::async, [&] { return server.Drain(5s); });
  CHECK(idle.ReadsEnd());
  newcomer.Send(kGet);
  Answer answer = newcomer.Read();
  CHECK(answer.status == 200);
  CHECK_THAT(answer.head, Catch::Contains("Connection: close\r\n"));
  CHECK(drained.get());
}
