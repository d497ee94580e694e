// An outbox on a real PostgreSQL, and real HTTP receivers on loopback.
#pragma once

#include "platform/crypto/hash.h"
#include "platform/crypto/seal.h"
#include "platform/curl/multi.h"
#include "platform/http/client.h"
#include "platform/http/server.h"
#include "platform/postgres/postgres.h"
#include "platform/runtime/task_group.h"
#include "platform/webhooks/dispatcher.h"
#include "platform/webhooks/outbox.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <fstream>
#include <future>
#include <string>
#include <vector>

namespace tamarack::webhooks {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// The library's files, as services take them in.
inline std::span<const pg::Migration> Schema() {
  static const auto& texts = *new std::vector<std::pair<std::string, std::string>>([] {
    std::vector<std::pair<std::string, std::string>> all;
    for (int version = 1; version <= 7; ++version) {
      std::ifstream file(TAMARACK_SOURCE_DIR "/platform/webhooks/schema_v" +
                         std::to_string(version) + ".sql");
      std::string sql(std::istreambuf_iterator<char>(file), {});
      all.emplace_back(sql, crypto::Sha256Hex(sql));
    }
    return all;
  }());
  static const auto& migrations = *new std::vector<pg::Migration>([] {
    std::vector<pg::Migration> all;
    for (const auto& [sql, sha256] : texts)
      all.push_back({static_cast<int>(all.size()) + 1, "webhooks", sql.c_str(), sha256.c_str()});
    return all;
  }());
  return migrations;
}

struct Received {
  std::string id, timestamp, signature, content_type, body, traceparent;
};

// A subscriber: remembers what it gets, and answers as the test says.
class Receiver {
 public:
  explicit Receiver(asio::any_io_executor executor)
      : server_(executor, {},
                [this](http::Request request) { return Answer(std::move(request)); }) {}

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/hook"; }
  // The data.n of the events, in order of arrival.
  std::vector<int64_t> Numbers() const {
    std::vector<int64_t> numbers;
    for (const Received& r : received) {
      numbers.push_back(boost::json::parse(r.body).at("data").at("n").as_int64());
    }
    return numbers;
  }

  std::vector<Received> received;
  std::function<int(size_t)> status = [](size_t) { return 204; };  // by number of the request
  std::string retry_after, body;
  std::chrono::milliseconds delay{0};
  int at_once = 0, at_once_max = 0;

 private:
  asio::awaitable<http::Response> Answer(http::Request request) {
    auto header = [&](const char* name) {
      return std::string(request.headers.Get(name).value_or(""));
    };
    received.push_back({header("webhook-id"), header("webhook-timestamp"),
                        header("webhook-signature"), header("content-type"), request.body,
                        header("traceparent")});
    http::Response response;
    response.status = status(received.size());
    response.body = body;
    if (!retry_after.empty()) response.headers.Add("Retry-After", retry_after);
    at_once_max = std::max(at_once_max, ++at_once);
    asio::steady_timer timer(co_await asio::this_coro::executor, delay);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    --at_once;
    co_return response;
  }
  http::Server server_;
};

struct Fixture {
  testing::Loop loop;
  testing::Database database{Schema()};
  pg::Pool pool{loop.executor(), database.dsn(), 4};
  curl::Multi transfers{loop.executor()};
  http::Client client{transfers, [] {
                        http::ClientOptions options;
                        options.policy.allow_private = true;
                        return options;
                      }()};
  crypto::Sealer sealer{crypto::Keyring(std::string(32, 's')), "webhooks"};
  Outbox outbox{pool, sealer, {.allow_loopback = true}};
  // All of the fixture, since the loop still runs while the dispatchers stop.
  Receiver receiver{loop.executor()}, second{loop.executor()}, third{loop.executor()};
  std::vector<std::unique_ptr<Dispatcher>> dispatchers;

  ~Fixture() {
    for (auto& dispatcher : dispatchers) Stop(*dispatcher);
  }
  void Stop(Dispatcher& dispatcher) {
    auto done = std::async(std::launch::async, [&] { dispatcher.Stop(); });
    loop.RunUntil([&] { return done.wait_for(0s) == std::future_status::ready; });
  }
  Dispatcher& Dispatch(std::function<void(DispatcherOptions&)> change = {}) {
    DispatcherOptions options;
    options.tick = 20ms;
    options.retry_scale = 1e-6;
    if (change) change(options);
    dispatchers.push_back(
        std::make_unique<Dispatcher>(loop.executor(), pool, client, sealer, options));
    dispatchers.back()->Start();
    return *dispatchers.back();
  }
  CreatedEndpoint Subscribe(const std::string& url, const std::string& tenant = "mto",
                            std::vector<std::string> types = {}) {
    return loop.Await(Create(tenant, url, std::move(types))).value();
  }
  Async<CreatedEndpoint> Create(std::string tenant, std::string url,
                                std::vector<std::string> types) {
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());
    CO_ASSIGN_OR_RETURN(auto created,
                        co_await outbox.CreateEndpoint(tx, {.id = tenant}, url, types));
    CO_RETURN_IF_ERROR(co_await tx.Commit());
    co_return created;
  }
  static Event MakeEvent(int n, const std::string& subject = "s1",
                         const std::string& tenant = "mto",
                         const std::string& type = "address.changed") {
    return {"", type, "/test", subject, {.id = tenant}, "{\"n\": " + std::to_string(n) + "}"};
  }
  absl::StatusOr<std::vector<std::string>> Append(std::vector<Event> events) {
    return loop.Await([](Fixture& f, std::vector<Event> all) -> Async<std::vector<std::string>> {
      CO_ASSIGN_OR_RETURN(auto tx, co_await f.pool.Begin());
      CO_ASSIGN_OR_RETURN(auto ids, co_await f.outbox.Append(tx, std::span<const Event>(all)));
      CO_RETURN_IF_ERROR(co_await tx.Commit());
      co_return ids;
    }(*this, std::move(events)));
  }
  std::vector<Delivery> List(DeliveryFilter filter = {}) {
    return loop.Await(outbox.ListDeliveries(filter)).value();
  }
  void WaitUntil(const std::string& sql, const std::string& answer) {
    loop.RunUntilSeldom([&] { return database.Execute(sql) == answer; });
  }
  void WaitUntilFinished() {
    WaitUntil("SELECT count(*) FROM webhook_delivery WHERE state = 1", "0");
  }
  void WaitForFirstAttempt() {
    WaitUntil("SELECT attempts FROM webhook_delivery ORDER BY delivery_id", "1");
  }
  void WaitForReceived(const Receiver& at, size_t count) {
    loop.RunUntil([&] { return at.received.size() >= count; });
  }
};

}  // namespace tamarack::webhooks
