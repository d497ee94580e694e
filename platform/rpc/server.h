#pragma once

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

namespace tamarack::rpc {

// A listening gRPC server with health checking, reflection and the limits every service shares.
class Server {
 public:
  // `address` is host:port, port 0 for any. Throws std::runtime_error when it cannot listen.
  Server(const std::string& address, const std::vector<grpc::Service*>& services);
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
