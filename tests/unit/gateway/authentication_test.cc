// The cache of exchanged credentials: what is kept, for how long, and that one credential is
// exchanged once at a time.
#include "gateway/authentication.h"
#include "platform/auth/access_token.h"
#include "platform/crypto/encoding.h"

#include <absl/strings/str_join.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

namespace asio = boost::asio;

std::string FakeToken(const std::string& client_id) {
  auth::Principal principal;
  principal.subject = principal.client_id = client_id;
  principal.mode = "sandbox";
  auto claims = auth::ToClaims(principal, {"http://issuer", "tamarack", 1000, 300});
  return "e30." + crypto::Base64UrlEncode(boost::json::serialize(claims)) + ".c2ln";
}

struct Fixture {
  asio::io_context io;
  TimePoint now = FromUnixMicros(1'000'000'000'000);
  int exchanges = 0;
  api::v1::ExchangeRequest last;
  absl::Status failure;
  int64_t lifetime_seconds = 300;
  bool no_cache = false;
  std::function<void()> during_exchange;

  Authenticator authenticator{
      io.get_executor(),
      [this](api::v1::ExchangeRequest request) -> Async<api::v1::ExchangeResponse> {
        ++exchanges;
        CHECK(request.client_secret() == "secret");
        last = request;
        co_await asio::post(io.get_executor(),
                            asio::use_awaitable);  // as a call would, let others run
        if (during_exchange) std::exchange(during_exchange, nullptr)();
        if (!failure.ok()) co_return failure;
        api::v1::ExchangeResponse response;
        response.set_access_token(FakeToken(request.bearer() + request.session()));
        response.mutable_expire_time()->set_seconds(UnixSeconds(now) + lifetime_seconds);
        response.set_no_cache(no_cache);
        co_return response;
      },
      {.client_id = "gateway",
       .client_secret = "secret",
       .cached_max = 3,
       .bad_cached_max = 3,
       .now = [this] { return now; }}};

  absl::StatusOr<CallerPtr> Resolve(const std::string& credential,
                                    CredentialKind kind = CredentialKind::kBearer,
                                    const std::string& certificate = "") {
    return Resolve(
        Credential{.kind = kind, .value = credential, .certificate_sha256 = certificate});
  }
  absl::StatusOr<CallerPtr> Resolve(const Credential& credential) {
    absl::StatusOr<CallerPtr> result = absl::UnknownError("not run");
    asio::co_spawn(
        io, [&]() -> asio::awaitable<void> { result = co_await authenticator.Resolve(credential); },
        asio::detached);
    io.restart();
    io.run();
    return result;
  }
};

TEST_CASE_METHOD(Fixture, "a good credential is believed for five seconds", "[gateway]") {
  auto caller = Resolve("key");
  REQUIRE(caller.ok());
  CHECK((*caller)->principal.client_id == "key");
  now += std::chrono::seconds(4);
  CHECK(Resolve("key").ok());
  CHECK(exchanges == 1);
  now += std::chrono::seconds(1);
  CHECK(Resolve("key").ok());
  CHECK(exchanges == 2);
}

TEST_CASE_METHOD(Fixture, "a revoked credential ends when it is asked about again", "[gateway]") {
  CHECK(Resolve("key").ok());
  failure = absl::UnauthenticatedError("revoked");
  now += std::chrono::seconds(5);
  CHECK(absl::IsUnauthenticated(Resolve("key").status()));
  failure = absl::UnavailableError("down");  // what was good before the verdict is gone
  now += std::chrono::seconds(1);
  CHECK(absl::IsUnavailable(Resolve("key").status()));
}

TEST_CASE_METHOD(Fixture, "what was good before a revocation is asked about again", "[gateway]") {
  CHECK(Resolve("key").ok());
  authenticator.Renew();
  CHECK(authenticator.FreshCaller({.value = "key"}) == nullptr);
  failure = absl::UnavailableError("down");  // by itself it is no reason to refuse anybody
  CHECK(Resolve("key").ok());
  CHECK(exchanges == 2);
  authenticator.Renew();
  failure = absl::UnauthenticatedError("revoked");
  CHECK(absl::IsUnauthenticated(Resolve("key").status()));
  CHECK(exchanges == 3);
}

TEST_CASE_METHOD(Fixture, "an answer that was on its way at a revocation is not kept",
                 "[gateway]") {
  during_exchange = [this] { authenticator.Renew(); };
  CHECK(Resolve("key").ok());
  failure = absl::UnauthenticatedError("revoked");
  CHECK(absl::IsUnauthenticated(Resolve("key").status()));
  CHECK(exchanges == 2);
}

TEST_CASE_METHOD(Fixture, "while nobody can be asked, a good answer does for a minute",
                 "[gateway]") {
  CHECK(Resolve("key").ok());
  failure = absl::UnavailableError("down");
  now += std::chrono::seconds(5);
  CHECK(Resolve("key").ok());
  CHECK(Resolve("key").ok());
  CHECK(exchanges == 2);  // asked once, and not again by each request
  now += std::chrono::seconds(54);
  CHECK(Resolve("key").ok());
  now += std::chrono::seconds(1);
  CHECK(absl::IsUnavailable(Resolve("key").status()));
}

TEST_CASE_METHOD(Fixture, "a token is not kept beyond its own expiry", "[gateway]") {
  lifetime_seconds = 10;
  CHECK(Resolve("key").ok());
  now += std::chrono::seconds(10);
  CHECK(Resolve("key").ok());
  CHECK(exchanges == 2);
}

