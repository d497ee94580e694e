#include "platform/postgres/batch.h"

#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include <map>

namespace tamarack::pg {
namespace {

namespace asio = boost::asio;
using absl::StatusCode;

constexpr Migration kSchema[] = {{1, "0001_payment", R"sql(
  CREATE TABLE payment (
    reference text PRIMARY KEY,
    amount bigint NOT NULL CHECK (amount > 0),
    number bigint GENERATED ALWAYS AS IDENTITY))sql",
                                  "test"}};
constexpr Statement kInsertMany{"payment.insert_many", R"sql(
  INSERT INTO payment (reference, amount) SELECT * FROM unnest($1::text[], $2::bigint[])
  RETURNING reference, number)sql"};

struct NewPayment {
  std::string reference;
  int64_t amount;
};

using Payments = Batcher<NewPayment, int64_t>;

struct Fixture {
  testing::Loop loop;
  testing::Database database{kSchema};
  Pool pool{loop.executor(), database.dsn(), 4};
  int batches = 0;
  size_t largest = 0;
  Payments batcher{loop.executor(), pool,
                   [this](Pool& to, std::span<const NewPayment> rows) { return Write(to, rows); }};

  Async<Payments::Results> Write(Pool& to, std::span<const NewPayment> rows) {
    ++batches;
    largest = std::max(largest, rows.size());
    std::vector<std::string> references;
    std::vector<int64_t> amounts;
    for (const auto& row : rows) {
      references.push_back(row.reference);
      amounts.push_back(row.amount);
    }
    CO_ASSIGN_OR_RETURN(auto written, co_await to.Query(kInsertMany, references, amounts));
    std::map<std::string_view, int64_t> numbers;
    for (int row = 0; row < written.size(); ++row) {
      numbers[written.Text(row, 0)] = written.Int(row, 1);
    }
    Payments::Results results;
    for (const auto& row : rows) results.emplace_back(numbers.at(row.reference));
    co_return results;
  }

  // Adds all at once; returns what became of each.
  std::vector<absl::StatusOr<int64_t>> AddAll(const std::vector<NewPayment>& rows) {
    return AddAll(rows, batcher);
  }
  std::vector<absl::StatusOr<int64_t>> AddAll(const std::vector<NewPayment>& rows, Payments& to) {
    std::vector<absl::StatusOr<int64_t>> results(rows.size());
    size_t finished = 0;
    auto body = [&](size_t i) -> asio::awaitable<void> {
      results[i] = co_await to.Add(rows[i]);
      ++finished;
    };
    for (size_t i = 0; i < rows.size(); ++i) asio::co_spawn(loop.io(), body(i), asio::detached);
    loop.RunUntil([&] { return finished == rows.size(); });
    return results;
  }
  static std::vector<NewPayment> Many(int count) {
    std::vector<NewPayment> rows;
    for (int i = 0; i < count; ++i) rows.push_back({absl::StrCat("P-", i), i + 1});
    return rows;
  }
};

TEST_CASE_METHOD(Fixture, "Batcher: a lone caller is written at once", "[batch]") {
  auto number = loop.Await(batcher.Add({"P-1", 100}));
  REQUIRE(number.ok());
  CHECK(*number == 1);
  CHECK(batches == 1);
}

TEST_CASE_METHOD(Fixture, "Batcher: 1000 callers share few commits, each gets its own result",
                 "[batch]") {
  auto results = AddAll(Many(1000));
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(results[i].ok());
    CAPTURE(i);
    CHECK(database.Execute(absl::StrCat("SELECT reference FROM payment WHERE number = ",
                                        *results[static_cast<size_t>(i)])) ==
          absl::StrCat("P-", i));
    if (i == 20) break;  // one connection each: a sample will do
  }
  CHECK(database.Execute("SELECT count(*) FROM payment") == "1000");
  CHECK(batches <= 8);
  CHECK(largest == 256);
}

TEST_CASE_METHOD(Fixture, "Batcher: bad rows fail alone", "[batch]") {
  auto rows = Many(1000);
  rows[0].amount = -1;
  rows[500].amount = -1;
  rows[999].reference = "P-1";
  auto results = AddAll(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    StatusCode want = i == 0 || i == 500 ? StatusCode::kFailedPrecondition : StatusCode::kOk;
    // Of the two rows with one key, either may be first.
    if (i != 1 && i != 999) CHECK(results[i].status().code() == want);
  }
  CHECK(results[1].ok() != results[999].ok());
  CHECK(database.Execute("SELECT count(*) FROM payment") == "997");
}

TEST_CASE_METHOD(Fixture, "Batcher: a lost connection fails the batch, not the batcher",
                 "[batch]") {
  database.Execute(
      "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
      "pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END'");
  database.Execute("CREATE TRIGGER die BEFORE INSERT ON payment EXECUTE FUNCTION die()");
  for (const auto& result : AddAll(Many(10))) {
    CHECK(result.status().code() == StatusCode::kUnavailable);
  }
  CHECK(batches <= 3);  // two lone ones and the rest, none of them tried again
  database.Execute("DROP TRIGGER die ON payment");
  CHECK(AddAll(Many(10))[9].ok());
}

