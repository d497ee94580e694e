#include "platform/telemetry/metrics.h"
#include "tests/integration/payments/world.h"

#include <catch2/catch.hpp>

#include <set>
#include <sstream>

// Goal: whatever is lost between us and the processor, a card is charged at most once and every
// payment finds its end. Method: the processor drops, delays or refuses; the worker has to find
// out.
namespace tamarack::payments {
namespace {

using Catch::Contains;

struct Stopped : World {
  Stopped() : World(false) {}
};

}  // namespace

TEST_CASE_METHOD(Stopped,
                 "Lost answer: the page waits, the worker finds out, the card is charged once",
                 "[payments]") {
  auto payment = Opened();
  Control("drop", 1);
  Submit(payment.payment_id());
  CHECK(last.Http("location") == "/en/card_details/" + payment.payment_id() + "/status");
  CHECK_THAT(Outcome(payment.payment_id()), Contains("We wait for your bank"));
  CHECK(StatusOf(payment.payment_id()) == "3");
  // Posting again meanwhile authorises nothing.
  Submit(payment.payment_id());
  StartWorkers();
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "4"; }));
  Outcome(payment.payment_id());
  CHECK(last.Http("location") == "/en/card_details/" + payment.payment_id() + "/confirm");
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  CHECK(CountAtProcessor("captured") == 1);
  CHECK(CountAtProcessor("authorised") == 0);
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt") == "1");
  CHECK(Balances());
}

TEST_CASE_METHOD(Stopped,
                 "Lost request: it is forbidden at the processor, and another try is offered",
                 "[payments]") {
  auto payment = Opened();
  Control("refuse", 1);
  Submit(payment.payment_id());
  CHECK(StatusOf(payment.payment_id()) == "3");
  StartWorkers();
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "2"; }));
  CHECK(CountAtProcessor("released") == 1);
  CHECK_THAT(Outcome(payment.payment_id()),
             Contains("We could not reach your bank") && Contains("Try another card"));
  Submit(payment.payment_id());
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  CHECK(CountAtProcessor("captured") == 1);
}

TEST_CASE_METHOD(World, "Processor out of order: no charge, and the payment goes on",
                 "[payments]") {
  auto payment = Opened();
  Control("error", 3);
  Submit(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "2"; }));
  CHECK(CountAtProcessor("authorised") == 0);
}

TEST_CASE_METHOD(World, "Cancelled while the answer is outstanding: what was reserved is released",
                 "[payments]") {
  auto payment = Opened();
  Control("drop", 1);
  Submit(payment.payment_id());
  REQUIRE(Cancel(payment.payment_id()).ok());
  REQUIRE(Eventually([&] { return CountAtProcessor("released") == 1; }));
  REQUIRE(Eventually(
      [&] { return Sql("SELECT count(*) FROM processor_job WHERE done_at IS NULL") == "0"; }));
  CHECK(Get(payment.payment_id()).state().status() == "cancelled");
  CHECK(CountAtProcessor("authorised") == 0);
  CHECK(Sql("SELECT sum(debits_pending) + sum(debits_posted) FROM ledger_account_balance") == "0");
  CHECK(Balances());
}

TEST_CASE_METHOD(World, "Capture: tried until the processor answers, and done once", "[payments]") {
  auto payment = Opened();
  Submit(payment.payment_id());
  Control("error", 2);
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  CHECK(Sql("SELECT tries FROM processor_job") == "3");
  auto other = Opened("DL-2");
  Submit(other.payment_id());
  Control("drop", 1);
  Confirm(other.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(other.payment_id()) == "6"; }));
  CHECK(CountAtProcessor("captured") == 2);
  CHECK(Sql("SELECT credits_posted FROM ledger_account_balance WHERE account = 'service:s1'") ==
        "18000");
}

