#include "tests/support/wall.h"

#include "tests/integration/tellusonce/world.h"

// Goal: people, subscriptions and deliveries of one mode are nothing to the other. Method:
// tests/support/wall.h, and two people.
namespace tamarack::tellusonce {
namespace {

struct WallWorld : World {
  v1::CreateSubscriptionRequest subscribe;
  v1::CreateSubscriptionResponse made;
  auth::Principal person = testing::PersonCaller("kim-in-the-sandbox");

  WallWorld() {
    person.mode = "sandbox";
    subscribe.set_ministry_id("ministry-of-s1");
    subscribe.set_name_en("Sandbox licences");
    subscribe.set_name_fr("Permis d’essai");
    subscribe.set_purpose_en("To try.");
    subscribe.set_purpose_fr("Pour essayer.");
    subscribe.set_change_type("address");
    subscribe.set_url("http://localhost:9/hook");
    subscribe.set_mode("sandbox");
    auto own = testing::OfMode("s1", "sandbox");
    own.scopes = {"platform.admin"};
    made = *Call<v1::CreateSubscriptionResponse>("CreateSubscription", subscribe, own, "wall");
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& method, const google::protobuf::Message& request,
                                const auth::Principal& caller, const std::string& key = "",
                                testing::Answer* answer = nullptr) {
    return host.Call<Response>("/tamarack.tellusonce.v1.SubscriptionService/" + method, request,
                               &caller, {{"x-tamarack-idempotency-key", key}}, answer);
  }
};

TEST_CASE_METHOD(WallWorld,
                 "The wall: each method of tell us once keeps modes and ministries apart",
                 "[tellusonce][wall]") {
  auto form = Form();
  form.clear_subscription_id();
  form.add_subscription_id(made.subscription().subscription_id());
  REQUIRE_FALSE(ChangeOf(Show("TellAddress", form, &person)).empty());
  const std::string delivery_id = DeliveryTo(made);

  testing::WallTable table;
  table["SubscriptionService.CreateSubscription"].sees = [&](const auth::Principal& caller) {
    testing::Answer answer;
    (void)Call<v1::CreateSubscriptionResponse>("CreateSubscription", subscribe, caller, "wall",
                                               &answer);
    return answer.Http("idempotent-replayed") == "true";
  };
  table["SubscriptionService.ListSubscriptions"].sees = [&](const auth::Principal& caller) {
    auto list = Call<v1::ListSubscriptionsResponse>("ListSubscriptions",
                                                    v1::ListSubscriptionsRequest(), caller);
    REQUIRE(list.ok());
    for (const auto& each : list->subscriptions()) {
      CHECK(each.mode() == caller.mode);
      if (each.subscription_id() == made.subscription().subscription_id()) return true;
    }
    return false;
  };
  table["SubscriptionService.GetDelivery"].sees = [&](const auth::Principal& caller) {
    Sql("UPDATE delivery SET first_read_at = NULL");
    bool is_seen = Read(delivery_id, caller).ok();
    CHECK(Sql("SELECT count(*) FROM delivery WHERE first_read_at IS NOT NULL") ==
          (is_seen ? "1" : "0"));
    return is_seen;
  };
  table["SubscriptionService.ReportOutcome"].sees = [&](const auth::Principal& caller) {
    Sql("UPDATE delivery SET outcome = NULL, acknowledged_at = NULL");
    bool is_done = Report(delivery_id, "applied", caller).ok();
    CHECK(Sql("SELECT count(*) FROM delivery WHERE outcome IS NOT NULL") == (is_done ? "1" : "0"));
    return is_done;
  };
  testing::CheckWall("tellusonce", "tamarack.tellusonce.v1", table);
}

TEST_CASE_METHOD(WallWorld, "The wall: people choose among subscriptions of their own mode",
                 "[tellusonce][wall]") {
  const std::string sandbox = made.subscription().subscription_id();
  const std::string live = licence_subscription.subscription().subscription_id();
  auto review = [&](const auth::Principal& by) {
    v1::ReviewAddressRequest request;
    request.set_lang("en");
    request.set_line_1("12 Birch Street");
    request.set_city("Timmins");
    request.set_province("ON");
    request.set_postal_code("P4N 2K6");
    return Show("ReviewAddress", request, &by);
  };
  CHECK(review(person).Has(sandbox));
  CHECK_FALSE(review(person).Has(live));
  CHECK(review(zoe).Has(live));
  CHECK_FALSE(review(zoe).Has(sandbox));
  // Nor does naming one in the form make it told.
  for (const auto& [by, other] : {std::pair(&person, live), std::pair(&zoe, sandbox)}) {
    auto form = Form();
    form.clear_subscription_id();
    form.add_subscription_id(other);
    CHECK(absl::IsInvalidArgument(Show("TellAddress", form, by).answer.status));
  }
  CHECK(Sql("SELECT count(*) FROM delivery") == "0");
  auto form = Form();
  form.clear_subscription_id();
  form.add_subscription_id(sandbox);
  REQUIRE_FALSE(ChangeOf(Show("TellAddress", form, &person)).empty());
  CHECK(Sql("SELECT mode FROM event") == "sandbox");
  CHECK(Sql("SELECT count(*) FROM webhook_delivery") == "1");
}

}  // namespace
}  // namespace tamarack::tellusonce
