#include "services/payments/list_rules.h"

#include "platform/rpc/errors.h"

#include <catch2/catch.hpp>

#include <functional>

// Goal: a search says which parameters are wrong as GOV.UK Pay does, and counts characters.
namespace tamarack::payments {
namespace {

using Request = v1::ListPaymentsRequest;

std::string Repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

struct Case {
  const char* what;
  std::function<void(Request&)> set;
  const char* wrong;  // parameters that the error names; "" when the search is good
};

const Case kCases[] = {
    {"nothing", [](auto&) {}, ""},
    {"everything empty",
     [](auto& r) {
       r.set_reference(""), r.set_state(""), r.set_from_date(""), r.set_to_date(" ");
       r.set_page(""), r.set_display_size("\u00A0");
     },
     ""},
    {"reference of 200 é", [](auto& r) { r.set_reference(Repeated("é", 200)); }, ""},
    {"reference of 255 signs of 4 bytes", [](auto& r) { r.set_reference(Repeated("🍁", 255)); },
     ""},
    {"reference of 256 é", [](auto& r) { r.set_reference(Repeated("é", 256)); }, "reference"},
    {"state", [](auto& r) { r.set_state("success"); }, ""},
    {"state in upper case", [](auto& r) { r.set_state("SUCCESS"); }, "state"},
    {"state that GOV.UK Pay has not", [](auto& r) { r.set_state("paid"); }, "state"},
    {"time with a fraction", [](auto& r) { r.set_from_date("2026-01-31T00:00:00.123456Z"); }, ""},
    {"time of another zone", [](auto& r) { r.set_to_date("2026-01-31T00:00:00-05:00"); }, ""},
    {"time in lower case", [](auto& r) { r.set_to_date("2026-01-31t00:00:00z"); }, ""},
    {"year 9999", [](auto& r) { r.set_from_date("9999-12-31T23:59:59Z"); }, ""},
    {"year 1", [](auto& r) { r.set_from_date("0001-01-01T00:00:00Z"); }, ""},
    {"year 10000", [](auto& r) { r.set_from_date("10000-01-01T00:00:00Z"); }, "from_date"},
    {"year -1", [](auto& r) { r.set_from_date("-001-01-01T00:00:00Z"); }, "from_date"},
    {"no end", [](auto& r) { r.set_to_date("infinite-future"); }, "to_date"},
    {"30 February", [](auto& r) { r.set_from_date("2026-02-30T00:00:00Z"); }, "from_date"},
    {"29 February of no leap year", [](auto& r) { r.set_to_date("2026-02-29T00:00:00Z"); },
     "to_date"},
    {"24 o'clock", [](auto& r) { r.set_to_date("2026-01-31T24:00:00Z"); }, "to_date"},
    {"a day only", [](auto& r) { r.set_from_date("2026-01-31"); }, "from_date"},
    {"no zone", [](auto& r) { r.set_from_date("2026-01-31T00:00:00"); }, "from_date"},
    {"a plus that became a blank", [](auto& r) { r.set_from_date("2026-01-31T00:00:00 05:00"); },
     "from_date"},
    {"zone of 99 hours", [](auto& r) { r.set_from_date("2026-01-31T00:00:00+99:00"); },
     "from_date"},
    {"padded time", [](auto& r) { r.set_from_date(" 2026-01-31T00:00:00Z"); }, "from_date"},
    {"page 0", [](auto& r) { r.set_page("0"); }, "page"},
    {"page -1", [](auto& r) { r.set_page("-1"); }, "page"},
    {"page +1", [](auto& r) { r.set_page("+1"); }, "page"},
    {"page 1.0", [](auto& r) { r.set_page("1.0"); }, "page"},
    {"page in full width", [](auto& r) { r.set_page("１"); }, "page"},
    {"page beyond int64", [](auto& r) { r.set_page("9223372036854775808"); }, "page"},
    {"page beyond what can be counted to", [](auto& r) { r.set_page("9223372036854775807"); },
     "page"},
    {"display size 500", [](auto& r) { r.set_display_size("500"); }, ""},
    {"display size 501", [](auto& r) { r.set_display_size("501"); }, "display_size"},
    {"display size 0", [](auto& r) { r.set_display_size("0"); }, "display_size"},
    {"cursor of nobody's making", [](auto& r) { r.set_cursor("1.x.1"); }, "cursor"},
    {"cursor beyond all times",
     [](auto& r) { r.set_cursor("1234567890123456789.aaaaaaaaaaaaaaaaaaaaaaaaaa.1"); }, "cursor"},
    {"everything wrong, in GOV.UK Pay's order",
     [](auto& r) {
       r.set_display_size("x"), r.set_page("x"), r.set_to_date("x"), r.set_from_date("x");
       r.set_reference(std::string(256, 'x')), r.set_state("x");
     },
     "state, reference, from_date, to_date, page, display_size"},
};

}  // namespace

TEST_CASE("Search: all wrong parameters are named in one 422", "[payments]") {
  for (const auto& c : kCases) {
    CAPTURE(c.what);
    Request request;
    c.set(request);
    auto query = CheckList(request);
    std::string wrong(c.wrong);
    REQUIRE(query.ok() == wrong.empty());
    if (query.ok()) continue;
    CHECK(query.status().message() ==
          "Invalid parameters: " + wrong +
              ". See Public API documentation for the correct data formats");
    CHECK(query.status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("Search: a parameter without a value restricts nothing and is in no link", "[payments]") {
  Request request;
  request.set_reference("");
  request.set_state(" ");
  request.set_to_date("");
  auto query = CheckList(request);
  REQUIRE(query.ok());
  CHECK(query->filter.reference.empty());
  CHECK(query->filter.statuses.empty());
  CHECK_FALSE(query->filter.to.has_value());
  CHECK(LinksOf(request, *query, {}, "http://gov.test").self().href() ==
        "http://gov.test/v1/payments?page=1&display_size=500");
}

TEST_CASE("Search: the next page's link leads on from where this one ends", "[payments]") {
  Request request;
  request.set_state("success");
  request.set_display_size("1");
  PaymentPage page{.total = 3, .has_more = true, .payments = {{}}};
  page.payments[0].id = std::string(26, 'a');
  page.payments[0].created_at = FromUnixMicros(1'700'000'000'123'456);
  auto links = LinksOf(request, *CheckList(request), page, "http://gov.test");
  const std::string cursor = "1700000000123456.aaaaaaaaaaaaaaaaaaaaaaaaaa.3";
  CHECK(links.next_page().href() ==
        "http://gov.test/v1/payments?state=success&page=2&display_size=1&cursor=" + cursor);
  CHECK(links.last_page().href() ==
        "http://gov.test/v1/payments?state=success&page=3&display_size=1");
  request.set_page("2");
  request.set_cursor(cursor);
  auto query = CheckList(request);
  REQUIRE(query.ok());
  CHECK(query->filter.after->payment_id == page.payments[0].id);
  CHECK(query->filter.after->created_at == page.payments[0].created_at);
  page = {.total = 0, .has_more = false, .payments = {{}}};
  CHECK(TotalOf(*query, page) == 3);
  CHECK_FALSE(LinksOf(request, *query, page, "http://gov.test").has_next_page());
}

TEST_CASE("Search: a page that somebody made up leads to none that is refused", "[payments]") {
  for (const char* page_number : {"999999999", "1000000000"}) {
    Request request;
    request.set_page(page_number);
    request.set_display_size("1");
    request.set_cursor("1700000000123456.aaaaaaaaaaaaaaaaaaaaaaaaaa.999999998");
    auto query = CheckList(request);
    REQUIRE(query.ok());
    PaymentPage page{.total = 0, .has_more = true, .payments = std::vector<Payment>(1)};
    page.payments[0].id = std::string(26, 'a');
    auto links = LinksOf(request, *query, page, "http://gov.test");
    std::string next = links.next_page().href();
    if (next.empty()) continue;
    Request following = request;
    following.set_page(next.substr(next.find("page=") + 5,
                                   next.find('&', next.find("page=")) - next.find("page=") - 5));
    following.set_cursor(next.substr(next.find("cursor=") + 7));
    INFO(next);
    CHECK(CheckList(following).ok());
  }
}

TEST_CASE("Search: of very many payments the total is what is known", "[payments]") {
  Request request;
  request.set_page("30");
  auto query = CheckList(request);
  REQUIRE(query.ok());
  PaymentPage page{.total = 10'000, .has_more = true, .payments = std::vector<Payment>(500)};
  CHECK(TotalOf(*query, page) == 15'001);
  auto links = LinksOf(request, *query, page, "http://gov.test");
  CHECK(links.has_next_page());
  CHECK_FALSE(links.has_last_page());
}

}  // namespace tamarack::payments
