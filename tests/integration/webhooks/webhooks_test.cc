// The outbox and its dispatcher against a real PostgreSQL and real HTTP receivers on loopback.
#include "platform/crypto/hash.h"
#include "platform/crypto/seal.h"
#include "platform/curl/loop.h"
#include "platform/http/client.h"
#include "platform/http/server.h"
#include "platform/postgres/postgres.h"
#include "platform/webhooks/delivery_store.h"
#include "platform/webhooks/dispatcher.h"
#include "platform/webhooks/outbox.h"
#include "platform/webhooks/signature.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <vector>

namespace tamarack::webhooks {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

std::span<const pg::Migration> Schema() {
  static const auto& sql = *new std::string([] {
    std::ifstream file(TAMARACK_SOURCE_DIR "/platform/webhooks/schema_v1.sql");
    return std::string(std::istreambuf_iterator<char>(file), {});
  }());
  static const auto& sha256 = *new std::string(crypto::Sha256Hex(sql));
  static const pg::Migration migrations[] = {{1, "0001_webhooks", sql.c_str(), sha256.c_str()}};
  return migrations;
}

struct Received {
  std::string id, timestamp, signature, content_type, body, event;
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
  std::string retry_after;
  std::chrono::milliseconds delay{0};
  int at_once = 0, at_once_max = 0;

 private:
  asio::awaitable<http::Response> Answer(http::Request request) {
    auto header = [&](const char* name) {
      return std::string(request.headers.Get(name).value_or(""));
    };
    received.push_back({header("webhook-id"), header("webhook-timestamp"),
                        header("webhook-signature"), header("content-type"), request.body, ""});
    http::Response response;
    response.status = status(received.size());
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
  curl::Loop transfers{loop.executor()};
  http::Client client{transfers, [] {
                        http::ClientOptions options;
                        options.policy.allow_private = true;
                        return options;
                      }()};
  crypto::Sealer sealer = *crypto::Sealer::FromSecret(std::string(32, 's'), "webhooks");
  Outbox outbox{pool, sealer};
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
    return loop.Await(outbox.CreateEndpoint(tenant, url, std::move(types))).value();
  }
  static Event MakeEvent(int n, const std::string& subject = "s1",
                         const std::string& tenant = "mto",
                         const std::string& type = "address.changed") {
    return {"", type, "/test", subject, tenant, "{\"n\": " + std::to_string(n) + "}"};
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
  // Asks the database every 20 ms, not after every handler of the loop; throws after 20 s.
  void WaitUntil(const std::string& sql, const std::string& answer) {
    auto end = std::chrono::steady_clock::now() + 20s;
    while (database.Execute(sql) != answer) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited: " + sql);
      loop.Await([]() -> asio::awaitable<int> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 20ms);
        co_await timer.async_wait(asio::use_awaitable);
        co_return 0;
      }());
    }
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

}  // namespace

TEST_CASE_METHOD(Fixture, "An event is delivered once, signed, as a CloudEvent", "[webhooks]") {
  auto created = Subscribe(receiver.url());
  auto ids = Append({MakeEvent(1)});
  REQUIRE(ids.status() == absl::OkStatus());
  Dispatch();
  WaitUntilFinished();
  REQUIRE(receiver.received.size() == 1);
  const Received& got = receiver.received[0];
  CHECK(got.id == ids->front());
  CHECK(got.content_type == "application/cloudevents+json");
  int64_t now = absl::ToUnixSeconds(absl::Now());
  CHECK(Verify(created.secret, {got.id, got.timestamp, got.signature}, got.body, now).ok());
  auto body = boost::json::parse(got.body).as_object();
  CHECK(body.at("id").as_string() == got.id);
  CHECK(body.at("subject").as_string() == "s1");
  auto deliveries = List();
  REQUIRE(deliveries.size() == 1);
  CHECK(deliveries[0].state == DeliveryState::kDelivered);
  CHECK(deliveries[0].attempts == 1);
  CHECK(deliveries[0].last_status == 204);
  auto attempts = loop.Await(outbox.ListAttempts(deliveries[0].id)).value();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].error.empty());
}

