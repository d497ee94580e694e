#pragma once

// A database of one's own, for tests under tests/support/with_servers.sh:
//
//   struct Fixture {
//     testing::Loop loop;
//     testing::Database database{payments::Migrations()};
//     pg::Pool pool{loop.executor(), database.dsn(), 4};
//   };
//   TEST_CASE_METHOD(Fixture, "…") { auto rows = loop.Await(pool.Query(kFind, id)); … }

#include "platform/postgres/migrate.h"

#include <span>
#include <string>

namespace tamarack::testing {

// The first part of every test's connection string. Throws unless TAMARACK_TEST_PG is set.
std::string PostgresPrefix();
// "unix:/…". Throws unless TAMARACK_TEST_REDIS is set.
std::string RedisAddress();
// Runs `start`, `stop` or `kill` on the test's PostgreSQL cluster. For tests of failures.
void ControlPostgres(const std::string& verb);

// The role that serves, in every test's database.
inline constexpr char kRuntimeRole[] = "tamarack_runtime";

// A fresh migrated database, copied from a template that is made once per set of migrations;
// dropped at the end, whoever is still connected. Throws when the server refuses: a test cannot go
// on.
class Database {
 public:
  explicit Database(std::span<const pg::Migration> migrations = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // As the owner, who may do anything.
  const std::string& dsn() const { return dsn_; }
  // As the role that serves: rows only.
  std::string runtime_dsn() const { return dsn_ + " user=" + kRuntimeRole; }
  // Runs SQL text on a connection of its own, blocking; the first column of the first row, or "".
  std::string Execute(const std::string& sql) const;

 private:
  std::string name_;
  std::string dsn_;
};

}  // namespace tamarack::testing
