#pragma once

#include "gateway/gateway.h"
#include "platform/rpc/client.h"
#include "tests/integration/access/probe.h"
#include "tests/integration/identity/world.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tamarack::access {

// A back end that has no method, and remembers which one was asked for: whoever gets as far as this
// was let through.
class StandIn final : public grpc::CallbackGenericService {
 public:
  struct Call {
    std::string path;  // `/package.Service/Method`
    std::map<std::string, std::string> metadata;
  };

  StandIn() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~StandIn() override { server_->Shutdown(); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // The call since the last time of asking, if there was one.
  std::optional<Call> Take() {
    std::lock_guard lock(mutex_);
    return std::exchange(last_, std::nullopt);
  }

 private:
  struct Reactor final : grpc::ServerGenericBidiReactor {
    Reactor() { Finish({grpc::StatusCode::UNIMPLEMENTED, "nothing here"}); }
    void OnDone() override { delete this; }
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    Call call{context->method(), {}};
    for (const auto& [key, value] : context->client_metadata()) {
      call.metadata.emplace(std::string(key.data(), key.size()),
                            std::string(value.data(), value.size()));
    }
    std::lock_guard lock(mutex_);
    last_ = std::move(call);
    return new Reactor;
  }

  std::mutex mutex_;
  std::optional<Call> last_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// The gateway with the routes of every service, credentials exchanged at the real identity, and
// nothing behind it but the stand-in.
struct GatewayWorld : identity::World {
  static constexpr char kPublicUrl[] = "https://services.test";

  StandIn stand_in;
  std::vector<gateway::BackendDescriptors> sets = OwnedSets();
  std::vector<Probe> probes = ReadProbes(sets);
  rpc::Client identity_client{address};
  gateway::Authenticator authenticator{
      host.executor(),
      [this](api::v1::ExchangeRequest request) -> Async<api::v1::ExchangeResponse> {
        co_return co_await identity_client.Call<api::v1::ExchangeResponse>(
            "/tamarack.api.v1.CredentialService/Exchange", request);
      },
      {"gateway", "gateway secret"}};
  std::unique_ptr<gateway::Gateway> gateway = MakeGateway();

  ~GatewayWorld() { host.Stop(); }

  // What is not the platform's is a ministry's.
  std::vector<gateway::BackendDescriptors> OwnedSets() {
    auto found = ReadDescriptorSets();
    const std::string ministry_id = NewService("Plug-ins").ministry_id();
    for (auto& set : found) {
      set.audience = set.name;
      if (!identity::IsPlatformAudience(set.name))
        set.plugin = std::make_shared<const gateway::Plugin>(gateway::Plugin{.owner = ministry_id});
    }
    return found;
  }

  // Back ends may be real ones, at these addresses by their names.
  std::unique_ptr<gateway::Gateway> MakeGateway(
      const std::map<std::string, std::string>& addresses = {}) {
    std::vector<std::string> notes;
    auto routes = gateway::RouteTable::Build(sets, &notes);
    if (!routes.ok()) throw std::runtime_error(std::string(routes.status().message()));
    std::vector<std::shared_ptr<gateway::Backend>> backends;
    for (const auto& set : sets) {
      auto real = addresses.find(set.name);
      backends.push_back(std::make_shared<gateway::Backend>(
          real == addresses.end() ? stand_in.address() : real->second));
    }
    gateway::GatewayOptions options;
    options.public_url = kPublicUrl;
    return std::make_unique<gateway::Gateway>(
        std::move(options), gateway::MakeSnapshot(*routes, std::move(backends), {kPublicUrl}),
        &authenticator, *gateway::Assets::Load(""), pages::DefaultBrand(), host.registry());
  }

  http::Response Send(const Probe& probe, const http::Headers& headers,
                      const std::string& query = "", const std::string& certificate_sha256 = "") {
    http::Request request;
    request.method = probe.http_method;
    request.target = probe.target + (query.empty() ? "" : "?" + query);
    request.headers = headers;
    if (!headers.Has("Host")) request.headers.Set("Host", "services.test");
    request.headers.Set("Idempotency-Key", "one");
    if (!probe.body.empty()) request.headers.Set("Content-Type", "application/json");
    request.body = probe.body;
    request.client_certificate_sha256 = certificate_sha256;
    request.remote_address = "192.0.2.1";
    return host.Await(gateway->Handle(std::move(request)));
  }
};

}  // namespace tamarack::access
