#include "platform/webhooks/delivery_repository.h"
#include "tests/integration/webhooks/fixture.h"

// Goal: what runs every second costs the same however much was ever sent and however much waits.
// Method: 200,000 old deliveries to disabled endpoints, 100,000 that are due; the blocks that
// PostgreSQL touches are counted.
namespace tamarack::webhooks {
namespace {

constexpr pg::Statement kFlush{"stat.flush", "SELECT pg_stat_force_next_flush()"};

struct Backlog : Fixture {
  pg::Pool one{loop.executor(), database.dsn(), 1};
  DeliveryRepository repository{one};

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
  // How many blocks of the deliveries `work` touches.
  template <class T>
  int64_t Blocks(Async<T> work) {
    auto count = [&] {
      REQUIRE(loop.Await(one.Query(kFlush)).ok());
      return std::stoll(
          database.Execute("SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit "
                           "FROM pg_statio_user_tables WHERE relname = 'webhook_delivery'"));
    };
    int64_t before = count();
    REQUIRE(loop.Await(std::move(work)).ok());
    return count() - before;
  }
};

}  // namespace

TEST_CASE_METHOD(Backlog, "Claiming, measuring and looking for lost endpoints are flat",
                 "[webhooks]") {
  REQUIRE(database.Execute("SELECT count(*) FROM webhook_delivery") == "300000");
  CHECK(Blocks(repository.ParkLost(absl::Hours(1), 1000)) < 1000);
  CHECK(Blocks(repository.Claim({.jobs = 10, .share = 8, .limited = {}, .lease = 1min})) < 2000);
  CHECK(Blocks(work::Measure(repository.queue())) < 15000);
  database.Execute("UPDATE webhook_endpoint SET enabled = false");
  CHECK(loop.Await(repository.ParkLost(absl::Hours(1), 1000)).value() == 1000);
}

}  // namespace tamarack::webhooks
