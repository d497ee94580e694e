#include "platform/postgres/postgres.h"

#include "platform/postgres/dsn.h"
#include "platform/postgres/metrics.h"
#include "platform/telemetry/metrics.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include <algorithm>

namespace tamarack::pg {
namespace {

namespace asio = boost::asio;
using absl::StatusCode;

constexpr Migration kSchema[] = {{1, "0001_person", R"sql(
  CREATE TABLE ministry (ministry_id int PRIMARY KEY);
  CREATE TABLE person (
    person_id int PRIMARY KEY,
    email text NOT NULL CONSTRAINT person_email_key UNIQUE,
    age int CHECK (age >= 0),
    ministry_id int REFERENCES ministry))sql",
                                  "test"}};

constexpr Statement kInsert{"person.insert",
                            "INSERT INTO person (person_id, email, age) VALUES ($1, $2, $3)"};
constexpr Statement kCount{"person.count", "SELECT count(*) FROM person"};
constexpr Statement kPid{"test.pid", "SELECT pg_backend_pid()"};
constexpr Statement kSleep{"test.sleep", "SELECT pg_sleep($1)"};
constexpr Statement kEcho{"test.echo", "SELECT $1::text"};

struct Fixture {
  testing::Loop loop;
  testing::Database database{kSchema};
  Pool pool{loop.executor(), database.dsn(), 3};

  std::string Count() { return database.Execute("SELECT count(*) FROM person"); }
  int Sleepers() {
    return std::stoi(
        database.Execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
                         "datname = current_database()"));
  }
  // Runs the work and sees to it that a later query still finds a connection.
  void CheckUsable() {
    for (int i = 0; i < 4; ++i) CHECK(loop.Await(pool.Query(kCount)).ok());
  }
};

