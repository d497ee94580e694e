#include "platform/idempotency/once.h"
#include "platform/postgres/postgres.h"
#include "services/payments/migrations.h"
#include "services/payments/move_repository.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"
#include "tests/support/own_principal.h"

#include "tamarack/payments/v1/payment_service.pb.h"

#include <catch2/catch.hpp>

// Goal: what the release before modes left behind is kept, and it goes on working while it is
// replaced. Method: its schema with its rows, migrated.
namespace tamarack::payments {
namespace {

constexpr size_t kBefore = 5;  // migrations that it knew

struct Upgrade {
  testing::Loop loop;
  testing::Database database{Migrations().first(kBefore)};
  pg::Pool pool{loop.executor(), database.dsn(), 2};
  crypto::Sealer sealer{crypto::Keyring(std::string(32, 'k')), "test"};
  idempotency::Once keys{pool, sealer, std::chrono::hours(24)};

  std::string Sql(const std::string& sql) { return database.Execute(sql); }
  static v1::CreatePaymentRequest Request(int64_t amount = 5) {
    v1::CreatePaymentRequest request;
    request.set_amount(amount);
    return request;
  }
  // As that release makes a payment.
  std::string MakeBefore(char id, const std::string& owner, const std::string& key,
                         const std::string& age = "1 hour") {
    std::string payment_id(26, id);
    Sql("BEGIN; INSERT INTO payment_idempotency VALUES ('" + owner + "', '" + key + "', '" +
        idempotency::RequestHash(Request()) + "', '" + payment_id + "', now() - interval '" + age +
        "'); INSERT INTO payment (payment_id, service_id, ministry_id, is_live, amount_cents, "
        "reference, description, return_url, language, status, created_at, updated_at) VALUES ('" +
        payment_id +
        "', 's1', 'm1', false, 5, 'r', 'd', 'https://a.example/', 'en', 1, now(), "
        "now()); COMMIT");
    return payment_id;
  }
  absl::StatusOr<std::optional<std::string>> Repeat(const std::string& key,
                                                    const std::string& mode = "sandbox",
                                                    int64_t amount = 5) {
    rpc::Context context;
    testing::OwnPrincipal(context).service_id = "s1";
    testing::OwnPrincipal(context).mode = mode;
    context.idempotency_key = key;
    return loop.Await(keys.FindMade(context, Request(amount)));
  }
  std::string Readable() {
    const std::string like =
        " t WHERE t::text LIKE '%" + idempotency::RequestHash(Request()) + "%'";
    return Sql("SELECT (SELECT count(*) FROM idempotent_answer" + like +
               ") + (SELECT count(*) FROM payment_idempotency" + like + ")");
  }
};

}  // namespace

TEST_CASE_METHOD(Upgrade, "Upgrade: keys of the release before find their payments, in their mode",
                 "[payments]") {
  std::string one = MakeBefore('a', "s1/sandbox", "key-1");
  std::string bare = MakeBefore('b', "s1", "key-2");  // of before modes were told apart
  MakeBefore('c', "s1/sandbox", "old", "31 days");
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  for (bool is_sealed : {false, true}) {
    CAPTURE(is_sealed);
    CHECK(Repeat("key-1").value() == one);
    CHECK(Repeat("key-2").value() == bare);
    CHECK(Repeat("old").value() == std::nullopt);
    CHECK(Repeat("key-1", "live").value() == std::nullopt);
    CHECK(absl::IsFailedPrecondition(Repeat("key-1", "sandbox", 6).status()));
    CHECK(Readable() == (is_sealed ? "0" : "2"));
    loop.Await([](idempotency::Once& by) -> boost::asio::awaitable<int> {
      co_await by.SealEarlier();
      co_return 0;
    }(keys));
  }
}

TEST_CASE_METHOD(Upgrade, "Upgrade: while the release before goes on, nothing is made twice",
                 "[payments]") {
  MakeBefore('a', "s1/sandbox", "key-1");
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  // It no longer finds its key, and is refused it.
  CHECK_THROWS(MakeBefore('b', "s1/sandbox", "key-1"));
  // What it makes now, the new release finds.
  std::string later = MakeBefore('c', "s1/sandbox", "key-2");
  CHECK(Repeat("key-2").value() == later);
  CHECK_THROWS(MakeBefore('d', "s1/sandbox", "key-2"));
  CHECK(Sql("SELECT count(*) FROM payment") == "2");
}

TEST_CASE_METHOD(Upgrade,
                 "Upgrade: what the release before has left with the processor is taken up",
                 "[payments]") {
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  MoveRepository move_repository{pool};
  auto submit = [&](char id, const std::string& status) {
    return Sql(
        "INSERT INTO authorisation_attempt (attempt_id, payment_id, number, status, "
        "provider, card_brand, card_type, last_digits, first_digits, expiry_date, "
        "created_at, check_at) SELECT gen_random_uuid(), '" +
        MakeBefore(id, "s1/sandbox", std::string("key-") + id) +
        "', coalesce(max(number), 0) + 1, " + status +
        ", 'sandbox', '', '', '1111', '411111', '12/30', now(), now() FROM "
        "authorisation_attempt WHERE payment_id = '' RETURNING attempt_id");
  };
  std::string unresolved = submit('a', "1"), reserved = submit('b', "2");
  Sql("INSERT INTO processor_job (attempt_id, kind, due_at) VALUES ('" + reserved + "', 1, now())");
  // Both were claimed, and those claims have lapsed.
  Sql("UPDATE authorisation_attempt SET check_at = now() WHERE status = 1 AND check_at <= now()");
  Sql("UPDATE processor_job SET due_at = now(), tries = tries + 1 WHERE done_at IS NULL");
  auto asked = loop.Await(move_repository.ClaimUnresolved(10, std::chrono::minutes(1))).value();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].id == unresolved);
  auto jobs = loop.Await(move_repository.ClaimJobs(10, std::chrono::minutes(1))).value();
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].claim.id == reserved);
  CHECK(jobs[0].tries == 2);
  // What this release has claimed, the earlier one leaves, while the claim is renewed.
  const std::string theirs =
      "SELECT (SELECT count(*) FROM authorisation_attempt WHERE status = 1 AND check_at <= now()) "
      "+ (SELECT count(*) FROM processor_job WHERE done_at IS NULL AND due_at <= now())";
  CHECK(Sql(theirs) == "0");
  Sql("UPDATE authorisation_attempt SET check_at = now()");
  REQUIRE(
      loop.Await(work::Renew(move_repository.unresolved(), asked, std::chrono::minutes(1))).ok());
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt WHERE check_at > now()") == "1");
  REQUIRE(loop.Await(work::Postpone(move_repository.unresolved(), asked[0], {})).ok());
  CHECK(loop.Await(move_repository.ClaimUnresolved(10, std::chrono::minutes(1)))->size() == 1);
}

