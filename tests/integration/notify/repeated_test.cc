#include "platform/idempotency/answer_repository.h"
#include "tests/integration/notify/fixture.h"

#include <set>

// Goal: a repeated request has its effect once, whatever has changed since the first. Method: see
// fixture.h.
namespace tamarack::notify {
namespace {

TEST_CASE_METHOD(Fixture, "A key used with a test key is another than the one used live",
                 "[notify]") {
  struct Case {
    const char* service;
    const char* key_type;
    const char* count;
  };
  std::string template_of_s2;
  auto put = NewTemplate();
  put.set_service_id("s2");
  template_of_s2 = host.Call<v1::Template>(kPut, put, &admin)->id();
  std::set<std::string> ids;
  for (const auto& each : std::vector<Case>{
           {"s1", "test", "1"}, {"s1", "live", "2"}, {"s2", "test", "3"}, {"s2", "live", "4"}}) {
    INFO(each.service << " " << each.key_type);
    caller = KeyOf(each.service, each.key_type);
    auto request = Email();
    if (caller.service_id == "s2") request.set_template_id(template_of_s2);
    testing::Answer first, again;
    auto sent = Send(request, "key-1", &first);
    REQUIRE(sent.ok());
    CHECK(first.Http("idempotent-replayed") == "");
    CHECK(Count() == each.count);
    CHECK(Send(request, "key-1", &again)->id() == sent->id());
    CHECK(again.Http("idempotent-replayed") == "true");
    CHECK(Count() == each.count);
    ids.insert(sent->id());
  }
  CHECK(ids.size() == 4);
  CHECK(Count("key_type = 'live'") == "2");
}

TEST_CASE_METHOD(Fixture, "One key serves sending an email and making a template", "[notify]") {
  auto sent = Send(Email(), "key-1");
  REQUIRE(sent.ok());
  auto put = host.Call<v1::Template>(kPut, NewTemplate(), &admin,
                                     {{"x-tamarack-idempotency-key", "key-1"}});
  REQUIRE(put.ok());
  CHECK(Send(Email(), "key-1")->id() == sent->id());
}

TEST_CASE_METHOD(Fixture, "The same request and key get the first answer, whatever has changed",
                 "[notify]") {
  auto first = Send(Email(), "key-1");
  REQUIRE(first.ok());
  auto change = GENERATE(as<std::string>(),
                         "UPDATE template_version SET body = '((name)) ((new_placeholder))'",
                         "UPDATE template_version SET subject = '((new_placeholder))'",
                         "DELETE FROM template_version; DELETE FROM template",
                         "UPDATE template SET service_id = 's2'", "SELECT 1");
  INFO(change);
  host.database().Execute(change);
  testing::Answer answer;
  auto again = Send(Email(), "key-1", &answer);
  REQUIRE(again.status().ToString() == "OK");
  CHECK(again->SerializeAsString() == first->SerializeAsString());
  CHECK(answer.Http("idempotent-replayed") == "true");
  CHECK(Count() == "1");
  // Another request is told so, even one that could no longer be sent.
  auto other = Email("b@simulator.notify");
  CHECK(absl::IsFailedPrecondition(Send(other, "key-1").status()));
  CHECK(Count() == "1");
}

TEST_CASE_METHOD(Fixture, "After the retention the key is new again", "[notify]") {
  worker.Start();
  auto first = Send(Email(), "key-1");
  REQUIRE(FinalStatus(first->id()) == "delivered");
  worker.Stop();
  auto age = [&](const std::string& age) {
    host.database().Execute("UPDATE notification SET created_at = now() - interval '" + age + "'");
    host.database().Execute(
        "UPDATE idempotent_answer SET expires_at = now() + interval '7 days' "
        "- interval '" +
        age + "'");
    REQUIRE(host.Await(idempotency::Forgetting(host.pool()).batch(10)).ok());
    REQUIRE(host.Await(notifications.ForgetContent(7, 10)).ok());
  };
  age("6 days");
  CHECK(Send(Email(), "key-1")->SerializeAsString() == first->SerializeAsString());
  age("8 days");
  CHECK(Send(Email(), "key-1")->id() != first->id());
}

}  // namespace
}  // namespace tamarack::notify
