#include "platform/webhooks/delivery_repository.h"
#include "tests/integration/webhooks/fixture.h"
#include "tests/support/cost.h"

// Goal: what was delivered long ago is forgotten, with its event, and nothing that waits or is
// parked. Method: real rows; then 200,000, and PostgreSQL counts what it reads.
namespace tamarack::webhooks {
namespace {

constexpr int kDays = 90;

struct Old : Fixture {
  int64_t after = 0;

  int64_t Forget(int limit = 1000) {
    return loop.Await(DeliveryRepository(pool).Forget(kDays, limit, after)).value();
  }
  void Age(const std::string& where, const std::string& age) {
    database.Execute(
        "SET session_replication_role = replica; UPDATE event SET created_at = now() - interval '" +
        age + "' WHERE " + where + "; UPDATE webhook_delivery SET created_at = now() - interval '" +
        age + "', finished_at = now() - interval '" + age +
        "' WHERE state <> 1 AND event_id IN (SELECT event_id FROM event WHERE " + where + ")");
  }
  std::string Left() {
    return database.Execute(
        "SELECT concat_ws(' ', (SELECT count(*) FROM event), (SELECT count(*) FROM "
        "webhook_delivery), (SELECT count(*) FROM webhook_attempt))");
  }
};

}  // namespace

TEST_CASE_METHOD(
    Old, "What was delivered is kept for its time, then forgotten with its event and attempts",
    "[webhooks]") {
  Subscribe(receiver.url());
  REQUIRE(Append({MakeEvent(1), MakeEvent(2), MakeEvent(3)}).ok());
  Dispatch();
  WaitUntilFinished();
  Age("true", "89 days");
  CHECK(Forget() == 0);
  CHECK(Left() == "3 3 3");
  Age("sequence <= 2", "91 days");
  CHECK(Forget(1) == 1);
  CHECK(Left() == "2 2 2");
  after = 0;  // another process: whoever was killed left nothing half done
  CHECK(Forget() == 1);
  CHECK(Forget() == 0);
  CHECK(Left() == "1 1 1");
}

TEST_CASE_METHOD(Old,
                 "What waits or is parked is kept with its event, and sent when it is replayed",
                 "[webhooks]") {
  Subscribe(receiver.url());
  second.status = [](size_t) { return 400; };
  Subscribe(second.url());
  REQUIRE(Append({MakeEvent(1)}).ok());
  Dispatch();
  WaitUntilFinished();
  REQUIRE(Append({MakeEvent(2, "s1", "nobody")}).ok());
  Stop(*dispatchers.front());
  REQUIRE(Append({MakeEvent(3)}).ok());
  Age("true", "400 days");
  while (Forget() > 0 && after != 0) {
  }
  // Of the first the parked one, of the last both; nobody wanted the one between.
  CHECK(database.Execute(
            "SELECT string_agg(state::text, ' ' ORDER BY delivery_id) FROM webhook_delivery") ==
        "3 1 1");
  CHECK(database.Execute("SELECT string_agg(data ->> 'n', ' ' ORDER BY sequence) FROM event") ==
        "1 3");
  second.status = [](size_t) { return 204; };
  CHECK(loop.Await(outbox.Replay({.state = DeliveryState::kParked})).value() == 1);
  Dispatch();
  WaitUntilFinished();
  CHECK(database.Execute("SELECT count(*) FROM webhook_delivery WHERE state = 2") == "3");
}

TEST_CASE_METHOD(Old,
                 "What is parked goes, with its event, when operators discard it as they are told",
                 "[webhooks]") {
  receiver.status = [](size_t) { return 400; };
  Subscribe(receiver.url());
  REQUIRE(Append({MakeEvent(1, "s1"), MakeEvent(2, "s2")}).ok());
  Dispatch();
  WaitUntilFinished();
  Age("sequence = 1", "400 days");
  std::ifstream file(TAMARACK_SOURCE_DIR "/docs/operations.md");
  const std::string guide(std::istreambuf_iterator<char>(file), {});
  size_t begin = guide.find("WITH attempts AS (DELETE");
  REQUIRE(begin != std::string::npos);
  database.Execute(guide.substr(begin, guide.find("```", begin) - begin));
  CHECK(Left() == "2 1 10");
  CHECK(Forget() == 1);
  CHECK(Left() == "1 1 10");
}

TEST_CASE_METHOD(Old, "No young event can be deleted, nor one be changed", "[webhooks]") {
  REQUIRE(Append({MakeEvent(1)}).ok());
  Age("true", "6 days");
  CHECK_THROWS(database.Execute("DELETE FROM event"));
  Age("true", "8 days");
  CHECK_THROWS(database.Execute("UPDATE event SET subject = 'x'"));
  CHECK_THROWS(database.Execute("TRUNCATE event CASCADE"));
  database.Execute("DELETE FROM event");
  CHECK(Left() == "0 0 0");
}

TEST_CASE_METHOD(Old, "Forgetting costs the same however much is kept", "[webhooks]") {
  database.Execute(R"sql(
    SET session_replication_role = replica;  -- no foreign keys: the rows are right
    INSERT INTO webhook_endpoint (endpoint_id, tenant_id, url, sealed_secret, event_types, enabled)
    VALUES (gen_random_uuid(), 'mto', 'http://127.0.0.1:1', '', '{}', true);
    INSERT INTO event (event_id, tenant_id, type, source, subject, data, created_at)
    SELECT gen_random_uuid(), 'mto', 't', '/t', 's' || n, '{}', now() - interval '200 days' + n * interval '1 minute'
    FROM generate_series(1, 200000) n;
    -- Every third is parked, of the rest every third was wanted by nobody.
    INSERT INTO webhook_delivery (event_id, endpoint_id, subject, state, finished_at)
    SELECT event_id, endpoint_id, subject, CASE WHEN sequence % 3 = 0 THEN 3 ELSE 2 END, v.created_at
    FROM event v CROSS JOIN webhook_endpoint WHERE sequence % 3 <> 1;
    INSERT INTO webhook_attempt (delivery_id, started_at, duration_ms, status, error)
    SELECT delivery_id, now(), 1, 200, '' FROM webhook_delivery;
    ANALYZE;)sql");
  const std::string old =
      "SELECT count(*) FROM event v WHERE created_at < now() - interval '90 days'";
  const std::string parked = database.Execute(old + " AND sequence % 3 = 0");
  const std::string young =
      database.Execute("SELECT count(*) FROM event WHERE created_at >= now() - interval '90 days'");
  testing::Meter events(loop, loop.executor(), database, "event");
  testing::Meter deliveries(loop, loop.executor(), database, "webhook_delivery");
  testing::Meter attempts(loop, loop.executor(), database, "webhook_attempt");
  int64_t looked_at = 1000;
  for (int batch = 0; looked_at == 1000; ++batch) {
    auto& meter = batch % 3 == 0 ? events : batch % 3 == 1 ? deliveries : attempts;
    DeliveryRepository store(meter.pool());
    auto cost = meter.CostOf(store.Forget(kDays, 1000, after), &looked_at);
    CAPTURE(batch, cost);
    CHECK(cost.is_flat(30'000));
  }
  CHECK(after == 0);
  // Those whose delivery went after they were looked at go with the next sweep.
  while (Forget() == 1000 || after != 0) {
  }
  CHECK(database.Execute(old) == parked);
  CHECK(database.Execute(
            "SELECT count(*) FROM event WHERE created_at >= now() - interval '90 days'") == young);
}

}  // namespace tamarack::webhooks
