// Notify's real services over gRPC with a real database; keys of kind `test` unless a test says
// otherwise, so that the worker's outcomes are the simulator's.
#pragma once

#include "platform/curl/multi.h"
#include "platform/smtp/smtp.h"
#include "services/notify/delivery_worker.h"
#include "services/notify/key_uses.h"
#include "services/notify/migrations.h"
#include "services/notify/notification_service.h"
#include "services/notify/template_service.h"
#include "tests/support/directory.h"

#include "tamarack/notify/v1/notification_service.pb.h"
#include "tests/support/eventually.h"

#include <catch2/catch.hpp>

#include <future>

namespace tamarack::notify {

inline constexpr char kSend[] = "/tamarack.notify.v1.NotificationService/SendEmail";
inline constexpr char kGet[] = "/tamarack.notify.v1.NotificationService/GetNotification";
inline constexpr char kList[] = "/tamarack.notify.v1.NotificationService/ListNotifications";
inline constexpr char kPut[] = "/tamarack.notify.v1.TemplateService/PutTemplate";
inline constexpr char kPreview[] = "/tamarack.notify.v1.TemplateService/PreviewTemplate";

inline auth::Principal KeyOf(std::string service_id, std::string key_type) {
  auto principal = testing::ServiceCaller(std::move(service_id), {"notify.send"});
  principal.mode = key_type == "test" ? "sandbox" : "live";
  principal.key_type = std::move(key_type);
  return principal;
}
inline auth::Principal TestKey(std::string service_id) {
  return KeyOf(std::move(service_id), "test");
}

struct Fixture {
  testing::ServiceHost host{Migrations()};
  crypto::Keyring ring{std::string(32, 'k')};
  crypto::Sealer sealer{ring, kContentSeal};
  TemplateRepository templates{host.pool()};
  NotificationRepository notifications{host.executor(), host.pool(), sealer};
  idempotency::Once keys{host.pool(), sealer, std::chrono::hours(7 * 24)};
  curl::Multi curl{host.executor()};
  smtp::Client smtp{curl};
  DeliveryWorker worker{host.executor(), notifications, smtp, Options(), host.registry()};
  std::unique_ptr<grpc::Service> notification_service =
      MakeNotificationService(host.interceptor(), templates, notifications, keys,
                              {"http://gov.test", "no-reply@gov.test", [this] { worker.Wake(); }});
  idempotency::Once once{host.pool(), sealer};
  testing::DirectoryServer<> identity{host, "notify", {"identity.tenants.read"}};
  std::unique_ptr<grpc::Service> template_service =
      MakeTemplateService(host.interceptor(), templates, once, identity.client);
  auth::Principal admin = testing::ServiceCaller("s1", {"platform.admin"});
  auth::Principal caller = TestKey("s1");
  std::string template_id;

  Fixture() {
    host.Serve({notification_service.get(), template_service.get()});
    template_id = host.Call<v1::Template>(kPut, NewTemplate(), &admin)->id();
  }
  ~Fixture() {
    identity.Stop();
    host.Stop();
  }

  static v1::PutTemplateRequest NewTemplate() {
    v1::PutTemplateRequest put;
    put.set_service_id("s1");
    put.set_type("email");
    put.set_name("Confirmation");
    put.set_subject("Renewal ((ref))");
    put.set_body("Dear ((name)), done.");
    return put;
  }

  static DeliveryOptions Options() {
    DeliveryOptions options;
    options.from_address = "no-reply@gov.test";
    options.tick = std::chrono::hours(1);  // so that nothing is found but what was announced
    return options;
  }

  v1::SendEmailRequest Email(const std::string& address = "a@simulator.notify") {
    v1::SendEmailRequest request;
    request.set_email_address(address);
    request.set_template_id(template_id);
    auto& values = *request.mutable_personalisation()->mutable_fields();
    values["name"].set_string_value("Zoé");
    values["ref"].set_string_value("R-1");
    return request;
  }

  absl::StatusOr<v1::SendEmailResponse> Send(const v1::SendEmailRequest& request,
                                             const std::string& key = "",
                                             testing::Answer* answer = nullptr) {
    std::map<std::string, std::string> metadata;
    if (!key.empty()) metadata["x-tamarack-idempotency-key"] = key;
    return host.Call<v1::SendEmailResponse>(kSend, request, &caller, metadata, answer);
  }

  v1::Notification Get(const std::string& id) {
    v1::GetNotificationRequest request;
    request.set_notification_id(id);
    return *host.Call<v1::Notification>(kGet, request, &caller);
  }

  // Its status once it is final.
  std::string FinalStatus(const std::string& id) {
    std::string status;
    testing::Eventually([&] {
      status = Get(id).status();
      return status != "created" && status != "sending";
    });
    return status;
  }

  std::string Count(const std::string& where = "true") {
    return host.database().Execute("SELECT count(*) FROM notification WHERE " + where);
  }
};

}  // namespace tamarack::notify
