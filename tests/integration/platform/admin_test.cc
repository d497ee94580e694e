#include "platform/http/admin.h"
#include "platform/telemetry/metrics.h"
#include "tests/integration/platform/net_support.h"

#include <prometheus/registry.h>

#include <chrono>

namespace asio = boost::asio;
namespace http = tamarack::http;
using namespace std::chrono_literals;
using tamarack::test::Answer;
using tamarack::test::LoopThread;
using tamarack::test::RawClient;

namespace {

struct Fixture {
  LoopThread loop;
  prometheus::Registry registry;
  absl::Status redis = absl::OkStatus();
  bool hangs = false;
  http::AdminServer admin{
      loop.executor(),
      "127.0.0.1:0",
      registry,
      {{"postgres", []() -> tamarack::AsyncStatus { co_return absl::OkStatus(); }},
       {"redis", [this] { return CheckRedis(); }}},
      500ms};

  ~Fixture() { admin.Drain(5s); }
  tamarack::AsyncStatus CheckRedis() {
    if (hangs) {
      asio::steady_timer never(co_await asio::this_coro::executor, 24h);
      co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return redis;
  }
  Answer Get(const std::string& target, const std::string& method = "GET") {
    RawClient client(admin.port());
    client.Send(method + " " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return client.Read();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "A process that is well is alive and ready, and shows its metrics") {
  tamarack::telemetry::Counter(registry, "renewals_total", "Renewals.").Increment();
  CHECK(Get("/livez").status == 200);
  Answer ready = Get("/readyz");
  CHECK(ready.status == 200);
  CHECK(ready.body ==
        "{\"ready\":true,\"draining\":false,\"checks\":[{\"name\":\"postgres\",\"ok\":true},"
        "{\"name\":\"redis\",\"ok\":true}]}\n");
  Answer metrics = Get("/metrics?x=y");
  CHECK_THAT(metrics.head, Catch::Contains("text/plain; version=0.0.4"));
  CHECK_THAT(metrics.body, Catch::Contains("renewals_total 1"));
}

TEST_CASE_METHOD(Fixture, "A failing check makes the process unready and says why") {
  redis = absl::UnavailableError("connection \"lost\"");
  Answer ready = Get("/readyz");
  CHECK(ready.status == 503);
  CHECK_THAT(ready.body, Catch::Contains("\"ok\":false,\"reason\":\"connection \\\"lost\\\"\""));
  CHECK(Get("/livez").status == 200);
}

TEST_CASE_METHOD(Fixture, "A check that hangs makes the process unready in time") {
  hangs = true;
  Answer ready = Get("/readyz");
  CHECK(ready.status == 503);
  CHECK_THAT(ready.body, Catch::Contains("\"reason\":\"no answer in time\""));
}

TEST_CASE_METHOD(Fixture, "A draining process is not ready but alive") {
  admin.SetDraining();
  CHECK(Get("/readyz").status == 503);
  CHECK(Get("/livez").status == 200);
}

TEST_CASE_METHOD(Fixture, "The admin port serves nothing else") {
  CHECK(Get("/").status == 404);
  CHECK(Get("/livez", "POST").status == 405);
}