TEST_CASE_METHOD(Fixture, "The official packages accept what is sent", "[webhooks]") {
  auto created = Subscribe(receiver.url());
  Event event = MakeEvent(1, "sujet \"é\"");
  event.data = R"({"n": 1, "text": "\u00e9\n"})";
  REQUIRE(Append({event}).ok());
  Dispatch();
  WaitUntilFinished();
  const Received& got = receiver.received.at(0);
  boost::json::object sample{{"secret", created.secret},
                             {"headers",
                              {{"webhook-id", got.id},
                               {"webhook-timestamp", got.timestamp},
                               {"webhook-signature", got.signature},
                               {"content-type", got.content_type}}},
                             {"body", got.body}};
  std::string path = "/tmp/tamarack-webhook." + got.id + ".json";
  std::ofstream(path) << boost::json::serialize(sample);
  std::string command = "node " TAMARACK_SOURCE_DIR "/tests/contract/webhook_verify.mjs " + path;
  CHECK(std::system(command.c_str()) == 0);
  std::filesystem::remove(path);
}

TEST_CASE_METHOD(Fixture, "The secret is stored sealed, bound to its endpoint", "[webhooks]") {
  auto created = Subscribe(receiver.url());
  std::string stored = database.Execute("SELECT sealed_secret FROM webhook_endpoint");
  CHECK(stored.find(created.secret.substr(6)) == std::string::npos);
  CHECK(sealer.Open(stored, created.endpoint.id).value() == created.secret);
}

TEST_CASE_METHOD(Fixture, "A rolled back transaction publishes nothing", "[webhooks]") {
  Subscribe(receiver.url());
  auto status = loop.Await([](Fixture& f) -> AsyncStatus {
    CO_ASSIGN_OR_RETURN(auto tx, co_await f.pool.Begin());
    CO_RETURN_IF_ERROR((co_await f.outbox.Append(tx, MakeEvent(1))).status());
    co_return co_await tx.Rollback();
  }(*this));
  REQUIRE(status == absl::OkStatus());
  CHECK(database.Execute("SELECT count(*) FROM event") == "0");
  CHECK(List().empty());
}

TEST_CASE_METHOD(Fixture, "Events go to the tenant's endpoints that want their type",
                 "[webhooks]") {
  Receiver &names = second, &other = third;
  Subscribe(receiver.url());
  Subscribe(names.url(), "mto", {"name.changed"});
  Subscribe(other.url(), "health");
  REQUIRE(Append({MakeEvent(1), MakeEvent(2, "s1", "mto", "name.changed"),
                  MakeEvent(3, "s1", "health"), MakeEvent(4, "s1", "nobody")})
              .ok());
  Dispatch();
  WaitUntilFinished();
  CHECK(receiver.Numbers() == std::vector<int64_t>{1, 2});
  CHECK(names.Numbers() == std::vector<int64_t>{2});
  CHECK(other.Numbers() == std::vector<int64_t>{3});
}

TEST_CASE_METHOD(Fixture, "A failed delivery is retried with the same id and a new signature",
                 "[webhooks]") {
  auto created = Subscribe(receiver.url());
  receiver.status = [](size_t n) { return n < 3 ? 500 : 200; };
  REQUIRE(Append({MakeEvent(1)}).ok());
  std::vector<int> reported;
  Dispatch([&](DispatcherOptions& options) {
    options.on_attempt = [&](const Delivery&, const Attempt& a) { reported.push_back(a.status); };
  });
  WaitUntilFinished();
  REQUIRE(receiver.received.size() == 3);
  int64_t now = absl::ToUnixSeconds(absl::Now());
  for (const Received& r : receiver.received) {
    CHECK(r.id == receiver.received[0].id);
    CHECK(r.body == receiver.received[0].body);
    CHECK(Verify(created.secret, {r.id, r.timestamp, r.signature}, r.body, now).ok());
  }
  auto attempts = loop.Await(outbox.ListAttempts(List()[0].id)).value();
  REQUIRE(attempts.size() == 3);
  CHECK(attempts[0].status == 500);
  CHECK(attempts[0].error == "http");
  CHECK(attempts[2].error.empty());
  loop.RunUntil([&] { return reported.size() == 3; });
  CHECK(reported == std::vector<int>{500, 500, 200});
}

TEST_CASE_METHOD(Fixture, "Events of one subject arrive in order, though the first fails at first",
                 "[webhooks]") {
  Subscribe(receiver.url());
  receiver.status = [](size_t n) { return n <= 2 ? 503 : 200; };
  std::vector<Event> events;
  for (int n = 1; n <= 5; ++n) events.push_back(MakeEvent(n));
  REQUIRE(Append(events).ok());
  REQUIRE(Append({MakeEvent(6)}).ok());
  Dispatch();
  Dispatch();  // a second dispatcher changes nothing
  WaitUntilFinished();
  CHECK(receiver.Numbers() == std::vector<int64_t>{1, 1, 1, 2, 3, 4, 5, 6});
  CHECK(receiver.at_once_max == 1);
}

