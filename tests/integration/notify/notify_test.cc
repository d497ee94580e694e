#include "platform/rpc/json_struct.h"
#include "tests/integration/notify/fixture.h"

#include <boost/json/parse.hpp>

#include <future>
#include <set>

// Goal: what a ministry may rely on when it sends. Method: see fixture.h.
namespace tamarack::notify {
using namespace std::chrono_literals;
namespace {

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

TEST_CASE_METHOD(Fixture, "SendEmail: a message in which there is nothing to see is refused",
                 "[notify]") {
  constexpr char kEmpty[] = "Your message is empty.";
  constexpr char kNoSubject[] = "The subject of your message is empty.";
  struct Case {
    const char* subject;
    const char* body;
    const char* values;
    const char* error;
  };
  for (const auto& [subject, body, values, error] : {
           Case{"s", "((c??shown))", R"({"c":"no"})", kEmpty},
           Case{"s", "((c))", R"({"c":[]})", kEmpty},
           Case{"s", "((c))", R"({"c":[" ",""]})", kEmpty},
           Case{"s", "((c))", R"({"c":"  "})", kEmpty},
           Case{"s", "((c))", R"({"c":"\u200b\u00a0"})", kEmpty},
           Case{"s", "# ((c))", R"({"c":""})", kEmpty},
           Case{"s", "* ((c))\n\n---", R"({"c":"\u2060"})", kEmpty},
           Case{"((c))", "b", R"({"c":""})", kNoSubject},
           Case{"((c)) ((c))", "b", R"({"c":"\u2003"})", kNoSubject},
           Case{"((c??Hello))", "b", R"({"c":false})", kNoSubject},
           Case{"((c))", "((c??shown))", R"({"c":true})", ""},
           Case{"0", "((c))", R"({"c":0})", ""},
           Case{"s", "[((c))](https://e.ca)", R"({"c":""})", ""},
           Case{"s", "[](https://e.ca)", "{}", ""},
       }) {
    INFO(subject << " / " << body << " / " << values);
    auto put = NewTemplate();
    put.set_name(std::string(subject) + body + values);
    put.set_subject(subject);
    put.set_body(body);
    auto request = Email();
    request.set_template_id(host.Call<v1::Template>(kPut, put, &admin)->id());
    *request.mutable_personalisation() = rpc::ToStruct(boost::json::parse(values).as_object());
    CHECK(Send(request).status().message() == error);
    v1::PreviewTemplateRequest preview;
    preview.set_id(request.template_id());
    *preview.mutable_personalisation() = request.personalisation();
    CHECK(host.Call<v1::TemplatePreview>(kPreview, preview, &caller).status().message() == error);
  }
}

TEST_CASE_METHOD(Fixture, "SendEmail: a file in personalisation is refused at its name",
                 "[notify]") {
  for (const char* value :
       {R"({"filename": "a.csv", "file": "aGk=", "is_csv": true})",
        R"({"file": "aGk=", "filename": null, "confirm_email_before_download": null})",
        R"({"file": "aGk="})", R"(["a", {"file": "aGk="}])", R"({"is_csv": false, "file": ""})"}) {
    INFO(value);
    auto personalisation = rpc::ToStruct({{"name", boost::json::parse(value)}, {"ref", "R-1"}});
    auto send = Email();
    *send.mutable_personalisation() = personalisation;
    v1::PreviewTemplateRequest preview;
    preview.set_id(template_id);
    *preview.mutable_personalisation() = personalisation;
    for (const auto& status :
         {Send(send).status(), host.Call<v1::TemplatePreview>(kPreview, preview, &caller).status()})
      CHECK(status.message() == "personalisation.name: is a file: files are not supported");
  }
  auto no_file = Email();
  *no_file.mutable_personalisation() =
      rpc::ToStruct({{"name", {{"file", 1}, {"filename", "a.csv"}}}, {"ref", "file"}});
  CHECK(Send(no_file).ok());
}

TEST_CASE_METHOD(Fixture, "A template's name and subject are a line each, without controls",
                 "[notify]") {
  auto put = [&](std::string name, std::string subject) {
    auto request = NewTemplate();
    request.set_name(std::move(name));
    request.set_subject(std::move(subject));
    return host.Call<v1::Template>(kPut, request, &admin);
  };
  for (const char* text : {"a\u0001b", "a\u202eb", "a\u2066b", "\u007fa"}) {
    CHECK_THAT(std::string(put(text, "Subject").status().message()),
               Catch::StartsWith("name: must hold no control"));
    CHECK_THAT(std::string(put("Name", text).status().message()),
               Catch::StartsWith("subject: must hold no control"));
  }
  auto folded = put(" Two\tparts ", "a\r\nBcc: x@y.com");
  CHECK(folded->name() == "Two parts");
  CHECK(folded->subject() == "a Bcc: x@y.com");
}

TEST_CASE_METHOD(Fixture, "A template belongs to a service that exists and has a language",
                 "[notify]") {
  auto put = [&](auto change) {
    auto request = NewTemplate();
    change(request);
    return host.Call<v1::Template>(kPut, request, &admin);
  };
  auto nowhere = put([](auto& request) { request.set_service_id("nowhere"); }).status();
  CHECK(absl::IsInvalidArgument(nowhere));
  CHECK(nowhere.message() == "service_id: there is no such service");
  CHECK(put([](auto& request) { request.set_service_id("S1"); }).ok());
  CHECK(host.database().Execute("SELECT string_agg(DISTINCT service_id, ' ') FROM template") ==
        "s1");
  CHECK(put([](auto&) {})->language() == "en");
  CHECK(put([](auto& request) { request.set_language("iu-Cans"); })->language() == "iu-Cans");
  for (const char* language : {"FR-CA", "EN", "zh-hANT"})  // RFC 5646 2.1.1
    CHECK(put([&](auto& request) { request.set_language(language); })->language() == language);
  for (const char* language : {"French", "fr_CA", "fr\"", "x"}) {
    INFO(language);
    auto status = put([&](auto& request) { request.set_language(language); }).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK_THAT(std::string(status.message()), Catch::StartsWith("language"));
  }
  CHECK(host.database().Execute("SELECT count(*) FROM template") == "7");
}

TEST_CASE_METHOD(Fixture, "A template whose placeholders cannot be read is refused with the place",
                 "[notify]") {
  auto put = [&](std::string subject, std::string body) {
    auto request = NewTemplate();
    request.set_subject(std::move(subject));
    request.set_body(std::move(body));
    return host.Call<v1::Template>(kPut, request, &admin).status();
  };
  auto body = put("Hello", "Dear\n((name),");
  CHECK(absl::IsInvalidArgument(body));
  CHECK(body.message() == "body: has a placeholder that cannot be read in line 2: “((name),”");
  CHECK(
      absl::IsInvalidArgument(put("((c?"
                                  "?((n))))",
                                  "Hello")));
  CHECK(put("((amount (CAD)))",
            "((c?"
            "?[Apply](https://e.example/a)))")
            .ok());
  CHECK(host.database().Execute("SELECT count(*) FROM template") == "2");
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
  auto late = host.Await(notifications.Claim(10, 1min))->front();
  host.database().Execute("UPDATE notification SET due_at = now() - interval '1 second'");
  auto prompt = host.Await(notifications.Claim(10, 1min))->front();
  work::Claim lost{late.id, late.claim_token};
  REQUIRE(host.Await(work::Renew(notifications.queue(), {lost}, 0ms)).ok());
  REQUIRE(host.Await(work::Postpone(notifications.queue(), lost, {0ms})).ok());
  CHECK(host.Await(notifications.Claim(10, 1min))->empty());
  REQUIRE(host.Await(notifications.Finish(prompt, Status::kDelivered)).ok());
  REQUIRE(host.Await(notifications.Finish(late, Status::kPermanentFailure)).ok());
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
  for (const char* url : {"https://e.ca/\r\nBcc:", "http://e.ca/u", "https://e.ca:99999/u",
                          "https://e..ca/u", "https://1.2.3.999/u"}) {
    CAPTURE(url);
    unsubscribe.set_one_click_unsubscribe_url(url);
    CHECK(absl::IsInvalidArgument(Send(unsubscribe).status()));
  }
  CHECK(Count() == "0");
}

TEST_CASE_METHOD(Fixture, "A claim that nobody finished is taken again when it lapses",
                 "[notify]") {
  auto sent = Send(Email());
  auto abandoned = host.Await(notifications.Claim(10, 1min));
  REQUIRE(abandoned->size() == 1);
  CHECK(host.Await(notifications.Claim(10, 1min))->empty());
  host.database().Execute("UPDATE notification SET due_at = now() - interval '1 second'");
  auto again = host.Await(notifications.Claim(10, 1min));
  REQUIRE(again->size() == 1);
  CHECK(again->front().attempts == 2);
}

TEST_CASE_METHOD(Fixture, "After the retention the address is gone and the count stays",
                 "[notify]") {
  worker.Start();
  auto sent = Send(Email(), "key-1");
  auto other = Send(Email());
  CHECK(FinalStatus(sent->id()) == "delivered");
  CHECK(FinalStatus(other->id()) == "delivered");
  worker.Stop();
  host.database().Execute("UPDATE notification SET created_at = now() - interval '8 days'");
  CHECK(*host.Await(notifications.ForgetContent(7, 1)) == 1);
  CHECK(*host.Await(notifications.ForgetContent(7, 10)) == 1);
  CHECK_FALSE(Get(sent->id()).has_email_address());
  CHECK(Count() == "2");
}

}  // namespace
}  // namespace tamarack::notify