TEST_CASE_METHOD(Fixture, "Query: every type goes to the server and back", "[postgres]") {
  constexpr Statement kTypes{
      "test.types",
      "SELECT $1::bool, $2::bigint, $3::text, $4::bytea, $5::timestamptz, $6::text, $7::text[], "
      "$8::float8, (SELECT sum(n)::bigint FROM unnest($9::bigint[]) n), $10::smallint"};
  std::string octets("\0\x01\xff'\\", 5);
  std::vector<std::string> texts{"a,b", "c\"d\\", "", "NULL", "é"};
  TimePoint time = FromUnixMicros(1'764'000'000'123'456);
  auto rows =
      loop.Await(pool.Query(kTypes, true, int64_t{-9'007'199'254'740'993}, "it's", Bytes{octets},
                            time, std::nullopt, texts, 0.1, std::vector<int64_t>{3, 4}, 7));
  REQUIRE(rows.ok());
  CHECK(rows->Bool(0, 0));
  CHECK(rows->Int(0, 1) == -9'007'199'254'740'993);
  CHECK(rows->Text(0, 2) == "it's");
  CHECK(rows->Bytes(0, 3) == octets);
  CHECK(rows->TimeMicros(0, 4) == 1'764'000'000'123'456);
  CHECK(rows->IsNull(0, 5));
  CHECK(rows->TextArray(0, 6) == texts);
  CHECK(rows->Double(0, 7) == 0.1);
  CHECK(rows->Int(0, 8) == 7);
  CHECK(rows->Int(0, 9) == 7);
}

TEST_CASE_METHOD(Fixture, "Query: a parameter of 4 MB and a result of 4 MB pass", "[postgres]") {
  std::string big(4 << 20, 'x');
  auto rows = loop.Await(pool.Query(kEcho, big));
  REQUIRE(rows.ok());
  CHECK(rows->Text(0, 0) == big);
}

// Results of the first statements fill the socket while the last parameters are still being sent:
// a client that only writes would wait for ever.
TEST_CASE_METHOD(Fixture, "QueryAll: reads while it writes", "[postgres]") {
  std::vector<BoundStatement> statements;
  for (int i = 0; i < 20; ++i) statements.emplace_back(kEcho, std::string(1 << 20, 'y'));
  auto all = loop.Await(pool.QueryAll(std::move(statements)));
  REQUIRE(all.ok());
  REQUIRE(all->size() == 20);
  CHECK((*all)[19].Text(0, 0).size() == 1 << 20);
}

TEST_CASE_METHOD(Fixture, "Query: errors come by SQLSTATE, and say which key", "[postgres]") {
  REQUIRE(loop.Await(pool.Query(kInsert, 1, "a@example.org", 30)).ok());
  auto same_email = loop.Await(pool.Query(kInsert, 2, "a@example.org", 30)).status();
  CHECK(same_email.code() == StatusCode::kAlreadyExists);
  CHECK(Constraint(same_email) == "person_email_key");
  auto same_id = loop.Await(pool.Query(kInsert, 1, "b@example.org", 30)).status();
  CHECK(Constraint(same_id) == "person_pkey");
  auto too_young = loop.Await(pool.Query(kInsert, 3, "c@example.org", -1)).status();
  CHECK(too_young.code() == StatusCode::kFailedPrecondition);
  constexpr Statement kMove{"person.move", "UPDATE person SET ministry_id = $1"};
  CHECK(loop.Await(pool.Query(kMove, 9)).status().code() == StatusCode::kFailedPrecondition);
  auto no_number = loop.Await(pool.Query(kInsert, "x", "d@example.org", 1)).status();
  CHECK(no_number.code() == StatusCode::kInvalidArgument);
  CHECK(SqlState(no_number) == "22P02");
  constexpr Statement kBroken{"test.broken", "SELECT nothing FROM nowhere"};
  CHECK(loop.Await(pool.Query(kBroken)).status().code() == StatusCode::kInternal);
  CHECK(loop.Await(pool.Query(kBroken)).status().code() == StatusCode::kInternal);
  CheckUsable();
}

TEST_CASE_METHOD(Fixture, "Query: a text with U+0000 is refused, not cut", "[postgres]") {
  const std::string nul("a\0b", 3);
  constexpr Statement kTexts{"test.texts", "SELECT $1::text[]"};
  for (const auto& status :
       {loop.Await(pool.Query(kInsert, 1, nul, 30)).status(),
        loop.Await(pool.Query(kInsert, 1, std::optional<std::string>(nul), 30)).status(),
        loop.Await(pool.Query(kTexts, std::vector<std::string>{"x", nul})).status(),
        loop.Await(pool.QueryAll(BoundStatement(kInsert, 1, "a", 1),
                                 BoundStatement(kInsert, 2, nul, 1)))
            .status()}) {
    CHECK(status.code() == StatusCode::kInvalidArgument);
    CHECK(SqlState(status) == "22021");
  }
  CHECK(Count() == "0");
  constexpr Statement kOctets{"test.octets", "SELECT $1::bytea"};
  auto octets = loop.Await(pool.Query(kOctets, Bytes{nul}));
  REQUIRE(octets.ok());
  CHECK(octets->Bytes(0, 0) == nul);
  CheckUsable();
}

TEST_CASE_METHOD(Fixture, "QueryAll: all statements or none", "[postgres]") {
  auto failed = loop.Await(pool.QueryAll(BoundStatement(kInsert, 1, "a", 1),
                                         BoundStatement(kInsert, 1, "b", 1),
                                         BoundStatement(kInsert, 3, "c", 1)));
  CHECK(failed.status().code() == StatusCode::kAlreadyExists);
  CHECK(Count() == "0");
  auto done = loop.Await(pool.QueryAll(BoundStatement(kInsert, 1, "a", 1), BoundStatement(kCount)));
  REQUIRE(done.ok());
  CHECK((*done)[0].affected() == 1);
  CHECK((*done)[1].Int(0, 0) == 1);
}

TEST_CASE_METHOD(Fixture, "Tx: commits what it says, rolls back what it does not", "[postgres]") {
  auto insert = [&](int id, bool commit) -> AsyncStatus {
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());
    CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kInsert, id, std::to_string(id), 1));
    CO_ASSIGN_OR_RETURN(auto seen,
                        co_await tx.QueryAll(BoundStatement(kCount), BoundStatement(kCount)));
    if (seen[1].Int(0, 0) == 0) co_return absl::InternalError("own row not seen");
    if (commit) co_return co_await tx.Commit();
    co_return absl::OkStatus();
  };
  CHECK(loop.Await(insert(1, false)).ok());
  CHECK(Count() == "0");
  CHECK(loop.Await(insert(2, true)).ok());
  CHECK(Count() == "1");
  CheckUsable();
  CHECK(Count() == "1");
}

TEST_CASE_METHOD(Fixture, "Tx: after an error it is over, and its connection is kept",
                 "[postgres]") {
  std::string before, after;
  auto body = [&]() -> AsyncStatus {
    CO_ASSIGN_OR_RETURN(auto pid, co_await pool.Query(kPid));
    before = pid.Text(0, 0);
    {
      CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());
      auto first = co_await tx.Query(kInsert, 1, "a", 1);
      auto second = co_await tx.Query(kInsert, 1, "b", 1);
      auto third = co_await tx.Query(kCount);
      if (third.status() != second.status()) co_return absl::InternalError("want the same error");
      if (auto status = co_await tx.Commit(); status != second.status()) {
        co_return absl::InternalError("committed a failed transaction");
      }
    }
    co_return absl::OkStatus();
  };
  CHECK(loop.Await(body()).ok());
  CHECK(Count() == "0");
  Pool one(loop.executor(), database.dsn(), 1);
  auto abandon = [&]() -> AsyncStatus {
    CO_ASSIGN_OR_RETURN(auto pid, co_await one.Query(kPid));
    before = pid.Text(0, 0);
    {
      CO_ASSIGN_OR_RETURN(auto tx, co_await one.Begin());
      CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kInsert, 1, "a", 1));
    }
    CO_ASSIGN_OR_RETURN(auto again, co_await one.Query(kPid));
    after = again.Text(0, 0);
    co_return absl::OkStatus();
  };
  CHECK(loop.Await(abandon()).ok());
  CHECK(before == after);
  CHECK(Count() == "0");
}

