#include "platform/http/admin.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/metrics.h"
#include "tests/integration/platform/net_support.h"
#include "tests/support/captured_stderr.h"

#include <prometheus/registry.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

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
  absl::Status postgres = absl::OkStatus();
  absl::Status redis = absl::OkStatus();
  bool hangs = false;
  std::atomic<int> checks_of_postgres = 0;
  http::AdminServer admin{
      loop.executor(),
      "127.0.0.1:0",
      registry,
      {{"postgres", [this] { return CheckPostgres(); }},
       {"redis", [this]() -> tamarack::AsyncStatus { co_return redis; }, /*is_hard=*/false}},
      500ms};

  // Joins the check that hangs, as a process does.
  ~Fixture() {
    admin.Drain(5s);
    loop.Run(tamarack::runtime::TaskGroup::JoinAll(loop.executor()));
  }
  tamarack::AsyncStatus CheckPostgres() {
    if (hangs) {
      asio::steady_timer never(co_await asio::this_coro::executor, 24h);
      co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    ++checks_of_postgres;
    co_return postgres;
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
        "{\"ready\":true,\"degraded\":false,\"draining\":false,\"checks\":["
        "{\"name\":\"postgres\",\"hard\":true,\"ok\":true},"
        "{\"name\":\"redis\",\"hard\":false,\"ok\":true}]}\n");
  Answer metrics = Get("/metrics?x=y");
  CHECK_THAT(metrics.head, Catch::Contains("text/plain; version=0.0.4"));
  CHECK_THAT(metrics.body, Catch::Contains("renewals_total 1"));
}

TEST_CASE_METHOD(Fixture, "A failing hard check makes the process unready and says why") {
  postgres = absl::UnavailableError("connection \"lost\"");
  Answer ready = Get("/readyz");
  CHECK(ready.status == 503);
  CHECK_THAT(ready.body, Catch::Contains("\"ok\":false,\"reason\":\"connection \\\"lost\\\"\""));
  CHECK(Get("/livez").status == 200);
}

TEST_CASE_METHOD(Fixture, "A failing soft check is told, and takes nothing out of service") {
  redis = absl::UnavailableError("connection refused");
  Answer ready = Get("/readyz");
  CHECK(ready.status == 200);
  CHECK_THAT(ready.body, Catch::StartsWith("{\"ready\":true,\"degraded\":true,"));
  CHECK_THAT(ready.body, Catch::Contains("\"name\":\"redis\",\"hard\":false,\"ok\":false,"
                                         "\"reason\":\"connection refused\""));
  postgres = absl::UnavailableError("gone");
  ready = Get("/readyz");
  CHECK(ready.status == 503);
  CHECK_THAT(ready.body, Catch::StartsWith("{\"ready\":false,\"degraded\":true,"));
}

TEST_CASE_METHOD(Fixture, "Whoever watches is told at once, and of each change") {
  using tamarack::http::Readiness;
  std::mutex mutex;
  std::vector<Readiness> told;
  std::condition_variable came;
  auto wait_for = [&](Readiness wanted) {
    std::unique_lock lock(mutex);
    return came.wait_for(lock, 20s, [&] { return !told.empty() && told.back() == wanted; });
  };
  auto set = [&](absl::Status& check, absl::Status status) {
    loop.Do([&] { return (check = status).ok(); });
  };
  admin.Watch(5ms, [&](Readiness readiness) {
    std::lock_guard lock(mutex);
    told.push_back(readiness);
    came.notify_all();
  });
  tamarack::testing::CapturedStderr log;
  CHECK(wait_for({.is_ready = true, .is_degraded = false}));
  const std::string metric = "tamarack_readiness_check_ok{check=\"redis\",hard=\"false\"} ";
  CHECK_THAT(Get("/metrics").body, Catch::Contains(metric + "1"));
  CHECK_THAT(Get("/metrics").body,
             Catch::Contains("tamarack_readiness_check_ok{check=\"postgres\",hard=\"true\"} 1"));
  set(redis, absl::UnavailableError("gone"));
  CHECK(wait_for({.is_ready = true, .is_degraded = true, .failing = {"redis"}}));
  CHECK_THAT(Get("/metrics").body, Catch::Contains(metric + "0"));
  CHECK_THAT(log.Text(), Catch::Contains(R"("ready":true,"degraded":true,"failing":"redis")"));
  int checked_before = checks_of_postgres;
  set(postgres, absl::UnavailableError("gone"));
  CHECK(wait_for({.is_ready = false, .is_degraded = true, .failing = {"postgres", "redis"}}));
  CHECK(checks_of_postgres >= checked_before + 3);
  set(postgres, absl::OkStatus());
  CHECK(wait_for({.is_ready = true, .is_degraded = true, .failing = {"redis"}}));
  admin.SetDraining();
  CHECK(wait_for({.is_ready = false, .is_degraded = true, .failing = {"redis"}}));
  std::lock_guard lock(mutex);
  CHECK(told.size() == 5);  // nothing is told twice
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
