#include "platform/runtime/task_group.h"
#include "platform/telemetry/metrics.h"
#include "services/payments/ledger_audit.h"
#include "tests/integration/payments/world.h"

#include <catch2/catch.hpp>

// Goal: nobody, our own code included, can make the ledger lie. Method: plain SQL against the
// migrated schema.
namespace tamarack::payments {
namespace {

constexpr char kOne[] = "'00000000-0000-7000-8000-000000000001'";
constexpr char kTwo[] = "'00000000-0000-7000-8000-000000000002'";

struct Books {
  testing::Database database{Migrations()};

  std::string Sql(const std::string& sql) { return database.Execute(sql); }
  // What the database says against it; "" when it did it.
  std::string Refusal(const std::string& sql) {
    try {
      database.Execute(sql);
      return "";
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  void Pend(const std::string& id = kOne, int cents = 9000) {
    Sql("SELECT ledger_pend(" + id + ", 'p1', 'processor:sandbox', 'service:s1', 'CAD', " +
        std::to_string(cents) + ")");
  }
  std::string Check() {
    return Sql(
        "SELECT string_agg(concat_ws(' ', currency, debits_posted, credits_posted, debits_pending, "
        "credits_pending, "
        "unbalanced_transfers, balances), ';') FROM ledger_balance_check()");
  }
};

using Catch::Contains;

}  // namespace

TEST_CASE_METHOD(Books, "Ledger: pending, then posted, and everything adds up",
                 "[payments][ledger]") {
  Pend();
  CHECK(Check() == "CAD 0 0 9000 9000 0 t");
  Sql(std::string("SELECT ledger_resolve(") + kTwo + ", " + kOne + ", 2::smallint)");
  CHECK(Check() == "CAD 9000 9000 0 0 0 t");
}

TEST_CASE_METHOD(Books, "Ledger: the same again changes nothing, another under its id is refused",
                 "[payments][ledger]") {
  Pend();
  Pend();
  CHECK(Check() == "CAD 0 0 9000 9000 0 t");
  CHECK_THAT(Refusal(std::string("SELECT ledger_pend(") + kOne +
                     ", 'p1', 'processor:sandbox', 'service:s1', 'CAD', 1)"),
             Contains("is another"));
  std::string post =
      std::string("SELECT ledger_resolve(gen_random_uuid(), ") + kOne + ", 2::smallint)";
  Sql(post);
  Sql(post);
  CHECK(Check() == "CAD 9000 9000 0 0 0 t");
  CHECK_THAT(
      Refusal(std::string("SELECT ledger_resolve(gen_random_uuid(), ") + kOne + ", 3::smallint)"),
      Contains("resolved otherwise"));
}

TEST_CASE_METHOD(Books, "Ledger: nothing can be changed or deleted", "[payments][ledger]") {
  Pend();
  for (const char* table : {"ledger_entry", "ledger_transfer", "ledger_account"}) {
    std::string name = table;
    CAPTURE(name);
    CHECK_THAT(Refusal("DELETE FROM " + name),
               Contains("append-only") || Contains("permission denied"));
    CHECK_THAT(Refusal("TRUNCATE " + name + " CASCADE"),
               Contains("append-only") || Contains("permission denied"));
  }
  CHECK_THAT(Refusal("UPDATE ledger_entry SET amount_cents = 1"), Contains("append-only"));
  CHECK_THAT(Refusal("UPDATE ledger_transfer SET reference = 'x'"), Contains("append-only"));
  CHECK_THAT(Refusal("UPDATE ledger_account SET name = 'x'"), Contains("append-only"));
  CHECK(Check() == "CAD 0 0 9000 9000 0 t");
}

TEST_CASE_METHOD(Books, "Ledger: the service's role has no right to change or delete entries",
                 "[payments][ledger]") {
  CHECK(Sql("SELECT string_agg(privilege_type, ',' ORDER BY privilege_type) FROM "
            "information_schema.role_table_grants "
            "WHERE table_name = 'ledger_entry' AND grantee = current_user") ==
        "INSERT,REFERENCES,SELECT,TRIGGER");
}

TEST_CASE_METHOD(Books, "Ledger: an unbalanced, lone or late entry is refused",
                 "[payments][ledger]") {
  Pend();
  std::string transfer =
      std::string("INSERT INTO ledger_transfer (transfer_id, kind, reference) VALUES (") + kTwo +
      ", 4, 'x');";
  auto entry = [](const std::string& values) {
    return "INSERT INTO ledger_entry (transfer_id, account_id, is_debit, amount_cents) VALUES " +
           values + ";";
  };
  std::string two = kTwo;
  CHECK_THAT(Refusal("BEGIN;" + transfer +
                     entry("(" + two + ", 1, true, 5), (" + two + ", 2, false, 6)") + "COMMIT"),
             Contains("does not balance"));
  CHECK_THAT(Refusal("BEGIN;" + transfer + entry("(" + two + ", 1, true, 5)") + "COMMIT"),
             Contains("has 1 entries"));
  CHECK_THAT(Refusal("BEGIN;" + transfer + "COMMIT"), Contains("has 0 entries"));
  CHECK_THAT(Refusal("BEGIN;" + transfer +
                     entry("(" + two + ", 1, true, -5), (" + two + ", 2, false, -5)") + "COMMIT"),
             Contains("check constraint"));
  std::string one = kOne;
  CHECK_THAT(Refusal(entry("(" + one + ", 1, false, 5), (" + one + ", 2, true, 5)")),
             Contains("is closed"));
  CHECK(Refusal("BEGIN;" + transfer +
                entry("(" + two + ", 1, true, 5), (" + two + ", 2, false, 5)") + "COMMIT")
            .empty());
  CHECK(Check() == "CAD 5 5 9000 9000 0 t");
  // Nor once the transfer's own check has been done.
  std::string three = "'00000000-0000-7000-8000-000000000003'";
  CHECK_THAT(
      Refusal("BEGIN; INSERT INTO ledger_transfer (transfer_id, kind, reference) VALUES (" + three +
              ", 4, 'x');" + entry("(" + three + ", 1, true, 5), (" + three + ", 2, false, 5)") +
              "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;" +
              entry("(" + three + ", 1, false, 7)") + "COMMIT"),
      Contains("does not balance"));
  CHECK(Check() == "CAD 5 5 9000 9000 0 t");
}

TEST_CASE_METHOD(Books, "Ledger: amounts of two currencies do not balance each other",
                 "[payments][ledger]") {
  Sql("INSERT INTO ledger_account (name, currency) VALUES ('a', 'CAD'), ('b', 'USD')");
  std::string two = kTwo;
  CHECK_THAT(Refusal("BEGIN; INSERT INTO ledger_transfer (transfer_id, kind, reference) VALUES (" +
                     two + ", 4, 'x'); INSERT INTO ledger_entry VALUES (" + two +
                     ", 1, true, 5), (" + two + ", 2, false, 5); COMMIT"),
             Contains("does not balance"));
}

TEST_CASE_METHOD(Books, "Ledger: a post takes no more than was pending, and pends only once",
                 "[payments][ledger]") {
  Pend();
  std::string one = kOne;
  std::string two = kTwo;
  CHECK_THAT(
      Refusal(
          "BEGIN; INSERT INTO ledger_transfer (transfer_id, kind, pending_id, reference) VALUES (" +
          two + ", 2, " + one + ", 'p1'); INSERT INTO ledger_entry SELECT " + two +
          ", account_id, is_debit, amount_cents + 1 FROM ledger_entry WHERE transfer_id = " + one +
          "; COMMIT"),
      Contains("more than was pending"));
  Sql("SELECT ledger_resolve(" + two + ", " + one + ", 3::smallint)");
  CHECK(Check() == "CAD 0 0 0 0 0 t");
  CHECK_THAT(Refusal("INSERT INTO ledger_transfer (transfer_id, kind, pending_id, reference) "
                     "VALUES (gen_random_uuid(), 3, " +
                     one + ", 'p1')"),
             Contains("ledger_transfer_resolved_once"));
}

TEST_CASE_METHOD(Books,
                 "Ledger: no transfer leads from live to sandbox, and each has accounts of its own",
                 "[payments][ledger]") {
  Pend();
  Sql(std::string("SELECT ledger_pend(") + kTwo +
      ", 'p2', 'processor:sandbox', 'service:s1', 'CAD', 5, 'live')");
  CHECK(Sql("SELECT string_agg(concat_ws(' ', account, mode, credits_pending), ';' ORDER BY mode) "
            "FROM ledger_account_balance WHERE account = 'service:s1'") ==
        "service:s1 live 5;service:s1 sandbox 9000");
  CHECK(Sql("SELECT debits_pending FROM ledger_balance_check('live')") == "5");
  CHECK(Sql("SELECT debits_pending FROM ledger_balance_check('sandbox')") == "9000");
  CHECK(Check() == "CAD 0 0 9005 9005 0 t");
  std::string three = "'00000000-0000-7000-8000-000000000003'";
  auto entry = [&](const char* name, const char* mode, const char* is_debit) {
    return std::string("INSERT INTO ledger_entry SELECT ") + three + ", account_id, " + is_debit +
           ", 7 FROM ledger_account WHERE name = '" + name + "' AND mode = '" + mode + "';";
  };
  CHECK_THAT(Refusal("BEGIN; INSERT INTO ledger_transfer (transfer_id, kind, reference) VALUES (" +
                     three + ", 4, 'x');" + entry("processor:sandbox", "sandbox", "true") +
                     entry("service:s1", "live", "false") + "COMMIT"),
             Contains("does not balance"));
}

TEST_CASE_METHOD(World, "Ledger service: tells the balance to who may know it",
                 "[payments][ledger]") {
  auto payment = Opened();
  Submit(payment.payment_id());
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  const std::string method = "/tamarack.payments.v1.LedgerService/GetBalance";
  auto auditor = testing::ServiceCaller("audit", {"payments.ledger.read"});
  auditor.mode = "sandbox";
  auto balance = host.Call<v1::LedgerBalance>(method, v1::GetBalanceRequest(), &auditor);
  REQUIRE(balance.ok());
  CHECK(balance->balances());
  REQUIRE(balance->currencies_size() == 1);
  CHECK(balance->currencies(0).debits_posted() == 9000);
  CHECK(balance->currencies(0).credits_posted() == 9000);
  REQUIRE(balance->accounts_size() == 2);
  CHECK(balance->accounts(1).account() == "service:s1");
  CHECK(absl::IsPermissionDenied(
      host.Call<v1::LedgerBalance>(method, v1::GetBalanceRequest(), &ministry).status()));
}

TEST_CASE_METHOD(World, "Ledger audit: tells that a transfer does not balance any more",
                 "[payments][ledger]") {
  auto payment = Opened();
  Submit(payment.payment_id());
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  auto balanced = [&](const std::string& mode) {
    std::string text = telemetry::SerializeMetrics(host.registry());
    std::string name = "\ntamarack_payments_ledger_balanced{mode=\"" + mode + "\"} ";
    size_t at = text.find(name);
    return at == std::string::npos ? "" : text.substr(at + name.size(), 1);
  };
  runtime::TaskGroup tasks(host.executor());
  tasks.Spawn(
      [&] { return AuditLedger(host.pool(), host.registry(), std::chrono::milliseconds(20)); });
  CHECK(Eventually([&] { return balanced("sandbox") == "1" && balanced("live") == "1"; }));
  host.database().Execute(
      "ALTER TABLE ledger_entry DISABLE TRIGGER ALL;"
      "UPDATE ledger_entry SET amount_cents = amount_cents - 1 WHERE is_debit;"
      "ALTER TABLE ledger_entry ENABLE TRIGGER ALL");
  CHECK(Eventually([&] { return balanced("sandbox") == "0"; }));
  CHECK(balanced("live") == "1");
  host.Await([](runtime::TaskGroup& all) -> boost::asio::awaitable<bool> {
    co_await all.Join();
    co_return true;
  }(tasks));
}

}  // namespace tamarack::payments
