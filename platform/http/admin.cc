#include "platform/http/admin.h"

#include "platform/runtime/task_group.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

#include <absl/strings/str_join.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>

namespace tamarack::http {
namespace asio = boost::asio;

struct AdminServer::State {
  prometheus::Registry& registry;
  std::vector<ReadyCheck> checks;
  std::chrono::milliseconds check_time;
  std::map<std::string, std::function<std::string()>> pages;
  std::atomic<bool> is_draining{false};
  runtime::TaskGroup tasks;
};

namespace {

constexpr int kMissesMax = 3;

// One round of checks. Shared, since a check may end after the answer has been given.
struct Round {
  Round(asio::any_io_executor executor, size_t count)
      : timer(executor), results(count), open(count) {}
  asio::steady_timer timer;
  std::vector<std::optional<absl::Status>> results;
  size_t open;
};

// All checks at once, so that the slowest alone decides how long it takes. `state` has `checks`,
// `check_time` and `tasks`, which each check keeps: it may end after the answer and the server.
template <class State>
asio::awaitable<std::shared_ptr<Round>> RunChecks(std::shared_ptr<State> state) {
  auto executor = co_await asio::this_coro::executor;
  auto round = std::make_shared<Round>(executor, state->checks.size());
  round->timer.expires_after(state->check_time);
  for (size_t i = 0; i < state->checks.size(); ++i) {
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): Spawn keeps it.
    state->tasks.Spawn([state, round, i]() -> asio::awaitable<void> {
      round->results[i] = co_await state->checks[i].check();
      if (--round->open == 0) round->timer.cancel();
    });
  }
  if (round->open > 0) co_await round->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return round;
}

Response Text(int status, std::string type, std::string body) {
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", std::move(type));
  response.headers.Add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

Readiness ReadinessOf(const std::vector<ReadyCheck>& checks, const Round& round, bool is_draining) {
  Readiness readiness{.is_ready = !is_draining};
  for (size_t i = 0; i < checks.size(); ++i) {
    if (round.results[i] && round.results[i]->ok()) continue;
    if (checks[i].is_hard) readiness.is_ready = false;
    if (!checks[i].is_hard) readiness.is_degraded = true;
    readiness.failing.push_back(checks[i].name);
  }
  return readiness;
}

std::string_view Flag(bool value) {
  return value ? "true" : "false";
}

void Show(const std::vector<ReadyCheck>& checks, const Readiness& readiness,
          prometheus::Registry& registry) {
  for (const ReadyCheck& check : checks) {
    bool is_ok = std::ranges::count(readiness.failing, check.name) == 0;
    telemetry::Gauge(registry, "readiness_check_ok", "Whether what the process stands on is there",
                     {{"check", check.name}, {"hard", std::string(Flag(check.is_hard))}})
        .Set(is_ok ? 1 : 0);
  }
}

void LogChange(const Readiness& readiness) {
  bool is_well = readiness.is_ready && readiness.failing.empty();
  telemetry::Log(is_well ? telemetry::Level::kInfo : telemetry::Level::kWarning, "readiness",
                 {{"ready", readiness.is_ready},
                  {"degraded", readiness.is_degraded},
                  {"failing", absl::StrJoin(readiness.failing, ",")}});
}

Response ReadyResponse(const std::vector<ReadyCheck>& checks, const Round& round,
                       bool is_draining) {
  std::string list;
  for (size_t i = 0; i < checks.size(); ++i) {
    bool is_ok = round.results[i] && round.results[i]->ok();
    std::string reason =
        round.results[i] ? std::string(round.results[i]->message()) : "no answer in time";
    absl::StrAppend(&list, list.empty() ? "" : ",", "{\"name\":");
    telemetry::AppendJsonString(list, checks[i].name);
    absl::StrAppend(&list, ",\"hard\":", ToAbsl(Flag(checks[i].is_hard)),
                    ",\"ok\":", ToAbsl(Flag(is_ok)));
    if (!is_ok) {
      list += ",\"reason\":";
      telemetry::AppendJsonString(list, reason);
    }
    list += '}';
  }
  Readiness readiness = ReadinessOf(checks, round, is_draining);
  std::string body =
      absl::StrCat("{\"ready\":", ToAbsl(Flag(readiness.is_ready)),
                   ",\"degraded\":", ToAbsl(Flag(readiness.is_degraded)),
                   ",\"draining\":", ToAbsl(Flag(is_draining)), ",\"checks\":[", list, "]}\n");
  return Text(readiness.is_ready ? 200 : 503, "application/json", std::move(body));
}

}  // namespace

AdminServer::AdminServer(asio::any_io_executor executor, std::string address,
                         prometheus::Registry& registry, std::vector<ReadyCheck> checks,
                         std::chrono::milliseconds check_time)
    : state_(new State{
          registry, std::move(checks), check_time, {}, false, runtime::TaskGroup(executor)}) {
  ServerOptions options;
  options.address = std::move(address);
  options.body_bytes_max = 0;
  options.connections_max = 100;
  server_ = std::make_unique<Server>(
      executor, std::move(options),
      [state = state_](Request request) { return Answer(state, std::move(request)); });
}

asio::awaitable<Response> AdminServer::Answer(std::shared_ptr<State> state, Request request) {
  if (request.method != "GET" && request.method != "HEAD") {
    co_return Text(405, "text/plain", "GET only\n");
  }
  std::string path = request.target.substr(0, request.target.find('?'));
  if (path == "/livez") co_return Text(200, "text/plain", "ok\n");
  if (path == "/metrics") {
    co_return Text(200, "text/plain; version=0.0.4; charset=utf-8",
                   telemetry::SerializeMetrics(state->registry));
  }
  if (auto page = state->pages.find(path); page != state->pages.end())
    co_return Text(200, "application/json", page->second());
  if (path != "/readyz") co_return Text(404, "text/plain", "not found\n");
  auto round = co_await RunChecks(state);
  co_return ReadyResponse(state->checks, *round, state->is_draining);
}

AdminServer::~AdminServer() {
  state_->tasks.AskToEnd();
}

int AdminServer::port() const {
  return server_->port();
}

void AdminServer::AddPage(std::string path, std::function<std::string()> json) {
  state_->pages[std::move(path)] = std::move(json);
}

void AdminServer::Watch(std::chrono::milliseconds interval,
                        std::function<void(Readiness)> on_change) {
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): Spawn keeps it.
  auto watch = [state = state_, pause = interval,
                told = std::move(on_change)]() -> asio::awaitable<void> {
    std::optional<Readiness> last;
    int misses = 0;
    while (!co_await runtime::IsAskedToEnd()) {
      auto round = co_await RunChecks(state);
      Readiness now = ReadinessOf(state->checks, *round, state->is_draining);
      Show(state->checks, now, state->registry);
      misses = now.is_ready || state->is_draining ? 0 : misses + 1;
      bool counts = misses == 0 || misses >= kMissesMax || !last;
      if (counts && last != now) {
        LogChange(now);
        told(now);
      }
      if (counts) last = now;
      co_await runtime::SleepFor(pause);
    }
  };
  state_->tasks.Spawn(std::move(watch));
}

void AdminServer::SetDraining() {
  state_->is_draining = true;
}

void AdminServer::Drain(std::chrono::milliseconds limit) {
  server_->Drain(limit);
}

}  // namespace tamarack::http