TEST_CASE_METHOD(Fixture, "A subject in trouble does not hold up another", "[webhooks]") {
  Subscribe(receiver.url());
  receiver.status = [this](size_t n) {
    return receiver.received[n - 1].body.find("\"s1\"") == std::string::npos ? 200 : 500;
  };
  REQUIRE(Append({MakeEvent(1, "s1"), MakeEvent(2, "s2"), MakeEvent(3, "s2")}).ok());
  Dispatch([](DispatcherOptions& options) { options.retry_scale = 1; });
  WaitUntil("SELECT count(*) FROM webhook_delivery WHERE state = 2", "2");
  CHECK(List({.state = DeliveryState::kPending}).size() == 1);
}

TEST_CASE_METHOD(Fixture, "A slow endpoint does not delay another", "[webhooks]") {
  Receiver& slow = second;
  slow.delay = 1h;
  Subscribe(slow.url());
  Subscribe(receiver.url());
  std::vector<Event> events;
  for (int n = 0; n < 100; ++n) events.push_back(MakeEvent(n, "s" + std::to_string(n)));
  REQUIRE(Append(events).ok());
  Dispatch([](DispatcherOptions& options) {
    options.in_flight_per_endpoint_max = 4;
    options.stop_wait = 10ms;
  });
  WaitForReceived(receiver, 100);
  CHECK(slow.received.size() <= 4);
  CHECK(receiver.at_once_max <= 4);
}

TEST_CASE_METHOD(Fixture, "Deliveries beyond one batch all arrive", "[webhooks]") {
  Subscribe(receiver.url());
  std::vector<Event> events;
  for (int n = 0; n < 300; ++n) events.push_back(MakeEvent(n, "s" + std::to_string(n % 50)));
  REQUIRE(Append(events).ok());
  Dispatch([](DispatcherOptions& options) { options.batch_max = 7; });
  WaitUntilFinished();
  CHECK(receiver.received.size() == 300);
}

TEST_CASE_METHOD(Fixture, "What a killed dispatcher had claimed is delivered after its lease",
                 "[webhooks]") {
  Subscribe(receiver.url());
  REQUIRE(Append({MakeEvent(1), MakeEvent(2)}).ok());
  DeliveryStore store(pool);
  auto claimed = loop.Await(store.Claim({100, 8, 300ms}, {})).value();
  REQUIRE(claimed.size() == 1);
  CHECK(loop.Await(store.Claim({100, 8, 300ms}, {})).value().empty());
  Dispatch();
  WaitUntilFinished();
  CHECK(receiver.Numbers() == std::vector<int64_t>{1, 2});
  // The killed one, come back to life, changes nothing.
  FinishedAttempt late;
  late.delivery = claimed[0];
  late.attempt.started_at = absl::Now();
  late.verdict.state = DeliveryState::kParked;
  CHECK(loop.Await(store.Finish({late})) == absl::OkStatus());
  CHECK(List({.state = DeliveryState::kDelivered}).size() == 2);
}

TEST_CASE_METHOD(Fixture, "410 disables the endpoint and parks what waits for it", "[webhooks]") {
  auto created = Subscribe(receiver.url());
  receiver.status = [](size_t) { return 410; };
  REQUIRE(Append({MakeEvent(1), MakeEvent(2), MakeEvent(3)}).ok());
  Dispatch();
  WaitUntilFinished();
  CHECK(receiver.received.size() == 1);
  auto parked = List({.state = DeliveryState::kParked});
  REQUIRE(parked.size() == 3);
  CHECK(parked[2].last_error == "gone");
  CHECK(parked[0].last_error == "endpoint_disabled");
  auto endpoints = loop.Await(outbox.ListEndpoints("mto")).value();
  CHECK_FALSE(endpoints[0].enabled);
  CHECK(endpoints[0].disabled_reason == "gone");
  REQUIRE(Append({MakeEvent(4)}).ok());
  CHECK(List().size() == 3);  // nothing more is queued for it

  // Enabled again, the parked ones are replayed in order.
  receiver.status = [](size_t) { return 200; };
  Endpoint endpoint = created.endpoint;
  CHECK(loop.Await(outbox.Replay({})).value() == 0);
  REQUIRE(loop.Await(outbox.UpdateEndpoint(endpoint)).ok());
  CHECK(loop.Await(outbox.Replay({.state = DeliveryState::kParked})).value() == 3);
  WaitUntilFinished();
  CHECK(receiver.Numbers() == std::vector<int64_t>{1, 1, 2, 3});
  CHECK(receiver.received[0].id == receiver.received[1].id);
}

