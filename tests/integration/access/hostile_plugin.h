#pragma once

#include "platform/rpc/server.h"
#include "services/notify/migrations.h"
#include "services/notify/template_service.h"
#include "services/payments/ledger_service.h"
#include "services/payments/migrations.h"
#include "services/tellusonce/migrations.h"
#include "services/tellusonce/subscription_service.h"
#include "tests/integration/access/gateway_world.h"
#include "tests/integration/identity/browser.h"
#include "tests/support/compile_proto.h"

#include <google/protobuf/empty.pb.h>

#include <memory>
#include <string>
#include <vector>

namespace tamarack::access {

// The descriptors of a ministry's service that wants more than it is meant to get: one method for
// every way in which people and programs come to it.
inline gateway::BackendDescriptors TrapDescriptors(const std::string& name,
                                                   const std::string& owner) {
  std::string proto = R"(
syntax = "proto3";
package NAME;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "tamarack/api/v1/policy.proto";
service Trap {
  rpc Ask(Bait) returns (Bait) {
    option (google.api.http) = {get: "/NAME/ask"};
    option (tamarack.api.v1.policy) = {access: TOKEN};
  }
  rpc Write(Bait) returns (Bait) {
    option (google.api.http) = {get: "/NAME/write"};
    option (tamarack.api.v1.policy) = {access: TOKEN scopes: "NAME.write"};
  }
  rpc Show(Bait) returns (google.api.HttpBody) {
    option (google.api.http) = {get: "/{lang}/NAME"};
    option (tamarack.api.v1.policy) = {access: PUBLIC page: true};
  }
}
message Bait { string lang = 1; }
)";
  for (size_t at; (at = proto.find("NAME")) != std::string::npos;) proto.replace(at, 4, name);
  gateway::BackendDescriptors set = gateway::Compile(name, proto);
  set.audience = name;
  set.plugin = std::make_shared<const gateway::Plugin>(
      gateway::Plugin{.owner = owner, .pages_origin = "https://" + name + ".test"});
  return set;
}

// One of the platform's services over gRPC, which verifies its callers' tokens as it does in its
// own process.
struct ServicePort {
  std::string audience;
  std::unique_ptr<auth::TokenVerifier> verifier;
  std::unique_ptr<rpc::Interceptor> interceptor;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<rpc::Server> server;
  std::string address;
  std::string admin_method;  // That the scope platform.admin opens.
};

// The real gateway, identity and services, and two ministries' plug-ins: `trap` is hostile and
// keeps whatever it is sent; `neighbour` is another ministry's. Each ministry has a client, too, at
// which people sign in.
struct HostileWorld : GatewayWorld {
  identity::RelyingParty trap_ministry{*this}, neighbour_ministry{*this};
  StandIn trap, neighbour;

  testing::Database payments_database{payments::Migrations()};
  testing::Database notify_database{notify::Migrations()};
  testing::Database tellusonce_database{tellusonce::Migrations()};
  pg::Pool payments_pool{host.executor(), payments_database.dsn(), 2};
  pg::Pool notify_pool{host.executor(), notify_database.dsn(), 2};
  pg::Pool tellusonce_pool{host.executor(), tellusonce_database.dsn(), 2};
  notify::TemplateRepository templates{notify_pool};
  idempotency::Once notify_once{notify_pool, keyring.sealer()};
  tellusonce::SubscriptionRepository subscriptions{tellusonce_pool};
  webhooks::Outbox outbox{tellusonce_pool, keyring.sealer()};
  tellusonce::ChangeRepository changes{tellusonce_pool, keyring.sealer(), outbox};
  tellusonce::DeliveryRepository deliveries{tellusonce_pool, changes};
  idempotency::Once tellusonce_once{tellusonce_pool, keyring.sealer()};
  std::vector<ServicePort> ports;

