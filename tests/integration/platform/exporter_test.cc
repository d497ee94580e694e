// A process's spans on their way to a collector, which is a real HTTP server.
#include "platform/tracing/exporter.h"
#include "platform/http/server.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/metrics.h"
#include "tests/integration/platform/net_support.h"
#include "tests/support/loop.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace tamarack::tracing {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

struct Fixture {
  test::LoopThread collector_loop;  // Of its own: the process that ends is the other one.
  testing::Loop loop;
  prometheus::Registry registry;
  std::vector<std::string> bodies, targets;
  std::vector<int> statuses;  // Of the first answers; then 200.
  http::Server collector{collector_loop.executor(), {}, [this](http::Request request) {
                           return Answer(std::move(request));
                         }};
  ~Fixture() { collector.Drain(5s); }
  ExporterOptions options{.endpoint = "http://127.0.0.1:" + std::to_string(collector.port()),
                          .sample_ratio = 1,
                          .resource = {"test", "1", "i"},
                          .batch_max = 2,
                          .interval = 5ms,
                          .pause_max = 20ms};

  asio::awaitable<http::Response> Answer(http::Request request) {
    http::Response response;
    response.status = bodies.size() < statuses.size() ? statuses[bodies.size()] : 200;
    targets.push_back(request.target);
    bodies.push_back(request.body);
    co_return response;
  }
  void Record(int count) {
    for (int i = 0; i < count; ++i)
      telemetry::Record({.context = telemetry::NewTrace(true), .name = std::to_string(i)});
  }
  void Join() {
    loop.Await([](asio::any_io_executor executor) -> asio::awaitable<bool> {
      co_await runtime::TaskGroup::JoinAll(executor);
      co_return true;
    }(loop.executor()));
  }
  double Count(const char* what) {
    return telemetry::Counter(registry, std::string("tamarack_spans_") + what + "_total", "")
        .Value();
  }
};

size_t SpansIn(const std::string& body) {
  auto json = boost::json::parse(body);
  return json.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").as_array().size();
}

}  // namespace

TEST_CASE_METHOD(Fixture, "Exporter: sends batches to /v1/traces", "[exporter]") {
  Exporter exporter(loop.executor(), registry, options);
  Record(5);
  exporter.Start();
  loop.RunUntil([&] { return Count("sent") == 5; });
  CHECK(targets == std::vector<std::string>(3, "/v1/traces"));
  REQUIRE(bodies.size() == 3);
  CHECK(SpansIn(bodies[0]) == 2);
  CHECK(SpansIn(bodies[2]) == 1);
  CHECK(Count("dropped") == 0);
  Join();
}

TEST_CASE_METHOD(Fixture, "Exporter: sends again what the collector may take later", "[exporter]") {
  statuses = {503, 429, 200};
  Exporter exporter(loop.executor(), registry, options);
  Record(1);
  exporter.Start();
  loop.RunUntil([&] { return Count("sent") == 1; });
  REQUIRE(bodies.size() == 3);
  CHECK(bodies[1] == bodies[0]);
  CHECK(bodies[2] == bodies[0]);
  Join();
}

TEST_CASE_METHOD(Fixture, "Exporter: drops what the collector refuses", "[exporter]") {
  statuses = {400};
  Exporter exporter(loop.executor(), registry, options);
  Record(3);
  exporter.Start();
  loop.RunUntil([&] { return Count("sent") == 1; });
  CHECK(Count("dropped") == 2);
  CHECK(bodies.size() == 2);
  Join();
}

TEST_CASE_METHOD(Fixture, "Exporter: sends what is left when the process ends", "[exporter]") {
  options.interval = 1h;
  Exporter exporter(loop.executor(), registry, options);
  Record(3);
  exporter.Start();
  Join();
  CHECK(Count("sent") == 3);
}

TEST_CASE_METHOD(Fixture, "Exporter: keeps nobody waiting for a collector that is not there",
                 "[exporter]") {
  options.endpoint = "http://127.0.0.1:1";
  options.flush_time = 100ms;
  Exporter exporter(loop.executor(), registry, options);
  Record(3);
  exporter.Start();
  auto begin = std::chrono::steady_clock::now();
  Join();
  CHECK(std::chrono::steady_clock::now() - begin < 3s);
  CHECK(Count("dropped") == 3);
}

}  // namespace tamarack::tracing