TEST_CASE_METHOD(Fixture, "Tx: QueryAllAndCommit commits only when all went well", "[postgres]") {
  auto body = [&](int id, const char* email) -> AsyncStatus {
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin(Isolation::kSerializable));
    std::vector<BoundStatement> statements;
    statements.emplace_back(kInsert, id, email, 1);
    statements.emplace_back(kInsert, id + 1, absl::StrCat(email, "2"), 1);
    auto rows = co_await tx.QueryAllAndCommit(std::move(statements));
    if (rows.ok() && rows->size() != 2) co_return absl::InternalError("two results expected");
    co_return rows.status();
  };
  CHECK(loop.Await(body(1, "a")).ok());
  CHECK(Count() == "2");
  CHECK(loop.Await(body(2, "b")).code() == StatusCode::kAlreadyExists);
  CHECK(Count() == "2");
}

TEST_CASE_METHOD(Fixture, "Pool: statements that a caller cancelled cost no connection",
                 "[postgres]") {
  prometheus::Registry registry;
  PoolMetrics metrics(registry);
  Pool watched(loop.executor(), database.dsn(), PoolOptions{.size = 3, .metrics = &metrics});
  // A third of the callers get a connection and are cancelled in mid-statement, the rest in the
  // queue.
  std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
  int finished = 0;
  auto body = [&]() -> asio::awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto ignored = co_await watched.Query(kSleep, 2.0);
  };
  for (int i = 0; i < 9; ++i) {
    signals.push_back(std::make_unique<asio::cancellation_signal>());
    asio::co_spawn(loop.io(), body(),
                   asio::bind_cancellation_slot(signals.back()->slot(),
                                                [&](std::exception_ptr) { ++finished; }));
  }
  loop.RunUntil([&] { return Sleepers() == 3; });
  for (auto& signal : signals) signal->emit(asio::cancellation_type::terminal);
  loop.RunUntil([&] { return finished == 9; });
  for (int i = 0; i < 4; ++i) CHECK(loop.Await(watched.Query(kCount)).ok());
  CHECK(metrics.connects.Value() == 3);
}

TEST_CASE_METHOD(Fixture, "Pool: a caller that throws when cancelled leaves it usable",
                 "[postgres]") {
  asio::cancellation_signal signal;
  bool finished = false;
  auto body = [&]() -> asio::awaitable<void> {
    auto tx = co_await pool.Begin();
    auto first = co_await tx->Query(kInsert, 1, "a", 1);
    auto second = co_await tx->Query(kSleep, 0.5);  // cancelled here: runs to its end
    auto third = co_await tx->Query(kCount);        // throws
    (void)co_await tx->Commit();
  };
  asio::co_spawn(
      loop.io(), body(),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { finished = true; }));
  loop.RunUntil([&] { return Sleepers() == 1; });
  signal.emit(asio::cancellation_type::terminal);
  loop.RunUntil([&] { return finished; });
  CheckUsable();
  CHECK(Count() == "0");
}

