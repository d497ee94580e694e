// Goal: a DPoP proof is good for one request, of one key's holder, and for nothing else. Method:
// one good proof, and every way of spoiling it in one point (RFC 9449 section 4.3).
#include "platform/auth/dpop.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jws.h"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

namespace auth = tamarack::auth;
namespace crypto = tamarack::crypto;
namespace json = boost::json;
using crypto::Algorithm;
using crypto::Key;

namespace {

constexpr int64_t kNow = 1'764'000'000;
const auth::DpopExpectation kExpected{.method = "POST",
                                      .url = "https://services.test/v1/payments?x=1",
                                      .access_token = "token",
                                      .now_seconds = kNow};

json::object PublicJwk(const Key& key) {
  json::object jwk = key.PublicJwk().value();
  jwk.erase("kid");
  jwk.erase("use");
  jwk.erase("alg");
  return jwk;
}

struct Parts {
  json::object header;
  json::object claims;
};

Parts GoodParts(const Key& key) {
  std::string_view alg = crypto::Name(key.algorithm());
  return {{{"typ", "dpop+jwt"},
           {"alg", json::string_view(alg.data(), alg.size())},
           {"jwk", PublicJwk(key)}},
          {{"jti", "one"},
           {"htm", "POST"},
           {"htu", "https://services.test/v1/payments"},
           {"iat", kNow},
           {"ath", crypto::Base64UrlEncode(crypto::Sha256("token"))}}};
}

std::string Sign(const Key& key, const Parts& parts) {
  std::string text = crypto::Base64UrlEncode(json::serialize(parts.header)) + "." +
                     crypto::Base64UrlEncode(json::serialize(parts.claims));
  return text + "." + crypto::Base64UrlEncode(key.Sign(text).value());
}

}  // namespace

TEST_CASE("A proof tells its key's thumbprint, and two proofs are told apart", "[auth]") {
  auto algorithm = GENERATE(Algorithm::kEs256, Algorithm::kRs256, Algorithm::kEd25519);
  Key key = Key::Generate(algorithm).value();
  Parts parts = GoodParts(key);
  auto proof = auth::VerifyDpopProof(Sign(key, parts), kExpected);
  REQUIRE(proof.ok());
  CHECK(proof->thumbprint == key.kid());
  CHECK(proof->id.size() == 64);
  parts.header["kid"] = "mine";
  parts.claims["more"] = "ignored";
  CHECK(auth::VerifyDpopProof(Sign(key, parts), kExpected)->id == proof->id);
  parts.claims["jti"] = "two";
  auto second = auth::VerifyDpopProof(Sign(key, parts), kExpected);
  CHECK(second->id != proof->id);
  CHECK(second->thumbprint == proof->thumbprint);
  Key other = Key::Generate(Algorithm::kEs256).value();
  CHECK(auth::VerifyDpopProof(Sign(other, GoodParts(other)), kExpected)->id != proof->id);
}