TEST_CASE_METHOD(Fixture, "Batcher: a deadlocked batch is tried once more", "[batch]") {
  int tries = 0;
  Payments flaky(loop.executor(), pool,
                 [&](Pool& to, std::span<const NewPayment> rows) -> Async<Payments::Results> {
                   if (++tries == 1) co_return absl::AbortedError("deadlock");
                   co_return co_await Write(to, rows);
                 });
  CHECK(loop.Await(flaky.Add({"P-1", 1})).ok());
  CHECK(tries == 2);
  Payments hopeless(loop.executor(), pool,
                    [&](Pool&, std::span<const NewPayment>) -> Async<Payments::Results> {
                      ++tries;
                      co_return absl::AbortedError("deadlock");
                    });
  CHECK(loop.Await(hopeless.Add({"P-1", 1})).status().code() == StatusCode::kAborted);
  CHECK(tries == 4);
}

TEST_CASE_METHOD(Fixture, "Batcher: what a writer throws is an error for its rows alone",
                 "[batch]") {
  bool is_broken = true;
  Payments fragile(
      loop.executor(), pool,
      [&](Pool& to, std::span<const NewPayment> rows) -> Async<Payments::Results> {
        if (is_broken) throw std::length_error("of a library");
        co_return co_await Write(to, rows);
      },
      BatcherOptions{.in_flight_max = 1});
  for (int i = 0; i < 3; ++i) {  // More than may be in flight: none of them is lost.
    CHECK(loop.Await(fragile.Add({"P-1", 1})).status().code() == StatusCode::kInternal);
    CHECK(fragile.health().code() == StatusCode::kInternal);
  }
  is_broken = false;
  CHECK(loop.Await(fragile.Add({"P-1", 1})).ok());
  CHECK(fragile.health().ok());
}

TEST_CASE_METHOD(Fixture, "Batcher: a batch whose writer threw is not tried in halves", "[batch]") {
  std::vector<size_t> sizes;
  Payments fragile(
      loop.executor(), pool,
      [&](Pool& to, std::span<const NewPayment> rows) -> Async<Payments::Results> {
        sizes.push_back(rows.size());
        if (sizes.size() == 2) throw std::length_error("of a library");
        co_return co_await Write(to, rows);
      },
      BatcherOptions{.in_flight_max = 1});
  auto results = AddAll(Many(10), fragile);
  CHECK(sizes == std::vector<size_t>{1, 9});
  CHECK(results[0].ok());
  for (size_t i = 1; i < results.size(); ++i)
    CHECK(results[i].status().code() == StatusCode::kInternal);
  CHECK(fragile.health().code() == StatusCode::kInternal);
  CHECK(database.Execute("SELECT count(*) FROM payment") == "1");
}

TEST_CASE_METHOD(Fixture, "Batcher: too many waiting rows are refused", "[batch]") {
  Payments small(
      loop.executor(), pool,
      [this](Pool& to, std::span<const NewPayment> rows) { return Write(to, rows); },
      BatcherOptions{.rows_max = 1, .in_flight_max = 1, .queue_max = 2});
  std::vector<StatusCode> codes;
  auto body = [&](int i) -> asio::awaitable<void> {
    auto added = co_await small.Add({absl::StrCat("Q-", i), 1});
    codes.push_back(added.status().code());
  };
  for (int i = 0; i < 5; ++i) asio::co_spawn(loop.io(), body(i), asio::detached);
  loop.RunUntil([&] { return codes.size() == 5; });
  // One is being written and two wait when the fourth and the fifth come.
  CHECK(std::ranges::count(codes, StatusCode::kResourceExhausted) == 2);
  CHECK(std::ranges::count(codes, StatusCode::kOk) == 3);
}

TEST_CASE_METHOD(Fixture, "Batcher: callers that give up harm nobody", "[batch]") {
  std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
  int finished = 0;
  auto body = [&](int i) -> asio::awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto ignored = co_await batcher.Add({absl::StrCat("Q-", i), 1});
  };
  for (int i = 0; i < 600; ++i) {
    signals.push_back(std::make_unique<asio::cancellation_signal>());
    asio::co_spawn(loop.io(), body(i),
                   asio::bind_cancellation_slot(signals.back()->slot(),
                                                [&](std::exception_ptr) { ++finished; }));
  }
  loop.RunUntil([&] { return batches > 0; });
  for (auto& signal : signals) signal->emit(asio::cancellation_type::terminal);
  loop.RunUntil([&] { return finished == 600; });
  CHECK(loop.Await(batcher.Add({"after", 1})).ok());
}

}  // namespace
}  // namespace tamarack::pg
