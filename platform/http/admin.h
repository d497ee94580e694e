#pragma once

#include "platform/base/status.h"
#include "platform/http/server.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Registry;
}

namespace tamarack::http {

// Something a process stands on, e.g. {"postgres", [&] { return pool.Ping(); }}. It is not ready
// without a hard one. Without a soft one it is degraded: it goes on with what does not need it, and
// is not taken out of service, for another replica would not have it either. A check may use
// nothing that calls can use up.
struct ReadyCheck {
  std::string name;
  std::function<AsyncStatus()> check;
  bool is_hard = true;
};

struct Readiness {
  bool is_ready = false;
  bool is_degraded = false;
  std::vector<std::string> failing = {};  // Checks, by name.
  bool operator==(const Readiness&) const = default;
};

// The port for those who run the process: /livez (200 while the loop turns, touching nothing),
// /readyz (503 while a hard check fails or gives no answer in time, or we drain; lists each check
// with its reason) and /metrics, and pages that the process adds. Same threading rules as
// http::Server.
class AdminServer {
 public:
  AdminServer(boost::asio::any_io_executor executor, std::string address,
              prometheus::Registry& registry, std::vector<ReadyCheck> checks,
              std::chrono::milliseconds check_time = std::chrono::seconds(2));
  ~AdminServer();

  int port() const;

  // Serves the JSON text that `json` gives under `path`. Before the loop runs.
  void AddPage(std::string path, std::function<std::string()> json);

  // Runs the checks every `interval`, and calls back on the loop, first at once and then when what
  // came of them is another; "not ready" counts once it came three times in a row, for a loop that
  // was busy for a moment is no reason to end all calls. For those who are told rather than ask
  // (gRPC health). Each change is logged too, and `tamarack_readiness_check_ok` shows what each
  // check came to last. Call once.
  void Watch(
      std::chrono::milliseconds interval,
      std::function<void(Readiness)> on_change = [](const Readiness&) {});

  // From now on /readyz answers 503, so that load balancers look elsewhere. Any thread.
  void SetDraining();

  // Stops serving; call it last. See http::Server::Drain.
  void Drain(std::chrono::milliseconds limit);

 private:
  struct State;
  static boost::asio::awaitable<Response> Answer(std::shared_ptr<State> state, Request request);
  std::shared_ptr<State> state_;
  std::unique_ptr<Server> server_;
};

}  // namespace tamarack::http
