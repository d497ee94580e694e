#include "platform/work/worker.h"
#include "platform/base/id.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/metrics.h"
#include "platform/work/sweeper.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <future>

// Goal: each job is done by one process at a time, whichever die, and the queue's size costs
// nothing. Method: a table with the shared SQL on a real PostgreSQL, and workers that the test
// holds up.
namespace tamarack::work {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr pg::Migration kSchema[] = {{1, "0001_job", R"sql(
  CREATE TABLE job (
    job_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    attempts int NOT NULL DEFAULT 0,
    due_at timestamptz DEFAULT now(),
    claim_token uuid,
    created_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX job_due ON job (due_at) WHERE due_at IS NOT NULL;)sql",
                                      "sha"}};

constexpr pg::Statement kClaim{
    "job.claim", WORK_CLAIM("job", "job_id", "attempts", "", "true") " RETURNING job_id"};
constexpr QueueSql kQueue =
    WORK_QUEUE("jobs", "job", "job_id", "bigint", "attempts", "created_at", "due_at IS NOT NULL",
               WORK_COUNT("job", "attempts > 9", "job_id"));
constexpr pg::Statement kFinish{
    "job.finish", "UPDATE job SET due_at = NULL, claim_token = NULL WHERE " WORK_HELD("job_id")};
constexpr pg::Statement kFlush{"stat.flush", "SELECT pg_stat_force_next_flush()"};

struct Fixture {
  testing::Loop loop;
  testing::Database database{kSchema};
  pg::Pool pool{loop.executor(), database.dsn(), 1};
  prometheus::Registry registry;
  std::vector<std::string> begun;
  int at_once = 0, at_once_max = 0;
  bool is_held = false;  // jobs wait until it is not
  bool is_claim_held = false;
  Outcome again;  // what the next job ends with
  Queue queue{pool, kQueue};
  std::vector<std::unique_ptr<Worker>> workers;

  ~Fixture() {
    is_held = is_claim_held = false;
    for (auto& worker : workers) Stop(*worker);
  }
  template <class T>
  void Stop(T& stopped) {
    auto done = std::async(std::launch::async, [&] { stopped.Stop(); });
    loop.RunUntil([&] { return done.wait_for(0s) == std::future_status::ready; });
  }
  std::string Sql(const std::string& sql) { return database.Execute(sql); }
  void Add(int count) {
    Sql("INSERT INTO job (due_at) SELECT now() FROM generate_series(1, " + std::to_string(count) +
        ")");
  }
  asio::awaitable<void> Wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  void WaitUntil(const std::string& sql, const std::string& answer) {
    loop.RunUntilSeldom([&] { return Sql(sql) == answer; });
  }

