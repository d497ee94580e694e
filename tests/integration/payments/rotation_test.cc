#include "tests/support/rotation.h"
#include "tests/integration/payments/world.h"

#include <catch2/catch.hpp>

namespace tamarack::payments {
namespace {

struct Rotated : World {
  absl::StatusOr<v1::ListPaymentsResponse> List() {
    return host.Call<v1::ListPaymentsResponse>(std::string(kService) + "ListPayments",
                                               v1::ListPaymentsRequest(), &ministry);
  }
  static v1::CreatePaymentRequest WithPayer(const std::string& reference) {
    auto request = NewRequest(reference);
    request.set_email("zoe@example.ca");
    return request;
  }
};

}  // namespace

TEST_CASE_METHOD(Rotated, "Keys change: payments, their links and repeated requests stay good") {
  auto before = Create(WithPayer("before"), "key-1").value();
  REQUIRE(testing::Rotate(host, ring).ok());
  auto after = Create(WithPayer("after")).value();
  CHECK(Get(before.payment_id()).email() == "zoe@example.ca");
  CHECK(Create(WithPayer("before"), "key-1")->payment_id() == before.payment_id());

  CHECK(testing::Reseal(host, ring, UsesOfKeys(ring)) == 0);
  CHECK(Sql("SELECT count(*) FROM payment WHERE payer_sealed LIKE '2.%'") == "2");
  CHECK(Sql("SELECT count(*) FROM idempotent_answer WHERE answer_sealed LIKE '2.%'") == "1");
  Open(before);
  CHECK(last.Http("location").find(before.payment_id()) != std::string::npos);

  REQUIRE(testing::RetireEarlier(host, ring).ok());
  CHECK(Get(before.payment_id()).email() == "zoe@example.ca");
  CHECK(Get(after.payment_id()).email() == "zoe@example.ca");
  CHECK(Create(WithPayer("before"), "key-1")->payment_id() == before.payment_id());
}

TEST_CASE_METHOD(Rotated,
                 "A payer that cannot be read: the payment is listed, and runs its course") {
  auto unreadable = Opened("unreadable");
  Create(WithPayer("other")).value();
  Sql("UPDATE payment SET payer_sealed = '9.AAAA' WHERE payment_id = '" + unreadable.payment_id() +
      "'");
  auto listed = List();
  REQUIRE(listed.ok());
  REQUIRE(listed->results_size() == 2);
  CHECK(listed->results(0).email() == "zoe@example.ca");
  CHECK(listed->results(1).reference() == "unreadable");
  CHECK(listed->results(1).email().empty());
  Submit(unreadable.payment_id());
  Confirm(unreadable.payment_id());
  CHECK(Get(unreadable.payment_id()).state().status() == "success");
}

}  // namespace tamarack::payments
