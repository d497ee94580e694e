#include "platform/postgres/migrate.h"

#include "tests/support/captured_stderr.h"
#include "tests/support/database.h"
#include "tests/support/eventually.h"
#include "tests/support/loop.h"

#include <libpq-fe.h>
#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace tamarack::pg {
namespace {

using absl::StatusCode;

const std::vector<Migration> kTwo = {
    {1, "0001_a", "CREATE TABLE a (a_id int); INSERT INTO a VALUES (1);", "aaaa"},
    {2, "0002_b", "CREATE TABLE b (b_id int); -- the last line is a comment", "bbbb"}};

std::string Versions(const testing::Database& database) {
  return database.Execute(
      "SELECT string_agg(version || name || sha256, ',' ORDER BY version) "
      "FROM schema_migration");
}

// A session of the test's own, as long as it lives.
class Session {
 public:
  explicit Session(const testing::Database& database)
      : connection_(PQconnectdb(database.dsn().c_str()), &PQfinish) {}
  void Execute(const char* sql) {
    std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection_.get(), sql), &PQclear);
    REQUIRE(PQresultStatus(result.get()) != PGRES_FATAL_ERROR);
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

TEST_CASE("Migrate: applies what is missing, once", "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), std::span(kTwo).first(1)).ok());
  CHECK(Versions(database) == "10001_aaaaa");
  REQUIRE(Migrate(database.dsn(), kTwo).ok());
  REQUIRE(Migrate(database.dsn(), kTwo).ok());
  CHECK(Versions(database) == "10001_aaaaa,20002_bbbbb");
  CHECK(database.Execute("SELECT count(*) FROM a") == "1");
}

TEST_CASE("Migrate: refuses a file that was edited after it was applied", "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), kTwo).ok());
  auto edited = kTwo;
  edited[0].sha256 = "cccc";
  auto status = Migrate(database.dsn(), edited);
  CHECK(status.code() == StatusCode::kFailedPrecondition);
  CHECK_THAT(std::string(status.message()), Catch::Contains("0001_a was edited"));
}

TEST_CASE("Migrate: refuses a new file that is older than what is applied", "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), std::span(kTwo).last(1)).ok());
  CHECK(Migrate(database.dsn(), kTwo).code() == StatusCode::kFailedPrecondition);
}

TEST_CASE("Migrate: an older binary leaves newer versions alone", "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), kTwo).ok());
  CHECK(Migrate(database.dsn(), std::span(kTwo).first(1)).ok());
}

TEST_CASE("Migrate: a file that fails leaves nothing behind and says which it is", "[migrate]") {
  testing::Database database;
  auto broken = kTwo;
  broken[1].sql = "CREATE TABLE b (b_id int); CREATE TABLE a (a_id int);";
  auto status = Migrate(database.dsn(), broken);
  CHECK_FALSE(status.ok());
  CHECK_THAT(std::string(status.message()), Catch::StartsWith("migration 0002_b: "));
  CHECK(Versions(database) == "10001_aaaaa");
  CHECK(database.Execute("SELECT to_regclass('b') IS NULL") == "t");
  CHECK(Migrate(database.dsn(), kTwo).ok());
}

TEST_CASE("Migrate: a file that ends its own transaction is refused", "[migrate]") {
  testing::Database database;
  const Migration sneaky[] = {{1, "0001_sneaky", "COMMIT;", "aaaa"}};
  CHECK(Migrate(database.dsn(), sneaky).code() == StatusCode::kFailedPrecondition);
}

TEST_CASE("Migrate: waits for a database that is not there yet, and no longer than it may",
          "[migrate]") {
  testing::Database database;
  const std::string name = database.Execute("SELECT current_database()");
  const std::string later = name + "_later";
  std::string dsn = database.dsn();
  dsn.replace(dsn.find(name), name.size(), later);
  CHECK(Migrate(dsn, kTwo, {.connect_time = std::chrono::seconds(0)}).code() ==
        StatusCode::kUnavailable);
  testing::CapturedStderr log;
  auto migrated = std::async(std::launch::async, [&] { return Migrate(dsn, kTwo); });
  REQUIRE(testing::Eventually(
      [&] { return log.Text().find("waiting for the database") != std::string::npos; }));
  database.Execute("CREATE DATABASE " + later);
  CHECK(migrated.get().ok());
  database.Execute("DROP DATABASE " + later);
}

TEST_CASE("CheckSchema: an older database is refused, a newer one taken", "[migrate]") {
  testing::Database database;
  testing::Loop loop;
  Pool pool(loop.executor(), database.dsn(), {.size = 1});
  auto check = [&](std::span<const Migration> migrations) {
    return loop.Await(CheckSchema(pool, migrations));
  };
  CHECK_THAT(std::string(check(kTwo).message()), Catch::Contains("at version 0 and lacks 0002_b"));
  REQUIRE(Migrate(database.dsn(), std::span(kTwo).first(1)).ok());
  CHECK(check(kTwo).code() == StatusCode::kFailedPrecondition);
  CHECK(check(std::span(kTwo).first(1)).ok());
  REQUIRE(Migrate(database.dsn(), kTwo).ok());
  CHECK(check(kTwo).ok());
  CHECK(check(std::span(kTwo).first(1)).ok());
}

TEST_CASE("Migrate: whatever a role or its database has as defaults, files are applied as ours are",
          "[migrate]") {
  testing::Database database;
  const std::string name = database.Execute("SELECT current_database()");
  auto set = [&](const char* what) { database.Execute("ALTER DATABASE " + name + " SET " + what); };
  database.Execute("CREATE SCHEMA app");
  set("search_path = app, public");
  set("statement_timeout = '50ms'");
  set("default_transaction_isolation = 'serializable'");
  auto slow = kTwo;
  slow[0].sql = "SELECT pg_sleep(0.2); CREATE TABLE a (a_id int);";
  slow[1].sql =
      "-- no transaction\nSELECT pg_sleep(0.2);\nCREATE TABLE b (level text);\n"
      "INSERT INTO b VALUES (current_setting('transaction_isolation'));\n";
  REQUIRE(Migrate(database.dsn(), slow).ok());
  CHECK(database.Execute("SELECT to_regclass('public.a') IS NOT NULL") == "t");
  CHECK(database.Execute("SELECT level FROM public.b") == "read committed");
  // What serves, too: a worker that waited for a lock must see what was committed meanwhile.
  testing::Loop loop;
  Pool pool(loop.executor(), database.dsn(), {.size = 1});
  static constexpr Statement kShow{"test.show",
                                   "SELECT current_setting('transaction_isolation') || "
                                   "current_setting('search_path')"};
  CHECK(loop.Await(pool.Query(kShow))->Text(0, 0) == "read committedpublic");
}

TEST_CASE("Migrate: an index that is not ours may be as it is", "[migrate]") {
  testing::Database database;
  database.Execute("CREATE TABLE report (n int); INSERT INTO report VALUES (1), (1)");
  database.Execute("CREATE TABLE parts (n int) PARTITION BY RANGE (n)");
  database.Execute("CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10)");
  database.Execute("CREATE INDEX parts_n ON ONLY parts (n)");
  std::unique_ptr<PGconn, void (*)(PGconn*)> own(PQconnectdb(database.dsn().c_str()), &PQfinish);
  PQclear(PQexec(own.get(), "CREATE UNIQUE INDEX CONCURRENTLY report_n ON report (n)"));
  REQUIRE(database.Execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == "2");
  auto more = kTwo;
  more[1].sql = "-- no transaction\nCREATE INDEX CONCURRENTLY a_by_id ON a (a_id);\n";
  CHECK(Migrate(database.dsn(), more).ok());
}

TEST_CASE("Migrate: says who migrates already, and waits no longer than it may", "[migrate]") {
  testing::Database database;
  Session other(database);
  other.Execute((std::string("SELECT pg_advisory_lock(") + kMigrationLock + ")").c_str());
  testing::CapturedStderr log;
  absl::Status status = Migrate(database.dsn(), kTwo, {.lock_time = std::chrono::seconds(1)});
  CHECK(status.code() == StatusCode::kAborted);
  CHECK_THAT(std::string(status.message()), Catch::Matches("process \\d+ migrates.*"));
  CHECK_THAT(log.Text(), Catch::Contains("waiting for another who migrates"));
}

TEST_CASE("Migrate: processes that start together apply each file once", "[migrate]") {
  testing::Database database;
  std::vector<Migration> slow = kTwo;
  slow[0].sql = "SELECT pg_sleep(0.2); CREATE TABLE a (a_id int);";
  std::vector<absl::Status> statuses(4, absl::UnknownError("not run"));
  std::vector<std::thread> processes;
  for (auto& status : statuses) {
    processes.emplace_back([&] { status = Migrate(database.dsn(), slow); });
  }
  for (auto& process : processes) process.join();
  for (const auto& status : statuses) CHECK(status.ok());
  CHECK(Versions(database) == "10001_aaaaa,20002_bbbbb");
}

// Until `query`, of the database, says "t".
void Await(const testing::Database& database, const std::string& query) {
  INFO(query);
  REQUIRE(testing::Eventually([&] { return database.Execute(query) == "t"; }));
}

constexpr char kIsWaiting[] =
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
constexpr char kPauses[] =
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
    "AND state = 'active' AND query = 'SELECT pg_sleep(2)')";

TEST_CASE("Migrate: gives way to those who queue behind it for a table, and tries again",
          "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), std::span(kTwo).first(1)).ok());
  auto more = kTwo;
  more[1].sql = "CREATE TABLE b (b_id int); ALTER TABLE a ADD COLUMN more int;";
  Session reader(database);
  reader.Execute("BEGIN; SELECT * FROM a");
  auto migrated = std::async(std::launch::async, [&] { return Migrate(database.dsn(), more); });
  Await(database, kIsWaiting);
  // It holds nothing while it pauses: nobody waits for it, and what it did before is undone.
  Await(database, kPauses);
  CHECK(database.Execute("SELECT count(*) FROM a") == "1");
  CHECK(database.Execute("SELECT to_regclass('b') IS NULL") == "t");
  reader.Execute("COMMIT");
  CHECK(migrated.get().ok());
  CHECK(Versions(database) == "10001_aaaaa,20002_bbbbb");
}

TEST_CASE("Migrate: says which file did not get its lock", "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), std::span(kTwo).first(1)).ok());
  auto more = kTwo;
  more[1].sql = "SET LOCAL lock_timeout = '1ms'; ALTER TABLE a ADD COLUMN more int;";
  Session reader(database);
  reader.Execute("BEGIN; SELECT * FROM a");
  auto status =
      Migrate(database.dsn(), more, {.tries_max = 2, .pause = std::chrono::milliseconds(1)});
  CHECK(status.code() == StatusCode::kAborted);
  CHECK_THAT(std::string(status.message()),
             Catch::StartsWith("migration 0002_b: canceling statement due to lock timeout") &&
                 Catch::Contains("2 tries"));
  CHECK(Versions(database) == "10001_aaaaa");
}

const std::vector<Migration> kConcurrently = {kTwo[0],
                                              {2, "0002_index",
                                               "-- no transaction\n"
                                               "DROP INDEX CONCURRENTLY IF EXISTS a_index;\n"
                                               "CREATE INDEX CONCURRENTLY a_index ON a (a_id);\n"
                                               "-- Said at the end;\n",
                                               "iiii"}};

TEST_CASE("Migrate: what refuses a transaction gets none", "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), kConcurrently).ok());
  CHECK(Versions(database) == "10001_aaaaa,20002_indexiiii");
  CHECK(database.Execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_index'::regclass") == "t");
}

TEST_CASE("Migrate: only what keeps others waiting gives up a lock", "[migrate]") {
  testing::Database database;
  const std::string note =
      "INSERT INTO a SELECT extract(epoch FROM "
      "current_setting('lock_timeout')::interval)::int;\n";
  const std::string alone = "-- no transaction\n" + note;
  const Migration files[] = {{1, "0001_a", "CREATE TABLE a (seconds int);", "aaaa"},
                             {2, "0002_alone", alone.c_str(), "bbbb"},
                             {3, "0003_together", note.c_str(), "cccc"}};
  REQUIRE(Migrate(database.dsn(), files).ok());
  CHECK(database.Execute("SELECT string_agg(seconds::text, ' ' ORDER BY ctid) FROM a") == "0 3");
}

TEST_CASE("Migrate: an index whose making was cut off is made anew", "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), std::span(kConcurrently).first(1)).ok());
  {
    // Whoever has written holds up the index, and the process that makes it is killed meanwhile.
    Session writer(database);
    writer.Execute("BEGIN; INSERT INTO a VALUES (2)");
    auto killed =
        std::async(std::launch::async, [&] { return Migrate(database.dsn(), kConcurrently); });
    Await(database, "SELECT to_regclass('a_index') IS NOT NULL");
    database.Execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND query LIKE '%CREATE INDEX CONCURRENTLY%' AND pid <> pg_backend_pid()");
    CHECK(killed.get().code() == StatusCode::kUnavailable);
    writer.Execute("COMMIT");
  }
  CHECK(database.Execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_index'::regclass") == "f");
  CHECK(Versions(database) == "10001_aaaaa");
  // A file that passes it over would leave a table without its index for ever.
  auto careless = kConcurrently;
  careless[1].sql =
      "-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_index ON a (a_id);\n";
  auto status = Migrate(database.dsn(), careless);
  CHECK(status.code() == StatusCode::kFailedPrecondition);
  CHECK_THAT(std::string(status.message()), Catch::Contains("index a_index is left of a try"));
  CHECK(Migrate(database.dsn(), kConcurrently).ok());
  CHECK(database.Execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_index'::regclass") == "t");
  CHECK(Versions(database) == "10001_aaaaa,20002_indexiiii");
}

TEST_CASE("Migrate: those who wait for their turn do not hold up an index", "[migrate]") {
  testing::Database database;
  REQUIRE(Migrate(database.dsn(), std::span(kConcurrently).first(1)).ok());
  Session writer(database);
  writer.Execute("BEGIN; INSERT INTO a VALUES (2)");
  auto first =
      std::async(std::launch::async, [&] { return Migrate(database.dsn(), kConcurrently); });
  Await(database, "SELECT to_regclass('a_index') IS NOT NULL");
  auto second =
      std::async(std::launch::async, [&] { return Migrate(database.dsn(), kConcurrently); });
  Await(database,
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
        "AND query = 'SELECT pg_sleep(0.1)')");
  writer.Execute("COMMIT");
  CHECK(first.get().ok());
  CHECK(second.get().ok());
}

TEST_CASE("Migrate: without a server UNAVAILABLE", "[migrate]") {
  CHECK(Migrate("host=/nonexistent", kTwo, {.connect_time = std::chrono::seconds(0)}).code() ==
        StatusCode::kUnavailable);
}

}  // namespace
}  // namespace tamarack::pg