TEST_CASE_METHOD(Fixture, "After the last attempt a delivery is parked, and the next one is sent",
                 "[webhooks]") {
  Subscribe(receiver.url());
  receiver.status = [](size_t n) { return n <= kAttemptsMax ? 500 : 200; };
  REQUIRE(Append({MakeEvent(1), MakeEvent(2)}).ok());
  Dispatch();
  WaitUntilFinished();
  CHECK(receiver.received.size() == kAttemptsMax + 1);
  auto deliveries = List();
  REQUIRE(deliveries.size() == 2);
  CHECK(deliveries[1].state == DeliveryState::kParked);
  CHECK(deliveries[1].attempts == kAttemptsMax);
  CHECK(deliveries[1].last_status == 500);
  CHECK(deliveries[0].state == DeliveryState::kDelivered);
}

TEST_CASE_METHOD(Fixture, "Retry-After keeps everything from that endpoint", "[webhooks]") {
  Subscribe(receiver.url());
  receiver.status = [](size_t) { return 429; };
  receiver.retry_after = "3600";
  REQUIRE(Append({MakeEvent(1, "s1")}).ok());
  auto& dispatcher = Dispatch();
  WaitForFirstAttempt();
  REQUIRE(Append({MakeEvent(2, "s2")}).ok());
  Stop(dispatcher);
  dispatchers.clear();
  CHECK(loop.Await(DeliveryStore(pool).Claim({100, 8, 1s}, {})).value().empty());
  CHECK(receiver.received.size() == 1);
  absl::Duration wait = List({.subject = "s1"})[0].due_at - absl::Now();
  CHECK(wait > absl::Minutes(59));
}

TEST_CASE_METHOD(Fixture, "Without a receiver the attempt says so", "[webhooks]") {
  Subscribe("http://127.0.0.1:1/hook");
  REQUIRE(Append({MakeEvent(1)}).ok());
  Dispatch([](DispatcherOptions& options) { options.retry_scale = 1; });
  WaitForFirstAttempt();
  CHECK(List()[0].last_error == "connect");
  CHECK(List()[0].last_status == 0);
}

TEST_CASE_METHOD(Fixture, "A private address is refused unless it is configured", "[webhooks]") {
  http::Client guarded{transfers};
  Subscribe(receiver.url());
  REQUIRE(Append({MakeEvent(1)}).ok());
  dispatchers.push_back(std::make_unique<Dispatcher>(loop.executor(), pool, guarded, sealer));
  dispatchers.back()->Start();
  WaitForFirstAttempt();
  CHECK(List()[0].last_error == "refused_address");
  CHECK(receiver.received.empty());
  Stop(*dispatchers.back());
  dispatchers.clear();
}

TEST_CASE_METHOD(Fixture, "Wake delivers without waiting for the tick", "[webhooks]") {
  Subscribe(receiver.url());
  auto& dispatcher = Dispatch([](DispatcherOptions& options) { options.tick = 1h; });
  REQUIRE(Append({MakeEvent(1)}).ok());
  dispatcher.Wake();
  WaitForReceived(receiver, 1);
}

TEST_CASE_METHOD(Fixture, "A stop waits for what is in flight and records it", "[webhooks]") {
  Subscribe(receiver.url());
  receiver.delay = 100ms;
  REQUIRE(Append({MakeEvent(1), MakeEvent(2)}).ok());
  auto& dispatcher = Dispatch();
  WaitForReceived(receiver, 1);
  Stop(dispatcher);
  dispatchers.clear();
  CHECK(receiver.received.size() == 1);
  CHECK(List({.state = DeliveryState::kDelivered}).size() == 1);
}

