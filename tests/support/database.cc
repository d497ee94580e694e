#include "tests/support/database.h"

#include "platform/postgres/runtime_role.h"

#include <absl/strings/str_cat.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>

namespace tamarack::testing {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value != nullptr && *value != '\0') return value;
  throw std::runtime_error(
      absl::StrCat(name, " is not set: run under tests/support/with_servers.sh"));
}

std::string RunSql(const std::string& dsn, const std::string& sql) {
  std::unique_ptr<PGconn, void (*)(PGconn*)> conn(PQconnectdb(dsn.c_str()), &PQfinish);
  if (PQstatus(conn.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(conn.get()));
  PQsetNoticeProcessor(conn.get(), [](void*, const char*) {}, nullptr);
  std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(conn.get(), sql.c_str()), &PQclear);
  ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(absl::StrCat(PQerrorMessage(conn.get()), "in: ", sql));
  }
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

std::string OnServer(const std::string& sql) {
  return RunSql(PostgresPrefix() + " dbname=postgres", sql);
}

void EnsureRuntimeRole() {
  std::string exists = absl::StrCat("SELECT 1 FROM pg_roles WHERE rolname = '", kRuntimeRole, "'");
  if (!OnServer(exists).empty()) return;
  try {
    OnServer(absl::StrCat("CREATE ROLE ", kRuntimeRole, " LOGIN"));
  } catch (const std::runtime_error&) {
    if (OnServer(exists).empty()) throw;  // else another program was quicker
  }
}

// The template's name says what is in it; programs that share a server may make it at once.
std::string EnsureTemplate(std::span<const pg::Migration> migrations) {
  std::string contents;
  for (const auto& migration : migrations)
    absl::StrAppend(&contents, migration.sha256, migration.sql);
  std::string name = absl::StrCat("template_", absl::Hex(std::hash<std::string>{}(contents)));
  std::string exists = absl::StrCat("SELECT 1 FROM pg_database WHERE datname = '", name, "'");
  if (!OnServer(exists).empty()) return name;
  std::string draft = absl::StrCat(name, "_", getpid());
  OnServer(absl::StrCat("CREATE DATABASE ", draft));
  EnsureRuntimeRole();
  const std::string dsn = absl::StrCat(PostgresPrefix(), " dbname=", draft);
  absl::Status status = pg::Migrate(dsn, migrations);
  if (status.ok()) status = pg::GrantToRuntimeRole(dsn, kRuntimeRole);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  try {
    OnServer(absl::StrCat("ALTER DATABASE ", draft, " RENAME TO ", name));
  } catch (const std::runtime_error&) {
    OnServer(absl::StrCat("DROP DATABASE ", draft));  // another program was quicker
  }
  return name;
}

}  // namespace

std::string PostgresPrefix() {
  return FromEnvironment("TAMARACK_TEST_PG");
}

std::string RedisAddress() {
  return FromEnvironment("TAMARACK_TEST_REDIS");
}

void ControlPostgres(const std::string& verb) {
  std::string command = absl::StrCat(FromEnvironment("TAMARACK_TEST_PG_CTL"), " ", verb);
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
}

Database::Database(std::span<const pg::Migration> migrations) {
  static std::atomic<int> count = 0;
  name_ = absl::StrCat("test_", getpid(), "_", ++count);
  dsn_ = absl::StrCat(PostgresPrefix(), " dbname=", name_);
  OnServer(absl::StrCat("CREATE DATABASE ", name_, " TEMPLATE ", EnsureTemplate(migrations)));
}

Database::~Database() {
  try {
    OnServer(absl::StrCat("DROP DATABASE ", name_, " WITH (FORCE)"));
  } catch (const std::runtime_error&) {
    // The servers of a test run are thrown away with it.
  }
}

std::string Database::Execute(const std::string& sql) const {
  return RunSql(dsn_, sql);
}

}  // namespace tamarack::testing
