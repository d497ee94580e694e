#pragma once

#include "platform/rpc/peers.h"
#include "platform/rpc/tls.h"

#include <grpcpp/server.h>

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

// A listening gRPC server with health checking and the limits every service shares.
class Server {
 public:
  // `address` is host:port, port 0 for any. `has_reflection` lets callers ask for descriptors.
  // Throws std::runtime_error when it cannot listen.
  Server(const std::string& address, const std::vector<grpc::Service*>& services,
         const ServerSecurity& security, bool has_reflection = false);
  int port() const { return port_; }

  // What gRPC's health service says of every service here; serving, until somebody says otherwise.
  // Any thread.
  void SetServing(bool is_serving);

  // Refuses new calls, waits `seconds` for running ones, then cancels and waits for their Finish.
  // Call off the executor.
  void Drain(int seconds);

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace tamarack::rpc
