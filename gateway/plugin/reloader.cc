#include "gateway/plugin/reloader.h"

#include "gateway/plugin/file_watch.h"
#include "platform/runtime/offload.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/metrics.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <grpcpp/channel.h>
#include <prometheus/family.h>

#include <csignal>
#include <map>
#include <string>

namespace tamarack::gateway {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kInterval{500};

}  // namespace

struct Reloader::State {
  State(asio::any_io_executor executor, Loader first_loader, LoadReport first_report, Use first_use,
        prometheus::Registry& registry)
      : loader(std::move(first_loader)),
        report(std::move(first_report)),
        use(std::move(first_use)),
        watch(executor),
        hangup(executor, SIGHUP),
        wake(executor),
        tasks(executor),
        taken(telemetry::Counter(registry, "tamarack_gateway_loads_total",
                                 "Looks at a changed configuration or descriptors",
                                 {{"outcome", "clean"}})),
        refused(telemetry::Counter(registry, "tamarack_gateway_loads_total",
                                   "Looks at a changed configuration or descriptors",
                                   {{"outcome", "refused"}})),
        is_clean(telemetry::Gauge(registry, "tamarack_gateway_configuration_clean",
                                  "1 while all that is offered is served as offered")),
        routes(telemetry::Gauge(registry, "tamarack_gateway_routes", "Routes served")),
        backends_up(prometheus::BuildGauge()
                        .Name("tamarack_gateway_backend_up")
                        .Help("1 while there is a connection to the back end")
                        .Register(registry)) {
    Show();
    ShowBackends();
  }

  // Connects, too: what nobody calls is up as well.
  void ShowBackends() {
    auto connections = loader.Connections();
    std::erase_if(up, [&](const auto& entry) {
      if (connections.contains(entry.first)) return false;
      backends_up.Remove(entry.second);
      return true;
    });
    for (const auto& [name, connection] : connections) {
      auto& gauge = up[name];
      if (gauge == nullptr) gauge = &backends_up.Add({{"backend", name}});
      gauge->Set(connection->channel()->GetState(true) == GRPC_CHANNEL_READY ? 1 : 0);
    }
  }

  void Show() {
    is_clean.Set(report.is_clean() ? 1 : 0);
    size_t count = 0;
    for (const auto& backend : report.backends) count += backend.routes;
    routes.Set(static_cast<double>(count));
  }

  void Wake(bool forced) {
    is_forced = is_forced || forced;
    is_woken = true;
    wake.cancel();
  }

  Loader loader;
  LoadReport report;
  Use use;
  FileWatch watch;
  asio::signal_set hangup;
  asio::steady_timer wake;
  bool is_woken = false;
  bool is_forced = false;
  runtime::TaskGroup tasks;
  prometheus::Counter& taken;
  prometheus::Counter& refused;
  prometheus::Gauge& is_clean;
  prometheus::Gauge& routes;
  prometheus::Family<prometheus::Gauge>& backends_up;
  std::map<std::string, prometheus::Gauge*> up;  // By back end.
  // One thread: the loader is not for two. Reset by the owner, who waits for it.
  std::unique_ptr<runtime::OffloadPool> pool = std::make_unique<runtime::OffloadPool>(1);

  static asio::awaitable<void> Run(std::shared_ptr<State> self);
  static asio::awaitable<void> WatchFiles(std::shared_ptr<State> self);
  static asio::awaitable<void> WatchSignal(std::shared_ptr<State> self);
};

asio::awaitable<void> Reloader::State::WatchFiles(std::shared_ptr<State> self) {
  while (!co_await runtime::IsAskedToEnd()) {
    co_await self->watch.Event();
    self->Wake(false);
  }
}

asio::awaitable<void> Reloader::State::WatchSignal(std::shared_ptr<State> self) {
  while (!co_await runtime::IsAskedToEnd()) {
    auto [error, number] = co_await self->hangup.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    self->Wake(true);
  }
}

asio::awaitable<void> Reloader::State::Run(std::shared_ptr<State> self) {
  for (;;) {
    self->watch.Watch(self->loader.Files());
    if (!self->is_woken) {
      self->wake.expires_after(kInterval);
      co_await self->wake.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (co_await runtime::IsAskedToEnd()) co_return;
    self->is_woken = false;
    bool forced = std::exchange(self->is_forced, false);
    auto result = co_await self->pool->Run([&] { return self->loader.Load(forced); });
    if (co_await runtime::IsAskedToEnd()) co_return;
    self->ShowBackends();
    if (!result) continue;
    self->report = std::move(result->report);
    LogReport(self->report);
    (self->report.is_clean() ? self->taken : self->refused).Increment();
    self->Show();
    if (result->snapshot) self->use(std::move(result->snapshot));
  }
}

Reloader::Reloader(asio::any_io_executor executor, Loader loader, LoadReport report, Use use,
                   prometheus::Registry& registry)
    : state_(std::make_shared<State>(executor, std::move(loader), std::move(report), std::move(use),
                                     registry)) {
  state_->tasks.Spawn([state = state_] { return State::Run(state); });
  state_->tasks.Spawn([state = state_] { return State::WatchFiles(state); });
  state_->tasks.Spawn([state = state_] { return State::WatchSignal(state); });
}

Reloader::~Reloader() {
  state_->tasks.AskToEnd();
  state_->pool.reset();
}

std::string Reloader::Report() const {
  return FormatReport(state_->report);
}

}  // namespace tamarack::gateway