TEST_CASE_METHOD(Fixture, "Appends that race with deliveries of their subject are never stranded",
                 "[webhooks]") {
  Subscribe(receiver.url());
  Dispatch([](DispatcherOptions& options) { options.tick = 5ms; });
  for (int n = 0; n < 200; ++n) REQUIRE(Append({MakeEvent(n)}).ok());
  WaitUntilFinished();
  std::vector<int64_t> expected;
  for (int n = 0; n < 200; ++n) expected.push_back(n);
  CHECK(receiver.Numbers() == expected);
}

TEST_CASE_METHOD(Fixture,
                 "An append under way while its subject's delivery finishes is not stranded",
                 "[webhooks]") {
  Subscribe(receiver.url());
  REQUIRE(Append({MakeEvent(1)}).ok());
  DeliveryStore store(pool);
  FinishedAttempt first;
  first.delivery = loop.Await(store.Claim({100, 8, 60s}, {})).value().at(0);
  first.attempt.started_at = absl::Now();
  first.verdict.state = DeliveryState::kDelivered;
  // Appended behind the first, whose end its transaction cannot see, and not yet committed.
  pg::Tx tx = loop.Await(pool.Begin()).value();
  REQUIRE(loop.Await(outbox.Append(tx, MakeEvent(2))).ok());
  std::optional<absl::Status> finished;
  const std::vector<FinishedAttempt> attempts = {first};
  asio::co_spawn(loop.executor(), store.Finish(attempts),
                 [&](std::exception_ptr, absl::Status status) { finished = status; });
  WaitUntil(
      "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) "
      "OR EXISTS (SELECT FROM webhook_delivery WHERE state = 2)",
      "t");
  REQUIRE(loop.Await(tx.Commit()).ok());
  loop.RunUntil([&] { return finished.has_value(); });
  CHECK(*finished == absl::OkStatus());
  auto next = loop.Await(store.Claim({100, 8, 60s}, {})).value();
  REQUIRE(next.size() == 1);
  CHECK(next[0].event.data == "{\"n\": 2}");
}

TEST_CASE_METHOD(Fixture, "Bad events and endpoints are refused", "[webhooks]") {
  Event no_json = MakeEvent(1);
  no_json.data = "{";
  CHECK(Append({no_json}).status().code() == absl::StatusCode::kInvalidArgument);
  no_json.data = "[1]";
  CHECK(Append({no_json}).status().code() == absl::StatusCode::kFailedPrecondition);
  Event twice = MakeEvent(1);
  twice.id = "0190b3c0-0000-7000-8000-000000000001";
  CHECK(Append({twice}).ok());
  CHECK(Append({twice}).status().code() == absl::StatusCode::kAlreadyExists);
  for (std::string url :
       {"", "ftp://a/", "https://", "//a/b", "https://u:p@a/", "not a url", "https://a/#x"}) {
    CAPTURE(url);
    CHECK(loop.Await(outbox.CreateEndpoint("mto", url, {})).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  Endpoint foreign = Subscribe(receiver.url()).endpoint;
  foreign.tenant_id = "health";
  CHECK(loop.Await(outbox.UpdateEndpoint(foreign)).status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE_METHOD(Fixture, "The log of events is append-only", "[webhooks]") {
  REQUIRE(Append({MakeEvent(1)}).ok());
  CHECK_THROWS(database.Execute("UPDATE event SET subject = 'x'"));
  CHECK_THROWS(database.Execute("DELETE FROM event"));
}

TEST_CASE_METHOD(Fixture, "Deliveries are listed by what is asked", "[webhooks]") {
  auto first = Subscribe(receiver.url());
  auto ids = Append({MakeEvent(1, "s1"), MakeEvent(2, "s2"), MakeEvent(3, "s1")}).value();
  CHECK(List({.subject = "s1"}).size() == 2);
  CHECK(List({.event_id = ids[1]}).size() == 1);
  CHECK(List({.tenant_id = "health"}).empty());
  CHECK(List({.endpoint_id = first.endpoint.id, .limit = 2}).size() == 2);
  auto newest = List({.limit = 1});
  REQUIRE(newest.size() == 1);
  CHECK(newest[0].event_id == ids[2]);
  CHECK(newest[0].due_at == absl::InfiniteFuture());  // waits for the first of its subject
  CHECK(List({.before_id = newest[0].id}).size() == 2);
  auto of_events = loop.Await(outbox.DeliveriesOf({ids[0], ids[2]})).value();
  REQUIRE(of_events.size() == 2);
  CHECK(of_events[0].event_id == ids[0]);
}

}  // namespace tamarack::webhooks