TEST_CASE_METHOD(Upgrade, "Upgrade: endpoints, accounts and balances so far are the sandbox's",
                 "[payments]") {
  const std::string pend =
      "SELECT ledger_pend(gen_random_uuid(), 'p1', 'processor:sandbox', "
      "'service:s1', 'CAD', 9000)";
  Sql(pend);
  const std::string endpoint =
      "INSERT INTO webhook_endpoint (endpoint_id, tenant_id, url, sealed_secret, event_types) "
      "VALUES (gen_random_uuid(), 's1', 'https://a.example/', 's', '{}')";
  Sql(endpoint);
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  Sql(pend);  // As the release before goes on to.
  Sql(endpoint);
  CHECK(Sql("SELECT string_agg(DISTINCT mode, ' ') FROM webhook_endpoint") == "sandbox");
  CHECK(Sql("SELECT string_agg(name || ' ' || mode, ';' ORDER BY name) FROM ledger_account") ==
        "processor:sandbox sandbox;service:s1 sandbox");
  CHECK(Sql("SELECT concat_ws(' ', debits_pending, credits_pending, balances) FROM "
            "ledger_balance_check('sandbox')") == "18000 18000 t");
  CHECK(Sql("SELECT count(*) FROM ledger_balance_check('live')") == "0");
}

TEST_CASE_METHOD(Upgrade, "Upgrade: what is yet to be sealed is found by an index", "[payments]") {
  REQUIRE(pg::Migrate(database.dsn(), Migrations()).ok());
  Sql("INSERT INTO idempotent_answer (caller, method, key, answer_sealed) "
      "SELECT 's1/live', 'm', n::text, repeat('x', 200) FROM generate_series(1, 5000) n; ANALYZE");
  CHECK(Sql("EXPLAIN (FORMAT JSON) SELECT caller FROM idempotent_answer "
            "WHERE answer_sealed LIKE 'sha256:%' LIMIT 1000")
            .find("idempotent_answer_earlier") != std::string::npos);
}

}  // namespace tamarack::payments
