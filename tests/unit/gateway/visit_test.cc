// What is believed of a request's head, and which of a service's words become headers.
#include "gateway/request/visit.h"
#include "fixture.h"
#include "gateway/response/answer.h"
#include "gateway/response/location.h"
#include "toy.pb.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

TEST_CASE("path, query and cookies are taken apart", "[gateway]") {
  TrustedProxies nobody({});
  http::Request request;
  request.target = "/a/b?c=d?e";
  request.headers.Add("Cookie", "a=1; b=x=y;c=3");
  request.headers.Add("Cookie", "a=2; d=4");
  Visit visit(request, nobody);
  CHECK(visit.path == "/a/b");
  CHECK(visit.query == "c=d?e");
  CHECK(visit.Cookie("a") == "1");
  CHECK(visit.Cookie("b") == "x=y");
  CHECK(visit.Cookie("d") == "4");
  CHECK(visit.Cookie("e").empty());
}

TEST_CASE("a service's metadata becomes headers from the allow-list, never a second header",
          "[gateway]") {
  AnswerHints hints = ReadHints({{"x-tamarack-http-status", "303"},
                                 {"x-tamarack-http-location", "/en/next"},
                                 {"x-tamarack-http-set-cookie", "a=1"},
                                 {"x-tamarack-http-set-cookie", "b=2"},
                                 {"x-tamarack-http-set-cookie", "c=3\r\nX: y"},
                                 {"x-tamarack-http-idempotent-replayed", "true"},
                                 {"x-tamarack-http-content-length", "5"},
                                 {"x-tamarack-http-content-security-policy", "none"},
                                 {"x-tamarack-http-csp-form-action", "https://rp.example"},
                                 {"location", "/elsewhere"}});
  CHECK(hints.status == 303);
  CHECK(hints.headers.GetAll("set-cookie").size() == 2);
  CHECK(hints.headers.GetAll("location").size() == 1);
  CHECK(hints.headers.Get("Idempotent-Replayed") == "true");
  CHECK(hints.headers.size() == 4);
  CHECK(hints.form_action == "https://rp.example");
  CHECK(ReadHints({{"x-tamarack-http-csp-form-action", "x; script-src *"}}).form_action.empty());
  CHECK(ReadHints({{"x-tamarack-http-status", "99"}}).status == 0);
  CHECK(ReadHints({{"x-tamarack-http-status", "2x"}}).status == 0);
}

TEST_CASE("a Location is filled from the answer and encoded", "[gateway]") {
  auto [location, expected] = GENERATE(table<const char*, const char*>({
      {"/v1/kites/{name}", "/v1/kites/a%20b/c%3F"},
      {"/{price_cents}/x", "/7/x"},
      {"/{note}", "/"},
      {"/{unknown}", "/"},
      {"/plain", "/plain"},
      {"/{broken", "/"},
      {"/{create_time.seconds}", "/5"},
  }));
  MessagePlans plans;
  toy::v1::Kite kite;
  kite.set_name("a b/c?");
  kite.set_price_cents(7);
  kite.mutable_create_time()->set_seconds(5);
  CHECK(FillLocation(location, kite.SerializeAsString(),
                     *plans.Get(*toy::v1::Kite::descriptor())) == expected);
}

}  // namespace
}  // namespace tamarack::gateway