TEST_CASE_METHOD(Fixture, "Pool: a connection that the server ended is opened again",
                 "[postgres]") {
  auto pid = loop.Await(pool.Query(kPid));
  REQUIRE(pid.ok());
  database.Execute(absl::StrCat("SELECT pg_terminate_backend(", pid->Int(0, 0), ", 5000)"));
  // Idle connections that died are noticed before anybody's statement is sent into the void.
  auto again = loop.Await(pool.Query(kPid));
  REQUIRE(again.ok());
  CHECK(again->Text(0, 0) != pid->Text(0, 0));
}

TEST_CASE_METHOD(Fixture, "Pool: a statement whose connection is ended gets UNAVAILABLE",
                 "[postgres]") {
  constexpr Statement kSuicide{"test.suicide",
                               "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)"};
  CHECK(loop.Await(pool.Query(kSuicide)).status().code() == StatusCode::kUnavailable);
  auto body = [&]() -> AsyncStatus {
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());
    CO_ASSIGN_OR_RETURN(auto pid, co_await tx.Query(kPid));
    database.Execute(absl::StrCat("SELECT pg_terminate_backend(", pid.Int(0, 0), ", 5000)"));
    // It must not go on, on a new connection, outside of the transaction.
    auto insert = co_await tx.Query(kInsert, 1, "a", 1);
    co_return insert.status();
  };
  CHECK(loop.Await(body()).code() == StatusCode::kUnavailable);
  CHECK(Count() == "0");
  CheckUsable();
}

TEST_CASE_METHOD(Fixture, "Pool: a full queue and a long wait are refused", "[postgres]") {
  PoolOptions options{.size = 1, .queue_max = 1, .queue_timeout = std::chrono::milliseconds(50)};
  Pool small(loop.executor(), database.dsn(), options);
  std::vector<StatusCode> codes;
  int finished = 0;
  auto body = [&]() -> asio::awaitable<void> {
    auto rows = co_await small.Query(kSleep, 0.5);
    codes.push_back(rows.status().code());
    ++finished;
  };
  for (int i = 0; i < 3; ++i) asio::co_spawn(loop.io(), body(), asio::detached);
  loop.RunUntil([&] { return finished == 3; });
  CHECK(codes ==
        std::vector{StatusCode::kResourceExhausted, StatusCode::kUnavailable, StatusCode::kOk});
}

TEST_CASE_METHOD(Fixture, "Pool: a slow statement ends by statement_timeout", "[postgres]") {
  Pool hasty(loop.executor(), database.dsn(),
             PoolOptions{.statement_timeout = std::chrono::milliseconds(30)});
  CHECK(loop.Await(hasty.Query(kSleep, 5)).status().code() == StatusCode::kDeadlineExceeded);
}

TEST_CASE_METHOD(Fixture, "Pool: many callers share few connections, first come first served",
                 "[postgres]") {
  const int size = GENERATE(1, 3);
  Pool shared(loop.executor(), database.dsn(),
              PoolOptions{.size = size, .application_name = "many"});
  std::vector<int> order;
  auto body = [&](int i) -> asio::awaitable<void> {
    auto rows = co_await shared.Query(kEcho, std::to_string(i));
    if (rows.ok() && rows->Int(0, 0) == i) order.push_back(i);
  };
  for (int i = 0; i < 500; ++i) asio::co_spawn(loop.io(), body(i), asio::detached);
  loop.RunUntil([&] { return order.size() == 500; });
  CHECK(database.Execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'many' "
                         "AND datname = current_database()") == std::to_string(size));
  if (size == 1) CHECK(std::ranges::is_sorted(order));
}

TEST_CASE_METHOD(Fixture, "Pool: a migration that changes a result is survived", "[postgres]") {
  constexpr Statement kAll{"person.all", "SELECT * FROM person"};
  Pool one(loop.executor(), database.dsn(), 1);
  REQUIRE(loop.Await(one.Query(kAll)).ok());
  database.Execute("ALTER TABLE person ADD COLUMN extra int");
  auto stale = loop.Await(one.Query(kAll));  // 0A000: the cached plan is void
  auto fresh = loop.Await(one.Query(kAll));
  CHECK(fresh.ok());
}

