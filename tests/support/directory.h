#pragma once

#include "platform/rpc/client.h"
#include "platform/rpc/server.h"
#include "tests/support/service_host.h"

#include "tamarack/identity/v1/directory_service.grpc.pb.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace tamarack::testing {

namespace identity_v1 = tamarack::identity::v1;

// Stands in for identity: of ministries and services those do not exist whose id ends in `nowhere`.
// Ids come in lower case, as PostgreSQL writes UUIDs.
class Directory : public identity_v1::DirectoryService::CallbackService {
 public:
  using Api = identity_v1::DirectoryService;
  explicit Directory(rpc::Interceptor& rpc) : rpc_(rpc) {}

  TAMARACK_UNARY(FindTenants, identity_v1::FindTenantsRequest, identity_v1::FindTenantsResponse) {
    if (is_down) co_return absl::UnavailableError("down");
    identity_v1::FindTenantsResponse response;
    for (const auto& id : request.ministry_ids()) {
      if (!Exists(id)) continue;
      auto& ministry = *response.add_ministries();
      ministry.set_ministry_id(absl::AsciiStrToLower(id));
      ministry.set_name_en("Ministry of Services");
      ministry.set_name_fr("Ministère des Services");
    }
    for (const auto& id : request.service_ids()) {
      if (Exists(id)) response.add_service_ids(absl::AsciiStrToLower(id));
    }
    co_return response;
  }
  static bool Exists(const std::string& id) { return !absl::EndsWith(id, "nowhere"); }
  std::atomic<bool> is_down = false;

 protected:
  rpc::Interceptor& rpc_;
};

// It, or one that knows more, on a port, and the client of it that the service `name` has. Stop it
// after the host.
template <class Of = Directory>
struct DirectoryServer {
  DirectoryServer(ServiceHost& host, std::string name, std::set<std::string, std::less<>> scopes)
      : directory(host.interceptor()),
        client("127.0.0.1:" + std::to_string(server.port()),
               [&host, self = ServiceCaller(std::move(name), std::move(scopes))]()
                   -> Async<std::string> { co_return host.Token(self); }) {}
  void Stop() { server.Drain(std::chrono::seconds(1)); }

  Of directory;
  rpc::Server server{"127.0.0.1:0", {&directory}, rpc::PlainText()};
  rpc::Client client;
};

}  // namespace tamarack::testing
