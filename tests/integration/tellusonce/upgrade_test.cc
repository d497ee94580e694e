#include "services/tellusonce/delivery_repository.h"
#include "services/tellusonce/migrations.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <catch2/catch.hpp>

#include <set>

// Goal: whatever identity is still to be told when the release before ends, it is told. Method:
// that release's schema with its rows, migrated, and its statements on the schema of this one.
namespace tamarack::tellusonce {
namespace {

constexpr size_t kBefore = 5;  // migrations that it knew
using Subjects = std::set<std::string>;

struct Upgrade {
  testing::Loop loop;
  testing::Database database{Migrations().first(kBefore)};
  pg::Pool pool{loop.executor(), database.dsn(), 2};
  crypto::Sealer sealer{crypto::Keyring(std::string(32, 'k')), "test"};
  webhooks::Outbox outbox{pool, sealer, {}};
  ChangeRepository changes{pool, sealer, outbox};
  DeliveryRepository deliveries{pool, changes};

  Upgrade() {
    Sql("INSERT INTO subscription (subscription_id, ministry_id, change_type, name_en, name_fr, "
        "purpose_en, purpose_fr, url) VALUES (gen_random_uuid(), 'm', 'address', '', '', '', '', "
        "'')");
  }
  std::string Sql(const std::string& sql) { return database.Execute(sql); }
  // As that release records that a person told a ministry something.
  void TellBefore(const std::string& subject) {
    Sql("BEGIN; INSERT INTO person_key (subject, sealed_key) VALUES ('" + subject +
        "', '') ON CONFLICT (subject) DO NOTHING; INSERT INTO change (change_id, subject, "
        "request_id, change_type, sealed_value) VALUES (gen_random_uuid(), '" +
        subject +
        "', gen_random_uuid()::text, 'address', ''); INSERT INTO delivery (delivery_id, change_id, "
        "subscription_id, ministry_subject, event_id, purpose) SELECT gen_random_uuid(), "
        "change_id, subscription_id, subject, gen_random_uuid(), '' FROM change, subscription "
        "WHERE subject = '" +
        subject + "' ORDER BY sequence DESC LIMIT 1; COMMIT");
  }
  void ReadBefore(const std::string& subject) {
    Sql("UPDATE delivery d SET first_read_at = now() FROM subscription s WHERE s.subscription_id = "
        "d.subscription_id AND d.ministry_subject = '" +
        subject + "' AND d.first_read_at IS NULL");
  }
  std::vector<Untold> Claim() {
    return loop.Await(changes.ClaimUntold(10, std::chrono::minutes(1))).value();
  }
  static Subjects Of(const std::vector<Untold>& people) {
    Subjects subjects;
    for (const auto& person : people) subjects.insert(person.claim.id);
    return subjects;
  }
  Subjects Readings() {
    auto readings = loop.Await(deliveries.ClaimReadings(10, std::chrono::minutes(1))).value();
    Subjects subjects;
    for (const auto& reading : readings) subjects.insert(reading.subject);
    return subjects;
  }
};

}  // namespace

TEST_CASE_METHOD(Upgrade, "Upgrade: what the release before has left is told to identity",
                 "[tellusonce]") {
  for (const char* subject : {"before", "told before", "meanwhile"}) TellBefore(subject);
  ReadBefore("before");
  Sql("UPDATE change SET directory_synced_at = now() WHERE subject <> 'before'");
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  // It goes on until it ends.
  for (const char* subject : {"meanwhile", "new"}) TellBefore(subject);
  ReadBefore("meanwhile");
  auto people = Claim();
  CHECK(Of(people) == Subjects{"before", "meanwhile", "new"});
  CHECK(Readings() == Subjects{"before", "meanwhile"});
  // Of a person who is being told of, too.
  TellBefore("new");
  CHECK(Claim().empty());
  for (const auto& person : people) REQUIRE(loop.Await(changes.MarkTold(person)).ok());
  CHECK(Of(Claim()) == Subjects{"new"});
  CHECK(Readings().empty());
}

TEST_CASE_METHOD(Upgrade, "What identity is to be told is as old as the change, not as the person",
                 "[tellusonce]") {
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  CHECK(loop.Await(work::Measure(changes.untold()))->oldest_seconds == 0);
  TellBefore("zoe");
  Sql("UPDATE person_key SET created_at = now() - interval '1 year'");
  Sql("UPDATE change SET recorded_at = now() - interval '1 year', directory_synced_at = now()");
  TellBefore("zoe");
  Sql("UPDATE change SET recorded_at = now() - interval '1 hour' WHERE directory_synced_at IS "
      "NULL");
  auto depth = loop.Await(work::Measure(changes.untold())).value();
  CHECK(depth.waiting == 1);
  CHECK(depth.oldest_seconds >= 3600);
  CHECK(depth.oldest_seconds < 86400);
}

}  // namespace tamarack::tellusonce