TEST_CASE_METHOD(Stopped, "Capture: the processor's outage uses up no tries, and ends by itself",
                 "[payments]") {
  for (int i = 0; i < 7; ++i) {
    auto payment = Opened("DL-" + std::to_string(i));
    Submit(payment.payment_id());
    Confirm(payment.payment_id());
  }
  Control("error", 1'000'000);
  StartWorkers();
  auto is_open = [&](const char* value) {
    return telemetry::SerializeMetrics(host.registry())
               .find("tamarack_work_destinations_out_of_order{queue=\"processor_jobs\"} " +
                     std::string(value)) != std::string::npos;
  };
  auto is_probed = [&, failures = 0.0]() mutable {
    if (failures == 0) failures = metrics.job_failures.Value();
    return metrics.job_failures.Value() > failures;
  };
  const char* unclaimed = "SELECT count(*) FROM processor_job WHERE claim_token IS NOT NULL";
  REQUIRE(Eventually([&] { return is_open("1") && Sql(unclaimed) == "0"; }));
  std::string tries = Sql("SELECT sum(tries) FROM processor_job");
  REQUIRE(Eventually(is_probed));
  REQUIRE(Eventually([&] { return Sql(unclaimed) == "0"; }));
  CHECK(Sql("SELECT sum(tries) FROM processor_job") == tries);
  Control("normal", 0);
  REQUIRE(Eventually([&] { return CountAtProcessor("captured") == 7; }));
  CHECK(Balances());
}

TEST_CASE_METHOD(Stopped, "Capture: what the processor refuses holds up no other", "[payments]") {
  auto pay = [&](int i) {
    auto payment = Opened("DL-" + std::to_string(i));
    Submit(payment.payment_id());
    Confirm(payment.payment_id());
  };
  for (int i = 0; i < 6; ++i) pay(i);
  std::set<std::string> refused;
  std::istringstream ids(Sql("SELECT string_agg(attempt_id::text, ' ') FROM processor_job"));
  for (std::string id; ids >> id;) refused.insert(id);
  REQUIRE(refused.size() == 6);
  http::Server server(host.executor(), {},
                      [&](http::Request request) -> boost::asio::awaitable<http::Response> {
                        for (const auto& id : refused) {
                          if (request.target.find(id + "/capture") == std::string::npos) continue;
                          http::Response response;
                          response.status = 409;
                          co_return response;
                        }
                        co_return co_await processor_books.Handle(std::move(request));
                      });
  SandboxProcessor picky(client, "http://127.0.0.1:" + std::to_string(server.port()),
                         std::chrono::milliseconds(300), host.registry());
  Workers working(host.executor(), move_repository, moves, picky, metrics, FastWorkers());
  working.Start();
  // Each of them loses tries: nothing is out of order.
  const char* tries = "SELECT min(tries) >= 4 FROM processor_job WHERE done_at IS NULL";
  CHECK(Eventually([&] { return Sql(tries) == "t"; }));
  pay(6);
  working.Wake();
  CHECK(Eventually([&] { return CountAtProcessor("captured") == 1; }));
  CHECK_THAT(telemetry::SerializeMetrics(host.registry()),
             Contains("tamarack_work_destinations_out_of_order{queue=\"processor_jobs\"} 0"));
  working.Stop();
  server.Drain(std::chrono::milliseconds(100));
}

TEST_CASE_METHOD(World, "Capture and release: a processor that knows nothing is asked again",
                 "[payments]") {
  auto payment = Opened();
  Submit(payment.payment_id());
  Control("forget", 2);
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) != "5"; }));
  CHECK(StatusOf(payment.payment_id()) == "6");
  CHECK(Sql("SELECT tries FROM processor_job") == "3");
  CHECK(CountAtProcessor("captured") == 1);
  auto other = Opened("DL-2");
  Submit(other.payment_id());
  Control("forget", 2);
  REQUIRE(Cancel(other.payment_id()).ok());
  REQUIRE(Eventually(
      [&] { return Sql("SELECT count(*) FROM processor_job WHERE done_at IS NULL") == "0"; }));
  CHECK(CountAtProcessor("released") == 1);
  CHECK(Balances());
}

