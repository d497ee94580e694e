#pragma once

// What a piece of work costs PostgreSQL at one table, as PostgreSQL counts it:
//
//   testing::Meter meter(loop, loop.executor(), database, "payment");
//   PaymentRepository repository(meter.pool());
//   CHECK(meter.CostOf(repository.List(filter)).is_flat(1000));

#include "platform/postgres/postgres.h"
#include "tests/support/database.h"

#include <catch2/catch.hpp>

#include <ostream>
#include <string>

namespace tamarack::testing {

struct Cost {
  int64_t blocks = 0;  // of the table and its indexes
  int64_t seq_scans = 0;
  bool is_flat(int64_t blocks_max) const { return seq_scans == 0 && blocks <= blocks_max; }
  friend std::ostream& operator<<(std::ostream& out, const Cost& cost) {
    return out << cost.blocks << " blocks, " << cost.seq_scans << " sequential scans";
  }
};

// `loop` awaits: a testing::Loop or a ServiceHost.
template <class Loop>
class Meter {
 public:
  Meter(Loop& loop, boost::asio::any_io_executor executor, const Database& database,
        std::string table)
      : loop_(loop),
        database_(database),
        table_(std::move(table)),
        pool_(std::move(executor), database.dsn(), 1) {}

  // Only what goes through its one connection is counted for certain.
  pg::Pool& pool() { return pool_; }
  template <class T>
  Cost CostOf(Async<T> work, T* result = nullptr) {
    Cost before = Count();
    auto done = loop_.Await(std::move(work));
    REQUIRE(done.status().ToString() == "OK");
    if (result != nullptr) *result = *std::move(done);
    Cost after = Count();
    return {after.blocks - before.blocks, after.seq_scans - before.seq_scans};
  }

 private:
  Cost Count() {
    static constexpr pg::Statement kFlush{"stat.flush", "SELECT pg_stat_force_next_flush()"};
    REQUIRE(loop_.Await(pool_.Query(kFlush)).ok());
    auto ask = [&](const std::string& what) {
      return std::stoll(database_.Execute(
          "SELECT " + what +
          " FROM pg_statio_user_tables JOIN pg_stat_user_tables USING (relid) WHERE "
          "pg_stat_user_tables.relname = '" +
          table_ + "'"));
    };
    return {ask("heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit"), ask("seq_scan")};
  }

  Loop& loop_;
  const Database& database_;
  const std::string table_;
  pg::Pool pool_;
};

}  // namespace tamarack::testing
