#include "platform/rpc/errors.h"
#include "services/payments/create_rules.h"
#include "tests/integration/payments/world.h"
#include "tests/support/own_principal.h"

#include "tamarack/api/v1/policy.pb.h"

#include <catch2/catch.hpp>

#include <set>
#include <thread>

// Goal: what a ministry's service may rely on when it creates and reads payments. Method: the real
// service over gRPC.
namespace tamarack::payments {
namespace {

struct World1 : World {
  World1() : World(false) {}
};

std::string CodeOf(const absl::Status& status) {
  api::v1::HttpError error;
  auto payload = status.GetPayload("type.googleapis.com/tamarack.api.v1.HttpError");
  if (!payload || !error.ParseFromString(std::string(*payload))) return "";
  return std::to_string(error.http_status()) + " " +
         error.members().fields().at("code").string_value();
}

v1::ListPaymentsResponse List(World& world, const v1::ListPaymentsRequest& request,
                              const auth::Principal& caller) {
  return world.host
      .Call<v1::ListPaymentsResponse>(std::string(kService) + "ListPayments", request, &caller)
      .value();
}

}  // namespace

TEST_CASE_METHOD(World1, "CreatePayment: is read back by its own service and by no other",
                 "[payments]") {
  auto request = NewRequest();
  request.set_email("zoe@example.ca");
  (*request.mutable_metadata()->mutable_fields())["licence"].set_string_value("T123");
  auto created = Create(request);
  REQUIRE(created.ok());
  CHECK(created->state().status() == "created");
  CHECK(created->payment_id().size() == 26);
  auto read = Get(created->payment_id());
  CHECK(read.amount() == 9000);
  CHECK(read.email() == "zoe@example.ca");
  CHECK(read.metadata().fields().at("licence").string_value() == "T123");
  CHECK(read.created_date() == created->created_date());
  CHECK(read.links().next_url().href() != created->links().next_url().href());

  v1::GetPaymentRequest get;
  get.set_payment_id(created->payment_id());
  auto foreign = host.Call<v1::Payment>(std::string(kService) + "GetPayment", get, &stranger);
  CHECK(CodeOf(foreign.status()) == "404 P0200");
  CHECK(CodeOf(Cancel(created->payment_id(), &stranger)) == "404 P0500");
  get.set_payment_id("nonsense' OR 1=1 --");
  CHECK(CodeOf(host.Call<v1::Payment>(std::string(kService) + "GetPayment", get, &ministry)
                   .status()) == "404 P0200");
  auto reader = testing::ServiceCaller("s1", {"notify.send"});
  CHECK(absl::IsPermissionDenied(
      host.Call<v1::Payment>(std::string(kService) + "GetPayment", get, &reader).status()));
}

TEST_CASE_METHOD(World1, "CreatePayment: what identifies the payer is sealed in the database",
                 "[payments]") {
  auto request = NewRequest();
  request.set_email("zoe@example.ca");
  REQUIRE(Create(request).ok());
  CHECK(Sql("SELECT count(*) FROM payment p WHERE p::text LIKE '%zoe@%'") == "0");
  CHECK(Sql("SELECT count(*) FROM payment WHERE payer_sealed IS NOT NULL") == "1");
}

TEST_CASE_METHOD(World1,
                 "CreatePayment: same key and body is the same payment, another body is refused",
                 "[payments]") {
  testing::Answer answer;
  auto first = Create(NewRequest(), "key-1").value();
  auto again = Create(NewRequest(), "key-1", nullptr, &answer).value();
  CHECK(again.payment_id() == first.payment_id());
  CHECK(answer.Http("status") == "200");
  Open(first);
  Page<v1::ShowCardRequest>("ShowCard", first.payment_id());
  CHECK(Create(NewRequest(), "key-1")->state().status() == "started");
  CHECK(CodeOf(Create(NewRequest("DL-2"), "key-1").status()) == "409 P0191");
  CHECK(Create(NewRequest(), "key-1", &stranger)->payment_id() != first.payment_id());
  CHECK(Create(NewRequest(), "key-2")->payment_id() != first.payment_id());
  Sql("UPDATE idempotent_answer SET expires_at = now() - interval '1 second'");
  auto later = Create(NewRequest(), "key-1", nullptr, &answer);  // after 30 days
  REQUIRE(later.ok());
  CHECK(later->payment_id() != first.payment_id());
  CHECK(answer.Http("status") != "200");
  CHECK(Create(NewRequest())->payment_id() != Create(NewRequest())->payment_id());
}

TEST_CASE_METHOD(World1, "CreatePayment: a key of a test payment is none of a live one",
                 "[payments]") {
  auto create = [&](const std::string& mode, std::string_view id) {
    rpc::Context context;
    context.principal = std::make_shared<const auth::Principal>(ministry);
    testing::OwnPrincipal(context).mode = mode;
    context.idempotency_key = "same-key";
    NewPayment row{.payment = CheckCreate(NewRequest(), true).value(), .key = {}};
    row.payment.id = id;
    row.payment.owner = auth::OwnerOf(*context.principal);
    row.payment.created_at = SystemClock()();
    row.key = keys.RowOf(context, NewRequest(), id);
    bool is_new = host.Await(repository.Create(row)).value();
    auto made = host.Await(keys.FindMade(context, NewRequest())).value();
    return std::pair(is_new, made.value_or(""));
  };
  const std::string a(26, 'a'), b(26, 'b'), c(26, 'c');
  CHECK(create("sandbox", a) == std::pair(true, a));
  CHECK(create("live", b) == std::pair(true, b));
  CHECK(create("live", c) == std::pair(false, b));
  CHECK(create("sandbox", c) == std::pair(false, a));
}

TEST_CASE_METHOD(World1, "CreatePayment: a repeat is answered though our rules have changed",
                 "[payments]") {
  auto first = Create(NewRequest(), "key-1").value();
  // As an earlier release, with other rules, accepted them.
  auto refused_now = NewRequest();
  refused_now.set_amount(0);
  Sql("UPDATE idempotent_answer SET answer_sealed = 'sha256:" +
      idempotency::RequestHash(refused_now) + first.payment_id() + "'");
  CHECK(Create(refused_now, "key-1")->payment_id() == first.payment_id());
  // Another request is told so first, even one that would be refused anyway.
  auto other = refused_now;
  other.set_reference("");
  CHECK(CodeOf(Create(other, "key-1").status()) == "409 P0191");
  CHECK(CodeOf(Create(other, "key-2").status()).substr(0, 3) == "422");
  CHECK(Sql("SELECT count(*) FROM payment") == "1");
}

TEST_CASE_METHOD(World1, "CreatePayment: metadata's numbers come back with their digits",
                 "[payments]") {
  auto request = NewRequest();
  auto& fields = *request.mutable_metadata()->mutable_fields();
  const double kNumbers[] = {
      100, 1.0, 0.1, -0.5, 1e-7, 1e300, 9007199254740991, 1234567.891, 0.30000000000000004};
  for (double number : kNumbers)
    fields["n" + std::to_string(fields.size())].set_number_value(number);
  fields["text"].set_string_value("1e2");
  fields["true"].set_bool_value(true);
  auto created = Create(request).value();
  auto read = Get(created.payment_id());
  CHECK(created.metadata().DebugString() == read.metadata().DebugString());
  for (size_t i = 0; i < std::size(kNumbers); ++i)
    CHECK(read.metadata().fields().at("n" + std::to_string(i)).number_value() == kNumbers[i]);
  CHECK(read.metadata().fields().at("text").string_value() == "1e2");
  CHECK(read.metadata().fields().at("true").bool_value());
}

TEST_CASE_METHOD(World1, "CreatePayment: a length is the same however accents are composed",
                 "[payments]") {
  std::string decomposed;
  for (int i = 0; i < 255; ++i) decomposed += "\u03b1\u0313\u0300\u0345";  // one letter
  auto request = NewRequest();
  request.set_reference(decomposed);
  request.set_description(decomposed);
  auto created = Create(request);
  REQUIRE(created.ok());
  CHECK(Get(created->payment_id()).reference() == decomposed);
  request.set_reference(decomposed + "a");
  CHECK(CodeOf(Create(request).status()) == "422 P0102");
}

TEST_CASE_METHOD(World1, "ListPayments: a reference is found by its characters, in either case",
                 "[payments]") {
  std::string lower, upper;
  for (int i = 0; i < 200; ++i) lower += "é", upper += "É";
  REQUIRE(Create(NewRequest(lower)).ok());
  for (const auto& reference : {lower, upper}) {
    v1::ListPaymentsRequest request;
    request.set_reference(reference);
    request.set_state("");
    CHECK(List(*this, request, ministry).total() == 1);
  }
}

TEST_CASE_METHOD(World1, "CreatePayment: a hundred at once with one key make one payment",
                 "[payments]") {
  std::vector<std::string> ids(100);
  std::vector<std::thread> threads;
  for (auto& id : ids) {
    threads.emplace_back([this, &id] {
      auto payment = Create(NewRequest(), "same-key");
      id = payment.ok() ? payment->payment_id() : payment.status().ToString();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1);
  CHECK(Sql("SELECT count(*) FROM payment") == "1");
  CHECK(Sql("SELECT count(*) FROM payment_event") == "1");
}

TEST_CASE_METHOD(World1, "CreatePayment: many at once with keys of their own are all made",
                 "[payments]") {
  std::vector<absl::Status> results(64);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([this, i, &results] {
      results[i] =
          Create(NewRequest("R" + std::to_string(i)), "key-" + std::to_string(i / 2)).status();
    });
  }
  for (auto& thread : threads) thread.join();
  // Each key came with two bodies: one of each pair is refused.
  CHECK(std::count_if(results.begin(), results.end(), [](auto& status) { return status.ok(); }) ==
        32);
  CHECK(Sql("SELECT count(*) FROM payment") == "32");
}

TEST_CASE_METHOD(World1, "CreatePayment: bad input makes nothing", "[payments]") {
  auto request = NewRequest();
  request.set_amount(0);
  CHECK(CodeOf(Create(request).status()) == "422 P0102");
  CHECK(CodeOf(Create(NewRequest(), "not a key").status()) == "422 P0102");
  auto person = testing::PersonCaller("someone");
  person.scopes = {"payments.write"};
  CHECK(absl::IsPermissionDenied(Create(NewRequest(), "", &person).status()));
  auto live = ministry;
  live.mode = "live";
  CHECK(CodeOf(Create(NewRequest(), "", &live).status()) == "403 P0940");
  CHECK(Sql("SELECT count(*) FROM payment") == "0");
}

TEST_CASE_METHOD(World1, "ListPayments: filters, pages and sees what was just made", "[payments]") {
  for (int i = 0; i < 5; ++i) REQUIRE(Create(NewRequest("Ref-" + std::to_string(i))).ok());
  REQUIRE(Create(NewRequest("Ref-1"), "", &stranger).ok());
  v1::ListPaymentsRequest request;
  auto all = List(*this, request, ministry);
  CHECK(all.total() == 5);
  REQUIRE(all.results_size() == 5);
  CHECK(all.results(0).reference() == "Ref-4");
  request.set_reference("REF-1");
  CHECK(List(*this, request, ministry).total() == 1);
  request.clear_reference();
  request.set_page("2");
  request.set_display_size("2");
  auto page = List(*this, request, ministry);
  CHECK(page.count() == 2);
  CHECK(page.results(0).reference() == "Ref-2");
  CHECK(page.links().has_next_page());
  // As whoever follows the link goes on.
  std::string next = page.links().next_page().href();
  request.set_page("3");
  request.set_cursor(next.substr(next.find("cursor=") + 7));
  auto last = List(*this, request, ministry);
  REQUIRE(last.count() == 1);
  CHECK(last.results(0).reference() == "Ref-0");
  CHECK(last.total() == 5);
  CHECK_FALSE(last.links().has_next_page());
  CHECK(last.links().last_page().href().ends_with("page=3&display_size=2"));
  request.clear_cursor();
  request.set_page("4");
  auto beyond = host.Call<v1::ListPaymentsResponse>(std::string(kService) + "ListPayments", request,
                                                    &ministry);
  CHECK(CodeOf(beyond.status()) == "404 P0402");
  v1::ListPaymentsRequest by_state;
  by_state.set_state("created");
  CHECK(List(*this, by_state, ministry).total() == 5);
  by_state.set_state("success");
  CHECK(List(*this, by_state, ministry).total() == 0);
  v1::ListPaymentsRequest by_date;
  by_date.set_from_date("2000-01-01T00:00:00Z");
  by_date.set_to_date("2000-01-02T00:00:00Z");
  CHECK(List(*this, by_date, ministry).total() == 0);
}

TEST_CASE_METHOD(World1, "CancelPayment: once, and not after it is finished", "[payments]") {
  auto payment = Create(NewRequest()).value();
  CHECK(Cancel(payment.payment_id()).ok());
  auto state = Get(payment.payment_id()).state();
  CHECK(state.status() == "cancelled");
  CHECK(state.code() == "P0040");
  CHECK(CodeOf(Cancel(payment.payment_id())) == "400 P0501");

  v1::ListPaymentEventsRequest request;
  request.set_payment_id(payment.payment_id());
  auto events = host.Call<v1::ListPaymentEventsResponse>(
                        std::string(kService) + "ListPaymentEvents", request, &ministry)
                    .value();
  REQUIRE(events.events_size() == 2);
  CHECK(events.events(0).state().status() == "created");
  CHECK(events.events(1).state().status() == "cancelled");
  CHECK(events.links().self().href() ==
        "http://gov.test/v1/payments/" + payment.payment_id() + "/events");
}

}  // namespace tamarack::payments