TEST_CASE_METHOD(
    Stopped, "Killed between commit and call: the next process finds the attempt and forbids it",
    "[payments]") {
  auto payment = Opened();
  Page<v1::ShowCardRequest>("ShowCard", payment.payment_id());
  Submission submission{.card = {"visa", "", "4242", "424242", "12/35"},
                        .payer = {},
                        .provider = "sandbox",
                        .check_after = std::chrono::milliseconds(0)};
  auto attempt = host.Await(moves.Submit(payment.payment_id(), submission));
  REQUIRE(attempt.ok());
  // Here the process dies; another one starts.
  StartWorkers();
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "2"; }));
  CHECK(Sql("SELECT status FROM authorisation_attempt") == "4");
  // The dead process's request arrives after all: nothing is reserved.
  AuthorisationRequest late{.reference = *attempt,
                            .payment_id = payment.payment_id(),
                            .amount_cents = 9000,
                            .currency = "CAD",
                            .card = {.number = kGoodCard,
                                     .security_code = "737",
                                     .expiry_month = 12,
                                     .expiry_year = 2035,
                                     .holder = {}}};
  CHECK(host.Await(processor.Authorise(late))->state == ProcessorAnswer::State::kReleased);
}

TEST_CASE_METHOD(Stopped,
                 "Killed between the processor's answer and its record: the outcome is found out",
                 "[payments]") {
  auto payment = Opened();
  Submission submission{.card = {"visa", "", "4242", "424242", "12/35"},
                        .payer = {},
                        .provider = "sandbox",
                        .check_after = std::chrono::milliseconds(0)};
  auto attempt = host.Await(moves.Submit(payment.payment_id(), submission));
  REQUIRE(attempt.ok());
  AuthorisationRequest request{.reference = *attempt,
                               .payment_id = payment.payment_id(),
                               .amount_cents = 9000,
                               .currency = "CAD",
                               .card = {.number = kGoodCard,
                                        .security_code = "737",
                                        .expiry_month = 12,
                                        .expiry_year = 2035,
                                        .holder = {}}};
  REQUIRE(host.Await(processor.Authorise(request))->state == ProcessorAnswer::State::kAuthorised);
  StartWorkers();
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "4"; }));
  // The same outcome reported again by a slow colleague changes nothing.
  ProcessorAnswer again{ProcessorAnswer::State::kAuthorised, "sandbox-1", ""};
  CHECK(host.Await(moves.Resolve(*attempt, again)).ok());
  CHECK(host.Await(moves.Resolve(*attempt, {ProcessorAnswer::State::kDeclined, "", "late"})).ok());
  CHECK(StatusOf(payment.payment_id()) == "4");
  CHECK(Sql("SELECT count(*) FROM ledger_transfer") == "1");
}

TEST_CASE_METHOD(
    Stopped, "Expiry: old unfinished payments end, their reservations are released, paid ones stay",
    "[payments]") {
  // The oldest cannot be ended; the others are all the same.
  auto stuck = Create(NewRequest("stuck")).value();
  Sql("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN RAISE EXCEPTION 'stuck'; END $$");
  Sql("CREATE TRIGGER refuse BEFORE UPDATE OF status ON payment FOR EACH ROW "
      "WHEN (NEW.reference = 'stuck') EXECUTE FUNCTION refuse()");
  auto untouched = Create(NewRequest("untouched")).value();
  auto reserved = Opened("reserved");
  Submit(reserved.payment_id());
  auto paid = Opened("paid");
  Submit(paid.payment_id());
  Confirm(paid.payment_id());
  auto fresh = Create(NewRequest("fresh")).value();
  Sql("UPDATE payment SET created_at = now() - interval '91 minutes' WHERE reference <> 'fresh'");
  Sql("UPDATE payment SET created_at = now() - interval '92 minutes' WHERE reference = 'stuck'");
  StartWorkers();
  REQUIRE(Eventually(
      [&] { return CountAtProcessor("released") == 1 && StatusOf(paid.payment_id()) == "6"; }));
  CHECK(Get(untouched.payment_id()).state().code() == "P0020");
  CHECK(Get(reserved.payment_id()).state().code() == "P0020");
  CHECK(Get(fresh.payment_id()).state().status() == "created");
  CHECK(Get(stuck.payment_id()).state().status() == "created");
  REQUIRE(Eventually(
      [&] { return Sql("SELECT sum(debits_pending) FROM ledger_account_balance") == "0"; }));
  CHECK(Sql("SELECT credits_posted FROM ledger_account_balance WHERE account = 'service:s1'") ==
        "9000");
}

}  // namespace tamarack::payments
