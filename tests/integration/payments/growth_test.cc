#include "tests/integration/payments/world.h"
#include "tests/support/cost.h"

#include <catch2/catch.hpp>

#include <set>

// Goal: a list costs the same however many payments there are, and finds each once; what is kept
// for a while only is deleted then, and not before. Method: 200,000 rows; PostgreSQL counts what it
// reads.
namespace tamarack::payments {
namespace {

struct Many {
  testing::ServiceHost host{Migrations()};
  crypto::Keyring ring{std::string(32, 'k')};
  crypto::Sealer sealer{ring, kPayerSeal};
  auth::Owner owner{.id = "s1", .mode = auth::Mode::kSandbox};

  ~Many() { host.Stop(); }
  std::string Sql(const std::string& sql) { return host.database().Execute(sql); }
  // Of which every 10,000th failed; a reference has 200.
  void MakePayments() {
    Sql(R"sql(
      ALTER TABLE payment SET (autovacuum_enabled = false);
      INSERT INTO payment (payment_id, service_id, ministry_id, is_live, amount_cents, reference, description, return_url,
                           language, status, created_at, updated_at)
      SELECT lpad(n::text, 26, '0'), 's1', 'm', false, 5, 'Ref-' || n % 1000, 'd', 'https://a.example/', 'en',
             CASE WHEN n % 10000 = 0 THEN 7 ELSE 6 END, now() - n / 2 * interval '1 second', now()
      FROM generate_series(1, 200000) n;
      ANALYZE payment;)sql");
  }
};

TEST_CASE_METHOD(Many, "ListPayments: no shape of filter reads the table", "[payments]") {
  MakePayments();
  testing::Meter meter(host, host.executor(), host.database(), "payment");
  PaymentRepository repository(host.executor(), meter.pool(), sealer);
  const TimePoint half = Now() - std::chrono::seconds(50'000);
  for (int shape = 0; shape < 64; ++shape) {
    PaymentFilter filter{.owner = owner, .limit = 20};
    if (shape & 1) filter.reference = "REF-0";
    if (shape & 2) filter.statuses = {7, 8};
    if (shape & 4) filter.from = half - std::chrono::seconds(20'000);
    if (shape & 8) filter.to = half + std::chrono::seconds(20'000);
    if (shape & 16) filter.after = Place{half, std::string(26, '0')};
    if (shape & 32) filter.statuses.push_back(6);
    CAPTURE(shape);
    // From the sixth time on PostgreSQL may use a plan for any parameters. Counting goes to 10,000.
    for (int time = 0; time < 7; ++time) {
      auto cost = meter.CostOf(repository.List(filter));
      CAPTURE(time, cost);
      REQUIRE(cost.is_flat(shape & 16 ? 1000 : 12'000));
    }
  }
}

TEST_CASE_METHOD(Many, "ListPayments: page after page finds every payment once", "[payments]") {
  MakePayments();
  PaymentRepository repository(host.executor(), host.pool(), sealer);
  for (std::vector<int> statuses : {std::vector<int>{}, {6, 7, 6}}) {
    PaymentFilter filter{.owner = owner, .reference = "ref-1", .statuses = statuses, .limit = 30};
    std::set<std::string> seen;
    for (int page = 1;; ++page) {
      auto listed = host.Await(repository.List(filter));
      REQUIRE(listed.ok());
      CHECK(listed->total == (page == 1 ? 200 : 0));
      // The page by its number is the same.
      PaymentFilter by_number = filter;
      by_number.after = std::nullopt;
      by_number.skip = (page - 1) * filter.limit;
      auto same = host.Await(repository.List(by_number));
      REQUIRE(same->payments.size() == listed->payments.size());
      CHECK(same->payments.front().id == listed->payments.front().id);
      CHECK(same->total == 200);
      for (const auto& payment : listed->payments) CHECK(seen.insert(payment.id).second);
      if (!listed->has_more) break;
      filter.after = Place{listed->payments.back().created_at, listed->payments.back().id};
    }
    CHECK(seen.size() == 200);
  }
  PaymentFilter beyond{.owner = owner, .skip = 200'001, .limit = 30};
  CHECK(host.Await(repository.List(beyond))->payments.empty());
  CHECK(host.Await(repository.List({.owner = owner}))->total == 10'000);
}

TEST_CASE_METHOD(Many, "Jobs that are done and links that are over are forgotten", "[payments]") {
  Sql(R"sql(
    SET session_replication_role = replica;  -- no foreign keys: the rows are right
    ALTER TABLE processor_job SET (autovacuum_enabled = false);
    ALTER TABLE used_link SET (autovacuum_enabled = false);
    INSERT INTO processor_job (attempt_id, kind, due_at, done_at, created_at)
    SELECT gen_random_uuid(), 1, now(), CASE n % 4 WHEN 0 THEN now() - interval '31 days' WHEN 1 THEN now() - interval '29 days'
           WHEN 2 THEN now() END, now() - interval '400 days' FROM generate_series(1, 100000) n;
    INSERT INTO used_link (nonce, payment_id, used_at)
    SELECT n, 'p', now() - CASE WHEN n % 4 = 0 THEN interval '9 days' ELSE interval '7 days' END FROM generate_series(1, 100000) n;
    ANALYZE;)sql");
  auto sweep = [&](const std::string& table, auto make) {
    testing::Meter meter(host, host.executor(), host.database(), table);
    int64_t deleted = 0;
    for (int64_t batch = 10'000; batch == 10'000; deleted += batch) {
      // Whoever is killed between two batches, another goes on.
      auto from = make(meter.pool());
      auto cost = meter.CostOf(from.batch(10'000), &batch);
      CAPTURE(table, cost);
      CHECK(cost.seq_scans == 0);
    }
    CHECK(deleted == 25'000);
  };
  sweep("processor_job", [](pg::Pool& pool) { return MoveRepository(pool).Forgetting(); });
  sweep("used_link", [&](pg::Pool& pool) {
    return PaymentRepository(host.executor(), pool, sealer).ForgettingLinks();
  });
  CHECK(
      Sql("SELECT count(*) || ' ' || count(*) FILTER (WHERE done_at IS NULL) FROM processor_job") ==
      "75000 25000");
  CHECK(Sql("SELECT max(now() - used_at) < interval '8 days' FROM used_link") == "t");
}

}  // namespace
}  // namespace tamarack::payments
