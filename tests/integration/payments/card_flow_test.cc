#include "services/payments/payment_rules.h"
#include "tests/integration/payments/world.h"
#include "tests/support/lead_out.h"

#include <catch2/catch.hpp>

#include <thread>

// Goal: a person pays, is declined, changes their mind; the ledger and the processor agree
// throughout. Method: the pages' methods as the gateway calls them, with the browser's cookie.
namespace tamarack::payments {
namespace {

using Catch::Contains;

std::string CardPathOf(const v1::Payment& payment, const std::string& step = "",
                       const std::string& lang = "en") {
  return "/" + lang + "/card_details/" + payment.payment_id() + (step.empty() ? "" : "/" + step);
}

}  // namespace

TEST_CASE_METHOD(World, "Card payment: from the link to the money", "[payments]") {
  auto payment = Create(NewRequest()).value();
  Open(payment);
  CHECK(last.Http("status") == "303");
  CHECK(last.Http("location") == CardPathOf(payment));
  CHECK_THAT(last.Http("set-cookie"),
             Contains("__Host-tamarack-pay=") && Contains("HttpOnly") && Contains("Secure"));

  std::string card = Page<v1::ShowCardRequest>("ShowCard", payment.payment_id());
  CHECK_THAT(card, Contains("<title>Enter card details</title>") && Contains("$90.00") &&
                       Contains("Driver licence renewal"));
  CHECK_THAT(card, Contains("name=\"csrf_token\" value=\"csrf\""));
  CHECK(Get(payment.payment_id()).state().status() == "started");

  Submit(payment.payment_id());
  CHECK(last.Http("location") == CardPathOf(payment, "confirm"));
  auto submitted = Get(payment.payment_id());
  CHECK(submitted.state().status() == "submitted");
  CHECK(submitted.card_details().last_digits_card_number() == "4242");
  CHECK(submitted.card_details().card_brand() == "Visa");
  CHECK(submitted.card_details().billing_address().city() == "Sudbury");
  CHECK(Sql("SELECT sum(debits_pending) FROM ledger_account_balance") == "9000");

  std::string confirm = Page<v1::ShowConfirmRequest>("ShowConfirm", payment.payment_id());
  CHECK_THAT(confirm, Contains("4242") && Contains("$90.00") &&
                          Contains("12 Elm St, Sudbury ON P3E\xC2\xA0") && Contains("2W9"));
  CHECK(confirm.find("4242424242424242") == std::string::npos);

  // By a page: whatever the service's address redirects to is no redirect of our form.
  CHECK(testing::LedTo(Confirm(payment.payment_id())) == "https://ministry.example/done?x=1");
  CHECK(last.Http("status").empty());
  auto paid = Get(payment.payment_id());
  CHECK(paid.state().status() == "success");
  CHECK(paid.state().finished());
  CHECK_FALSE(paid.links().has_next_url());

  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  CHECK(CountAtProcessor("captured") == 1);
  CHECK(Get(payment.payment_id()).settlement_summary().has_captured_date());
  CHECK(Sql("SELECT credits_posted FROM ledger_account_balance WHERE account = 'service:s1'") ==
        "9000");
  CHECK(
      Sql("SELECT debits_posted FROM ledger_account_balance WHERE account = 'processor:sandbox'") ==
      "9000");
  CHECK(Sql("SELECT sum(debits_pending) FROM ledger_account_balance") == "0");
  CHECK(Balances());
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt a, payment p "
            "WHERE a::text LIKE '%4242424242424242%' OR p::text LIKE '%4242424242424242%' OR "
            "p::text LIKE '%Exemple%'") == "0");
  // Confirming again pays nothing more.
  CHECK(testing::LedTo(Confirm(payment.payment_id())) == "https://ministry.example/done?x=1");
  CHECK_THAT(Outcome(payment.payment_id()), Contains("We received your payment of $90.00"));
  CHECK(Sql("SELECT count(*) FROM ledger_transfer WHERE kind = 2") == "1");
}

