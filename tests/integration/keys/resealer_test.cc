#include "tests/integration/keys/fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <future>

namespace tamarack::keys {

TEST_CASE_METHOD(Fixture,
                 "Resealer: after a rotation every row is made anew, then the old version may go") {
  InsertKites();
  Rotate();
  CHECK(OfVersion("1") == kKites);
  CHECK(Readable() == kKites);
  CHECK(loop.Await(resealer.Round()).value().rows_left == 0);
  CHECK(OfVersion("2") == kKites);
  CHECK(Metric(R"(tamarack_keyring_rows_left{column="kite.owner_sealed"})") == 0);
  CHECK(telemetry::SerializeMetrics(registry).find(
            R"(tamarack_unreadable_rows_total{table="kite"} 0)") != std::string::npos);
  auto without_old = [](crypto::KeyVersions& versions) {
    versions.erase(versions.begin());
    return absl::OkStatus();
  };
  REQUIRE(ChangeKeyring(path, without_old).ok());
  file->Look();
  CHECK(Readable() == kKites);
}

TEST_CASE_METHOD(Fixture, "Resealer: it begins by itself when the ring changes") {
  InsertKites();
  file->Start([&] { resealer.Wake(); });
  resealer.Start();
  Rotate();
  loop.RunUntil([&] { return OfVersion("2") == kKites; });
  CHECK(Readable() == kKites);
}

TEST_CASE_METHOD(Fixture,
                 "Resealer: a row that cannot be read stays, is told of, and holds up no other") {
  InsertKites();
  database.Execute(
      "UPDATE kite SET owner_sealed = overlay(owner_sealed placing 'AAAA' from 9) WHERE kite_id = "
      "7");
  Rotate();
  testing::CapturedStderr log;
  CHECK(loop.Await(resealer.Round()).value().rows_left == 1);
  CHECK(loop.Await(resealer.Round()).value().rows_left == 1);
  CHECK(OfVersion("1") == 1);
  CHECK(OfVersion("2") == kKites - 1);
  CHECK(Readable() == kKites - 1);
  CHECK(Metric(R"(tamarack_keyring_rows_left{column="kite.owner_sealed"})") == 1);
  CHECK(Metric(R"(tamarack_unreadable_rows_total{table="kite"})") == 1);
  std::string text = log.Text();
  size_t told = text.find(R"("table":"kite","row":"7")");
  REQUIRE(told != std::string::npos);
  CHECK(text.find(R"("table":"kite")", told + 1) == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "Resealer: rows that others hold are left for the next round") {
  InsertKites();
  Rotate();
  auto locked = loop.Await([&]() -> Async<pg::Tx> {
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());
    CO_RETURN_IF_ERROR((co_await tx.Query(kLockKite, 7)).status());
    co_return tx;
  }());
  CHECK(loop.Await(resealer.Round()).value().rows_left == 1);
  REQUIRE(loop.Await(locked->Rollback()).ok());
  CHECK(loop.Await(resealer.Round()).value().rows_left == 0);
  CHECK(Readable() == kKites);
}

TEST_CASE_METHOD(Fixture,
                 "Resealer: of two processes one does it, and the other when that has gone") {
  InsertKites();
  Rotate();
  auto first_pool = std::make_unique<pg::Pool>(loop.executor(), database.dsn(), 1);
  prometheus::Registry first_registry;
  Resealer first(loop.executor(), *first_pool, file->ring(), Uses(file->ring()).columns,
                 first_registry);
  REQUIRE(loop.Await(first.Round()).value().rows_renewed == kKites);
  Rotate();
  CHECK(absl::IsAborted(loop.Await(resealer.Round()).status()));
  CHECK(std::isnan(Metric(R"(tamarack_keyring_rows_left{column="kite.owner_sealed"})")));
  CHECK(OfVersion("2") == kKites);
  CHECK(loop.Await(first.Round()).value().rows_renewed == kKites);
  Rotate();
  first_pool.reset();
  loop.RunUntil([&] { return loop.Await(resealer.Round()).ok(); });
  CHECK(OfVersion("4") == kKites);
  CHECK(Readable() == kKites);
  CHECK(Metric(R"(tamarack_keyring_rows_left{column="kite.owner_sealed"})") == 0);
}

TEST_CASE_METHOD(Fixture, "Resealer: what cannot be made anew is looked for ever more seldom") {
  InsertKites();
  database.Execute("UPDATE kite SET owner_sealed = '1.AAAA' WHERE kite_id = 7");
  Rotate();
  using std::chrono::minutes;
  minutes pause = Resealer::PauseAfter(loop.Await(resealer.Round()), minutes(0));
  CHECK(pause == minutes(1));
  for (int expected : {2, 4, 8, 16, 32, 60, 60}) {
    pause = Resealer::PauseAfter(loop.Await(resealer.Round()), pause);
    CHECK(pause == minutes(expected));
  }
  CHECK(Resealer::PauseAfter(absl::UnavailableError(""), minutes(2)) == minutes(4));
  CHECK(Resealer::PauseAfter(absl::AbortedError("another's"), minutes(32)) == minutes(1));
  database.Execute("DELETE FROM kite WHERE kite_id = 7");
  CHECK(Resealer::PauseAfter(loop.Await(resealer.Round()), minutes(1)) == minutes(60));
}

TEST_CASE_METHOD(Fixture, "Resealer: a column that fails keeps it from no other") {
  InsertKites();
  Rotate();
  auto columns = Uses(file->ring()).columns;
  columns.insert(columns.begin(), columns.front());
  columns.front().sql.update = {"test.broken", "SELECT $1::text, $2::text, $3::text, 1 / 0"};
  Resealer half(loop.executor(), resealing, file->ring(), columns, registry);
  CHECK_FALSE(loop.Await(half.Round()).ok());
  CHECK(OfVersion("2") == kKites);
}

TEST_CASE_METHOD(Fixture, "Resealer: stopping waits for no statement") {
  Rotate();
  auto held = loop.Await([&]() -> Async<pg::Tx> {
    static constexpr pg::Statement kHold{"test.hold_table", "LOCK TABLE kite"};
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());
    CO_RETURN_IF_ERROR((co_await tx.Query(kHold)).status());
    co_return tx;
  }());
  REQUIRE(held.ok());
  constexpr std::chrono::minutes kLong{10};
  pg::Pool slow(loop.executor(), database.dsn(),
                {.size = 1, .statement_timeout = kLong, .lock_timeout = kLong});
  Resealer own(loop.executor(), slow, file->ring(), Uses(file->ring()).columns, registry);
  own.Start();
  loop.RunUntil(
      [&] { return database.Execute("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1"; });
  auto stopped = std::async(std::launch::async, [&] { own.Stop(); });
  loop.RunUntil(
      [&] { return stopped.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
  CHECK(database.Execute("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1");
}

TEST_CASE_METHOD(Fixture,
                 "Resealer: killed in the middle, it leaves whole rows, and another goes on") {
  InsertKites();
  Rotate();
  auto held = loop.Await([&]() -> Async<pg::Tx> {
    static constexpr pg::Statement kHold{"test.hold", "SELECT pg_advisory_xact_lock(5000)"};
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());
    CO_RETURN_IF_ERROR((co_await tx.Query(kHold)).status());
    co_return tx;
  }());
  const pid_t child = ::fork();
  if (child == 0) {
    testing::Loop own_loop;
    pg::Pool own_pool(own_loop.executor(), database.dsn(), 1);
    Resealer own(own_loop.executor(), own_pool, file->ring(), Uses(file->ring()).columns, registry);
    (void)own_loop.Await(own.Round());
    ::_exit(0);
  }
  // It has come to kite 5000, and waits there with its transaction open.
  loop.RunUntil([&] {
    return database.Execute(
               "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == "1";
  });
  REQUIRE(::kill(child, SIGKILL) == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  // The server notices, though nobody lets its statement go on.
  loop.RunUntil([&] {
    return database.Execute(
               "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == "0";
  });
  REQUIRE(loop.Await(held->Rollback()).ok());
  CHECK(OfVersion("2") > 0);
  CHECK(OfVersion("1") > 0);
  CHECK(Readable() == kKites);
  CHECK(loop.Await(resealer.Round()).value().rows_left == 0);
  CHECK(OfVersion("2") == kKites);
  CHECK(Readable() == kKites);
}

}  // namespace tamarack::keys
