// Who is asked to try again: nobody whose request may have taken effect and would again.
#include "gateway/call/call_problem.h"
#include "fixture.h"
#include "platform/rpc/errors.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

Problem ProblemOf(const std::string& method, const std::string& path, const http::Headers& headers,
                  const absl::Status& status, bool may_have_arrived, size_t request_bytes = 0) {
  static const auto routes = ToyRoutes();
  http::Request request;
  request.method = method;
  request.target = path;
  request.headers = headers;
  Visit visit(request, TrustedProxies({}));
  PathSegments segments;
  REQUIRE_FALSE(SplitPath(path, &segments));
  const Route* route = routes->Find(method, segments);
  REQUIRE(route != nullptr);
  return ProblemOfCall(visit, *route, {status, {}, {}, may_have_arrived, request_bytes});
}

TEST_CASE("only what may be repeated is invited to", "[gateway]") {
  const http::Headers kKey = {{"Idempotency-Key", "k"}};
  auto [method, path, headers, may_have_arrived, slug] =
      GENERATE_REF(table<const char*, const char*, http::Headers, bool, const char*>({
          {"GET", "/toy/v1/kites", {}, true, "unavailable"},
          {"HEAD", "/toy/v1/kites", {}, true, "unavailable"},
          {"DELETE", "/toy/v1/kites/7", {}, true, "unavailable"},
          {"PUT", "/toy/v1/echo/list", {}, true, "unavailable"},
          {"POST", "/toy/v1/kites", kKey, true, "unavailable"},
          {"GET", "/toy/v1/ticket", {}, true, "outcome-unknown"},  // a GET with an effect
          {"GET", "/toy/v1/ticket", {}, false, "unavailable"},
          {"POST", "/toy/v1/kites", {}, false, "unavailable"},
          {"POST", "/toy/v1/fail", {}, false, "unavailable"},
          {"POST", "/toy/v1/kites", {}, true, "outcome-unknown"},
          {"POST", "/toy/v1/fail", {}, true, "outcome-unknown"},
          {"POST", "/toy/v1/fail", kKey, true, "outcome-unknown"},  // a key that nobody reads
          {"PATCH", "/toy/v1/echo/inner", {}, true, "outcome-unknown"},
          {"PURGE", "/toy/v1/echo", {}, true, "outcome-unknown"},
      }));
  INFO(method << " " << path);
  Problem problem =
      ProblemOf(method, path, headers, absl::UnavailableError("gone"), may_have_arrived);
  CHECK(TextOf(problem.kind).slug == slug);
  CHECK(StatusOf(problem) == 503);
}

TEST_CASE("a service that says in its own words that it cannot is believed", "[gateway]") {
  absl::Status own = rpc::WithHttp(absl::UnavailableError("Nothing was taken."), 503, {{"a", 1}});
  Problem problem = ProblemOf("POST", "/toy/v1/fail", {}, own, true);
  CHECK(problem.kind == ProblemKind::kUnavailable);
  CHECK(problem.detail == "Nothing was taken.");
}

TEST_CASE("an answer above gRPC's limit is our fault, not the caller's haste", "[gateway]") {
  const std::string kTooLarge = "CLIENT: Received message larger than max (5000000 vs. 4194304)";
  Problem ours =
      ProblemOf("POST", "/toy/v1/fail", {}, absl::ResourceExhaustedError(kTooLarge), true);
  CHECK(StatusOf(ours) == 500);
  Problem theirs =
      ProblemOf("POST", "/toy/v1/fail", {}, absl::ResourceExhaustedError("full"), true);
  CHECK(StatusOf(theirs) == 429);
}

TEST_CASE("a request above the back end's own limit is too large, and nothing has happened",
          "[gateway]") {
  auto [text, status] = GENERATE(table<const char*, int>({
      {"Received message larger than max (5000000 vs. 4194304)", 413},
      {"SERVER: Received message larger than max (5000000 vs. 4194304)", 413},
      {"grpc: received message larger than max (5000000 vs. 1000)", 413},
      {"Received message larger than max (50000001 vs. 4194304)", 500},
      {"Received message larger than max (5000001 vs. 4194304)", 500},
  }));
  INFO(text);
  Problem problem =
      ProblemOf("POST", "/toy/v1/fail", {}, absl::ResourceExhaustedError(text), true, 5'000'000);
  CHECK(StatusOf(problem) == status);
}

TEST_CASE("no sentence of ours asks to repeat what may have happened", "[gateway]") {
  auto kind = GENERATE(ProblemKind::kCancelled, ProblemKind::kInternal,
                       ProblemKind::kOutcomeUnknown, ProblemKind::kDeadlineExceeded);
  for (std::string_view sentence : {TextOf(kind).detail_en, TextOf(kind).detail_fr}) {
    INFO(sentence);
    CHECK(sentence.find("ry again") == std::string_view::npos);
    CHECK(sentence.find("éessayez") == std::string_view::npos);
  }
}

}  // namespace
}  // namespace tamarack::gateway