TEST_CASE_METHOD(World, "Card payment: leads to a return URL that no policy could name",
                 "[payments]") {
  for (const char* url : {"http://[::1]:9873/done?a=1&b=2", "http://localhost:/done"}) {
    auto request = NewRequest();
    request.set_return_url(url);
    auto payment = Create(request).value();
    Open(payment);
    Submit(payment.payment_id());
    CHECK(testing::LedTo(Confirm(payment.payment_id())) == url);
  }
}

TEST_CASE_METHOD(World,
                 "Card payment: in French when the payment says so, in either language by path",
                 "[payments]") {
  auto request = NewRequest();
  request.set_language("fr");
  auto payment = Create(request).value();
  Open(payment);
  CHECK(last.Http("location") == CardPathOf(payment, "", "fr"));
  Page<v1::ShowCardRequest>("ShowCard", payment.payment_id(), "");
  CHECK(last.Http("location") == CardPathOf(payment, "", "fr"));
  std::string card = Page<v1::ShowCardRequest>("ShowCard", payment.payment_id(), "fr");
  CHECK_THAT(card, Contains("lang=\"fr\"") && Contains("90,00\xC2\xA0$") &&
                       Contains("Renseignements sur la carte"));
  CHECK_THAT(card, Contains("href=\"" + CardPathOf(payment) + "\""));
}

TEST_CASE_METHOD(World, "Card payment: wrong fields are told on the page, and nothing is sent",
                 "[payments]") {
  auto payment = Opened();
  auto form = CardForm(payment.payment_id(), "4242424242424241");
  form.set_email("");
  std::string page = Page("SubmitCard", form);
  CHECK(last.Http("status") == "422");
  CHECK_THAT(page, Contains("id=\"error-summary\"") && Contains("href=\"#card-no\"") &&
                       Contains("href=\"#email\""));
  CHECK_THAT(page, Contains("value=\"12 Elm St\""));
  CHECK(page.find("4242424242424241") == std::string::npos);
  CHECK(page.find("\"737\"") == std::string::npos);
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt") == "0");
}

TEST_CASE_METHOD(World, "Card payment: a declined card leaves another one possible", "[payments]") {
  auto payment = Opened();
  Submit(payment.payment_id(), kDeclinedCard);
  CHECK(last.Http("location") == CardPathOf(payment, "status"));
  std::string page = Outcome(payment.payment_id());
  CHECK_THAT(page, Contains("Your payment was declined") &&
                       Contains("href=\"" + CardPathOf(payment) + "\""));
  CHECK(Get(payment.payment_id()).state().status() == "started");
  // What was typed is there again, but for the card.
  CHECK_THAT(Page<v1::ShowCardRequest>("ShowCard", payment.payment_id()),
             Contains("value=\"12 Elm St\""));
  Submit(payment.payment_id());
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt") == "2");
  CHECK(CountAtProcessor("captured") == 1);
  CHECK(CountAtProcessor("declined") == 1);
}

TEST_CASE_METHOD(World, "Card payment: five declined cards, and it has failed", "[payments]") {
  auto payment = Opened();
  for (int i = 0; i < kAttemptsMax; ++i) Submit(payment.payment_id(), kDeclinedCard);
  auto state = Get(payment.payment_id()).state();
  CHECK(state.status() == "failed");
  CHECK(state.code() == "P0010");
  Submit(payment.payment_id());
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt") == "5");
  CHECK_THAT(Outcome(payment.payment_id()), Contains("href=\"https://ministry.example/done?x=1\""));
}

