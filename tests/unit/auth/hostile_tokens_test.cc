// Goal: no token gets in that our issuer has not signed, exactly as it signs them. Method: our own
// table of what attackers and broken libraries send, by the categories in which Wycheproof sorts
// such vectors, against a verifier that knows several of the issuer's keys.
#include "platform/auth/access_token.h"
#include "platform/auth/token_verifier.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/jws.h"

#include <absl/strings/str_replace.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace auth = tamarack::auth;
namespace crypto = tamarack::crypto;
namespace asio = boost::asio;
using crypto::Algorithm;
using crypto::Key;

namespace {

using Cases = std::vector<std::pair<std::string, std::string>>;

constexpr int64_t kNow = 1'764'000'000;
constexpr char kIssuer[] = "https://services.test";
constexpr char kHeader[] = R"({"alg":"ES256","kid":"k1","typ":"at+jwt"})";
// The order of P-256's base point.
constexpr char kOrder[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

std::string Encode(std::string_view text) {
  return crypto::Base64UrlEncode(text);
}

struct Fixture {
  asio::io_context io{1};
  Key signer = Key::Generate(Algorithm::kEs256, "k1").value();
  Key other = Key::Generate(Algorithm::kEs256, "k2").value();  // Published, too.
  Key rsa = Key::Generate(Algorithm::kRs256, "r1").value();    // For ID tokens.
  Key stranger = Key::Generate(Algorithm::kEs256, "k1").value();
  Key ed = Key::Generate(Algorithm::kEd25519, "e1").value();
  std::string jwks = crypto::KeySet({signer, other, rsa, ed}).Jwks();
  int fetches = 0;
  auth::TokenVerifier verifier{io.get_executor(),
                               {.issuer = kIssuer,
                                .audience = "tamarack",
                                .now = [] { return tamarack::FromUnixMicros(kNow * 1'000'000); }},
                               [this]() -> tamarack::Async<std::string> {
                                 ++fetches;
                                 co_return jwks;
                               }};

  absl::Status Verify(const std::string& token) {
    absl::Status status = absl::UnknownError("not run");
    asio::co_spawn(io, verifier.Verify(token),
                   [&](std::exception_ptr, absl::StatusOr<auth::PrincipalPtr> result) {
                     status = result.status();
                   });
    io.restart();
    io.run();
    return status;
  }
  void RefuseAll(const Cases& cases) {
    for (const auto& [name, token] : cases) {
      CAPTURE(name, token.substr(0, 300));
      CHECK(Verify(token).code() == absl::StatusCode::kUnauthenticated);
    }
  }

  static std::string Claims() {
    auth::Principal principal;
    principal.subject = principal.client_id = "c";
    principal.mode = "live";
    return boost::json::serialize(auth::ToClaims(principal, {kIssuer, "tamarack", kNow, 300}));
  }
  // The good claims with one text replaced by another.
  static std::string Claims(const std::string& from, const std::string& to) {
    std::string claims = absl::StrReplaceAll(Claims(), {{from, to}});
    INFO(from);
    REQUIRE(claims != Claims());
    return claims;
  }
  // Signed as it is, whatever it says.
  std::string Sign(std::string_view header, std::string_view claims, const Key& key) const {
    std::string text = Encode(header) + "." + Encode(claims);
    return text + "." + Encode(key.Sign(text).value());
  }
  std::string Header(std::string_view header) const { return Sign(header, Claims(), signer); }
  std::string Body(std::string_view claims) const { return Sign(kHeader, claims, signer); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "Hostile tokens: what ours look like is let in", "[auth]") {
  CHECK(Verify(Body(Claims())).ok());
  CHECK(Verify(Header(R"({"typ":"AT+JWT","kid":"k1","alg":"ES256"})")).ok());
  CHECK(Verify(Header(R"({"alg":"ES256","kid":"k1","typ":"at+jwt","jku":"https://evil.test"})"))
            .ok());
  CHECK(Verify(Body(Claims(R"("aud":"tamarack")", R"("aud":["tamarack"])"))).ok());
  CHECK(Verify(Sign(R"({"alg":"ES256","kid":"k2","typ":"at+jwt"})", Claims(), other)).ok());
  CHECK(fetches == 1);  // The address in `jku` is nobody's to choose.
}

TEST_CASE_METHOD(Fixture, "Hostile tokens: structure and encoding", "[auth]") {
  std::string good = Body(Claims());
  size_t first = good.find('.'), last = good.rfind('.');
  std::string header = good.substr(0, first), claims = good.substr(first + 1, last - first - 1),
              signature = good.substr(last + 1);
  auto join = [](const std::string& a, const std::string& b, const std::string& c) {
    return a + "." + b + "." + c;
  };
  // The last character of 64 octets holds four unused bits.
  std::string loose = signature;
  loose.back() = loose.back() == 'A' ? 'B' : static_cast<char>(loose.back() + 1);
  RefuseAll({
      {"empty", ""},
      {"one dot", "."},
      {"two dots", ".."},
      {"only a header", header},
      {"no signature part", header + "." + claims},
      {"empty signature", join(header, claims, "")},
      {"empty header", join("", claims, signature)},
      {"empty claims", join(header, "", signature)},
      {"parts in another order", join(claims, header, signature)},
      {"a fourth part", good + "." + signature},
      {"five parts, as encrypted ones have", good + "." + signature + "." + signature},
      {"a dot behind", good + "."},
      {"a dot before", "." + good},
      {"a space before", " " + good},
      {"a newline behind", good + "\n"},
      {"a newline inside", join(header, claims.substr(0, 8) + "\n" + claims.substr(8), signature)},
      {"a NUL behind", good + std::string(1, '\0')},
      {"padded header", join(header + "=", claims, signature)},
      {"padded signature", join(header, claims, signature + "==")},
      {"non-zero unused bits", join(header, claims, loose)},
      {"the other base64 alphabet", join(header, claims, "+/" + signature.substr(2))},
      {"percent-encoded dots", absl::StrReplaceAll(good, {{".", "%2E"}})},
      {"the scheme left on", "Bearer " + good},
      {"JSON serialization", R"({"payload":")" + claims + R"(","protected":")" + header +
                                 R"(","signature":")" + signature + R"("})"},
      {"longer than any of ours",
       Body(Claims(R"("sub":"c")", R"("sub":")" + std::string(7000, 'c') + R"(")"))},
  });
}

TEST_CASE_METHOD(Fixture, "Hostile tokens: the algorithm is not the token's to choose", "[auth]") {
  Cases cases;
  for (const char* alg :
       {R"("none")",        R"("None")",    R"("NONE")",  R"("nOnE")",  R"("")",
        R"("es256")",       R"("ES256 ")",  R"("ES384")", R"("ES512")", R"("ES256K")",
        R"("EdDSA")",       R"("Ed25519")", R"("RS256")", R"("PS256")", R"("HS256")",
        R"("ES256\u0000")", R"(null)",      R"(256)",     R"(true)",    R"(["ES256"])",
        R"({"ES256":1})"}) {
    std::string header = std::string(R"({"alg":)") + alg + R"(,"kid":"k1","typ":"at+jwt"})";
    cases.emplace_back(std::string("alg ") + alg, Header(header));
    cases.emplace_back(std::string("alg ") + alg + ", unsigned",
                       Encode(header) + "." + Encode(Claims()) + ".");
  }
  cases.emplace_back("no alg", Header(R"({"kid":"k1","typ":"at+jwt"})"));
  std::string hs = R"({"alg":"HS256","kid":"k1","typ":"at+jwt"})";
  std::string jwk = boost::json::serialize(*signer.PublicJwk());
  for (const std::string& known : {jwk, jwks, *signer.PrivatePem(), std::string(32, '\0')}) {
    Key secret = Key::FromSecret(known, "k1").value();
    cases.emplace_back("HMAC by what everybody knows", Sign(hs, Claims(), secret));
    cases.emplace_back("the same, called ES256", Sign(kHeader, Claims(), secret));
  }
  cases.emplace_back("RS256 by the issuer's own key",
                     Sign(R"({"alg":"RS256","kid":"r1","typ":"at+jwt"})", Claims(), rsa));
  cases.emplace_back("ES256 in name, RS256 by the issuer's key",
                     Sign(R"({"alg":"ES256","kid":"r1","typ":"at+jwt"})", Claims(), rsa));
  cases.emplace_back("Ed25519 by the issuer's own key",
                     Sign(R"({"alg":"Ed25519","kid":"e1","typ":"at+jwt"})", Claims(), ed));
  RefuseAll(cases);
}

TEST_CASE_METHOD(Fixture, "Hostile tokens: headers", "[auth]") {
  std::string jwk = boost::json::serialize(*stranger.PublicJwk());
  auto with = [](const std::string& more) {
    return R"({"alg":"ES256","kid":"k1","typ":"at+jwt",)" + more + "}";
  };
  Cases cases = {
      {"crit, understood", Header(with(R"("crit":["exp"],"exp":1)"))},
      {"crit, empty", Header(with(R"("crit":[])"))},
      {"crit, no list", Header(with(R"("crit":"exp")"))},
      {"b64 false", Header(with(R"("b64":false,"crit":["b64"])"))},
      {"b64 false, not critical", Header(with(R"("b64":false)"))},
      {"b64 true", Header(with(R"("b64":true)"))},
      {"alg twice", Header(R"({"alg":"ES256","alg":"ES256","kid":"k1","typ":"at+jwt"})")},
      {"alg twice, one in disguise",
       Header(R"({"alg":"ES256","kid":"k1","typ":"at+jwt","\u0061lg":"none"})")},
      {"kid twice", Header(R"({"alg":"ES256","kid":"k1","typ":"at+jwt","kid":"k2"})")},
      {"a member twice, deep inside", Header(with(R"("x":[{"y":1,"y":2}])"))},
      {"typ missing", Header(R"({"alg":"ES256","kid":"k1"})")},
      {"typ JWT", Header(R"({"alg":"ES256","kid":"k1","typ":"JWT"})")},
      {"typ of a proof", Header(R"({"alg":"ES256","kid":"k1","typ":"dpop+jwt"})")},
      {"typ of a logout token", Header(R"({"alg":"ES256","kid":"k1","typ":"logout+jwt"})")},
      {"typ no text", Header(R"({"alg":"ES256","kid":"k1","typ":["at+jwt"]})")},
      {"typ with a space", Header(R"({"alg":"ES256","kid":"k1","typ":"at+jwt "})")},
      {"own key as jwk", Sign(with(R"("jwk":)" + jwk), Claims(), stranger)},
      {"own keys behind jku", Sign(with(R"("jku":"https://evil.test/jwks")"), Claims(), stranger)},
      {"own certificate as x5c", Sign(with(R"("x5c":["MIIB"])"), Claims(), stranger)},
      {"own certificate behind x5u",
       Sign(with(R"("x5u":"https://evil.test")"), Claims(), stranger)},
      {"a list", Header(R"(["ES256"])")},
      {"a text", Header(R"("ES256")")},
      {"null", Header("null")},
      {"no JSON", Header("alg=ES256")},
      {"a byte order mark", Header(std::string("\xEF\xBB\xBF") + kHeader)},
      {"rubbish behind", Header(std::string(kHeader) + "{}")},
      {"a comment", Header(R"({"alg":"ES256",/**/"kid":"k1","typ":"at+jwt"})")},
      {"a comma too many", Header(R"({"alg":"ES256","kid":"k1","typ":"at+jwt",})")},
      {"no UTF-8", Header(with("\"x\":\"\xC3\x28\""))},
      {"half a surrogate pair", Header(with(R"("x":"\uD800")"))},
      {"too deep", Header(with(R"("x":)" + std::string(99, '[') + std::string(99, ']')))},
  };
  RefuseAll(cases);
}

TEST_CASE_METHOD(Fixture, "Hostile tokens: kid names one of the issuer's keys or none", "[auth]") {
  Cases cases;
  for (const char* kid :
       {R"("k2")", R"("r1")", R"("e1")", R"("")", R"("K1")", R"("k1 ")", R"("k1\u0000")",
        R"("../../dev/null")", R"("/proc/self/environ")", R"("' OR 1=1 --")", R"("k1|ls")",
        R"("https://evil.test/key")", R"("\u043A1")", "1", "null", R"(["k1"])", R"({"k1":1})"}) {
    cases.emplace_back(std::string("kid ") + kid,
                       Header(std::string(R"({"alg":"ES256","typ":"at+jwt","kid":)") + kid + "}"));
  }
  cases.emplace_back("a long kid", Header(R"({"alg":"ES256","typ":"at+jwt","kid":")" +
                                          std::string(4000, 'k') + R"("})"));
  RefuseAll(cases);
  CHECK(fetches <= 2);  // The first, and one for all the unknown names.
}

TEST_CASE_METHOD(Fixture, "Hostile tokens: signatures", "[auth]") {
  std::string text = Encode(kHeader) + "." + Encode(Claims());
  std::string raw = signer.Sign(text).value(), r = raw.substr(0, 32), s = raw.substr(32);
  std::string zero(32, '\0'), ones(32, '\xFF'), one = std::string(31, '\0') + '\1';
  std::string order = crypto::HexDecode(kOrder).value();
  std::string der = std::string("\x30\x44\x02\x20") + r + "\x02\x20" + s;
  Cases cases;
  for (const auto& [name, signature] : Cases{{"nothing", ""},
                                             {"one octet short", raw.substr(0, 63)},
                                             {"one octet long", raw + '\0'},
                                             {"a leading zero octet", '\0' + raw},
                                             {"half", r},
                                             {"twice", raw + raw},
                                             {"r and s zero", zero + zero},
                                             {"r zero", zero + s},
                                             {"s zero", r + zero},
                                             {"r and s one", one + one},
                                             {"r the order", order + s},
                                             {"s the order", r + order},
                                             {"both the order", order + order},
                                             {"all bits set", ones + ones},
                                             {"swapped", s + r},
                                             {"DER", der},
                                             {"in hexadecimal", crypto::HexEncode(raw)},
                                             {"of 96 octets, as P-384's", raw + r},
                                             {"of another text", *signer.Sign(text + "x")},
                                             {"of a stranger", *stranger.Sign(text)},
                                             {"of another of the issuer's keys", *other.Sign(text)},
                                             {"of the issuer's RSA key", *rsa.Sign(text)},
                                             {"of the issuer's Ed25519 key", *ed.Sign(text)}}) {
    cases.emplace_back(name, text + "." + Encode(signature));
  }
  for (size_t bit : {0u, 255u, 256u, 511u}) {
    std::string flipped = raw;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (0x80 >> bit % 8));
    cases.emplace_back("bit " + std::to_string(bit), text + "." + Encode(flipped));
  }
  RefuseAll(cases);
}

TEST_CASE_METHOD(Fixture, "Hostile tokens: claims", "[auth]") {
  auto now = [](int64_t offset) { return std::to_string(kNow + offset); };
  std::string iss = R"("iss":"https://services.test")", aud = R"("aud":"tamarack")",
              exp = R"("exp":)" + now(300), iat = R"("iat":)" + now(0);
  Cases cases;
  for (const auto& [from, to] : Cases{
           {iss, R"("iss":"https://services.test/")"},
           {iss, R"("iss":"HTTPS://services.test")"},
           {iss, R"("iss":"https://services.test.evil.test")"},
           {iss, R"("iss":["https://services.test"])"},
           {iss, R"("iss":null)"},
           {iss, R"("x":1)"},
           {iss, iss + "," + iss},
           {iss, iss + R"(,"\u0069ss":"https://evil.test")"},
           {aud, R"("aud":"Tamarack")"},
           {aud, R"("aud":"tamarack.evil")"},
           {aud, R"("aud":"")"},
           {aud, R"("aud":[])"},
           {aud, R"("aud":["a","b"])"},
           {aud, R"("aud":["a","tamarack"])"},
           {aud, R"("aud":["tamarack","tamarack"])"},
           {aud, R"("aud":[["tamarack"]])"},
           {aud, R"("aud":{"tamarack":1})"},
           {aud, R"("aud":null)"},
           {aud, aud + "," + aud},
           {exp, R"("exp":)" + now(-61)},
           {exp, R"("exp":)" + now(301)},
           {exp, R"("exp":")" + now(300) + R"(")"},
           {exp, R"("exp":)" + now(301) + ".0"},
           {exp, R"("exp":1e400)"},
           {exp, R"("exp":1e300)"},
           {exp, R"("exp":-0.5)"},
           {exp, R"("exp":253402300800)"},
           {exp, R"("exp":9223372036854775807)"},
           {exp, R"("exp":9223372036854775808)"},
           {exp, R"("exp":18446744073709551616)"},
           {exp, R"("exp":-1)"},
           {exp, R"("exp":0)"},
           {exp, R"("exp":null)"},
           {exp, R"("exp":true)"},
           {exp, R"("exp":[)" + now(300) + "]"},
           {exp, R"("exp":Infinity)"},
           {exp, exp + "," + R"("exp":)" + now(200)},
           {exp, R"("x":1)"},
           {iat, R"("iat":)" + now(61)},
           {iat, R"("iat":)" + now(61) + ".0"},
           {iat, R"("iat":-9223372036854775808)"},
           {iat, R"("iat":-1e300)"},
           {iat, R"("iat":")" + now(0) + R"(")"},
           {iat, R"("x":1)"},
           {iat, iat + R"(,"nbf":)" + now(61)},
           {iat, iat + R"(,"nbf":")" + now(0) + R"(")"},
           {iat, iat + R"(,"nbf":null)"},
           {R"("sub":"c")", R"("sub":"")"},
           {R"("sub":"c")", R"("sub":7)"},
           {R"("sub":"c")", R"("sub":"c","sub":"d")"},
           {R"("client_id":"c")", R"("x":1)"},
           {R"("client_id":"c")", R"("client_id":["c"])"},
           {R"("mode":"live")", R"("mode":"LIVE")"},
           {R"("mode":"live")", R"("mode":"live","cnf":{"jkt":"a"})"},
           {R"("mode":"live")", R"("mode":"live","cnf":{"x5t#S256":"a"})"},
           {R"("mode":"live")", R"("mode":"live","cnf":{"kid":"a"})"},
           {R"("mode":"live")", R"("mode":"live","cnf":{"jkt":""})"},
           {R"("mode":"live")", R"("mode":"live","cnf":{}})"},
           {R"("mode":"live")", R"("mode":"live","cnf":{})"},
           {R"("mode":"live")", R"("mode":"live","cnf":null)"},
           {R"("mode":"live")", R"("mode":"live","cnf":"jkt")"},
       }) {
    cases.emplace_back(from + " → " + to, Body(Claims(from, to)));
  }
  for (const std::string& claims :
       {std::string(), std::string("null"), std::string("[]"), std::string("\"x\""),
        std::string("{"), Claims() + "x", Claims() + Claims(), " " + Claims() + "\xC0",
        std::string("{}"), Claims("\"c\"", "\"\xFF\""), Claims("\"c\"", R"("\uDC00")")}) {
    cases.emplace_back("claims " + claims.substr(0, 20), Body(claims));
  }
  RefuseAll(cases);
}
