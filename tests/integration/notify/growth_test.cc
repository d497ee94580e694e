#include "tests/integration/notify/fixture.h"
#include "tests/support/cost.h"

// Goal: lists, claims and forgetting cost the same however many emails there were. Method: 200,000
// rows; PostgreSQL counts what it reads.
namespace tamarack::notify {
namespace {

using namespace std::chrono_literals;

struct Many : Fixture {
  testing::Meter<testing::ServiceHost> meter{host, host.executor(), host.database(),
                                             "notification"};
  NotificationRepository measured{host.executor(), meter.pool(), sealer};

  void Make(const std::string& columns, const std::string& values) {
    host.database().Execute(
        "ALTER TABLE notification SET (autovacuum_enabled = false); INSERT INTO notification "
        "(notification_id, service_id, template_id, template_version, " +
        columns + ") SELECT gen_random_uuid(), 's1', gen_random_uuid(), 1, " + values +
        " FROM generate_series(1, 200000) n; ANALYZE notification");
  }
};

TEST_CASE_METHOD(Many, "ListNotifications: no shape of filter reads the table", "[notify]") {
  // Every 10,000th has failed; a reference has 200.
  Make("key_type, reference, sealed, status, due_at, created_at",
       "'test', 'ref ' || n % 1000, NULL, CASE WHEN n % 10000 = 0 THEN 4 ELSE 3 END, NULL, "
       "now() - n / 2 * interval '1 second'");
  const std::string middle = host.database().Execute(
      "SELECT notification_id FROM notification ORDER BY created_at LIMIT 1 OFFSET 100000");
  for (int shape = 0; shape < 16; ++shape) {
    NotificationFilter filter;
    filter.owner = {.id = "s1", .mode = auth::Mode::kSandbox};
    filter.key_type = "test";
    filter.limit = 20;
    if (shape & 1) filter.reference = "ref 0";
    if (shape & 2) filter.statuses = {Status::kPermanentFailure, Status::kPermanentFailure};
    if (shape & 4) filter.statuses.push_back(Status::kDelivered);
    if (shape & 8) filter.older_than = middle;
    std::vector<NotificationRow> rows;
    // From the sixth time on PostgreSQL may use a plan for any parameters.
    for (int time = 0; time < 7; ++time) {
      auto cost = meter.CostOf(measured.List(filter), &rows);
      CAPTURE(shape, time, cost);
      REQUIRE(cost.is_flat(1000));
    }
    CHECK(rows.size() == ((shape & 14) == 10 ? 10 : 20));
  }
}

TEST_CASE_METHOD(Many, "Sandbox emails are claimed past any number that wait for the relay",
                 "[notify]") {
  Make("key_type, sealed, created_at",
       "CASE WHEN n = 200000 THEN 'test' ELSE 'live' END, '', now() + n * interval '1 second'");
  std::vector<NotificationRow> claimed;
  auto cost = meter.CostOf(measured.Claim(10, 1min, auth::Mode::kSandbox), &claimed);
  CAPTURE(cost);
  CHECK(cost.is_flat(100));
  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].key_type == "test");
  cost = meter.CostOf(measured.Claim(10, 1min, auth::Mode::kLive), &claimed);
  CHECK(cost.is_flat(500));
  CHECK(claimed.size() == 10);
}

TEST_CASE_METHOD(Many, "What became of an email is forgotten when it is old and over", "[notify]") {
  // Of four: old and emptied, old and not yet emptied, old and waiting, young.
  Make("key_type, sealed, status, due_at, created_at",
       "'live', CASE WHEN n % 4 IN (1, 2) THEN '' END, CASE WHEN n % 4 = 2 THEN 2 ELSE 6 END, "
       "CASE WHEN n % 4 = 2 THEN now() END, "
       "now() - CASE WHEN n % 4 = 3 THEN interval '399 days' ELSE interval '401 days' END");
  // A key of the release before, which names one of them.
  host.database().Execute(
      "SET session_replication_role = replica; INSERT INTO idempotency_key SELECT 's1', 'k', '', "
      "notification_id, created_at FROM notification WHERE sealed IS NULL ORDER BY created_at "
      "LIMIT "
      "1");
  int64_t deleted = 0;
  for (int64_t batch = 10'000; batch == 10'000; deleted += batch) {
    // Whoever is killed between two batches, another goes on.
    auto cost = meter.CostOf(measured.Forgetting(400).batch(10'000), &batch);
    CAPTURE(deleted, cost);
    CHECK(cost.seq_scans == 0);
  }
  CHECK(deleted == 50'000);
  CHECK(Count() == "150000");
  CHECK(Count("created_at > now() - interval '400 days'") == "50000");
  CHECK(Count("due_at IS NOT NULL") == "50000");
  CHECK(host.database().Execute("SELECT count(*) FROM idempotency_key") == "0");
}

}  // namespace
}  // namespace tamarack::notify
