#pragma once

#include "platform/rpc/client.h"
#include "platform/rpc/server.h"
#include "tests/support/service_host.h"

#include "tamarack/identity/v1/directory_service.grpc.pb.h"

#include <absl/strings/ascii.h>

#include <atomic>
#include <string>

namespace tamarack::payments {

namespace identity_v1 = tamarack::identity::v1;

// What identity answers: it knows the service s1 only.
class Directory final : public identity_v1::DirectoryService::CallbackService {
 public:
  using Api = identity_v1::DirectoryService;
  explicit Directory(rpc::Interceptor& rpc) : rpc_(rpc) {}

  TAMARACK_UNARY(FindTenants, identity_v1::FindTenantsRequest, identity_v1::FindTenantsResponse) {
    if (is_down) co_return absl::UnavailableError("down");
    identity_v1::FindTenantsResponse response;
    for (const auto& id : request.service_ids()) {
      if (absl::AsciiStrToLower(id) == "s1") response.add_service_ids("s1");
    }
    co_return response;
  }
  std::atomic<bool> is_down = false;

 private:
  rpc::Interceptor& rpc_;
};

// It on a port, and the client of it that payments has. Stop it after the host.
struct DirectoryServer {
  explicit DirectoryServer(testing::ServiceHost& host)
      : directory(host.interceptor()),
        client("127.0.0.1:" + std::to_string(server.port()), [&host]() -> Async<std::string> {
          co_return host.Token(testing::ServiceCaller("payments", {"identity.tenants.read"}));
        }) {}
  void Stop() { server.Drain(1); }

  Directory directory;
  rpc::Server server{"127.0.0.1:0", {&directory}, rpc::PlainText()};
  rpc::Client client;
};

}  // namespace tamarack::payments
