#include "platform/curl/loop.h"
#include "platform/smtp/smtp.h"
#include "services/notify/delivery_worker.h"
#include "services/notify/migrations.h"
#include "services/notify/notification_service.h"
#include "services/notify/template_service.h"
#include "tests/support/service_host.h"

#include "tamarack/notify/v1/notification_service.pb.h"

#include <catch2/catch.hpp>

#include <future>

// Goal: what a ministry may rely on when it sends. Method: the real services over gRPC with a real
// database; keys of kind `test`, so that the worker's outcomes are the simulator's.
namespace tamarack::notify {
namespace {

constexpr char kSend[] = "/tamarack.notify.v1.NotificationService/SendEmail";
constexpr char kGet[] = "/tamarack.notify.v1.NotificationService/GetNotification";
constexpr char kList[] = "/tamarack.notify.v1.NotificationService/ListNotifications";
constexpr char kPut[] = "/tamarack.notify.v1.TemplateService/PutTemplate";

auth::Principal TestKey(std::string service_id) {
  auto principal = testing::ServiceCaller(std::move(service_id), {"notify.send"});
  principal.key_type = "test";
  return principal;
}

struct Fixture {
  testing::ServiceHost host{Migrations()};
  crypto::Sealer sealer = *crypto::Sealer::FromSecret(std::string(32, 'k'), "test");
  TemplateRepository templates{host.pool()};
  NotificationRepository notifications{host.executor(), host.pool(), sealer};
  curl::Loop curl{host.executor()};
  smtp::Client smtp{curl};
  DeliveryWorker worker{host.executor(), notifications, smtp, Options(), host.registry()};
  std::unique_ptr<grpc::Service> notification_service =
      MakeNotificationService(host.interceptor(), templates, notifications,
                              {"http://gov.test", "no-reply@gov.test", [this] { worker.Wake(); }});
  idempotency::Once once{host.pool(), sealer};
  std::unique_ptr<grpc::Service> template_service =
      MakeTemplateService(host.interceptor(), templates, once);
  auth::Principal admin = testing::ServiceCaller("s1", {"platform.admin"});
  auth::Principal caller = TestKey("s1");
  std::string template_id;

  Fixture() {
    host.Serve({notification_service.get(), template_service.get()});
    v1::PutTemplateRequest put;
    put.set_service_id("s1");
    put.set_type("email");
    put.set_name("Confirmation");
    put.set_subject("Renewal ((ref))");
    put.set_body("Dear ((name)), done.");
    template_id = host.Call<v1::Template>(kPut, put, &admin)->id();
  }
  ~Fixture() { host.Stop(); }

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
                                             const std::string& key = "") {
    std::map<std::string, std::string> metadata;
    if (!key.empty()) metadata["x-tamarack-idempotency-key"] = key;
    return host.Call<v1::SendEmailResponse>(kSend, request, &caller, metadata);
  }

  v1::Notification Get(const std::string& id) {
    v1::GetNotificationRequest request;
    request.set_notification_id(id);
    return *host.Call<v1::Notification>(kGet, request, &caller);
  }

  // Its status once it is final.
  std::string FinalStatus(const std::string& id) {
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::string status;
    while (std::chrono::steady_clock::now() < end) {
      status = Get(id).status();
      if (status != "created" && status != "sending") break;
    }
    return status;
  }

