#pragma once

#include "platform/rpc/peers.h"
#include "platform/rpc/tls.h"

#include <grpcpp/server.h>

#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tamarack::rpc {

// Whoever can connect is believed: for tests, and for a service alone on the loopback interface.
struct PlainText {};
// Mutual TLS: only who shows a certificate of our authority connects, and calls what `peers`
// allows.
struct PeerTls {
  TlsFiles files;
  Peers peers;
};
using ServerSecurity = std::variant<PlainText, PeerTls>;

struct ServerOptions {
  bool has_reflection = false;  // Callers may ask for descriptors.
  // A connection is ended at this age, give or take a tenth, without failing a call: callers then
  // look the name up again, and a replica that is new gets its share.
  std::chrono::seconds connection_age_max{300};
};

// A listening gRPC server with health checking and the limits every service shares.
class Server {
 public:
  // `address` is host:port, port 0 for any. Throws std::runtime_error when it cannot listen.
  Server(const std::string& address, const std::vector<grpc::Service*>& services,
         const ServerSecurity& security, const ServerOptions& options = {});
  int port() const { return port_; }

  // What gRPC's health service says; serving, until somebody says otherwise. Under the name `calls`
  // it is serving all the same until Drain: for callers that want to be refused by us, not for us.
  // Any thread.
  void SetServing(bool is_serving);

  // Says that it does not serve, and does for `notice`; then refuses new calls, waits for running
  // ones up to `limit`, then cancels and waits for their Finish. Call off the executor.
  void Drain(std::chrono::milliseconds limit, std::chrono::milliseconds notice = {});

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace tamarack::rpc
