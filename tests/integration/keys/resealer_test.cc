#include "tests/integration/keys/fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace tamarack::keys {

TEST_CASE_METHOD(Fixture,
                 "Resealer: after a rotation every row is made anew, then the old version may go") {
  InsertKites();
  Rotate();
  CHECK(OfVersion("1") == kKites);
  CHECK(Readable() == kKites);
  CHECK(loop.Await(resealer.Round()).value() == 0);
  CHECK(OfVersion("2") == kKites);
  CHECK(Metric(R"(keyring_rows_left{column="kite.owner_sealed"})") == 0);
  CHECK(telemetry::SerializeMetrics(registry).find(R"(unreadable_rows_total{table="kite"} 0)") !=
        std::string::npos);
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
  CHECK(loop.Await(resealer.Round()).value() == 1);
  CHECK(loop.Await(resealer.Round()).value() == 1);
  CHECK(OfVersion("1") == 1);
  CHECK(OfVersion("2") == kKites - 1);
  CHECK(Readable() == kKites - 1);
  CHECK(Metric(R"(keyring_rows_left{column="kite.owner_sealed"})") == 1);
  CHECK(Metric(R"(unreadable_rows_total{table="kite"})") == 1);
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
  CHECK(loop.Await(resealer.Round()).value() == 1);
  REQUIRE(loop.Await(locked->Rollback()).ok());
  CHECK(loop.Await(resealer.Round()).value() == 0);
  CHECK(Readable() == kKites);
}

TEST_CASE_METHOD(Fixture, "Resealer: two processes at once share the rows, and none is lost") {
  InsertKites();
  Rotate();
  Resealer other(loop.executor(), pool, file->ring(), Uses(file->ring()).columns, registry);
  bool is_other_done = false;
  boost::asio::co_spawn(loop.io(), other.Round(),
                        [&](std::exception_ptr, absl::StatusOr<int64_t>) { is_other_done = true; });
  REQUIRE(loop.Await(resealer.Round()).ok());
  loop.RunUntil([&] { return is_other_done; });
  CHECK(loop.Await(resealer.Round()).value() == 0);
  CHECK(OfVersion("2") == kKites);
  CHECK(Readable() == kKites);
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
  // Until the server notices, its rows are locked and passed over.
  CHECK(loop.Await(resealer.Round()).value() > 0);
  CHECK(database.Execute("SELECT pg_terminate_backend(pid, 20000) FROM pg_locks "
                         "WHERE locktype = 'advisory' AND NOT granted") == "t");
  REQUIRE(loop.Await(held->Rollback()).ok());
  CHECK(OfVersion("2") > 0);
  CHECK(OfVersion("1") > 0);
  CHECK(Readable() == kKites);
  CHECK(loop.Await(resealer.Round()).value() == 0);
  CHECK(OfVersion("2") == kKites);
  CHECK(Readable() == kKites);
}

}  // namespace tamarack::keys
