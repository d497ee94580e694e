#include "platform/webhooks/delivery_repository.h"
#include "tests/integration/webhooks/fixture.h"
#include "tests/support/cost.h"

// Goal: what runs every second costs the same however much was ever sent and however much waits.
// Method: 200,000 old deliveries to disabled endpoints, 100,000 that are due; the blocks that
// PostgreSQL touches are counted.
namespace tamarack::webhooks {
namespace {

struct Backlog : Fixture {
  testing::Meter<testing::Loop> meter{loop, loop.executor(), database, "webhook_delivery"};
  DeliveryRepository repository{meter.pool()};

  Backlog() {
    database.Execute(R"sql(
      SET session_replication_role = replica;  -- no foreign keys: the rows are right
      INSERT INTO webhook_endpoint (endpoint_id, tenant_id, url, sealed_secret, event_types, enabled)
      SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'mto', 'http://127.0.0.1:1', '', '{}', n > 100
      FROM generate_series(1, 150) n;
      INSERT INTO event (event_id, tenant_id, type, source, subject, data)
      SELECT gen_random_uuid(), 'mto', 't', '/t', 's' || n, '{}' FROM generate_series(1, 2000) n;
      INSERT INTO webhook_delivery (event_id, endpoint_id, subject, state, due_at, finished_at)
      SELECT event_id, endpoint_id, subject, CASE WHEN enabled THEN 1 ELSE 2 END,
             CASE WHEN enabled THEN now() END, CASE WHEN NOT enabled THEN now() END
      FROM webhook_endpoint CROSS JOIN event;
      ANALYZE;)sql");
  }
};

}  // namespace

TEST_CASE_METHOD(Backlog, "Claiming, measuring and looking for lost endpoints are flat",
                 "[webhooks]") {
  REQUIRE(database.Execute("SELECT count(*) FROM webhook_delivery") == "300000");
  CHECK(meter.CostOf(repository.ParkLost(absl::Hours(1), 1000)).is_flat(999));
  CHECK(meter.CostOf(repository.Claim({.jobs = 10, .share = 8, .limited = {}, .lease = 1min}))
            .is_flat(1999));
  CHECK(meter.CostOf(work::Measure(repository.queue())).is_flat(14999));
  database.Execute("UPDATE webhook_endpoint SET enabled = false");
  CHECK(loop.Await(repository.ParkLost(absl::Hours(1), 1000)).value() == 1000);
}

}  // namespace tamarack::webhooks
