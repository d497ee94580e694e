#include "platform/telemetry/metrics.h"
#include "platform/webhooks/delivery_repository.h"
#include "platform/webhooks/signature.h"
#include "tests/integration/webhooks/fixture.h"

namespace tamarack::webhooks {

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
  DeliveryRepository repository(pool);
  auto claimed = loop.Await(repository.Claim({100, 8, {}, 300ms})).value();
  REQUIRE(claimed.size() == 1);
  CHECK(loop.Await(repository.Claim({100, 8, {}, 300ms})).value().empty());
  Dispatch();
  WaitUntilFinished();
  CHECK(receiver.Numbers() == std::vector<int64_t>{1, 2});
  // The killed one, come back to life, changes nothing.
  FinishedAttempt late;
  late.delivery = claimed[0];
  late.attempt.started_at = absl::Now();
  late.verdict.state = DeliveryState::kParked;
  CHECK(loop.Await(repository.Finish(std::span(&late, 1))) == absl::OkStatus());
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
  auto endpoints = loop.Await(outbox.ListEndpoints({.id = "mto"})).value();
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
  CHECK(loop.Await(DeliveryRepository(pool).Claim({100, 8, {}, 1s})).value().empty());
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

TEST_CASE_METHOD(Fixture, "A subscriber that answers 2xx at length was told", "[webhooks]") {
  Subscribe(receiver.url());
  receiver.body = std::string(3'000'000, 'x');
  REQUIRE(Append({MakeEvent(1), MakeEvent(2)}).ok());
  Dispatch();
  WaitUntilFinished();
  CHECK(receiver.Numbers() == std::vector<int64_t>{1, 2});
  for (const auto& delivery : List()) {
    CHECK(delivery.state == DeliveryState::kDelivered);
    CHECK(delivery.last_error.empty());
  }
}

TEST_CASE_METHOD(Fixture, "One endpoint that can never be reached keeps no other waiting",
                 "[webhooks]") {
  auto broken = Subscribe("https://licences.example/hook").endpoint;
  Subscribe(receiver.url());
  // As rows that an older version let in.
  database.Execute("UPDATE webhook_endpoint SET url = 'nonsense' WHERE endpoint_id = '" +
                   broken.id + "'");
  REQUIRE(Append({MakeEvent(1)}).ok());
  prometheus::Registry registry;
  Dispatch([&](DispatcherOptions& options) { options.registry = &registry; });
  WaitUntilFinished();
  CHECK(receiver.Numbers() == std::vector<int64_t>{1});
  CHECK(database.Execute("SELECT count(*) FROM webhook_delivery WHERE state = 3 AND "
                         "last_error = 'bad_endpoint'") == "1");
  Stop(*dispatchers.back());  // an attempt is counted after it is recorded
  dispatchers.clear();
  std::string metrics = telemetry::SerializeMetrics(registry);
  CHECK_THAT(metrics,
             Catch::Contains("tamarack_webhook_attempts_total{error=\"bad_endpoint\"} 10"));
  CHECK_THAT(metrics, Catch::Contains("tamarack_webhook_attempts_total{error=\"none\"} 1"));
  // What was given up counts, too.
  CHECK_THAT(metrics, Catch::Contains("tamarack_webhook_delivery_duration_seconds_count 2"));
  CHECK_THAT(metrics,
             Catch::Contains("tamarack_webhook_delivery_duration_seconds_bucket{le=\"60\"} 2"));
}

TEST_CASE_METHOD(Fixture, "An event that lost its delivery is told", "[webhooks]") {
  auto endpoint = Subscribe(receiver.url()).endpoint;
  Subscribe("https://licences.example/hook");
  database.Execute(
      "UPDATE webhook_endpoint SET created_at = now() - interval '1 hour', "
      "enabled = endpoint_id = '" +
      endpoint.id + "'");
  REQUIRE(Append({MakeEvent(1), MakeEvent(2)}).ok());
  auto without_delivery = [&] {
    auto count = loop.Await(DeliveryRepository(pool).CountWithoutDelivery());
    return count.ok() ? *count : -1;
  };
  CHECK(without_delivery() == 0);  // the endpoint that is disabled wants none
  database.Execute("DELETE FROM webhook_delivery WHERE due_at IS NULL");
  CHECK(without_delivery() == 1);
  prometheus::Registry registry;
  Dispatch([&](DispatcherOptions& options) { options.registry = &registry; });
  loop.RunUntil([&] {
    return telemetry::SerializeMetrics(registry).find(
               "\ntamarack_webhook_events_without_delivery 1\n") != std::string::npos;
  });
  Stop(*dispatchers.back());
  dispatchers.clear();
}

TEST_CASE_METHOD(Fixture, "An endpoint whose secret cannot be opened waits for its key, uncounted",
                 "[webhooks]") {
  auto waiting = Subscribe(second.url()).endpoint;
  Subscribe(receiver.url());
  const std::string sealed = database.Execute(
      "SELECT sealed_secret FROM webhook_endpoint WHERE endpoint_id = '" + waiting.id + "'");
  database.Execute("UPDATE webhook_endpoint SET sealed_secret = '9.AAAA' WHERE endpoint_id = '" +
                   waiting.id + "'");
  REQUIRE(Append({MakeEvent(1)}).ok());
  // One more that counted would park it.
  database.Execute("UPDATE webhook_delivery SET attempts = 9 WHERE endpoint_id = '" + waiting.id +
                   "'");
  Dispatch();
  WaitForReceived(receiver, 1);
  WaitUntil(
      "SELECT count(*) FROM webhook_delivery WHERE state = 1 AND attempts = 9 AND claim IS "
      "NULL "
      "AND due_at > now() AND last_error = 'unreadable_secret'",
      "1");
  CHECK(second.received.empty());
  CHECK(database.Execute("SELECT count(*) FROM webhook_attempt JOIN webhook_delivery d USING "
                         "(delivery_id) WHERE d.endpoint_id = '" +
                         waiting.id + "'") == "0");
  database.Execute("UPDATE webhook_endpoint SET sealed_secret = '" + sealed +
                   "' WHERE endpoint_id = '" + waiting.id + "'");
  database.Execute("UPDATE webhook_delivery SET due_at = now() WHERE endpoint_id = '" + waiting.id +
                   "'");
  WaitForReceived(second, 1);
  WaitUntilFinished();
}

TEST_CASE_METHOD(Fixture, "An endpoint's outage uses up no attempts, and ends by itself",
                 "[webhooks]") {
  Subscribe(receiver.url());
  Subscribe(second.url());
  bool is_out = true;
  receiver.status = [&](size_t) { return is_out ? 500 : 200; };
  std::vector<Event> events;
  for (int n = 0; n < 30; ++n) events.push_back(MakeEvent(n, "s" + std::to_string(n)));
  REQUIRE(Append(events).ok());
  Dispatch([](DispatcherOptions& options) { options.retry_scale = 1e-3; });
  WaitUntil("SELECT count(*) FROM webhook_endpoint WHERE failing_since IS NOT NULL", "1");
  WaitForReceived(second, 30);
  // Eight were on their way. From now on there are probes, and none counts.
  const std::string unclaimed =
      "SELECT count(*) FROM webhook_delivery WHERE state = 1 AND claim IS NOT NULL";
  const std::string attempts = "SELECT sum(attempts) FROM webhook_delivery WHERE state = 1";
  WaitUntil(unclaimed, "0");
  const std::string before = database.Execute(attempts);
  const size_t received = receiver.received.size();
  CHECK(received < 20);
  WaitForReceived(receiver, received + 1);
  WaitUntil(unclaimed, "0");
  CHECK(database.Execute(attempts) == before);
  is_out = false;
  WaitUntilFinished();
  CHECK(database.Execute("SELECT count(*) FROM webhook_delivery WHERE state = 2") == "60");
  CHECK(database.Execute("SELECT count(*) FROM webhook_endpoint WHERE failing_since IS NULL") ==
        "2");
}

TEST_CASE_METHOD(Fixture, "What waits for an endpoint that stays out of order is parked in the end",
                 "[webhooks]") {
  Subscribe("http://127.0.0.1:1/hook");
  std::vector<Event> events;
  for (int n = 0; n < 30; ++n) events.push_back(MakeEvent(n, "s" + std::to_string(n)));
  REQUIRE(Append(events).ok());
  Dispatch();
  WaitUntilFinished();
  CHECK(database.Execute("SELECT count(*) FROM webhook_delivery WHERE state = 3 AND last_error = "
                         "'endpoint_out_of_order'") == "30");
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

TEST_CASE_METHOD(Fixture, "What the process's end cuts off has not failed", "[webhooks]") {
  receiver.delay = 1h;
  Subscribe(receiver.url());
  std::vector<Event> events;
  for (int n = 0; n < 8; ++n) events.push_back(MakeEvent(n, "s" + std::to_string(n)));
  REQUIRE(Append(events).ok());
  // One more failure would park them.
  database.Execute("UPDATE webhook_delivery SET attempts = 9");
  auto& dispatcher = Dispatch([](DispatcherOptions& options) { options.stop_wait = 10ms; });
  WaitForReceived(receiver, 8);
  Stop(dispatcher);
  loop.Await([](Fixture& f) -> asio::awaitable<int> {
    co_await runtime::TaskGroup::JoinAll(f.loop.executor());
    co_return 0;
  }(*this));
  CHECK(database.Execute("SELECT count(*) FROM webhook_delivery WHERE state = 1 AND attempts = 9 "
                         "AND claim IS NOT NULL") == "8");
  CHECK(database.Execute("SELECT count(*) FROM webhook_attempt") == "0");
  CHECK(database.Execute("SELECT count(*) FROM webhook_endpoint WHERE failing_since IS NULL") ==
        "1");
}

TEST_CASE_METHOD(Fixture,
                 "An endpoint that nothing reaches is out of order by one delivery's tries",
                 "[webhooks]") {
  Subscribe("http://127.0.0.1:1/hook");
  REQUIRE(Append({MakeEvent(1)}).ok());
  Dispatch([](DispatcherOptions& options) { options.retry_scale = 1e-5; });
  WaitUntil("SELECT count(*) FROM webhook_endpoint WHERE failing_since IS NOT NULL", "1");
  CHECK(database.Execute("SELECT attempts FROM webhook_delivery") == "4");
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

}  // namespace tamarack::webhooks
