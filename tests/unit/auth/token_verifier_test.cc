#include "platform/auth/token_verifier.h"

#include "platform/auth/access_token.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/jws.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace auth = tamarack::auth;
namespace crypto = tamarack::crypto;
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int64_t kNow = 1'764'000'000;
constexpr char kIssuer[] = "http://localhost:8080";

const crypto::Key& SigningKey() {
  static const auto& key =
      *new crypto::Key(crypto::Key::Generate(crypto::Algorithm::kEs256, "k1").value());
  return key;
}

auth::Principal Person() {
  auth::Principal person;
  person.subject = "pairwise-1";
  person.client_id = "licences";
  person.ministry_id = "mto";
  person.service_id = "renewal";
  person.scopes = {"payments.create", "openid"};
  person.mode = "sandbox";
  person.key_type = "test";
  person.acr = "1";
  person.auth_time_seconds = kNow - 10;
  person.grant_id = "some grant";
  person.is_session = true;
  person.session_id = "s1";
  person.language = "fr";
  return person;
}

std::string Mint(const crypto::Key& key = SigningKey(), int64_t issued_at = kNow) {
  return auth::MintAccessToken(key, Person(), {kIssuer, "tamarack", issued_at, 300}).value();
}

// A verifier, an issuer whose keys it fetches, and a clock that the test moves.
struct Fixture {
  asio::io_context io{1};
  int64_t now = kNow;
  int fetches = 0;
  bool is_issuer_down = false;
  std::function<void()> during_fetch;
  crypto::KeySet published{{SigningKey()}};
  auth::TokenVerifier verifier{io.get_executor(), Options(), [this] { return Fetch(); }};