TEST_CASE("Pool: an address where nobody listens gives UNAVAILABLE", "[postgres]") {
  testing::Loop loop;
  Pool nobody(loop.executor(), "host=/nonexistent user=x dbname=x", 2);
  CHECK(loop.Await(nobody.Query(kCount)).status().code() == StatusCode::kUnavailable);
  Pool refused(loop.executor(), "host=localhost port=1 user=x dbname=x", 2);
  CHECK(loop.Await(refused.Ping()).code() == StatusCode::kUnavailable);
  Pool unreadable(loop.executor(), "no such=thing=", 2);
  CHECK(loop.Await(unreadable.Ping()).code() == StatusCode::kInvalidArgument);
}

TEST_CASE_METHOD(Fixture, "Pool: of several servers the first that takes it is used",
                 "[postgres]") {
  // Connects, and hears nothing more.
  asio::ip::tcp::acceptor silent(loop.io(), {asio::ip::address_v4::loopback(), 0});
  auto server = *ParseDsn(database.dsn());
  auto dsn = [&](const std::string& host, const std::string& port) {
    server["host"] = host;
    server["port"] = port;
    std::string text;
    for (const auto& [name, value] : server) text += name + "='" + value + "' ";
    return text;
  };
  const std::string host = server["host"], port = server["port"].empty() ? "5432" : server["port"];
  for (const auto& first :
       {std::pair("127.0.0.1", std::to_string(silent.local_endpoint().port())),
        std::pair("127.0.0.1", std::string("1")), std::pair("name.invalid", std::string("5432"))}) {
    INFO(first.first << " " << first.second);
    Pool pool(loop.executor(), dsn(first.first + ("," + host), first.second + "," + port),
              PoolOptions{.size = 1, .connect_timeout = std::chrono::seconds(4)});
    CHECK(loop.Await(pool.Query(kCount)).ok());
  }
  Pool unclear(loop.executor(), dsn("a,b,c", "1,2"), 1);
  CHECK(loop.Await(unclear.Ping()).code() == StatusCode::kInvalidArgument);
}

TEST_CASE_METHOD(Fixture, "Pool: survives a PostgreSQL that is killed and comes back",
                 "[postgres][outage]") {
  REQUIRE(loop.Await(pool.Query(kInsert, 1, "kept", 1)).ok());
  testing::ControlPostgres("kill");
  auto down = loop.Await(pool.Query(kCount));
  CHECK(down.status().code() == StatusCode::kUnavailable);
  testing::ControlPostgres("start");
  // The new server still replays its log at first: UNAVAILABLE (57P03), too.
  loop.RunUntil([&] { return loop.Await(pool.Ping()).ok(); });
  auto rows = loop.Await(pool.Query(kCount));
  REQUIRE(rows.ok());
  CHECK(rows->Int(0, 0) == 1);
}

TEST_CASE_METHOD(Fixture, "Metrics: statements are timed by name, and the pool is counted",
                 "[postgres]") {
  prometheus::Registry registry;
  PoolMetrics metrics(registry);
  Pool measured(loop.executor(), database.dsn(), PoolOptions{.size = 2, .metrics = &metrics});
  REQUIRE(loop.Await(measured.Query(kCount)).ok());
  REQUIRE(!loop.Await(measured.Query(kInsert, "x", "", 1)).ok());
  std::string text = telemetry::SerializeMetrics(registry);
  CHECK_THAT(text,
             Catch::Contains("tamarack_pg_query_seconds_count{statement=\"person.count\"} 1"));
  CHECK_THAT(text, Catch::Contains("tamarack_pg_errors_total{code=\"INVALID_ARGUMENT\"} 1"));
  CHECK_THAT(text, Catch::Contains("tamarack_pg_connections_max 2"));
  CHECK_THAT(text, Catch::Contains("tamarack_pg_connections_in_use 0"));
  CHECK_THAT(text, Catch::Contains("tamarack_pg_connects_total 1"));
}

}  // namespace
}  // namespace tamarack::pg
