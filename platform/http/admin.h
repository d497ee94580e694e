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

// Something a process cannot work without, e.g. {"postgres", [&] { return pool.Ping(); }}.
struct ReadyCheck {
  std::string name;
  std::function<AsyncStatus()> check;
};

// The port for those who run the process: /livez (200 while the loop turns), /readyz (503 while a
// check fails or gives no answer in time, or we drain; lists each check with its reason) and
// /metrics, and pages that the process adds. Same threading rules as http::Server.
class AdminServer {
 public:
  AdminServer(boost::asio::any_io_executor executor, std::string address,
              const prometheus::Registry& registry, std::vector<ReadyCheck> checks,
              std::chrono::milliseconds check_time = std::chrono::seconds(2));
  ~AdminServer();

  int port() const;

  // Serves the JSON text that `json` gives under `path`. Before the loop runs.
  void AddPage(std::string path, std::function<std::string()> json);

  // From now on /readyz answers 503, so that load balancers look elsewhere. Any thread.
  void SetDraining();

  // Stops serving; call it last. See http::Server::Drain.
  void Drain(std::chrono::milliseconds limit);

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::unique_ptr<Server> server_;
};

}  // namespace tamarack::http
