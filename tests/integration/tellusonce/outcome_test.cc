#include "platform/webhooks/delivery_repository.h"
#include "tests/integration/tellusonce/world.h"

// Goal: what ministries read and report, what the person sees of it, and what identity's directory
// comes to know.
namespace tamarack::tellusonce {
namespace {

TEST_CASE_METHOD(World, "A ministry reads the address of its own delivery, and no other's",
                 "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form()).answer.status.ok());
  std::string delivery_id = DeliveryTo(licence_subscription);
  auto read = Read(delivery_id, licence_ministry);
  REQUIRE(read.ok());
  CHECK(read->subject() == Directory::SubjectAt("ministry-of-licences"));
  CHECK(read->address().line_1() == "12 Birch Street");
  CHECK(read->address().postal_code() == "P4N 2K6");
  CHECK(read->state() == "queued");

  CHECK(absl::IsNotFound(Read(delivery_id, health_ministry).status()));
  CHECK(absl::IsNotFound(Read("not-an-id", licence_ministry).status()));
  auto without_scope = testing::ServiceCaller("licences", {"notify.send"});
  CHECK(absl::IsPermissionDenied(Read(delivery_id, without_scope).status()));
  auto without_ministry = licence_ministry;
  without_ministry.ministry_id.clear();
  CHECK(absl::IsNotFound(Read(delivery_id, without_ministry).status()));
}

TEST_CASE_METHOD(World,
                 "Accepted leads to applied; repeating changes nothing; a final outcome stays",
                 "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form()).answer.status.ok());
  std::string id = DeliveryTo(licence_subscription);
  CHECK(Report(id, "accepted", licence_ministry)->state() == "accepted");
  CHECK(Report(id, "accepted", licence_ministry)->state() == "accepted");
  auto applied = Report(id, "applied", licence_ministry, "", "CASE-7");
  REQUIRE(applied.ok());
  CHECK(applied->case_reference() == "CASE-7");
  auto again = Report(id, "applied", licence_ministry, "", "CASE-8");
  REQUIRE(again.ok());
  CHECK(again->acknowledged_at() == applied->acknowledged_at());
  CHECK(again->case_reference() == "CASE-7");
  CHECK(absl::IsFailedPrecondition(Report(id, "rejected", licence_ministry, "duplicate").status()));
  CHECK(absl::IsFailedPrecondition(Report(id, "accepted", licence_ministry).status()));
  CHECK(Read(id, licence_ministry)->state() == "applied");
}

TEST_CASE_METHOD(World, "A reason is needed to reject only; an empty one is none", "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form()).answer.status.ok());
  for (const char* outcome : {"accepted", "applied"}) {
    v1::ReportOutcomeRequest request;
    request.set_delivery_id(DeliveryTo(licence_subscription));
    request.set_outcome(outcome);
    for (bool has_reason : {false, true}) {
      if (has_reason) request.set_reason_code("");
      auto reported = host.Call<v1::Delivery>(
          "/tamarack.tellusonce.v1.SubscriptionService/ReportOutcome", request, &licence_ministry);
      REQUIRE(reported.ok());
      CHECK(reported->state() == outcome);
      CHECK(reported->reason_code().empty());
    }
  }
}

TEST_CASE_METHOD(World, "Wrong reports are refused, and another ministry's delivery is not found",
                 "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form()).answer.status.ok());
  std::string id = DeliveryTo(licence_subscription);
  CHECK(absl::IsInvalidArgument(Report(id, "rejected", licence_ministry).status()));
  CHECK(absl::IsInvalidArgument(Report(id, "rejected", licence_ministry, "bad weather").status()));
  CHECK(absl::IsInvalidArgument(Report(id, "done", licence_ministry).status()));
  for (const char* outcome : {"accepted", "applied"})
    CHECK(absl::IsInvalidArgument(Report(id, outcome, licence_ministry, "deceased").status()));
  CHECK(absl::IsNotFound(Report(id, "applied", health_ministry).status()));
  CHECK(absl::IsNotFound(
      Report("018f0000-0000-7000-8000-000000000000", "applied", licence_ministry).status()));
  CHECK(Read(id, licence_ministry)->state() == "queued");
}

TEST_CASE_METHOD(World, "Reporting an outcome shows no address and counts as no reading",
                 "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form()).answer.status.ok());
  auto reported = Report(DeliveryTo(licence_subscription), "accepted", licence_ministry);
  REQUIRE(reported.ok());
  CHECK_FALSE(reported->has_address());
  CHECK(Sql("SELECT count(*) FROM delivery WHERE first_read_at IS NOT NULL") == "0");
}

TEST_CASE_METHOD(World, "The status page follows each ministry, in both languages",
                 "[tellusonce]") {
  std::string change = ChangeOf(Show("TellAddress", Form()));
  std::string licence_id = DeliveryTo(licence_subscription),
              health_id = DeliveryTo(health_subscription);
  CHECK(Status(change).Has("We are telling this organization now."));
  CHECK(Status(change, "fr").Has("Nous avisons cet organisme en ce moment."));

  StartDispatcher();
  WaitFor([&] { return Sql("SELECT count(*) FROM webhook_delivery WHERE state = 2") == "2"; });
  CHECK(Status(change).Has("We wait for the organization to update your record."));
  CHECK(Status(change, "fr").Has("Nous attendons que l’organisme"));
  CHECK(Status(change).Has("id=\"refresh\""));

  REQUIRE(Report(licence_id, "applied", licence_ministry, "", "CASE-7").ok());
  REQUIRE(Report(health_id, "rejected", health_ministry, "person_unknown").ok());
  auto english = Status(change), french = Status(change, "fr");
  CHECK(english.Has("data-state=\"done\""));
  CHECK(english.Has("Your record was updated on "));
  CHECK(english.Has("CASE-7"));
  CHECK(english.Has("data-state=\"problem\""));
  CHECK(english.Has("This organization could not update your record."));
  CHECK(french.Has("Votre dossier a été mis à jour le "));
  CHECK(french.Has("CASE-7"));
  CHECK(french.Has("Non mis à jour"));
  CHECK(french.Has("Carte Santé"));
  CHECK_FALSE(french.Has("Health card"));
  CHECK_FALSE(english.Has("ministry-of-"));
  CHECK_FALSE(english.Has("id=\"refresh\""));  // all have answered: nothing will change
}

TEST_CASE_METHOD(
    World,
    "A ministry that cannot be reached shows as delayed while it is tried, and then as "
    "untold",
    "[tellusonce]") {
  licences.status = 500;
  health.status = 410;
  StartDispatcher();
  std::string first = ChangeOf(Show("TellAddress", Form("12 Birch Street", "a")));
  WaitFor([&] { return Sql("SELECT count(*) FROM webhook_delivery WHERE state = 3") == "2"; });
  for (const auto& shown : {Status(first), Status(first, "fr")}) {
    CHECK_FALSE(shown.Has("We could not reach this organization yet."));
    CHECK_FALSE(shown.Has("Nous n’avons pas encore pu joindre cet organisme."));
  }
  CHECK(Status(first).Has("Tell it your new address yourself."));
  CHECK(Status(first, "fr").Has("pas pu aviser cet organisme."));
  CHECK(Read(DeliveryTo(licence_subscription), licence_ministry)->state() == "parked");
  CHECK(Read(DeliveryTo(health_subscription), health_ministry)->state() == "parked");
  // As between two tries of a delivery.
  Sql("UPDATE webhook_delivery SET state = 1, finished_at = NULL");
  CHECK(Status(first).Has("We could not reach this organization yet."));
  CHECK(Status(first, "fr").Has("Nous n’avons pas encore pu joindre cet organisme."));
  Sql("UPDATE webhook_delivery SET state = 3, finished_at = now()");
  // Its endpoint is disabled now, so that nothing is even queued for it.
  licences.status = 204;
  std::string second = ChangeOf(Show("TellAddress", Form("13 Birch Street", "b")));
  CHECK(Sql("SELECT count(*) FROM webhook_delivery") == "3");
  CHECK(Status(second).Has("We could not tell this organization."));
  CHECK(Status(second, "fr").Has("pas pu aviser cet organisme."));
}

TEST_CASE_METHOD(World, "The directory gets the newest address, whenever identity comes back",
                 "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form("12 Birch Street", "a")).answer.status.ok());
  directory.is_down = true;
  StartSync();
  WaitFor([&] { return directory.refusals > 0; });
  CHECK(Sql("SELECT count(*) FROM change WHERE directory_synced_at IS NULL") == "1");
  directory.is_down = false;
  REQUIRE(Show("TellAddress", Form("13 Birch Street", "b")).answer.status.ok());
  WaitFor(
      [&] { return Sql("SELECT count(*) FROM change WHERE directory_synced_at IS NULL") == "0"; });
  CHECK(directory.AddressOf(zoe.subject) == "13 Birch Street");
}

TEST_CASE_METHOD(World, "One person whom identity refuses keeps nobody else's address waiting",
                 "[tellusonce]") {
  auto refused = testing::PersonCaller(directory.refused_subject);
  REQUIRE(Show("TellAddress", Form("1 Refused Road"), &refused).answer.status.ok());
  REQUIRE(Show("TellAddress", Form("12 Birch Street")).answer.status.ok());
  StartSync();
  WaitFor([&] { return directory.AddressOf(zoe.subject) == "12 Birch Street"; });
  CHECK(Sql("SELECT count(*) FROM change WHERE directory_synced_at IS NULL AND subject = "
            "'refused-person'") == "1");
}

TEST_CASE_METHOD(World,
                 "A person's addresses are carried by one process at a time, the newest last",
                 "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form("12 Birch Street", "a")).answer.status.ok());
  auto claim = [&] {
    return host.Await(changes.ClaimUntold(10, std::chrono::milliseconds(60'000))).value();
  };
  auto first = claim();
  REQUIRE(first.size() == 1);
  CHECK(first[0].address->line_1() == "12 Birch Street");
  // What is told meanwhile waits until the first is done.
  REQUIRE(Show("TellAddress", Form("13 Birch Street", "b")).answer.status.ok());
  CHECK(claim().empty());
  Untold stranger = first[0];
  stranger.claim.token = "00000000-0000-0000-0000-000000000000";
  REQUIRE(host.Await(changes.MarkTold(stranger)).ok());
  CHECK(Sql("SELECT count(*) FROM change WHERE directory_synced_at IS NULL") == "2");
  CHECK(claim().empty());
  REQUIRE(host.Await(changes.MarkTold(first[0])).ok());
  CHECK(Sql("SELECT count(*) FROM change WHERE directory_synced_at IS NULL") == "1");
  auto second = claim();
  REQUIRE(second.size() == 1);
  CHECK(second[0].address->line_1() == "13 Birch Street");
  REQUIRE(host.Await(changes.MarkTold(second[0])).ok());
  CHECK(claim().empty());
}

TEST_CASE_METHOD(World, "The person's directory learns of each ministry's first reading, once",
                 "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form()).answer.status.ok());
  std::string id = DeliveryTo(licence_subscription);
  REQUIRE(Read(id, licence_ministry).ok());
  REQUIRE(Read(id, licence_ministry).ok());
  StartSync();
  WaitFor([&] {
    return Sql("SELECT count(*) FROM delivery WHERE reading_reported_at IS NOT NULL") == "1";
  });
  auto readings = directory.readings();
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].subject() == zoe.subject);
  CHECK(readings[0].ministry_id() == "ministry-of-licences");
  CHECK(readings[0].reading_id() == id);
  CHECK(readings[0].purpose_fr() == "Pour la tenir à jour.");
}

TEST_CASE_METHOD(World, "A ministry lists its own subscriptions, an administrator all",
                 "[tellusonce]") {
  constexpr char kList[] = "/tamarack.tellusonce.v1.SubscriptionService/ListSubscriptions";
  auto own = host.Call<v1::ListSubscriptionsResponse>(kList, v1::ListSubscriptionsRequest(),
                                                      &licence_ministry);
  REQUIRE(own.ok());
  REQUIRE(own->subscriptions_size() == 1);
  CHECK(own->subscriptions(0).ministry_id() == "ministry-of-licences");
  auto admin = testing::ServiceCaller("admin", {"platform.admin"});
  CHECK(host.Call<v1::ListSubscriptionsResponse>(kList, v1::ListSubscriptionsRequest(), &admin)
            ->subscriptions_size() == 2);
  v1::CreateSubscriptionRequest create;
  CHECK(absl::IsPermissionDenied(
      host.Call<v1::CreateSubscriptionResponse>(
              "/tamarack.tellusonce.v1.SubscriptionService/CreateSubscription", create,
              &licence_ministry)
          .status()));
}

TEST_CASE_METHOD(World, "That a ministry was told is known for longer than the webhook is kept",
                 "[tellusonce]") {
  REQUIRE(Show("TellAddress", Form()).answer.status.ok());
  StartDispatcher();
  WaitFor([&] { return Sql("SELECT count(*) FROM webhook_delivery WHERE state = 2") == "2"; });
  Sql("SET session_replication_role = replica; UPDATE event SET created_at = now() - interval '91 "
      "days'; UPDATE webhook_delivery SET finished_at = finished_at - interval '91 days'; UPDATE "
      "webhook_delivery SET finished_at = finished_at + interval '91 days' WHERE endpoint_id = "
      "(SELECT endpoint_id FROM webhook_endpoint WHERE tenant_id = '" +
      health_subscription.subscription().subscription_id() + "')");
  // As the role that serves.
  pg::Pool pool(host.executor(), host.database().runtime_dsn(), 1);
  int64_t after = 0;
  REQUIRE(host.Await(webhooks::DeliveryRepository(pool).Forget(90, 10, after)).ok());
  CHECK(Sql("SELECT count(*) FROM webhook_delivery") == "1");
  CHECK(Sql("SELECT count(*) FROM event") == "1");
  auto read = Read(DeliveryTo(licence_subscription), licence_ministry);
  REQUIRE(read.ok());
  CHECK(read->state() == "delivered");
  CHECK(Sql("SELECT now() - delivered_at > interval '90 days' FROM delivery WHERE delivery_id = '" +
            read->delivery_id() + "'") == "t");
  CHECK(Read(DeliveryTo(health_subscription), health_ministry)->state() == "delivered");
  CHECK(Report(read->delivery_id(), "applied", licence_ministry)->state() == "applied");
}

}  // namespace
}  // namespace tamarack::tellusonce
