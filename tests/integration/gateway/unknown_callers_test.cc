// Credentials that turn out bad are limited by network, with a real Redis.
#include "limited.h"

#include <vector>

namespace tamarack::gateway {
namespace {

std::string Key(const std::string& key) {
  return "Authorization: Bearer " + key + "\r\n";
}

struct Unknown : LimitedFixture {
  Unknown()
      : LimitedFixture(
            {{"failed_authentication", {.per_second = kNever, .burst = 5, .concurrent = 0}},
             {"read", {.per_second = kNever, .burst = 5, .concurrent = 0}}}) {}
  int Inspect(const std::string& headers) const { return Get("/toy/v1/inspect", headers).status; }
  // Bad ones, another each time.
  void FailTimes(int count) {
    for (int i = 0; i < count; ++i) CHECK(Inspect(Key("bad" + std::to_string(++tried_))) == 401);
  }

 private:
  int tried_ = 0;
};

TEST_CASE_METHOD(Unknown, "once too many were bad, nobody is asked about a network's credentials",
                 "[gateway]") {
  CHECK(Inspect(kWriter) == 200);
  FailTimes(5);
  CHECK(toy.credentials.exchanges == 6);
  Answer refused = Get("/toy/v1/inspect", Key("bad0") + "Accept-Language: fr\r\n");
  CHECK(refused.status == 429);
  CHECK(refused.Header("Retry-After") != "");
  CHECK(refused.Header("RateLimit").starts_with("\"burst\";r=0;"));
  CHECK(refused.Header("RateLimit-Policy") == "\"burst\";q=5;w=5000");
  CHECK(refused.Header("Content-Language") == "fr");
  CHECK(Show(refused.Json().if_contains("type")) ==
        "http://localhost:8080/problems/quota-exceeded");
  CHECK(Inspect(Key("reader")) == 429);  // Good, but nobody knows.
  CHECK(Inspect("Authorization: DPoP writer\r\nDPoP: e30.e30.c2ln\r\n") == 429);
  CHECK(toy.credentials.exchanges == 6);

  CHECK(Inspect(kWriter) == 200);
  CHECK(Inspect("") == 401);
  CHECK(Get("/toy/v1/kites/7").status == 200);
  std::string metrics = telemetry::SerializeMetrics(registry);
  CHECK(metrics.find("tamarack_gateway_rate_limited_total{class=\"failed_authentication\","
                     "policy=\"burst\"} 3") != std::string::npos);
}

TEST_CASE_METHOD(Unknown, "another gateway learns of bad credentials with the first it meets",
                 "[gateway]") {
  Unknown other;
  FailTimes(5);
  CHECK(other.Inspect(Key("bad")) == 401);
  CHECK(other.Inspect(Key("reader")) == 429);
  CHECK(other.toy.credentials.exchanges == 1);
}

TEST_CASE_METHOD(Unknown, "what cannot be judged is not held against anybody", "[gateway]") {
  for (int i = 0; i < 7; ++i) CHECK(Inspect(Key("broken")) == 503);
  CHECK(Inspect(Key("reader")) == 200);
}

TEST_CASE_METHOD(Unknown, "a token that lacks a scope is no bad credential", "[gateway]") {
  for (int i = 0; i < 7; ++i) CHECK(Send("DELETE", "/toy/v1/kites/7", Key("reader")).status == 403);
  CHECK(Inspect(Key("writer")) == 200);
}

TEST_CASE_METHOD(Unknown, "sessions that have ended are limited as pages are, tokens apart",
                 "[gateway]") {
  auto account = [&](const std::string& session) {
    return Get("/en/toy/account", "Cookie: __Host-tamarack-session=" + session + "\r\n").status;
  };
  CHECK(account("person") == 200);
  for (int i = 0; i < 5; ++i) CHECK(account("ended" + std::to_string(i)) == 303);
  CHECK(account("ended") == 429);
  CHECK(toy.credentials.exchanges == 6);
  CHECK(account("person") == 200);
  CHECK(Inspect(kWriter) == 200);
}

}  // namespace
}  // namespace tamarack::gateway