TEST_CASE_METHOD(World, "Card payment: no more than five cards, accepted ones included",
                 "[payments]") {
  auto payment = Opened();
  for (int i = 0; i < kAttemptsMax; ++i) Submit(payment.payment_id());
  // The worker releases the replaced ones a moment later.
  REQUIRE(Eventually([&] { return CountAtProcessor("released") == kAttemptsMax - 1; }));
  CHECK(CountAtProcessor("authorised") == 1);
  Submit(payment.payment_id(), "5555555555554444");
  CHECK(last.Http("location") == CardPathOf(payment, "confirm"));
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt") == std::to_string(kAttemptsMax));
  // The last one accepted still pays.
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  CHECK(Get(payment.payment_id()).card_details().last_digits_card_number() == "4242");
}

TEST_CASE_METHOD(World, "Card payment: a processor's failure ends it in error", "[payments]") {
  auto payment = Opened();
  Submit(payment.payment_id(), "4000000000000119");
  auto state = Get(payment.payment_id()).state();
  CHECK(state.status() == "error");
  CHECK(state.code() == "P0050");
}

TEST_CASE_METHOD(World,
                 "Card payment: giving up is the person's, or the bank's after a declined card",
                 "[payments]") {
  auto payment = Opened();
  Page<v1::AbandonPaymentRequest>("AbandonPayment", payment.payment_id());
  CHECK(last.Http("location") == CardPathOf(payment, "status"));
  CHECK(Get(payment.payment_id()).state().code() == "P0030");
  CHECK_THAT(Outcome(payment.payment_id()), Contains("Payment cancelled"));
  auto other = Opened("DL-2");
  Submit(other.payment_id(), kDeclinedCard);
  Page<v1::AbandonPaymentRequest>("AbandonPayment", other.payment_id());
  CHECK(Get(other.payment_id()).state().code() == "P0010");
}

TEST_CASE_METHOD(
    World, "Card payment: what was reserved is released when the person or the service cancels",
    "[payments]") {
  auto payment = Opened();
  Submit(payment.payment_id());
  REQUIRE(CountAtProcessor("authorised") == 1);
  REQUIRE(Cancel(payment.payment_id()).ok());
  REQUIRE(Eventually([&] { return CountAtProcessor("released") == 1; }));
  REQUIRE(Eventually(
      [&] { return Sql("SELECT sum(debits_pending) FROM ledger_account_balance") == "0"; }));
  CHECK(Sql("SELECT count(*) FROM ledger_transfer WHERE kind = 3") == "1");
  CHECK(Balances());
  Confirm(payment.payment_id());
  CHECK(last.Http("location") == CardPathOf(payment, "status"));
  CHECK(Get(payment.payment_id()).state().status() == "cancelled");
}

TEST_CASE_METHOD(World,
                 "Card payment: another card after the first was accepted releases the first",
                 "[payments]") {
  auto payment = Opened();
  Submit(payment.payment_id());
  Submit(payment.payment_id(), "5555555555554444");
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  REQUIRE(Eventually([&] { return CountAtProcessor("released") == 1; }));
  CHECK(CountAtProcessor("captured") == 1);
  CHECK(Get(payment.payment_id()).card_details().last_digits_card_number() == "4444");
  REQUIRE(Eventually(
      [&] { return Sql("SELECT sum(debits_pending) FROM ledger_account_balance") == "0"; }));
  CHECK(Sql("SELECT credits_posted FROM ledger_account_balance WHERE account = 'service:s1'") ==
        "9000");
}

TEST_CASE_METHOD(World, "Card payment: the form posted ten times at once authorises once",
                 "[payments]") {
  auto payment = Opened();
  auto form = CardForm(payment.payment_id());
  std::map<std::string, std::string> metadata{{"x-tamarack-cookie-__host-tamarack-pay", cookie}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] {
      (void)host.Call<google::api::HttpBody>(std::string(kPages) + "SubmitCard", form, nullptr,
                                             metadata);
    });
  }
  for (auto& thread : threads) thread.join();
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  REQUIRE(Eventually([&] { return CountAtProcessor("authorised") == 0; }));
  CHECK(CountAtProcessor("captured") == 1);
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt WHERE status IN (2, 6)") == "1");
  CHECK(Balances());
}

