#include "services/payments/payment_rules.h"
#include "services/payments/list_rules.h"
#include "services/payments/payer_access.h"
#include "services/payments/payment_view.h"

#include <catch2/catch.hpp>

#include <set>

namespace tamarack::payments {

using enum Status;

TEST_CASE("Status: exactly these moves are possible", "[payments]") {
  const std::set<std::pair<Status, Status>> allowed = {
      {kCreated, kEnteringCardDetails},
      {kCreated, kExpired},
      {kCreated, kUserCancelled},
      {kCreated, kSystemCancelled},
      {kEnteringCardDetails, kAuthorisationSubmitted},
      {kEnteringCardDetails, kAuthorisationRejected},
      {kEnteringCardDetails, kExpired},
      {kEnteringCardDetails, kUserCancelled},
      {kEnteringCardDetails, kSystemCancelled},
      {kAuthorisationSubmitted, kAuthorisationSuccess},
      {kAuthorisationSubmitted, kEnteringCardDetails},
      {kAuthorisationSubmitted, kAuthorisationRejected},
      {kAuthorisationSubmitted, kAuthorisationError},
      {kAuthorisationSubmitted, kExpired},
      {kAuthorisationSubmitted, kUserCancelled},
      {kAuthorisationSubmitted, kSystemCancelled},
      {kAuthorisationSuccess, kCaptureApproved},
      {kAuthorisationSuccess, kEnteringCardDetails},
      {kAuthorisationSuccess, kExpired},
      {kAuthorisationSuccess, kUserCancelled},
      {kAuthorisationSuccess, kSystemCancelled},
      {kCaptureApproved, kCaptured},
      {kCaptureApproved, kCaptureError},
  };
  for (int from = 1; from <= 12; ++from) {
    for (int to = 1; to <= 12; ++to) {
      CAPTURE(from, to);
      auto move = std::pair(static_cast<Status>(from), static_cast<Status>(to));
      CHECK(CanMove(move.first, move.second) == allowed.contains(move));
    }
  }
}

TEST_CASE("Event: exactly the documented types", "[payments]") {
  const std::set<std::string, std::less<>> documented = {
      "ca.tamarack.payments.payment.succeeded.v1", "ca.tamarack.payments.payment.captured.v1",
      "ca.tamarack.payments.payment.failed.v1", "ca.tamarack.payments.payment.cancelled.v1",
      "ca.tamarack.payments.payment.expired.v1"};
  CHECK(EventTypes() == documented);
  for (const char* other :
       {"", "*", "payment.captured", "card_payment_succeeded",
        "ca.tamarack.payments.payment.started.v1", "ca.tamarack.payments.payment.captured.v2",
        "CA.tamarack.payments.payment.captured.v1", "ca.tamarack.payments.payment.captured.v1 "})
    CHECK_FALSE(EventTypes().contains(other));
}

TEST_CASE("Status: each looks from outside as GOV.UK Pay says", "[payments]") {
  struct {
    Status status;
    const char* name;
    bool finished;
    const char* code;
  } kTable[] = {{kCreated, "created", false, ""},
                {kEnteringCardDetails, "started", false, ""},
                {kAuthorisationSubmitted, "started", false, ""},
                {kAuthorisationSuccess, "submitted", false, ""},
                {kCaptureApproved, "success", true, ""},
                {kCaptured, "success", true, ""},
                {kAuthorisationRejected, "failed", true, "P0010"},
                {kExpired, "failed", true, "P0020"},
                {kUserCancelled, "failed", true, "P0030"},
                {kSystemCancelled, "cancelled", true, "P0040"},
                {kAuthorisationError, "error", true, "P0050"},
                {kCaptureError, "error", true, "P0050"}};
  for (const auto& row : kTable) {
    CAPTURE(row.name, row.code);
    CHECK(StateOf(row.status).status == row.name);
    CHECK(StateOf(row.status).finished == row.finished);
    CHECK(StateOf(row.status).code == row.code);
    CHECK(IsFinished(row.status) == row.finished);
    CHECK(CanMove(row.status, kSystemCancelled) == !row.finished);
  }
}

TEST_CASE("Payment: next_url and cancel are offered only while it is unfinished", "[payments]") {
  Payment payment;
  payment.id = "hu20sqlact5260q2nanm0q8u93";
  payment.amount_cents = 14500;
  payment.created_at = FromUnixMicros(1'774'444'289'019'000);
  auto view = ViewOf(payment, "sandbox", {.base = "https://pay.example"}, "token");
  CHECK(view.created_date() == "2026-03-25T13:11:29.019Z");
  CHECK(view.links().self().href() == "https://pay.example/v1/payments/hu20sqlact5260q2nanm0q8u93");
  CHECK(view.links().next_url().href() == "https://pay.example/secure/token");
  CHECK(view.links().next_url_post().params().fields().at("chargeTokenId").string_value() ==
        "token");
  CHECK(view.links().cancel().method() == "POST");
  CHECK(view.refund_summary().status() == "unavailable");
  CHECK_FALSE(view.has_card_details());
  payment.status = kCaptured;
  view = ViewOf(payment, "sandbox", {.base = "https://pay.example"}, "");
  CHECK_FALSE(view.links().has_next_url());
  CHECK_FALSE(view.links().has_next_url_post());
  CHECK_FALSE(view.links().has_cancel());
  CHECK(view.refund_summary().status() == "unavailable");
  CHECK(view.refund_summary().amount_available() == 0);
}

TEST_CASE("Link: genuine, in time and of its payment, or nothing", "[payments]") {
  TimePoint now = FromUnixMicros(1'700'000'000'000'000);
  PayerAccess access(crypto::Keyring(std::string(32, 'k')), [&] { return now; });
  PayerAccess other(crypto::Keyring(std::string(32, 'x')), [&] { return now; });
  std::string token = access.MakeLink("payment1");
  REQUIRE(access.ReadLink(token));
  CHECK(access.ReadLink(token)->payment_id == "payment1");
  CHECK(access.ReadLink(token)->nonce != access.ReadLink(access.MakeLink("payment1"))->nonce);
  CHECK_FALSE(other.ReadLink(token));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    CAPTURE(forged);
    CHECK_FALSE(access.ReadLink(forged));
  }
  CHECK_FALSE(access.ReadLink(""));
  CHECK_FALSE(access.ReadLink("..."));
  CHECK_FALSE(access.ReadLink(access.Grant("", "payment1")));
  now += std::chrono::hours(24 * 7);
  CHECK_FALSE(access.ReadLink(token));
}

TEST_CASE("Cookie: opens the payments it was granted for, a few at a time, for a day",
          "[payments]") {
  TimePoint now = FromUnixMicros(1'700'000'000'000'000);
  PayerAccess access(crypto::Keyring(std::string(32, 'k')), [&] { return now; });
  std::string cookie = access.Grant("", "p1");
  CHECK(access.IsGranted(cookie, "p1"));
  CHECK_FALSE(access.IsGranted(cookie, "p2"));
  CHECK_FALSE(access.IsGranted("", "p1"));
  CHECK_FALSE(access.IsGranted(access.MakeLink("p1"), "p1"));
  cookie = access.Grant(cookie, "p2");
  CHECK(access.IsGranted(cookie, "p1"));
  CHECK(access.IsGranted(cookie, "p2"));
  for (const char* id : {"p3", "p4", "p5"}) cookie = access.Grant(cookie, id);
  CHECK_FALSE(access.IsGranted(cookie, "p1"));
  CHECK(access.IsGranted(cookie, "p5"));
  CHECK(access.Grant("p1.9999999999.forged", "p2").find("forged") == std::string::npos);
  now += std::chrono::hours(24);
  CHECK_FALSE(access.IsGranted(cookie, "p5"));
}

TEST_CASE("Search: one error names every bad parameter", "[payments]") {
  v1::ListPaymentsRequest request;
  CHECK(CheckList(request).ok());
  request.set_state("nonsense");
  request.set_from_date("yesterday");
  request.set_page("0");
  request.set_display_size("501");
  CHECK(CheckList(request).status().message() ==
        "Invalid parameters: state, from_date, page, display_size. See Public API documentation "
        "for the correct data "
        "formats");
  for (const char* page : {"-1", "abc", "1.5", "99999999999999999999"}) {
    v1::ListPaymentsRequest bad;
    bad.set_page(page);
    CHECK_FALSE(CheckList(bad).ok());
  }
}

TEST_CASE("Search: dates are those of the years 1 to 9999", "[payments]") {
  for (const auto& [date, seconds] : {std::pair("9999-12-31T23:59:59Z", 253'402'300'799),
                                      std::pair("2300-01-01T00:00:00Z", 10'413'792'000),
                                      std::pair("0001-01-01T00:00:00Z", -62'135'596'800)}) {
    v1::ListPaymentsRequest request;
    request.set_from_date(date);
    auto query = CheckList(request);
    REQUIRE(query.ok());
    CHECK(UnixSeconds(*query->filter.from) == seconds);
  }
  for (const char* date : {"infinite-future", "infinite-past", "9999-12-31"}) {
    v1::ListPaymentsRequest request;
    request.set_to_date(date);
    CHECK_FALSE(CheckList(request).ok());
  }
}

TEST_CASE("Search: links keep the filters and lead to the neighbours", "[payments]") {
  v1::ListPaymentsRequest request;
  request.set_reference("a b&c");
  request.set_page("2");
  request.set_display_size("10");
  auto query = CheckList(request);
  REQUIRE(query.ok());
  CHECK(query->filter.skip == 10);
  PaymentPage page{.total = 25, .has_more = true, .payments = std::vector<Payment>(10)};
  auto links = LinksOf(request, *query, page, "https://x");
  CHECK(links.self().href() == "https://x/v1/payments?reference=a%20b%26c&page=2&display_size=10");
  CHECK(links.next_page().href().starts_with(
      "https://x/v1/payments?reference=a%20b%26c&page=3&display_size=10&cursor="));
  CHECK(links.prev_page().href() ==
        "https://x/v1/payments?reference=a%20b%26c&page=1&display_size=10");
  CHECK(links.last_page().href() ==
        "https://x/v1/payments?reference=a%20b%26c&page=3&display_size=10");
  page.has_more = false;
  CHECK_FALSE(LinksOf(request, *query, page, "https://x").has_next_page());
}

}  // namespace tamarack::payments
