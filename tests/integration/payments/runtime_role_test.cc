// Whoever takes over a serving process has its role, and with it neither the ledger's triggers nor
// more rights.
#include "platform/postgres/runtime_role.h"
#include "platform/postgres/dsn.h"
#include "platform/postgres/migrate.h"
#include "tests/integration/payments/world.h"
#include "tests/support/eventually.h"
#include "tests/support/loop.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <future>
#include <memory>
#include <thread>

namespace tamarack::payments {
namespace {

using absl::StatusCode;

// A migrated database with an owner that is no superuser, and a role that serves.
struct TwoRoles {
  testing::Database database;
  const std::string owner = "owner_" + std::to_string(::getpid());
  const std::string runtime = "runtime_" + std::to_string(::getpid());

  TwoRoles() {
    for (const std::string& role : {owner, runtime}) Sql("CREATE ROLE " + role + " LOGIN");
    Sql("DROP TABLE schema_migration");
    Sql("ALTER DATABASE " + Sql("SELECT current_database()") + " OWNER TO " + owner);
    REQUIRE(pg::Migrate(Dsn(owner), Migrations()).ok());
    absl::Status granted = pg::GrantToRuntimeRole(Dsn(owner), runtime);
    INFO(granted);
    REQUIRE(granted.ok());
  }
  ~TwoRoles() {
    for (const std::string& role : {runtime, owner}) {
      Sql("REASSIGN OWNED BY " + role + " TO CURRENT_USER");
      Sql("DROP OWNED BY " + role);
      Sql("DROP ROLE " + role);
    }
  }
  std::string Sql(const std::string& sql) { return database.Execute(sql); }
  std::string Dsn(const std::string& role) const { return database.dsn() + " user=" + role; }