TEST_CASE("A proof that is wrong in any one point is refused", "[auth]") {
  Key key = Key::Generate(Algorithm::kEs256).value();
  Key stranger = Key::Generate(Algorithm::kEs256).value();
  Key rsa = Key::Generate(Algorithm::kRs256).value();
  struct Case {
    const char* name;
    std::function<void(Parts&)> spoil;
  };
  const std::vector<Case> table = {
      {"no typ", [](Parts& p) { p.header.erase("typ"); }},
      {"another typ", [](Parts& p) { p.header["typ"] = "JWT"; }},
      {"no alg", [](Parts& p) { p.header.erase("alg"); }},
      {"alg none", [](Parts& p) { p.header["alg"] = "none"; }},
      {"alg HS256", [](Parts& p) { p.header["alg"] = "HS256"; }},
      {"another key's alg", [](Parts& p) { p.header["alg"] = "RS256"; }},
      {"no jwk", [](Parts& p) { p.header.erase("jwk"); }},
      {"jwk no object", [](Parts& p) { p.header["jwk"] = "key"; }},
      {"another jwk", [&](Parts& p) { p.header["jwk"] = PublicJwk(stranger); }},
      {"a jwk of another kind", [&](Parts& p) { p.header["jwk"] = PublicJwk(rsa); }},
      {"a private jwk", [](Parts& p) { p.header["jwk"].as_object()["d"] = "AQAB"; }},
      {"a symmetric jwk",
       [](Parts& p) { p.header["jwk"] = json::object{{"kty", "oct"}, {"k", "c2VjcmV0"}}; }},
      {"crit", [](Parts& p) { p.header["crit"] = json::array{"htm"}; }},
      {"b64", [](Parts& p) { p.header["b64"] = false; }},
      {"no jti", [](Parts& p) { p.claims.erase("jti"); }},
      {"an empty jti", [](Parts& p) { p.claims["jti"] = ""; }},
      {"jti a number", [](Parts& p) { p.claims["jti"] = 1; }},
      {"an endless jti", [](Parts& p) { p.claims["jti"] = std::string(257, 'j'); }},
      {"no htm", [](Parts& p) { p.claims.erase("htm"); }},
      {"another htm", [](Parts& p) { p.claims["htm"] = "GET"; }},
      {"htm in lower case", [](Parts& p) { p.claims["htm"] = "post"; }},
      {"no htu", [](Parts& p) { p.claims.erase("htu"); }},
      {"another path", [](Parts& p) { p.claims["htu"] = "https://services.test/v1/payment"; }},
      {"a longer path", [](Parts& p) { p.claims["htu"] = "https://services.test/v1/payments/"; }},
      {"another host", [](Parts& p) { p.claims["htu"] = "https://evil.test/v1/payments"; }},
      {"another scheme", [](Parts& p) { p.claims["htu"] = "http://services.test/v1/payments"; }},
      {"another port",
       [](Parts& p) { p.claims["htu"] = "https://services.test:8443/v1/payments"; }},
      {"only a path", [](Parts& p) { p.claims["htu"] = "/v1/payments"; }},
      {"no iat", [](Parts& p) { p.claims.erase("iat"); }},
      {"iat a text", [](Parts& p) { p.claims["iat"] = "1764000000"; }},
      {"too old", [](Parts& p) { p.claims["iat"] = kNow - 61; }},
      {"of the future", [](Parts& p) { p.claims["iat"] = kNow + 61; }},
      {"too old by more than its fraction", [](Parts& p) { p.claims["iat"] = kNow - 60.5; }},
      {"iat beyond all times", [](Parts& p) { p.claims["iat"] = 1e300; }},
      {"iat before all times", [](Parts& p) { p.claims["iat"] = -1e300; }},
      {"expired", [](Parts& p) { p.claims["exp"] = 1; }},
      {"expired a minute ago", [](Parts& p) { p.claims["exp"] = kNow - 60; }},
      {"exp no time", [](Parts& p) { p.claims["exp"] = "tomorrow"; }},
      {"exp null", [](Parts& p) { p.claims["exp"] = nullptr; }},
      {"not yet valid", [](Parts& p) { p.claims["nbf"] = kNow + 1000; }},
      {"not yet valid by a second", [](Parts& p) { p.claims["nbf"] = kNow + 61; }},
      {"nbf no time", [](Parts& p) { p.claims["nbf"] = -1; }},
      {"an hour old", [](Parts& p) { p.claims["iat"] = kNow - 3600; }},
      {"no ath", [](Parts& p) { p.claims.erase("ath"); }},
      {"another token's ath",
       [](Parts& p) { p.claims["ath"] = crypto::Base64UrlEncode(crypto::Sha256("Token")); }},
      {"the token itself as ath", [](Parts& p) { p.claims["ath"] = "token"; }},
  };
  REQUIRE(auth::VerifyDpopProof(Sign(key, GoodParts(key)), kExpected).ok());
  for (const auto& [name, spoil] : table) {
    Parts parts = GoodParts(key);
    spoil(parts);
    CAPTURE(name);
    CHECK(auth::VerifyDpopProof(Sign(key, parts), kExpected).status().code() ==
          absl::StatusCode::kUnauthenticated);
  }
  std::string good = Sign(key, GoodParts(key));
  for (const std::string& proof : {std::string(), std::string("a.b.c"), good + "A", " " + good,
                                   good + ", " + good, std::string(9000, 'x')}) {
    CHECK_FALSE(auth::VerifyDpopProof(proof, kExpected).ok());
  }
}

TEST_CASE("A proof's iat is a NumericDate: with a fraction, or an integer however it is written",
          "[auth]") {
  Key key = Key::Generate(Algorithm::kEs256).value();
  Parts parts = GoodParts(key);
  for (double iat : {kNow + 0.25, kNow + 0.0, kNow - 59.999, kNow + 60.999, kNow - 0.000001}) {
    parts.claims["iat"] = iat;
    CAPTURE(iat - kNow);
    CHECK(auth::VerifyDpopProof(Sign(key, parts), kExpected).ok());
  }
}