TEST_CASE_METHOD(Fixture, "a bad credential is remembered for a second", "[gateway]") {
  failure = absl::UnauthenticatedError("unknown key");
  CHECK(absl::IsUnauthenticated(Resolve("key").status()));
  CHECK(absl::IsUnauthenticated(Resolve("key").status()));
  CHECK(exchanges == 1);
  failure = absl::OkStatus();
  now += std::chrono::seconds(1);
  CHECK(Resolve("key").ok());
}

TEST_CASE_METHOD(Fixture, "an exchange that could not take place is no verdict", "[gateway]") {
  failure = absl::UnavailableError("down");
  CHECK(absl::IsUnavailable(Resolve("key").status()));
  failure = absl::OkStatus();
  CHECK(Resolve("key").ok());
}

TEST_CASE_METHOD(Fixture, "a credential that must not be cached is exchanged every time",
                 "[gateway]") {
  no_cache = true;
  CHECK(Resolve("key").ok());
  CHECK(Resolve("key").ok());
  CHECK(exchanges == 2);
}

TEST_CASE_METHOD(Fixture, "a key and a session of the same text are two credentials", "[gateway]") {
  CHECK(Resolve("same").ok());
  CHECK(Resolve("same", CredentialKind::kSession).ok());
  CHECK(exchanges == 2);
}

TEST_CASE_METHOD(Fixture, "what a credential gave for one back end is not sent to another",
                 "[gateway]") {
  auto to = [](const char* audience, const char* owner, const char* scopes) {
    return Credential{.value = "key", .audience = audience, .owner = owner, .scopes = scopes};
  };
  int expected = 0;
  for (const Credential& one :
       {to("a", "", ""), to("b", "", ""), to("a", "m", ""), to("am", "", ""), to("a", "m", "read"),
        to("a", "m", "read write")}) {
    CAPTURE(one.audience, one.owner, one.scopes);
    CHECK(authenticator.Knows(one) == (exchanges > 0));  // The credential is.
    CHECK(authenticator.FreshCaller(one) == nullptr);
    CHECK(Resolve(one).ok());
    CHECK(exchanges == ++expected);
    CHECK(last.audience() == one.audience);
    CHECK(last.owner_ministry_id() == one.owner);
    CHECK(absl::StrJoin(last.scopes(), " ") == one.scopes);
    CHECK(Resolve(one).ok());
    CHECK(exchanges == expected);
    CHECK(authenticator.FreshCaller(one) != nullptr);
  }
}

TEST_CASE_METHOD(Fixture, "a token with a proof is exchanged every time", "[gateway]") {
  CHECK(Resolve("token", CredentialKind::kDpop).ok());
  CHECK(Resolve("token", CredentialKind::kDpop).ok());
  CHECK(exchanges == 2);
  CHECK(Resolve("token").ok());  // what was answered to the proof is no answer without it
  CHECK(exchanges == 3);
}

TEST_CASE_METHOD(Fixture, "an answer holds for one client certificate", "[gateway]") {
  const std::string one(32, '1'), two(32, '2');
  CHECK(Resolve("token", CredentialKind::kBearer, one).ok());
  CHECK(Resolve("token", CredentialKind::kBearer, one).ok());
  CHECK(exchanges == 1);
  CHECK(Resolve("token", CredentialKind::kBearer, two).ok());
  CHECK(Resolve("token").ok());
  CHECK(exchanges == 3);
}

TEST_CASE_METHOD(Fixture, "callers that come together share one exchange", "[gateway]") {
  int answered = 0;
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> {
          auto caller = co_await authenticator.Resolve({CredentialKind::kBearer, "key"});
          if (caller.ok()) ++answered;
        },
        asio::detached);
  }
  io.run();
  CHECK(answered == 20);
  CHECK(exchanges == 1);
}

TEST_CASE_METHOD(Fixture, "the least recently used credential leaves a full cache", "[gateway]") {
  for (const char* key : {"a", "b", "c", "a", "d"}) CHECK(Resolve(key).ok());
  CHECK(exchanges == 4);
  CHECK(Resolve("a").ok());
  CHECK(exchanges == 4);
  CHECK(Resolve("b").ok());
  CHECK(exchanges == 5);
}

TEST_CASE_METHOD(Fixture, "a flood of bad credentials evicts no good one", "[gateway]") {
  CHECK(Resolve("good").ok());
  failure = absl::UnauthenticatedError("unknown key");
  for (int i = 0; i < 10; ++i) CHECK_FALSE(Resolve("bad_" + std::to_string(i)).ok());
  CHECK(authenticator.Knows({.value = "good"}));
  CHECK(Resolve("good").ok());
  CHECK(exchanges == 11);
  // Of the bad ones the latest are known, and no more than fit.
  failure = absl::OkStatus();
  CHECK_FALSE(Resolve("bad_9").ok());
  CHECK(Resolve("bad_0").ok());
}

TEST_CASE_METHOD(Fixture, "an empty or endless credential is not even asked about", "[gateway]") {
  CHECK(absl::IsUnauthenticated(Resolve("").status()));
  CHECK(absl::IsUnauthenticated(Resolve(std::string(8193, 'x')).status()));
  CHECK(exchanges == 0);
}

}  // namespace
}  // namespace tamarack::gateway