  // What the database says when `role` asks for this: its SQLSTATE; "" when it did it.
  std::string Try(const std::string& role, const std::string& sql) {
    std::unique_ptr<PGconn, void (*)(PGconn*)> conn(PQconnectdb(Dsn(role).c_str()), &PQfinish);
    REQUIRE(PQstatus(conn.get()) == CONNECTION_OK);
    PQsetNoticeProcessor(conn.get(), [](void*, const char*) {}, nullptr);
    std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(conn.get(), sql.c_str()),
                                                          &PQclear);
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return state == nullptr ? "" : state;
  }
};

constexpr char kPend[] =
    "SELECT ledger_pend('00000000-0000-7000-8000-000000000001', 'p1', 'a', 'b', 'CAD', 9000)";
constexpr char kRefused[] = "42501";  // insufficient_privilege

TEST_CASE_METHOD(TwoRoles, "what an administrator put beside the tables stays theirs",
                 "[payments][roles]") {
  Sql("CREATE VIEW sizes AS SELECT 1 AS n");
  Sql("CREATE SEQUENCE tickets");
  absl::Status granted = pg::GrantToRuntimeRole(Dsn(owner), runtime);
  INFO(granted);
  CHECK(granted.ok());
  CHECK(Try(runtime, "SELECT * FROM sizes") == "42501");
  CHECK(Try(runtime, "SELECT nextval('tickets')") == "42501");
  CHECK(Try(runtime, "SELECT count(*) FROM payment").empty());
}

TEST_CASE_METHOD(TwoRoles, "the role that serves changes rows, never tables, triggers or rights",
                 "[postgres][roles]") {
  REQUIRE(Try(runtime, kPend) == "");
  CHECK(Sql("SELECT count(*) FROM ledger_entry") == "2");
  CHECK(Try(runtime, "SELECT * FROM ledger_balance_check()") == "");
  CHECK(Try(runtime, "SELECT * FROM payment FOR UPDATE") == "");
  CHECK(Try(runtime, "DELETE FROM payment") == "");
  for (const std::string& sql : {
           std::string("ALTER TABLE ledger_entry DISABLE TRIGGER ALL"),
           std::string("ALTER TABLE ledger_transfer DISABLE TRIGGER immutable"),
           std::string("DROP TRIGGER immutable ON ledger_entry"),
           std::string("SET session_replication_role = replica"),
           std::string("TRUNCATE ledger_entry"),
           std::string("TRUNCATE payment CASCADE"),
           std::string("UPDATE ledger_entry SET amount_cents = 1"),
           std::string("DELETE FROM ledger_entry"),
           std::string("DELETE FROM ledger_transfer"),
           std::string("DELETE FROM ledger_account"),
           std::string("DROP TABLE payment"),
           std::string("ALTER TABLE payment ADD COLUMN more int"),
           std::string("CREATE TABLE mine (more int)"),
           std::string("CREATE TEMPORARY TABLE ledger_entry (more int)"),
           std::string("CREATE SCHEMA mine"),
           std::string("CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
           std::string("CREATE OR REPLACE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE "
                       "plpgsql AS 'BEGIN RETURN NEW; END'"),
           std::string("ALTER FUNCTION ledger_check_transfer() RENAME TO other"),
           std::string("COPY ledger_entry FROM PROGRAM 'true'"),
           std::string("INSERT INTO schema_migration (version, name, sha256) VALUES (99, '', '')"),
           "ALTER ROLE " + runtime + " SUPERUSER",
           "ALTER ROLE " + runtime + " CREATEROLE",
           "GRANT " + owner + " TO " + runtime,
           "SET ROLE " + owner,
           "SET SESSION AUTHORIZATION " + owner,
           "ALTER TABLE payment OWNER TO " + runtime,
           "REASSIGN OWNED BY " + owner + " TO " + runtime,
       }) {
    INFO(sql);
    CHECK(Try(runtime, sql) == kRefused);
  }
  // A GRANT without the right to is only a warning: what counts is what it changed.
  for (const char* right : {"DELETE", "TRUNCATE", "TRIGGER", "ALL"}) {
    Try(runtime, std::string("GRANT ") + right + " ON ledger_entry TO " + runtime);
    CHECK(Try(runtime, "DELETE FROM ledger_entry") == kRefused);
    CHECK(Try(runtime, "TRUNCATE ledger_entry") == kRefused);
  }
  // What foreign keys lock may be updated, as far as rights go: there the trigger holds.
  CHECK(Try(runtime, "UPDATE ledger_transfer SET reference = 'other'") == "23001");
  CHECK(Sql("SELECT count(*) FROM ledger_entry") == "2");
}

TEST_CASE_METHOD(TwoRoles, "rights follow each migration, and leave nobody who owns what it serves",
                 "[postgres][roles]") {
  CHECK(Try(owner, "CREATE TABLE later (more int)") == "");
  CHECK(Try(runtime, "SELECT * FROM later") == kRefused);
  Sql("GRANT TRUNCATE ON payment TO " + runtime);  // By somebody's mistake.
  REQUIRE(pg::GrantToRuntimeRole(Dsn(owner), runtime).ok());
  CHECK(Try(runtime, "SELECT * FROM later") == "");
  CHECK(Try(runtime, "TRUNCATE payment CASCADE") == kRefused);

  CHECK(pg::GrantToRuntimeRole(Dsn(owner), owner).code() == StatusCode::kFailedPrecondition);
  CHECK(pg::GrantToRuntimeRole(Dsn(owner), "nobody").code() == StatusCode::kFailedPrecondition);
  Sql("GRANT " + owner + " TO " + runtime);
  CHECK(pg::GrantToRuntimeRole(Dsn(owner), runtime).code() == StatusCode::kFailedPrecondition);
}

TEST_CASE_METHOD(TwoRoles, "rights are given while nobody migrates", "[postgres][roles]") {
  const std::string name = Sql("SELECT current_database()");
  std::unique_ptr<PGconn, void (*)(PGconn*)> migrating(PQconnectdb(Dsn(owner).c_str()), &PQfinish);
  PQclear(PQexec(migrating.get(),
                 absl::StrCat("SELECT pg_advisory_lock(", pg::kMigrationLock, ")").c_str()));
  std::atomic<bool> is_done = false;
  auto granted = std::async(std::launch::async, [&] {
    absl::Status status = pg::GrantToRuntimeRole(Dsn(owner), runtime);
    is_done = true;
    return status;
  });
  const std::string waiting =
      "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(0.1)' AND datname = '" +
      name + "'";
  REQUIRE(testing::Eventually([&] { return is_done || Sql(waiting) == "1"; }));
  CHECK(!is_done);
  migrating.reset();
  CHECK(granted.get().ok());
}

TEST_CASE_METHOD(TwoRoles, "who serves as the owner is told", "[postgres][roles]") {
  testing::Loop loop;
  auto check = [&](const std::string& role) {
    pg::Pool pool(loop.executor(), Dsn(role), 1);
    return loop.Await(pg::CheckRuntimeRole(pool)).code();
  };
  CHECK(check(runtime) == StatusCode::kOk);
  CHECK(check(owner) == StatusCode::kFailedPrecondition);
}

TEST_CASE("passwords come from files alone", "[postgres]") {
  auto [dsn, is_taken] = GENERATE(table<std::string, bool>({
      {"host=/run dbname=a user=b", true},
      {"host=/run dbname=a user=b passfile=/run/secrets/pgpass", true},
      {"postgresql://b@db.example/a?sslmode=verify-full&passfile=/run/pgpass", true},
      {"host=/run dbname=a user=b password=guess", false},
      {"postgresql://b:guess@db.example/a", false},
      {"host=/run sslkey=/run/key sslpassword=guess", false},
  }));
  INFO(dsn);
  auto keywords = pg::ParseDsn(dsn);
  CHECK(keywords.ok() == is_taken);
  CHECK(keywords.status().message().find("guess") == absl::string_view::npos);
  if (!is_taken) CHECK(pg::Migrate(dsn, Migrations()).code() == StatusCode::kInvalidArgument);
  ::setenv("PGPASSWORD", "guess", 1);
  auto with_variable = pg::ParseDsn(dsn);
  ::unsetenv("PGPASSWORD");
  CHECK(with_variable.status().code() == StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tamarack::payments