TEST_CASE("A proof within limits of its own is taken, and its typ with or without application/",
          "[auth]") {
  Key key = Key::Generate(Algorithm::kEs256).value();
  Parts parts = GoodParts(key);
  parts.claims["exp"] = kNow - 59;
  parts.claims["nbf"] = kNow + 60;
  for (const char* typ : {"dpop+jwt", "application/dpop+jwt", "Application/DPoP+JWT"}) {
    parts.header["typ"] = typ;
    CAPTURE(typ);
    CHECK(auth::VerifyDpopProof(Sign(key, parts), kExpected).ok());
  }
  for (const char* typ : {"text/dpop+jwt", "application/application/dpop+jwt", "/dpop+jwt"}) {
    parts.header["typ"] = typ;
    CAPTURE(typ);
    CHECK_FALSE(auth::VerifyDpopProof(Sign(key, parts), kExpected).ok());
  }
}

TEST_CASE("A minute of clock skew is forgiven, and no ath is wanted where there is no token",
          "[auth]") {
  Key key = Key::Generate(Algorithm::kEs256).value();
  Parts parts = GoodParts(key);
  for (int64_t offset : {-60, 60}) {
    parts.claims["iat"] = kNow + offset;
    CHECK(auth::VerifyDpopProof(Sign(key, parts), kExpected).ok());
  }
  parts.claims.erase("ath");
  auto expected = kExpected;
  expected.access_token = "";
  CHECK(auth::VerifyDpopProof(Sign(key, parts), expected).ok());
}

TEST_CASE("Addresses of proofs compare by what they mean", "[auth]") {
  using auth::NormalizeHtu;
  CHECK(NormalizeHtu("HTTPS://Services.TEST:443/v1/Payments?a=b#c") ==
        "https://services.test/v1/Payments");
  CHECK(NormalizeHtu("http://localhost:80") == "http://localhost/");
  CHECK(NormalizeHtu("http://localhost:8080/x") == "http://localhost:8080/x");
  CHECK(NormalizeHtu("https://a.test#f") == "https://a.test/");
  struct Case {
    const char* one;
    const char* other;
    bool is_same;
  };
  for (auto [one, other, is_same] : {
           Case{"https://a.test/oauth2/%74oken", "https://a.test/oauth2/token", true},
           Case{"https://a.test/./oauth2/token", "https://a.test/oauth2/token", true},
           Case{"https://a.test/x/../oauth2/token", "https://a.test/oauth2/token", true},
           Case{"https://a.test/a%2fb", "https://a.test/a%2Fb", true},
           Case{"https://a.test/%61aaa", "https://a.test/aaaa", true},
           Case{"https://a.test/%7Ea", "https://a.test/~a", true},
           Case{"https://%41.test:/x", "https://a.test/x", true},
           Case{"https://a.test/caf\u00e9|[1]", "https://a.test/caf%C3%A9%7c%5B1%5D", true},
           Case{"https://a.test/a/./", "https://a.test/a/", true},
           Case{"https://a.test/a/b/..", "https://a.test/a/", true},
           Case{"https://a.test/..", "https://a.test", true},
           Case{"https://[::1]:443/x", "https://[::1]/x", true},
           Case{"https://a.test/%2e%2e/x", "https://a.test/x", true},
           Case{"https://a.test/a%2Fb", "https://a.test/a/b", false},
           Case{"https://a.test/a%252Fb", "https://a.test/a%2Fb", false},
           Case{"https://a.test/a%3Ab", "https://a.test/a:b", false},
           Case{"https://a.test/a//b", "https://a.test/a/b", false},
           Case{"https://a.test/a/", "https://a.test/a", false},
           Case{"https://a.test/A", "https://a.test/a", false},
           Case{"https://a.test:8443/a", "https://a.test/a", false},
           Case{"https://b@a.test/a", "https://a.test/a", false},
       }) {
    INFO(one << " " << other);
    CHECK_FALSE(NormalizeHtu(one).empty());
    CHECK((NormalizeHtu(one) == NormalizeHtu(other)) == is_same);
  }
  for (const char* url : {"", "https://a.test/%zz", "services.test/x", "ftp://services.test/",
                          "https://", "https:///x", "https://:443/", "https://a.test::/x",
                          "https://a.test:x/", "https://a.test:443:443/", "https://::1/"})
    CHECK(NormalizeHtu(url).empty());
}
