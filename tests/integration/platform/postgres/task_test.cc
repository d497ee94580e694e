// Goal: no task waits for a connection while it keeps another, for as many as there are connections
// would wait for each other. Method: tasks as calls are, on a pool of three.
#include "platform/base/task.h"
#include "platform/postgres/postgres.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include <optional>
#include <vector>

namespace tamarack::pg {
namespace {

namespace asio = boost::asio;
using absl::StatusCode;

constexpr Migration kSchema[] = {
    {1, "0001_item", "CREATE TABLE item (item_id int PRIMARY KEY)", "test"}};
constexpr Statement kInsert{"item.insert", "INSERT INTO item (item_id) VALUES ($1)"};
constexpr Statement kCount{"item.count", "SELECT count(*) FROM item"};

struct TaskFixture {
  testing::Loop loop;
  testing::Database database{kSchema};
  Pool pool{loop.executor(), database.dsn(), 3};

  TaskFixture() { TellsTasks() = true; }
};

TEST_CASE_METHOD(TaskFixture, "Begin: a task that holds a transaction gets no second connection",
                 "[postgres]") {
  enum Then { kHolds, kCommits, kRollsBack, kAbandons };
  struct Case {
    const char* name;
    Then then;
    bool begins;  // rather than querying
    StatusCode code;
  };
  auto [name, then, begins, code] = GENERATE(values<Case>({
      {"a query while it holds one", kHolds, false, StatusCode::kInternal},
      {"another transaction while it holds one", kHolds, true, StatusCode::kInternal},
      {"a query after the commit", kCommits, false, StatusCode::kOk},
      {"another transaction after the commit", kCommits, true, StatusCode::kOk},
      {"a query after the rollback", kRollsBack, false, StatusCode::kOk},
      {"a query after it was given up", kAbandons, false, StatusCode::kOk},
  }));
  CAPTURE(name);
  std::optional<absl::Status> second;
  auto helper = [&]() -> AsyncStatus {  // as deep as repositories are
    if (begins) co_return (co_await pool.Begin()).status();
    co_return (co_await pool.Query(kCount)).status();
  };
  auto task = [&]() -> asio::awaitable<void> {
    auto tx = std::make_optional(*co_await pool.Begin());
    (void)co_await tx->Query(kInsert, 1);
    if (then == kCommits) (void)co_await tx->Commit();
    if (then == kRollsBack) (void)co_await tx->Rollback();
    if (then == kAbandons) tx.reset();
    second = co_await helper();
  };
  asio::co_spawn(TaskExecutor(loop.executor()), task(), asio::detached);
  loop.RunUntil([&] { return second.has_value(); });
  CHECK(second->code() == code);
  for (int i = 0; i < 4; ++i) CHECK(loop.Await(pool.Query(kCount)).ok());
}

TEST_CASE_METHOD(TaskFixture, "Begin: tasks that hold a transaction each do not disturb others",
                 "[postgres]") {
  std::vector<absl::Status> done;
  auto task = [&](int id) -> asio::awaitable<void> {
    auto tx = co_await pool.Begin();
    if (tx.ok()) (void)co_await tx->Query(kInsert, id);
    done.push_back(tx.ok() ? co_await tx->Commit() : tx.status());
  };
  for (int id = 0; id < 8; ++id)
    asio::co_spawn(TaskExecutor(loop.executor()), task(id), asio::detached);
  loop.RunUntil([&] { return done.size() == 8; });
  for (const auto& status : done) CHECK(status.ok());
  CHECK(loop.Await(pool.Query(kCount))->Int(0, 0) == 8);
}

}  // namespace
}  // namespace tamarack::pg
