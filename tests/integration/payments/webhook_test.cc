#include "platform/rpc/errors.h"
#include "services/payments/migrations.h"
#include "services/payments/webhook_service.h"
#include "tests/support/directory.h"

#include "tamarack/payments/v1/webhook_service.pb.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

// Goal: an endpoint that could never be told anything is refused when it is made, and the answer
// names the field. Method: the real service; identity knows no service "nowhere".
namespace tamarack::payments {
namespace {

struct Fixture {
  Fixture() { host.Serve({service.get()}); }
  ~Fixture() {
    host.Stop();
    identity.Stop();
  }

  absl::StatusOr<v1::WebhookEndpoint> Create(const std::string& service_id,
                                             const std::vector<std::string>& types,
                                             const std::string& url = "https://a.example/hook",
                                             const std::string& key = "",
                                             const std::string& mode = "sandbox") {
    v1::CreateWebhookEndpointRequest request;
    request.set_service_id(service_id);
    request.set_mode(mode);
    request.set_url(url);
    request.mutable_event_types()->Add(types.begin(), types.end());
    return host.Call<v1::WebhookEndpoint>(
        "/tamarack.payments.v1.WebhookService/CreateWebhookEndpoint", request, &admin,
        {{"x-tamarack-idempotency-key", key}});
  }
  // The field that the answer names.
  std::string Refused(const std::string& service_id, const std::vector<std::string>& types,
                      const std::string& url = "https://a.example/hook") {
    auto violations = rpc::ViolationsOf(Create(service_id, types, url).status());
    return violations.size() == 1 ? violations[0].field : "";
  }

  testing::ServiceHost host{Migrations()};
  auth::Principal admin = testing::ServiceCaller("admin", {"platform.admin"});
  testing::DirectoryServer<> identity{host, "payments", {"identity.tenants.read"}};
  crypto::Sealer sealer{crypto::Keyring(std::string(32, 'k')), "test"};
  webhooks::Outbox outbox{host.pool(), sealer};
  idempotency::Once once{host.pool(), sealer};
  std::unique_ptr<grpc::Service> service =
      MakeWebhookService(host.interceptor(), outbox, once, identity.client);
};

}  // namespace

TEST_CASE_METHOD(Fixture,
                 "Webhook endpoint: is made for a service that exists, and events there are",
                 "[payments]") {
  auto all = Create("s1", {});
  REQUIRE(all.ok());
  CHECK(all->secret().starts_with("whsec_"));
  CHECK(Create("s1", {"ca.tamarack.payments.payment.captured.v1"}).ok());
}

TEST_CASE_METHOD(Fixture, "Webhook endpoint: is for the payments of one mode", "[payments]") {
  const std::string kUrl = "https://a.example/hook";
  for (const char* mode : {"live", "sandbox"}) {
    CAPTURE(mode);
    CHECK(Create("s1", {}, kUrl, "", mode)->mode() == mode);
  }
  for (const char* mode : {"", "test", "Live"}) {
    CAPTURE(mode);
    CHECK(rpc::ViolationsOf(Create("s1", {}, kUrl, "", mode).status()).at(0).field == "mode");
  }
  CHECK(host.database().Execute("SELECT string_agg(mode, ' ' ORDER BY mode) FROM "
                                "webhook_endpoint") == "live sandbox");
}

TEST_CASE_METHOD(Fixture,
                 "Webhook endpoint: what could never be told anything is refused by its field",
                 "[payments]") {
  const std::string kCaptured = "ca.tamarack.payments.payment.captured.v1";
  CHECK(Refused("nowhere", {}) == "service_id");
  CHECK(Refused("ministry-of-nowhere", {kCaptured}) == "service_id");
  CHECK(Refused("\u00A0", {kCaptured}) == "service_id");
  CHECK(Refused("s1", {"payment.captured"}) == "event_types[0]");
  CHECK(Refused("s1", {kCaptured, "ca.tamarack.payments.payment.refunded.v1"}) == "event_types[1]");
  CHECK(Refused("s1", {"ca.tamarack.tellusonce.address.changed.v1"}) == "event_types[0]");
  for (const char* url :
       {"ftp://a.example/hook", "https://u:p@a.example/hook", "https://a/#x",
        "http://127.0.0.1/hook", "http://10.0.0.1/hook", "http://10.0.0.1./hook", "not a url"}) {
    INFO(url);
    CHECK(Refused("s1", {}, url) == "url");
  }
  identity.directory.is_down = true;
  auto status = Create("s1", {}).status();
  CHECK(absl::IsUnavailable(status));
  // So that the caller may try again: nothing happened.
  CHECK_THAT(std::string(status.message()), Catch::StartsWith("Nothing was done"));
  CHECK(host.database().Execute("SELECT count(*) FROM webhook_endpoint") == "0");
}

TEST_CASE_METHOD(Fixture, "Webhook endpoint: belongs to the service as identity writes its id",
                 "[payments]") {
  CHECK(Create("S1", {})->service_id() == "s1");
  CHECK(host.database().Execute("SELECT tenant_id FROM webhook_endpoint") == "s1");
}

TEST_CASE_METHOD(Fixture, "Webhook endpoint: a repeat gets its secret while identity is down",
                 "[payments]") {
  auto first = Create("s1", {}, "https://a.example/hook", "k");
  REQUIRE(first.ok());
  identity.directory.is_down = true;
  CHECK(Create("s1", {}, "https://a.example/hook", "k")->secret() == first->secret());
  // Another request is told so, even one that would be refused anyway.
  for (const char* type : {"ca.tamarack.payments.payment.captured.v1", "no event"})
    CHECK(rpc::ReasonOf(Create("s1", {type}, "https://a.example/hook", "k").status()) ==
          "IDEMPOTENCY_KEY_REUSED");
  CHECK(host.database().Execute("SELECT count(*) FROM webhook_endpoint") == "1");
}

}  // namespace tamarack::payments