  auth::VerifierOptions Options() {
    auth::VerifierOptions options;
    options.issuer = kIssuer;
    options.audience = "tamarack";
    options.cached_tokens_max = 4;
    options.now = [this] { return tamarack::FromUnixMicros(now * 1'000'000); };
    return options;
  }
  tamarack::Async<std::string> Fetch() {
    ++fetches;
    std::string document = published.Jwks();
    asio::steady_timer timer(io, 1ms);  // so that others come meanwhile
    co_await timer.async_wait(asio::use_awaitable);
    if (during_fetch) std::exchange(during_fetch, nullptr)();
    if (is_issuer_down) co_return absl::UnavailableError("down");
    co_return document;
  }
  absl::StatusOr<auth::PrincipalPtr> Verify(const std::string& token) {
    return VerifyAll({token}).front();
  }
  // All at the same time.
  std::vector<absl::StatusOr<auth::PrincipalPtr>> VerifyAll(
      const std::vector<std::string>& tokens) {
    std::vector<absl::StatusOr<auth::PrincipalPtr>> results(tokens.size());
    for (size_t i = 0; i < tokens.size(); ++i) {
      asio::co_spawn(io, verifier.Verify(tokens[i]),
                     [&results, i](std::exception_ptr, absl::StatusOr<auth::PrincipalPtr> result) {
                       results[i] = std::move(result);
                     });
    }
    io.restart();
    io.run();
    return results;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "A minted token comes back as the principal it was made for", "[auth]") {
  auto principal = Verify(Mint());
  REQUIRE(principal.status() == absl::OkStatus());
  CHECK((*principal)->subject == "pairwise-1");
  CHECK((*principal)->client_id == "licences");
  CHECK((*principal)->ministry_id == "mto");
  CHECK((*principal)->service_id == "renewal");
  CHECK((*principal)->HasScope("payments.create"));
  CHECK_FALSE((*principal)->HasScope("payments"));
  CHECK((*principal)->mode == "sandbox");
  CHECK((*principal)->key_type == "test");
  CHECK((*principal)->acr == "1");
  CHECK((*principal)->auth_time_seconds == kNow - 10);
  CHECK((*principal)->grant_id == "some grant");
  CHECK((*principal)->is_session);
  CHECK((*principal)->session_id == "s1");
  CHECK((*principal)->language == "fr");
  CHECK((*principal)->has_person());
}

TEST_CASE_METHOD(Fixture, "Claims that are wrong in any one point are refused", "[auth]") {
  struct Case {
    const char* name;
    std::function<void(boost::json::object&)> spoil;
  };
  const std::vector<Case> table = {
      {"other issuer", [](auto& c) { c["iss"] = "http://localhost:8081"; }},
      {"no issuer", [](auto& c) { c.erase("iss"); }},
      {"other audience", [](auto& c) { c["aud"] = "tamarac"; }},
      {"no audience", [](auto& c) { c.erase("aud"); }},
      {"audience list without us", [](auto& c) { c["aud"] = {"a", "b"}; }},
      {"for us and somebody else", [](auto& c) { c["aud"] = {"tamarack", "b"}; }},
      {"expired", [](auto& c) { c["iat"] = kNow - 361, c["exp"] = kNow - 61; }},
      {"no exp", [](auto& c) { c.erase("exp"); }},
      {"exp no integer", [](auto& c) { c["exp"] = "1764000300"; }},
      {"exp beyond all times", [](auto& c) { c["exp"] = 1e300; }},
      {"no iat", [](auto& c) { c.erase("iat"); }},
      {"issued in the future", [](auto& c) { c["iat"] = kNow + 61, c["exp"] = kNow + 200; }},
      {"lives too long", [](auto& c) { c["exp"] = kNow + 301; }},
      {"not valid yet", [](auto& c) { c["nbf"] = kNow + 61; }},
      {"nbf no integer", [](auto& c) { c["nbf"] = true; }},
      {"no subject", [](auto& c) { c.erase("sub"); }},
      {"no client", [](auto& c) { c["client_id"] = ""; }},
      {"no mode", [](auto& c) { c.erase("mode"); }},
      {"unknown mode", [](auto& c) { c["mode"] = "Live"; }},
  };
  for (const auto& [name, spoil] : table) {
    DYNAMIC_SECTION(name) {
      boost::json::object claims = auth::ToClaims(Person(), {kIssuer, "tamarack", kNow, 300});
      spoil(claims);
      auto token = crypto::SignJws(SigningKey(), claims, {{"typ", "at+jwt"}});
      CHECK(Verify(*token).status().code() == absl::StatusCode::kUnauthenticated);
    }
  }
}

TEST_CASE_METHOD(Fixture, "A token's times may have a fraction", "[auth]") {
  boost::json::object claims = auth::ToClaims(Person(), {kIssuer, "tamarack", kNow, 300});
  for (const auto& [name, time] :
       {std::pair("iat", kNow + 0.25), std::pair("nbf", kNow + 59.999),
        std::pair("exp", kNow + 299.5), std::pair("auth_time", kNow - 10.5)}) {
    claims[name] = time;
    CAPTURE(name);
    auto principal = Verify(*crypto::SignJws(SigningKey(), claims, {{"typ", "at+jwt"}}));
    REQUIRE(principal.ok());
    CHECK((*principal)->auth_time_seconds ==
          (std::string_view(name) == "auth_time" ? kNow - 11 : kNow - 10));
  }
}

TEST_CASE_METHOD(Fixture, "A minute of clock skew is forgiven either way", "[auth]") {
  CHECK(Verify(Mint(SigningKey(), kNow + 60)).ok());
  CHECK(Verify(Mint(SigningKey(), kNow - 359)).ok());
  CHECK_FALSE(Verify(Mint(SigningKey(), kNow - 360)).ok());
}

TEST_CASE_METHOD(Fixture, "Only ES256 access tokens are accepted", "[auth]") {
  auto claims = auth::ToClaims(Person(), {kIssuer, "tamarack", kNow, 300});
  CHECK_FALSE(Verify(*crypto::SignJws(SigningKey(), claims, {{"typ", "JWT"}})).ok());
  CHECK_FALSE(Verify(*crypto::SignJws(SigningKey(), claims)).ok());
  auto secret = crypto::Key::FromSecret(std::string(32, 's'), "k1");
  CHECK_FALSE(Verify(*crypto::SignJws(*secret, claims, {{"typ", "at+jwt"}})).ok());
  CHECK_FALSE(auth::MintAccessToken(*secret, Person(), {kIssuer, "tamarack", kNow, 300}).ok());
  CHECK_FALSE(auth::MintAccessToken(SigningKey(), Person(), {kIssuer, "tamarack", kNow, 301}).ok());
  CHECK_FALSE(auth::MintAccessToken(SigningKey(), Person(), {kIssuer, "", kNow, 300}).ok());
  for (std::string text : {std::string(), std::string("Bearer x"), std::string(9000, 'x')}) {
    CHECK(Verify(text).status().code() == absl::StatusCode::kUnauthenticated);
  }
  CHECK(fetches == 1);  // the malformed ones asked for no keys
}

TEST_CASE_METHOD(Fixture, "Callers that come at once share one fetch of the keys", "[auth]") {
  for (auto& result : VerifyAll({Mint(), Mint(), Mint(), Mint(), Mint()})) CHECK(result.ok());
  CHECK(fetches == 1);
}

TEST_CASE_METHOD(Fixture, "A verified token is remembered, but not past its end", "[auth]") {
  std::string token = Mint();
  auto principal = Verify(token);
  REQUIRE(principal.ok());
  published = crypto::KeySet();
  CHECK(*Verify(token) == *principal);  // The very same: it is not copied.
  now = kNow + 361;
  CHECK_FALSE(Verify(token).ok());
}

TEST_CASE_METHOD(Fixture, "An altered copy of a remembered token is refused", "[auth]") {
  std::string token = Mint();
  REQUIRE(Verify(token).ok());
  token[token.size() / 2] = token[token.size() / 2] == 'A' ? 'B' : 'A';
  CHECK_FALSE(Verify(token).ok());
}

TEST_CASE_METHOD(Fixture, "More tokens than are remembered still verify", "[auth]") {
  for (int i = 0; i < 20; ++i) CHECK(Verify(Mint()).ok());
}

TEST_CASE_METHOD(Fixture, "An unknown kid fetches the keys again, at most every 10 s", "[auth]") {
  auto next = crypto::Key::Generate(crypto::Algorithm::kEs256, "k2").value();
  REQUIRE(Verify(Mint()).ok());
  CHECK_FALSE(Verify(Mint(next)).ok());
  CHECK(fetches == 2);
  published.Add(next);
  CHECK_FALSE(Verify(Mint(next)).ok());
  CHECK(fetches == 2);  // asked just now
  now += 10;
  CHECK(Verify(Mint(next)).ok());
  CHECK(fetches == 3);
}

TEST_CASE_METHOD(Fixture, "A key used as soon as it is published is known at once", "[auth]") {
  REQUIRE(Verify(Mint()).ok());
  auto next = crypto::Key::Generate(crypto::Algorithm::kEs256, "k2").value();
  published.Add(next);
  CHECK(Verify(Mint(next)).ok());
  CHECK(fetches == 2);
}

// The issuer publishes a key, signs with it once no verifier can have older keys, and withdraws the
// old one when its last token has expired; strangers make up kids all the while.
TEST_CASE_METHOD(Fixture, "A rotation refuses no valid token and fetches every few seconds",
                 "[auth]") {
  auto next = crypto::Key::Generate(crypto::Algorithm::kEs256, "k2").value();
  auto stranger = crypto::Key::Generate(crypto::Algorithm::kEs256, "k3").value();
  std::vector<std::string> issued;
  for (int second = 0; second < 1000; ++second, ++now) {
    if (second == 100) published = crypto::KeySet({next, SigningKey()});
    if (second == 800) published = crypto::KeySet({next});
    issued.push_back(Mint(second < 420 ? SigningKey() : next, now));
    CAPTURE(second);
    REQUIRE(Verify(issued.back()).ok());
    if (second >= 299) REQUIRE(Verify(issued[static_cast<size_t>(second - 299)]).ok());
    REQUIRE_FALSE(Verify(Mint(stranger, now)).ok());
  }
  // For strangers every 10 s, and for ourselves every 2.
  CHECK(fetches >= 1000 / 2);
  CHECK(fetches <= 1000 / 10 + 1000 / 2 + 1);
}

TEST_CASE_METHOD(Fixture, "A bound token is good only where its key is asked for", "[auth]") {
  auto person = Person();
  person.confirmation = {.jkt = "thumbprint", .x5t_s256 = "certificate"};
  std::string token =
      auth::MintAccessToken(SigningKey(), person, {kIssuer, "tamarack", kNow, 300}).value();
  for (int i = 0; i < 2; ++i) {  // at first sight and from memory
    CHECK(Verify(token).status().code() == absl::StatusCode::kUnauthenticated);
    absl::StatusOr<auth::PrincipalPtr> bound;
    asio::co_spawn(io, verifier.VerifyBound(token),
                   [&](std::exception_ptr, absl::StatusOr<auth::PrincipalPtr> result) {
                     bound = std::move(result);
                   });
    io.restart();
    io.run();
    REQUIRE(bound.ok());
    CHECK((*bound)->confirmation.jkt == "thumbprint");
    CHECK((*bound)->confirmation.x5t_s256 == "certificate");
  }
}

TEST_CASE_METHOD(Fixture, "The last good keys stay in use while the issuer is down", "[auth]") {
  REQUIRE(Verify(Mint()).ok());
  is_issuer_down = true;
  now += 1000;
  CHECK(Verify(Mint(SigningKey(), now)).ok());
  CHECK(fetches == 2);  // tried in the background
  CHECK(Verify(Mint(SigningKey(), now)).ok());
  CHECK(fetches == 2);
}

TEST_CASE_METHOD(Fixture, "Without any keys the answer is UNAVAILABLE until they can be had",
                 "[auth]") {
  is_issuer_down = true;
  CHECK(Verify(Mint()).status().code() == absl::StatusCode::kUnavailable);
  CHECK(Verify(Mint()).status().code() == absl::StatusCode::kUnavailable);
  CHECK(fetches == 1);
  is_issuer_down = false;
  now += 10;
  CHECK(Verify(Mint()).ok());
}

TEST_CASE_METHOD(Fixture, "A withdrawn key takes remembered tokens with it", "[auth]") {
  std::string token = Mint();
  REQUIRE(Verify(token).ok());
  auto next = crypto::Key::Generate(crypto::Algorithm::kEs256, "k2").value();
  published = crypto::KeySet({next});
  now += 10;
  CHECK(Verify(Mint(next)).ok());
  CHECK_FALSE(Verify(token).ok());
}

TEST_CASE_METHOD(Fixture,
                 "A removed key is good no longer than 4 s, though nobody looked meanwhile",
                 "[auth]") {
  std::string token = Mint();
  REQUIRE(Verify(token).ok());
  published = crypto::KeySet({crypto::Key::Generate(crypto::Algorithm::kEs256, "k2").value()});
  now += 4;
  // Neither the one that is remembered nor a new one, and not even the first to come.
  for (auto& result : VerifyAll({token, Mint(SigningKey(), now)})) CHECK_FALSE(result.ok());
}

TEST_CASE_METHOD(Fixture, "Whoever is told of a revocation asks before the next token", "[auth]") {
  std::string token = Mint();
  REQUIRE(Verify(token).ok());
  auto next = crypto::Key::Generate(crypto::Algorithm::kEs256, "k2").value();
  published = crypto::KeySet({next});
  CHECK(Verify(token).ok());
  verifier.Renew();
  CHECK_FALSE(Verify(token).ok());
  CHECK(Verify(Mint(next)).ok());
}

TEST_CASE_METHOD(Fixture, "Keys that were on their way when one was revoked are asked for again",
                 "[auth]") {
  std::string token = Mint();
  REQUIRE(Verify(token).ok());
  verifier.Renew();
  during_fetch = [this] {
    published = crypto::KeySet({crypto::Key::Generate(crypto::Algorithm::kEs256, "k2").value()});
    verifier.Renew();
  };
  CHECK_FALSE(Verify(token).ok());
}

TEST_CASE_METHOD(Fixture, "A false word of a revocation costs one question and nothing else",
                 "[auth]") {
  REQUIRE(Verify(Mint()).ok());
  is_issuer_down = true;
  verifier.Renew();
  for (int i = 0; i < 3; ++i) CHECK(Verify(Mint()).ok());
  CHECK(fetches == 2);
}