  Async<std::vector<Claim>> ClaimRows(int limit, std::chrono::milliseconds lease) {
    std::string token = NewUuid();
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool.Query(kClaim, limit, token, lease.count()));
    std::vector<Claim> claims;
    for (int i = 0; i < rows.size(); ++i) claims.push_back({std::string(rows.Text(i, 0)), token});
    co_return claims;
  }
  Async<std::vector<Job>> ClaimJobs(const Room& room) {
    while (is_claim_held) co_await Wait(5ms);
    CO_ASSIGN_OR_RETURN(auto claims, co_await ClaimRows(room.jobs, room.lease));
    std::vector<Job> jobs;
    for (const Claim& claim : claims) {
      jobs.push_back(
          {.claim = claim, .run = [this, claim](Try& attempt) { return Do(claim, attempt); }});
    }
    co_return jobs;
  }
  asio::awaitable<Outcome> Do(const Claim& claim, Try& attempt) {
    begun.push_back(claim.id);
    at_once_max = std::max(at_once_max, ++at_once);
    while (is_held && !co_await runtime::IsAskedToEnd()) co_await Wait(5ms);
    --at_once;
    if (again) co_return std::exchange(again, std::nullopt);
    attempt.Reached();
    (void)co_await pool.Query(kFinish, claim.id, claim.token);
    co_return std::nullopt;
  }
  Worker& Start(WorkerOptions options) {
    options.registry = &registry;
    workers.push_back(std::make_unique<Worker>(
        loop.executor(), queue, [this](auto& room) { return ClaimJobs(room); }, options));
    workers.back()->Start();
    return *workers.back();
  }
  int64_t Blocks(const std::function<void()>& work) {
    auto count = [&] {
      REQUIRE(loop.Await(pool.Query(kFlush)).ok());
      return std::stoll(
          Sql("SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit "
              "FROM pg_statio_user_tables WHERE relname = 'job'"));
    };
    int64_t before = count();
    work();
    return count() - before;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture,
                 "Worker: all jobs are done once, no more at a time than there is room for",
                 "[work]") {
  Add(50);
  Start({.tick = 20ms, .in_flight_max = 4, .registry = nullptr});
  Start({.tick = 20ms, .in_flight_max = 4, .registry = nullptr});
  WaitUntil("SELECT count(*) FROM job WHERE due_at IS NOT NULL", "0");
  CHECK(begun.size() == 50);
  CHECK(at_once_max <= 8);
}

TEST_CASE_METHOD(Fixture, "Worker: a lease is renewed for as long as the work lives", "[work]") {
  Add(1);
  is_held = true;
  Start({.tick = 20ms, .lease = 300ms, .registry = nullptr});
  loop.RunUntil([&] { return begun.size() == 1; });
  std::string first = Sql("SELECT due_at FROM job");
  std::string token = Sql("SELECT claim_token FROM job");
  Start({.tick = 20ms, .lease = 300ms, .registry = nullptr});
  // It would have lapsed three times.
  WaitUntil("SELECT due_at > '" + first + "'::timestamptz + interval '900 milliseconds' FROM job",
            "t");
  CHECK(Sql("SELECT claim_token FROM job") == token);
  CHECK(begun.size() == 1);
  is_held = false;
  WaitUntil("SELECT count(*) FROM job WHERE due_at IS NULL", "1");
}

TEST_CASE_METHOD(Fixture, "Worker: a lease is renewed however long a claim takes", "[work]") {
  Add(1);
  is_held = true;
  Start({.tick = 20ms, .lease = 300ms, .registry = nullptr});
  loop.RunUntil([&] { return begun.size() == 1; });
  is_claim_held = true;
  std::string first = Sql("SELECT due_at FROM job");
  WaitUntil("SELECT due_at > '" + first + "'::timestamptz + interval '900 milliseconds' FROM job",
            "t");
  CHECK(begun.size() == 1);
}

TEST_CASE_METHOD(Fixture, "Worker: what passes is recorded in the end, what does not is not",
                 "[work]") {
  std::vector<absl::Status> answers = {
      absl::AbortedError("deadlock"), absl::DeadlineExceededError("statement_timeout"),
      absl::UnavailableError("restarts"), GENERATE(absl::OkStatus(), absl::InternalError("no"))};
  size_t tries = 0;
  auto record = [&]() -> AsyncStatus { co_return answers.at(tries++); };
  CHECK(loop.Await(Record(GENERATE(true, false), record)) == answers.back());
  CHECK(tries == answers.size());
}

TEST_CASE_METHOD(Fixture, "Worker: in a process that ends a success is recorded, if it can be",
                 "[work]") {
  runtime::TaskGroup group(loop.executor());
  std::vector<std::string> recorded;
  auto record = [&](std::string what) {
    return [&recorded, what]() -> AsyncStatus {
      recorded.push_back(what);
      co_return absl::UnavailableError("the database is away");
    };
  };
  absl::Status failure;
  group.Spawn([&]() -> asio::awaitable<void> {
    while (!co_await runtime::IsAskedToEnd()) co_await Wait(1h);
    failure = co_await Record(/*is_success=*/false, record("failure"));
    (void)co_await Record(/*is_success=*/true, record("success"));
  });
  loop.Await([](runtime::TaskGroup& all) -> asio::awaitable<int> {
    co_await all.Join();
    co_return 0;
  }(group));
  CHECK(absl::IsCancelled(failure));
  CHECK(recorded == std::vector<std::string>{"success"});
}

TEST_CASE_METHOD(Fixture, "Worker: what the process's end cuts off is due at once, uncounted",
                 "[work]") {
  Add(1);
  is_held = true;
  again = Again{1h};
  auto& worker = Start({.tick = 20ms, .stop_wait = 10ms, .registry = nullptr});
  loop.RunUntil([&] { return begun.size() == 1; });
  Stop(worker);
  CHECK(Sql("SELECT attempts FROM job WHERE claim_token IS NOT NULL") == "1");
  loop.Await([](Fixture& f) -> asio::awaitable<int> {
    co_await runtime::TaskGroup::JoinAll(f.loop.executor());
    co_return 0;
  }(*this));
  CHECK(Sql("SELECT attempts FROM job WHERE claim_token IS NULL AND due_at <= now()") == "0");
}

TEST_CASE_METHOD(Fixture, "StopAll: all are asked before the first has ended", "[work]") {
  Add(1);
  is_held = true;
  auto& worker = Start({.tick = 20ms, .stop_wait = 1h, .registry = nullptr});
  bool is_batch_over = false;
  Sweeper sweeper(loop.executor(),
                  {.name = "jobs", .every = 1h, .batch = [&](int) -> Async<int64_t> {
                     while (!sweeper.is_stopping()) co_await Wait(5ms);
                     is_batch_over = true;
                     co_return 0;
                   }});
  sweeper.Start();
  loop.RunUntil([&] { return begun.size() == 1; });
  auto stopped = std::async(std::launch::async, [&] { StopAll(worker, sweeper); });
  loop.RunUntil([&] { return is_batch_over; });
  CHECK(stopped.wait_for(0s) != std::future_status::ready);
  is_held = false;
  loop.RunUntil([&] { return stopped.wait_for(0s) == std::future_status::ready; });
  CHECK(Sql("SELECT count(*) FROM job WHERE due_at IS NULL") == "1");
}

TEST_CASE_METHOD(Fixture, "Worker: what a killed process had claimed is done when its lease lapses",
                 "[work]") {
  Add(1);
  auto lost = loop.Await(ClaimRows(10, 300ms)).value();
  REQUIRE(lost.size() == 1);
  is_held = true;
  Start({.tick = 20ms, .registry = nullptr});
  loop.RunUntil([&] { return begun.size() == 1; });
  // The killed one, come back to life, records nothing and prolongs nothing.
  std::string row = Sql("SELECT job FROM job");
  REQUIRE(loop.Await(pool.Query(kFinish, lost[0].id, lost[0].token))->affected() == 0);
  REQUIRE(loop.Await(Postpone(queue, lost[0], {0ms})).ok());
  REQUIRE(loop.Await(Renew(queue, lost, 1h)).ok());
  CHECK(Sql("SELECT job FROM job") == row);
}

TEST_CASE_METHOD(Fixture, "Worker: what is postponed is due again, counted or not", "[work]") {
  bool is_attempt = GENERATE(true, false);
  Add(1);
  again = Again{1h, is_attempt};
  Start({.tick = 20ms, .registry = nullptr});
  WaitUntil(
      "SELECT count(*) FROM job WHERE claim_token IS NULL AND due_at > now() + interval '59 "
      "minutes'",
      "1");
  CHECK(Sql("SELECT attempts FROM job") == (is_attempt ? "1" : "0"));
  Sql("UPDATE job SET due_at = now()");
  WaitUntil("SELECT count(*) FROM job WHERE due_at IS NULL", "1");
  CHECK(begun.size() == 2);
}

TEST_CASE_METHOD(Fixture, "Worker: a wake needs no tick, and a stop waits for what runs",
                 "[work]") {
  auto& worker = Start({.tick = 1h, .registry = nullptr});
  Add(2);
  worker.Wake();
  loop.RunUntil([&] { return begun.size() == 2; });
  WaitUntil("SELECT count(*) FROM job WHERE due_at IS NULL", "2");
  is_held = true;
  Add(1);
  worker.Wake();
  loop.RunUntil([&] { return begun.size() == 3; });
  auto stopped = std::async(std::launch::async, [&] { worker.Stop(); });
  Add(1);
  loop.Await([](Fixture& f) -> asio::awaitable<int> {
    co_await f.Wait(50ms);
    co_return 0;
  }(*this));
  CHECK(stopped.wait_for(0s) != std::future_status::ready);
  is_held = false;
  loop.RunUntil([&] { return stopped.wait_for(0s) == std::future_status::ready; });
  CHECK(Sql("SELECT count(*) FROM job WHERE due_at IS NULL") == "3");
  CHECK(begun.size() == 3);  // nothing new
  worker.Stop();
}

TEST_CASE_METHOD(Fixture, "Worker: depth, age and what is parked are measured", "[work]") {
  Add(3);
  Sql("UPDATE job SET created_at = now() - interval '100 seconds', attempts = 10, due_at = NULL "
      "WHERE job_id = 1");
  Sql("UPDATE job SET created_at = now() - interval '50 seconds', due_at = now() + interval '1 "
      "hour' WHERE job_id = 2");
  Sql("UPDATE job SET due_at = now() + interval '1 hour' WHERE job_id = 3");
  Start({.tick = 20ms, .registry = nullptr});
  loop.RunUntil([&] {
    return telemetry::SerializeMetrics(registry).find("tamarack_work_depth{queue=\"jobs\"} 2") !=
           std::string::npos;
  });
  std::string metrics = telemetry::SerializeMetrics(registry);
  CHECK_THAT(metrics, Catch::Contains("tamarack_work_parked{queue=\"jobs\"} 1"));
  CHECK_THAT(metrics, Catch::Contains("tamarack_work_oldest_age_seconds{queue=\"jobs\"} 5"));
}

TEST_CASE_METHOD(Fixture, "Claims and measurements are flat with a large backlog", "[work]") {
  Sql("INSERT INTO job (due_at) SELECT CASE WHEN n % 2 = 0 THEN now() END "
      "FROM generate_series(1, 400000) n");
  Sql("ANALYZE job");
  std::vector<Claim> claims;
  CHECK(Blocks([&] { claims = loop.Await(ClaimRows(10, 1min)).value(); }) < 300);
  REQUIRE(claims.size() == 10);
  CHECK(Blocks([&] { REQUIRE(loop.Await(Renew(queue, claims, 1min)).ok()); }) < 300);
}

TEST_CASE_METHOD(Fixture, "Sweeper: goes on in batches until nothing is left", "[work]") {
  std::vector<int64_t> batches;
  int64_t left = 25;
  Sweeper sweeper(loop.executor(), {.name = "jobs",
                                    .every = 1h,
                                    .batch = [&](int limit) -> Async<int64_t> {
                                      batches.push_back(std::min<int64_t>(limit, left));
                                      left -= batches.back();
                                      co_return batches.back();
                                    },
                                    .batch_max = 10,
                                    .pause = 1ms});
  sweeper.Start();
  loop.RunUntil([&] { return batches.size() == 3; });
  CHECK(batches == std::vector<int64_t>{10, 10, 5});
  left = 7;
  sweeper.Wake();
  loop.RunUntil([&] { return batches.size() == 4; });
  Stop(sweeper);
  CHECK(batches.back() == 7);
}

}  // namespace tamarack::work