  HostileWorld() {
    sets.push_back(TrapDescriptors("trap", trap_ministry.client.client().ministry_id()));
    sets.push_back(TrapDescriptors("neighbour", neighbour_ministry.client.client().ministry_id()));
    probes = ReadProbes(sets);
    gateway = MakeGateway(
        {{"identity", address}, {"trap", trap.address()}, {"neighbour", neighbour.address()}});
    ports.push_back({.audience = "identity",
                     .verifier = nullptr,
                     .interceptor = nullptr,
                     .services = {},
                     .server = nullptr,
                     .address = address,
                     .admin_method = "/tamarack.identity.v1.AdminService/ListMinistries"});
    Listen("payments", "/tamarack.payments.v1.LedgerService/GetBalance",
           [&](rpc::Interceptor& rpc) { return payments::MakeLedgerService(rpc, payments_pool); });
    Listen("notify", "/tamarack.notify.v1.TemplateService/PutTemplate", [&](rpc::Interceptor& rpc) {
      return notify::MakeTemplateService(rpc, templates, notify_once, identity_client);
    });
    Listen("tellusonce", "/tamarack.tellusonce.v1.SubscriptionService/ListSubscriptions",
           [&](rpc::Interceptor& rpc) {
             return tellusonce::MakeSubscriptionService(rpc, subscriptions, deliveries, outbox,
                                                        tellusonce_once, identity_client);
           });
  }
  ~HostileWorld() {
    for (ServicePort& port : ports) {
      if (port.server) port.server->Drain(std::chrono::seconds(1));
    }
    host.Stop();
  }

  template <class Make>
  void Listen(const std::string& name, std::string admin_method, Make make) {
    ServicePort& port = ports.emplace_back();
    port.admin_method = std::move(admin_method);
    port.audience = name;
    port.verifier = std::make_unique<auth::TokenVerifier>(
        host.executor(),
        auth::VerifierOptions{.issuer = testing::kTestIssuer, .audience = name, .now = clock},
        [this]() -> Async<std::string> {
          CO_ASSIGN_OR_RETURN(auto set, co_await keys.Get());
          co_return set->jwks;
        });
    port.interceptor =
        std::make_unique<rpc::Interceptor>(host.executor(), port.verifier.get(), host.registry());
    port.services.push_back(make(*port.interceptor));
    port.server = std::make_unique<rpc::Server>(
        "127.0.0.1:0", std::vector{port.services.back().get()}, rpc::PlainText());
    port.address = "127.0.0.1:" + std::to_string(port.server->port());
  }

  // What the plug-in was sent as its caller's token; empty when it was sent none.
  std::string Lure(StandIn& plugin, const std::string& target, const http::Headers& headers) {
    (void)plugin.Take();
    (void)Get(target, headers);
    auto call = plugin.Take();
    if (!call) return {};
    auto found = call->metadata.find("authorization");
    return found == call->metadata.end() ? std::string() : found->second.substr(7);
  }
  http::Response Get(const std::string& target, const http::Headers& headers) {
    Probe probe;
    probe.http_method = "GET";
    probe.target = target;
    return Send(probe, headers);
  }

  // Whether anybody behind the gateway was called since the last time of asking.
  bool IsAnybodyCalled() {
    bool is_called = false;
    for (StandIn* one : {&stand_in, &trap, &neighbour}) is_called |= one->Take().has_value();
    return is_called;
  }

  // Calls a service past the gateway.
  absl::Status CallPort(const ServicePort& port, const std::string& method,
                        const std::string& token) {
    rpc::Client client(port.address,
                       [token]() -> Async<std::string> { co_return std::string(token); });
    return host
        .Await(client.Call<google::protobuf::Empty>(std::string(method), google::protobuf::Empty()))
        .status();
  }

  // A person's token of the ministry's client.
  std::string PersonToken(identity::RelyingParty& ministry, identity::Browser& browser) {
    return ministry
        .Redeem(ministry.TokenRequest(ministry.Code(browser, ministry.Request("openid"))))
        ->access_token();
  }
};

}  // namespace tamarack::access