  std::string Count(const std::string& where = "true") {
    return host.database().Execute("SELECT count(*) FROM notification WHERE " + where);
  }
};

TEST_CASE_METHOD(Fixture,
                 "SendEmail: the answer shows the rendered email, and the notification can be read",
                 "[notify]") {
  auto sent = Send(Email());
  REQUIRE(sent.ok());
  CHECK(sent->content().subject() == "Renewal R-1");
  CHECK(sent->content().body() == "Dear Zoé, done.");
  CHECK(sent->uri() == "http://gov.test/v2/notifications/" + sent->id());
  CHECK(Get(sent->id()).status() == "created");
}

TEST_CASE_METHOD(Fixture, "SendEmail: addresses and texts are not readable in the database",
                 "[notify]") {
  REQUIRE(Send(Email("someone@simulator.notify")).ok());
  CHECK(host.database().Execute(
            "SELECT count(*) FROM notification n WHERE n::text LIKE '%someone%'") == "0");
  CHECK(host.database().Execute(
            "SELECT count(*) FROM notification n WHERE n::text LIKE '%Dear Zo%'") == "0");
}

TEST_CASE_METHOD(Fixture, "SendEmail: the same Idempotency-Key sends once, another body is refused",
                 "[notify]") {
  auto first = Send(Email(), "key-1");
  auto again = Send(Email(), "key-1");
  REQUIRE(first.ok());
  REQUIRE(again.ok());
  CHECK(again->id() == first->id());
  CHECK(Count() == "1");
  CHECK(absl::IsFailedPrecondition(Send(Email("b@simulator.notify"), "key-1").status()));
  CHECK(Count() == "1");
}

TEST_CASE_METHOD(Fixture, "SendEmail: 50 concurrent requests with one key make one notification",
                 "[notify]") {
  std::vector<std::future<absl::StatusOr<v1::SendEmailResponse>>> calls;
  for (int i = 0; i < 50; ++i)
    calls.push_back(std::async(std::launch::async, [&] { return Send(Email(), "race"); }));
  std::set<std::string> ids;
  for (auto& call : calls) {
    auto answer = call.get();
    REQUIRE(answer.ok());
    ids.insert(answer->id());
  }
  CHECK(ids.size() == 1);
  CHECK(Count() == "1");
}

TEST_CASE_METHOD(Fixture, "SendEmail: wrong requests are refused with words, and nothing is stored",
                 "[notify]") {
  auto unknown_template = Email();
  unknown_template.set_template_id("018f0000-0000-7000-8000-000000000000");
  auto no_uuid = Email();
  no_uuid.set_template_id("x");
  auto missing_value = Email();
  missing_value.mutable_personalisation()->mutable_fields()->erase("name");
  CHECK(Send(unknown_template).status().message() == "Template not found");
  CHECK(Send(no_uuid).status().message() == "template_id: is not a valid UUID");
  CHECK(Send(missing_value).status().message() == "Missing personalisation: name");
  CHECK(absl::IsInvalidArgument(Send(Email("no address")).status()));
  CHECK(absl::IsInvalidArgument(Send(v1::SendEmailRequest()).status()));
  CHECK(Count() == "0");
}

TEST_CASE_METHOD(Fixture, "A service sees neither another's templates nor its notifications",
                 "[notify]") {
  auto sent = Send(Email());
  REQUIRE(sent.ok());
  caller = TestKey("s2");
  CHECK(Send(Email()).status().message() == "Template not found");
  v1::GetNotificationRequest get;
  get.set_notification_id(sent->id());
  CHECK(absl::IsNotFound(host.Call<v1::Notification>(kGet, get, &caller).status()));
}

TEST_CASE_METHOD(Fixture, "Without a token, or without the scope, nothing can be sent",
                 "[notify]") {
  CHECK(
      absl::IsUnauthenticated(host.Call<v1::SendEmailResponse>(kSend, Email(), nullptr).status()));
  auto reader = testing::ServiceCaller("s1", {"notify.read"});
  CHECK(
      absl::IsPermissionDenied(host.Call<v1::SendEmailResponse>(kSend, Email(), &reader).status()));
}

TEST_CASE_METHOD(Fixture, "The worker brings each notification to its end", "[notify]") {
  worker.Start();
  auto delivered = Send(Email());
  auto temporary = Send(Email("temp-fail@simulator.notify"));
  auto permanent = Send(Email("perm-fail@simulator.notify"));
  CHECK(FinalStatus(delivered->id()) == "delivered");
  CHECK(FinalStatus(temporary->id()) == "temporary-failure");
  CHECK(FinalStatus(permanent->id()) == "permanent-failure");
  CHECK(Get(delivered->id()).has_completed_at());
  worker.Stop();
}

TEST_CASE_METHOD(Fixture, "The worker misses no notification that is accepted while it claims",
                 "[notify]") {
  worker.Start();
  std::vector<std::future<bool>> senders;
  for (int i = 0; i < 4; ++i) {
    senders.push_back(std::async(std::launch::async, [&] {
      bool are_delivered = true;
      for (int n = 0; n < 25 && are_delivered; ++n)
        are_delivered = FinalStatus(Send(Email())->id()) == "delivered";
      return are_delivered;
    }));
  }
  for (auto& sender : senders) CHECK(sender.get());
  worker.Stop();
}

TEST_CASE_METHOD(Fixture, "More notifications than fit at once are all delivered", "[notify]") {
  std::vector<std::string> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(Send(Email())->id());
  worker.Start();
  for (const auto& id : ids) CHECK(FinalStatus(id) == "delivered");
  worker.Stop();
}

TEST_CASE_METHOD(Fixture,
                 "A worker that comes late neither changes an end nor postpones another's claim",
                 "[notify]") {
  auto sent = Send(Email());
  auto late = host.Await(notifications.Claim(10, 60))->front();
  host.database().Execute("UPDATE notification SET due_at = now() - interval '1 second'");
  auto prompt = host.Await(notifications.Claim(10, 60))->front();
  REQUIRE(host.Await(notifications.Postpone(late, 0)).ok());
  CHECK(host.Await(notifications.Claim(10, 60))->empty());
  REQUIRE(host.Await(notifications.Finish(prompt.id, Status::kDelivered)).ok());
  REQUIRE(host.Await(notifications.Finish(late.id, Status::kPermanentFailure)).ok());
  CHECK(Get(sent->id()).status() == "delivered");
}

TEST_CASE_METHOD(Fixture, "A notification that cannot be opened keeps no other waiting",
                 "[notify]") {
  auto broken = Send(Email());
  auto sound = Send(Email());
  host.database().Execute("UPDATE notification SET sealed = 'x' WHERE notification_id = '" +
                          broken->id() + "'");
  worker.Start();
  CHECK(FinalStatus(sound->id()) == "delivered");
  worker.Stop();
  CHECK(Count("status = 2") == "1");
}

TEST_CASE_METHOD(Fixture,
                 "SendEmail: a text that grows beyond the limit is refused, unsupported fields too",
                 "[notify]") {
  auto too_long = Email();
  (*too_long.mutable_personalisation()->mutable_fields())["name"].set_string_value(
      std::string(2'000'001, 'x'));
  auto message = std::string(Send(too_long).status().message());
  CHECK(message.find("too long") != std::string::npos);
  auto reply_to = Email();
  reply_to.set_email_reply_to_id("018f0000-0000-7000-8000-000000000000");
  CHECK(absl::IsInvalidArgument(Send(reply_to).status()));
  auto unsubscribe = Email();
  unsubscribe.set_one_click_unsubscribe_url("https://e.ca/\r\nBcc:");
  CHECK(absl::IsInvalidArgument(Send(unsubscribe).status()));
  CHECK(Count() == "0");
}

TEST_CASE_METHOD(Fixture, "A claim that nobody finished is taken again when it lapses",
                 "[notify]") {
  auto sent = Send(Email());
  auto abandoned = host.Await(notifications.Claim(10, 60));
  REQUIRE(abandoned->size() == 1);
  CHECK(host.Await(notifications.Claim(10, 60))->empty());
  host.database().Execute("UPDATE notification SET due_at = now() - interval '1 second'");
  auto again = host.Await(notifications.Claim(10, 60));
  REQUIRE(again->size() == 1);
  CHECK(again->front().attempts == 2);
}

TEST_CASE_METHOD(Fixture, "ListNotifications: newest first, by reference, by status", "[notify]") {
  for (const char* reference : {"a", "b", "b"}) {
    auto request = Email();
    request.set_reference(reference);
    REQUIRE(Send(request).ok());
  }
  v1::ListNotificationsRequest all;
  auto listed = host.Call<v1::ListNotificationsResponse>(kList, all, &caller);
  REQUIRE(listed.ok());
  REQUIRE(listed->notifications_size() == 3);
  CHECK(listed->notifications(2).reference() == "a");
  v1::ListNotificationsRequest some;
  some.set_reference("b");
  some.add_status("created");
  auto filtered = host.Call<v1::ListNotificationsResponse>(kList, some, &caller);
  CHECK(filtered->notifications_size() == 2);
  CHECK(filtered->links().current() ==
        "http://gov.test/v2/notifications?status=created&reference=b");
  v1::ListNotificationsRequest bad;
  bad.add_status("lost");
  CHECK(absl::IsInvalidArgument(
      host.Call<v1::ListNotificationsResponse>(kList, bad, &caller).status()));
}

TEST_CASE_METHOD(Fixture, "ListNotifications: the next page goes on with the same question",
                 "[notify]") {
  auto request = Email();
  request.set_reference("a&b");
  auto first = Send(request);
  host.database().Execute(
      "INSERT INTO notification (notification_id, service_id, key_type, template_id, "
      "template_version, reference) "
      "SELECT gen_random_uuid(), service_id, key_type, template_id, template_version, reference "
      "FROM notification, generate_series(1, 250)");
  v1::ListNotificationsRequest page;
  page.set_reference("a&b");
  auto listed = host.Call<v1::ListNotificationsResponse>(kList, page, &caller);
  REQUIRE(listed->notifications_size() == 250);
  std::string last = listed->notifications(249).id();
  CHECK(listed->links().next() ==
        "http://gov.test/v2/notifications?reference=a%26b&older_than=" + last);
  page.set_older_than(last);
  auto rest = host.Call<v1::ListNotificationsResponse>(kList, page, &caller);
  REQUIRE(rest->notifications_size() == 1);
  CHECK(rest->notifications(0).id() == first->id());
  CHECK_FALSE(rest->links().has_next());
}

TEST_CASE_METHOD(Fixture, "After the retention the address is gone and the count stays",
                 "[notify]") {
  worker.Start();
  auto sent = Send(Email(), "key-1");
  CHECK(FinalStatus(sent->id()) == "delivered");
  worker.Stop();
  host.database().Execute("UPDATE notification SET created_at = now() - interval '8 days'");
  host.database().Execute("UPDATE idempotency_key SET created_at = now() - interval '8 days'");
  CHECK(*host.Await(notifications.ForgetContent(7)) == 1);
  CHECK_FALSE(Get(sent->id()).has_email_address());
  CHECK(host.database().Execute("SELECT count(*) FROM idempotency_key") == "0");
  CHECK(Count() == "1");
}

}  // namespace
}  // namespace tamarack::notify
