// A server bounds its connections by the files that the process may open.
#include "platform/base/open_files.h"
#include "platform/http/server.h"
#include "tests/integration/platform/net_support.h"

#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <vector>

namespace asio = boost::asio;
namespace http = tamarack::http;
using namespace std::chrono_literals;
using tamarack::test::LoopThread;
using tamarack::test::RawClient;

namespace {

// Restores the limit.
struct SoftLimit {
  rlimit before{};
  explicit SoftLimit(rlim_t files) {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit low = before;
    low.rlim_cur = files;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
  }
  ~SoftLimit() { setrlimit(RLIMIT_NOFILE, &before); }
};

TEST_CASE("The soft limit of open files becomes the hard one") {
  struct {
    rlim_t files;
    size_t connections;
  } const kCases[] = {{8192, 7168}, {1024, 896}, {256, 192}, {80, 16}, {64, 1}, {50, 1}};
  for (const auto& c : kCases) {
    SoftLimit limited(c.files);
    CHECK(tamarack::ConnectionsWithinLimit() == c.connections);
  }
  SoftLimit low(256);
  CHECK(tamarack::RaiseOpenFilesLimit() == low.before.rlim_max);
}

TEST_CASE("A server under a low limit of open files refuses what is too much, and goes on") {
  LoopThread loop;
  std::unique_ptr<http::Server> server;
  {
    SoftLimit low(176);
    server = std::make_unique<http::Server>(
        loop.executor(), http::ServerOptions(),
        [](http::Request) -> asio::awaitable<http::Response> { co_return http::Response(); });
  }
  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 112; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    clients.back()->Send(get);
    REQUIRE(clients.back()->Read().status == 200);
  }
  CHECK(RawClient(server->port()).Read().status == 503);
  clients.front()->Send(get);
  CHECK(clients.front()->Read().status == 200);
  clients.clear();
  CHECK(server->Drain(5s));
}

}  // namespace
