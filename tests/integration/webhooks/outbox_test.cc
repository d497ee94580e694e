#include "platform/webhooks/outbox.h"

#include "platform/rpc/errors.h"
#include "platform/webhooks/delivery_repository.h"
#include "tests/integration/webhooks/fixture.h"

#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <filesystem>

namespace tamarack::webhooks {

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

TEST_CASE_METHOD(Fixture,
                 "Live and sandbox endpoints are told of their own events, and found by their own",
                 "[webhooks]") {
  auto owner = [](auth::Mode mode) { return auth::Owner{.id = "mto", .mode = mode}; };
  auto create = [&](auth::Mode mode, const std::string& url) {
    return loop
        .Await([](Fixture& f, auth::Owner whose, std::string url) -> Async<CreatedEndpoint> {
          CO_ASSIGN_OR_RETURN(auto tx, co_await f.pool.Begin());
          CO_ASSIGN_OR_RETURN(auto created, co_await f.outbox.CreateEndpoint(tx, whose, url, {}));
          CO_RETURN_IF_ERROR(co_await tx.Commit());
          co_return created;
        }(*this, owner(mode), url))
        .value()
        .endpoint;
  };
  Endpoint live = create(auth::Mode::kLive, receiver.url());
  Endpoint sandbox = create(auth::Mode::kSandbox, second.url());
  Event real = MakeEvent(1), play = MakeEvent(2);
  play.owner.mode = auth::Mode::kSandbox;
  REQUIRE(Append({real, play}).ok());
  Dispatch();
  WaitUntilFinished();
  CHECK(receiver.Numbers() == std::vector<int64_t>{1});
  CHECK(second.Numbers() == std::vector<int64_t>{2});
  for (const Endpoint& each : {live, sandbox}) {
    auto listed = loop.Await(outbox.ListEndpoints(each.owner)).value();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].id == each.id);
    auto deliveries = List({.owner = each.owner});
    REQUIRE(deliveries.size() == 1);
    CHECK(deliveries[0].endpoint_id == each.id);
    Endpoint other = each;
    other.owner.mode = each.owner.is_live() ? auth::Mode::kSandbox : auth::Mode::kLive;
    CHECK(absl::IsNotFound(loop.Await(outbox.UpdateEndpoint(other)).status()));
    CHECK(loop.Await(outbox.Replay({.owner = each.owner, .endpoint_id = ""})).value() == 1);
  }
}

TEST_CASE_METHOD(Fixture,
                 "An append under way while its subject's delivery finishes is not stranded",
                 "[webhooks]") {
  Subscribe(receiver.url());
  REQUIRE(Append({MakeEvent(1)}).ok());
  DeliveryRepository repository(pool);
  FinishedAttempt first;
  first.delivery = loop.Await(repository.Claim({100, 8, {}, 60s})).value().at(0);
  first.attempt.started_at = absl::Now();
  first.verdict.state = DeliveryState::kDelivered;
  // Appended behind the first, whose end its transaction cannot see, and not yet committed.
  pg::Tx tx = loop.Await(pool.Begin()).value();
  REQUIRE(loop.Await(outbox.Append(tx, MakeEvent(2))).ok());
  std::optional<absl::Status> finished;
  const std::vector<FinishedAttempt> attempts = {first};
  asio::co_spawn(loop.executor(), repository.Finish(attempts),
                 [&](std::exception_ptr, absl::Status status) { finished = status; });
  WaitUntil(
      "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) "
      "OR EXISTS (SELECT FROM webhook_delivery WHERE state = 2)",
      "t");
  REQUIRE(loop.Await(tx.Commit()).ok());
  loop.RunUntil([&] { return finished.has_value(); });
  CHECK(*finished == absl::OkStatus());
  auto next = loop.Await(repository.Claim({100, 8, {}, 60s})).value();
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
  for (std::string url : {"", "ftp://a/", "https://", "//a/b", "https://u:p@a/", "not a url",
                          "https://a/#x", "https:///hook", "http://10.0.0.1/", "http://a:0/",
                          "https://é.ca/", "https://a..ca/", "https://1.2.3.999/"}) {
    CAPTURE(url);
    auto refused = loop.Await(Create("mto", url, {})).status();
    CHECK(refused.code() == absl::StatusCode::kInvalidArgument);
    auto violations = rpc::ViolationsOf(refused);
    REQUIRE(violations.size() == 1);
    CHECK(violations[0].field == "url");
  }
  auto many = loop.Await(Create("mto", receiver.url(), std::vector<std::string>(101, "a.b")));
  CHECK(rpc::ViolationsOf(many.status()).at(0).field == "event_types");
  Endpoint foreign = Subscribe(receiver.url()).endpoint;
  foreign.owner.id = "health";
  CHECK(loop.Await(outbox.UpdateEndpoint(foreign)).status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE_METHOD(Fixture, "This machine can be told of events in a sandbox only", "[webhooks]") {
  Outbox strict{pool, sealer};
  auto move = [&](Outbox& box, Endpoint endpoint, const std::string& url) {
    endpoint.url = url;
    return loop.Await(box.UpdateEndpoint(endpoint)).status().code();
  };
  Endpoint endpoint = Subscribe("https://licences.example/hook").endpoint;
  for (std::string url :
       {"http://localhost:9981/hook", "http://127.0.0.1:9981/hook", "http://[::1]:9981/hook"}) {
    CAPTURE(url);
    CHECK(move(strict, endpoint, url) == absl::StatusCode::kInvalidArgument);
    CHECK(move(outbox, endpoint, url) == absl::StatusCode::kOk);
  }
}

TEST_CASE_METHOD(Fixture,
                 "An endpoint that a newer policy refuses can be changed, but not turned on",
                 "[webhooks]") {
  Outbox strict{pool, sealer};
  Endpoint endpoint = Subscribe("http://localhost:9981/hook").endpoint;
  endpoint.event_types = {"address.changed"};
  CHECK(loop.Await(strict.UpdateEndpoint(endpoint))->event_types.size() == 1);
  endpoint.enabled = false;
  CHECK_FALSE(loop.Await(strict.UpdateEndpoint(endpoint))->enabled);
  endpoint.enabled = true;
  auto refused = loop.Await(strict.UpdateEndpoint(endpoint)).status();
  CHECK(rpc::ViolationsOf(refused).at(0).field == "url");
  CHECK(loop.Await(outbox.UpdateEndpoint(endpoint))->enabled);
}

TEST_CASE_METHOD(Fixture, "An endpoint that is changed is out of order no longer", "[webhooks]") {
  Endpoint endpoint = Subscribe("http://localhost:9981/hook").endpoint;
  database.Execute("UPDATE webhook_endpoint SET failing_since = now(), paused_until = 'infinity'");
  REQUIRE(loop.Await(outbox.UpdateEndpoint(endpoint)).ok());
  CHECK(database.Execute("SELECT failing_since IS NULL AND paused_until < now() FROM "
                         "webhook_endpoint") == "t");
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
  CHECK(List({.owner = auth::Owner{.id = "health"}}).empty());
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
