#include "platform/postgres/migrate.h"

#include "tests/support/database.h"

#include <catch2/catch.hpp>

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

TEST_CASE("Migrate: without a server UNAVAILABLE", "[migrate]") {
  CHECK(Migrate("host=/nonexistent", kTwo).code() == StatusCode::kUnavailable);
}

}  // namespace
}  // namespace tamarack::pg