TEST_CASE_METHOD(World, "Card payment: the form posted again later authorises nothing more",
                 "[payments]") {
  auto payment = Opened();
  auto form = CardForm(payment.payment_id());
  Page("SubmitCard", form);
  Page("SubmitCard", form);
  CHECK(last.Http("location") == CardPathOf(payment, "confirm"));
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt") == "1");
  CHECK(CountAtProcessor("released") == 0);
}

TEST_CASE_METHOD(World, "Card payment: confirming charges only the card that the page showed",
                 "[payments]") {
  auto payment = Opened();
  Submit(payment.payment_id());
  Submit(payment.payment_id(), "5555555555554444");
  ConfirmAttempt(payment.payment_id(), 1);
  CHECK(last.Http("location") == CardPathOf(payment, "confirm"));
  CHECK(StatusOf(payment.payment_id()) != "5");
  CHECK(CountAtProcessor("captured") == 0);
  ConfirmAttempt(payment.payment_id(), 2);
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
}

TEST_CASE_METHOD(World, "Link: works once, and only its holder's browser sees the pages",
                 "[payments]") {
  auto payment = Create(NewRequest()).value();
  Open(payment);
  std::string mine = cookie;
  cookie.clear();
  ForgetClick();
  CHECK_THAT(Open(payment), Contains("This payment link cannot be used"));
  CHECK(last.Http("status") == "403");
  CHECK_THAT(Page<v1::ShowCardRequest>("ShowCard", payment.payment_id()),
             Contains("This payment link cannot be used"));
  Submit(payment.payment_id());
  CHECK(last.Http("status") == "403");
  Open(Create(NewRequest("other")).value());
  Page<v1::ShowCardRequest>("ShowCard", payment.payment_id());
  CHECK(last.Http("status") == "403");
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt") == "0");
  // Back in the first browser the used link still leads on; a fresh one opens another browser.
  cookie = mine;
  Open(payment);
  CHECK(last.Http("status") == "303");
  cookie.clear();
  Open(Get(payment.payment_id()));
  CHECK(last.Http("status") == "303");
  v1::OpenPaymentByPostRequest forged;
  forged.set_chargetokenid("forged");
  CHECK_THAT(Page("OpenPaymentByPost", forged), Contains("This payment link cannot be used"));
}

TEST_CASE_METHOD(World, "Link: a double click opens the payment, whichever answer arrives",
                 "[payments]") {
  auto payment = Create(NewRequest()).value();
  Open(payment);
  cookie.clear();
  Open(payment);
  CHECK(last.Http("status") == "303");
  CHECK(last.Http("location") == CardPathOf(payment));
  CHECK_FALSE(cookie.empty());
}

TEST_CASE_METHOD(World, "Webhook: each end of a payment is in the log of events, once",
                 "[payments]") {
  auto create = [&]() -> AsyncStatus {
    CO_ASSIGN_OR_RETURN(auto tx, co_await host.pool().Begin());
    CO_RETURN_IF_ERROR((co_await outbox.CreateEndpoint(tx, auth::OwnerOf(ministry),
                                                       "https://ministry.example/hook", {}))
                           .status());
    co_return co_await tx.Commit();
  };
  REQUIRE(host.Await(create()).ok());
  auto payment = Opened();
  Submit(payment.payment_id());
  Confirm(payment.payment_id());
  REQUIRE(Eventually([&] { return StatusOf(payment.payment_id()) == "6"; }));
  CHECK(Sql("SELECT string_agg(type, ' ' ORDER BY sequence) FROM event") ==
        "ca.tamarack.payments.payment.succeeded.v1 ca.tamarack.payments.payment.captured.v1");
  CHECK(Sql("SELECT data->>'payment_id' FROM event LIMIT 1") == payment.payment_id());
  CHECK(Sql("SELECT count(*) FROM webhook_delivery") == "2");
}

}  // namespace tamarack::payments
