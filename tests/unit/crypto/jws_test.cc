#include "platform/crypto/jws.h"

#include "platform/crypto/encoding.h"
#include "platform/json/strict.h"

#include <openssl/bn.h>
#include <catch2/catch.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <string>
#include <vector>

namespace crypto = tamarack::crypto;
namespace json = boost::json;
using crypto::Algorithm;
using crypto::Key;
using crypto::KeySet;
using tamarack::StringMember;

namespace {

// RFC 7515 appendix A: one payload, three algorithms.
constexpr char kPayload[] =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
constexpr char kHs256Secret[] =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
constexpr char kHs256Header[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
constexpr char kHs256Signature[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr char kRs256Key[] =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";
constexpr char kRs256Signature[] =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
constexpr char kEs256Key[] =
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr char kEs256Signature[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

Key PublicKey(const std::string& jwk) {
  return Key::FromPublicJwk(json::parse(jwk).as_object()).value();
}

std::string Encode(std::string_view text) {
  return crypto::Base64UrlEncode(text);
}

std::string Join(std::string_view header, std::string_view claims, std::string_view signature) {
  return std::string(header) + "." + std::string(claims) + "." + std::string(signature);
}

// Signs `header` and `claims` as they are, whatever they say.
std::string Forge(const Key& key, std::string_view header, std::string_view claims = R"({"a":1})") {
  std::string text = Encode(header) + "." + Encode(claims);
  return text + "." + Encode(key.Sign(text).value());
}

absl::Status Check(std::string_view token, const Key& key, std::string_view typ = "") {
  return crypto::VerifyJws(token, KeySet({key}), {key.algorithm(), typ}).status();
}

}  // namespace

TEST_CASE("The signatures of RFC 7515 appendix A verify", "[jws]") {
  auto secret = Key::FromSecret(crypto::Base64UrlDecode(kHs256Secret).value()).value();
  auto hs = crypto::VerifyJws(Join(kHs256Header, kPayload, kHs256Signature), KeySet({secret}),
                              {Algorithm::kHs256, "JWT"});
  REQUIRE(hs.status() == absl::OkStatus());
  CHECK(StringMember(hs->claims, "iss") == "joe");
  CHECK(hs->claims.at("exp").as_int64() == 1300819380);
  CHECK(Check(Join(Encode(R"({"alg":"RS256"})"), kPayload, kRs256Signature),
              PublicKey(kRs256Key)) == absl::OkStatus());
  CHECK(Check(Join(Encode(R"({"alg":"ES256"})"), kPayload, kEs256Signature),
              PublicKey(kEs256Key)) == absl::OkStatus());
}

TEST_CASE("The signature of RFC 8037 appendix A.4 verifies, under the old and the new name",
          "[jws]") {
  Key key = PublicKey(
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  // Appendix A.3.
  CHECK(key.PublicThumbprint().value() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  std::string signature =
      crypto::Base64UrlDecode(
          "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
          .value();
  CHECK(key.Verify("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", signature));
  CHECK_FALSE(key.Verify("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmd", signature));
  Key own = Key::Generate(Algorithm::kEd25519, "k").value();
  CHECK(Check(Forge(own, R"({"alg":"EdDSA"})"), own) == absl::OkStatus());
  CHECK(Check(Forge(own, R"({"alg":"Ed25519"})"), own) == absl::OkStatus());
  CHECK_FALSE(Check(Forge(own, R"({"alg":"ES256"})"), own).ok());
}

TEST_CASE("A key without a kid is named by its RFC 7638 thumbprint", "[jws]") {
  Key key = PublicKey(
      R"({"kty":"RSA","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"})");
  CHECK(key.kid() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST_CASE("What is signed verifies through the exported key set", "[jws]") {
  auto algorithm = GENERATE(Algorithm::kEs256, Algorithm::kRs256, Algorithm::kEd25519);
  Key key = Key::Generate(algorithm).value();
  KeySet published = KeySet::FromJwks(KeySet({key}).Jwks()).value();
  CHECK_FALSE(published.keys()[0].can_sign());
  CHECK_FALSE(published.keys()[0].Sign("x").ok());
  auto token = crypto::SignJws(key, {{"sub", "s"}}, {{"typ", "at+jwt"}});
  REQUIRE(token.ok());
  auto jws = crypto::VerifyJws(*token, published, {algorithm, "at+jwt"});
  REQUIRE(jws.status() == absl::OkStatus());
  CHECK(StringMember(jws->header, "kid") == key.kid());
  CHECK(jws->claims == json::object{{"sub", "s"}});
}

TEST_CASE("A persisted private key signs as before and its JWKS holds no private member", "[jws]") {
  Key key = Key::Generate(Algorithm::kEs256, "sig-1").value();
  Key loaded = Key::FromPrivatePem(Algorithm::kEs256, key.PrivatePem().value(), "sig-1").value();
  CHECK(Check(crypto::SignJws(loaded, {}).value(), key) == absl::OkStatus());
  json::object jwk = key.PublicJwk().value();
  CHECK(jwk.size() == 7);
  CHECK_FALSE(jwk.contains("d"));
  CHECK(KeySet({Key::FromSecret(std::string(32, 'x')).value()}).Jwks() == R"({"keys":[]})");
  CHECK_FALSE(Key::FromPrivatePem(Algorithm::kRs256, key.PrivatePem().value()).ok());
  CHECK_FALSE(Key::FromPrivatePem(Algorithm::kEs256, "-----BEGIN PRIVATE KEY-----\n").ok());
}

TEST_CASE("ES256 signatures are 64 octets, even when r or s is short", "[jws]") {
  Key key = Key::Generate(Algorithm::kEs256).value();
  for (int i = 0; i < 600; ++i) {  // one in 128 has a leading zero octet
    std::string signature = key.Sign(std::to_string(i)).value();
    REQUIRE(signature.size() == 64);
    REQUIRE(key.Verify(std::to_string(i), signature));
  }
}

TEST_CASE("Tokens that are not exactly right are refused", "[jws]") {
  Key es = Key::Generate(Algorithm::kEs256, "k").value();
  std::string good = Forge(es, R"({"alg":"ES256","kid":"k","typ":"at+jwt"})");
  REQUIRE(Check(good, es, "at+jwt") == absl::OkStatus());
  REQUIRE(Check(good, es, "AT+JWT") == absl::OkStatus());
  size_t last = good.rfind('.');
  std::string raw = crypto::Base64UrlDecode(good.substr(last + 1)).value();
  std::string head = good.substr(0, last + 1);

  const std::vector<std::pair<std::string, std::string>> table = {
      {"empty", ""},
      {"dots only", ".."},
      {"no signature part", good.substr(0, last)},
      {"empty signature", head},
      {"fourth part", good + ".x"},
      {"truncated signature", good.substr(0, good.size() - 2)},
      {"signature one octet short", head + Encode(raw.substr(0, 63))},
      {"signature one octet long", head + Encode(raw + '\0')},
      {"signature of zeros", head + Encode(std::string(64, '\0'))},
      {"signature halves swapped", head + Encode(raw.substr(32) + raw.substr(0, 32))},
      {"padded base64", good + "=="},
      {"white space", good + "\n"},
      {"leading space", " " + good},
      {"other claims",
       Join(good.substr(0, good.find('.')), Encode(R"({"a":2})"), good.substr(last + 1))},
      {"alg none", Encode(R"({"alg":"none"})") + "." + Encode(R"({"a":1})") + "."},
      {"alg None with a signature", Forge(es, R"({"alg":"None","kid":"k"})")},
      {"alg in lower case", Forge(es, R"({"alg":"es256","kid":"k"})")},
      {"alg missing", Forge(es, R"({"kid":"k","typ":"at+jwt"})")},
      {"alg no string", Forge(es, R"({"alg":["ES256"],"typ":"at+jwt"})")},
      {"alg twice", Forge(es, R"({"alg":"ES256","typ":"at+jwt","alg":"ES256"})")},
      {"alg twice, once escaped", Forge(es, R"({"alg":"ES256","typ":"at+jwt","\u0061lg":"none"})")},
      {"crit", Forge(es, R"({"alg":"ES256","typ":"at+jwt","crit":["exp"],"exp":1})")},
      {"b64", Forge(es, R"({"alg":"ES256","typ":"at+jwt","b64":false})")},
      {"other typ", Forge(es, R"({"alg":"ES256","kid":"k","typ":"JWT"})")},
      {"no typ", Forge(es, R"({"alg":"ES256","kid":"k"})")},
      {"unknown kid", Forge(es, R"({"alg":"ES256","kid":"other","typ":"at+jwt"})")},
      {"kid no string", Forge(es, R"({"alg":"ES256","kid":1,"typ":"at+jwt"})")},
      {"header no object", Forge(es, R"(["ES256"])")},
      {"header no JSON", Forge(es, "ES256")},
      {"claims no object", Forge(es, R"({"alg":"ES256","typ":"at+jwt"})", "[1]")},
      {"claim twice", Forge(es, R"({"alg":"ES256","typ":"at+jwt"})", R"({"a":1,"a":2})")},
      {"number beyond a double", Forge(es, R"({"alg":"ES256","typ":"at+jwt"})", R"({"a":1e400})")},
      {"nothing, times too much", Forge(es, R"({"alg":"ES256","typ":"at+jwt"})", R"({"a":0e320})")},
      {"claims with rubbish behind", Forge(es, R"({"alg":"ES256","typ":"at+jwt"})", R"({"a":1}x)")},
      {"too deep", Forge(es, R"({"alg":"ES256","typ":"at+jwt"})",
                         R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}")},
      {"too long", Forge(es, R"({"alg":"ES256","typ":"at+jwt"})",
                         R"({"a":")" + std::string(9000, 'x') + R"("})")},
  };
  for (const auto& [name, token] : table) {
    DYNAMIC_SECTION(name) {
      CHECK(Check(token, es, "at+jwt").code() == absl::StatusCode::kUnauthenticated);
    }
  }
}

TEST_CASE("A token cannot choose its algorithm", "[jws]") {
  Key rsa = Key::Generate(Algorithm::kRs256, "k").value();
  // The classic confusion: the public key, which everybody has, taken for an HMAC secret.
  for (const std::string& known :
       {json::serialize(rsa.PublicJwk().value()), rsa.PrivatePem().value()}) {
    Key forger = Key::FromSecret(known, "k").value();
    std::string token = Forge(forger, R"({"alg":"HS256","kid":"k"})");
    CHECK_FALSE(crypto::VerifyJws(token, KeySet({rsa}), {Algorithm::kRs256, ""}).ok());
    CHECK_FALSE(crypto::VerifyJws(token, KeySet({rsa}), {Algorithm::kHs256, ""}).ok());
  }
  Key es = Key::Generate(Algorithm::kEs256, "k").value();
  CHECK_FALSE(crypto::VerifyJws(Forge(es, R"({"alg":"RS256","kid":"k"})"), KeySet({rsa, es}),
                                {Algorithm::kRs256, ""})
                  .ok());
}

TEST_CASE("A signer may not overrule alg and kid", "[jws]") {
  Key key = Key::FromSecret(std::string(32, 's')).value();
  for (const char* name : {"alg", "kid", "crit"}) {
    CHECK_FALSE(crypto::SignJws(key, {}, {{name, "x"}}).ok());
  }
  CHECK_FALSE(crypto::SignJws(key, {{"a", std::string(9000, 'x')}}).ok());
  CHECK_FALSE(Key::FromSecret(std::string(31, 's')).ok());
}

TEST_CASE("Public keys that are weak, private or misplaced are refused", "[jws]") {
  const std::string ec =
      R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")";
  const std::string y = R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";
  for (
      std::string jwk :
      {std::string(R"({"kty":"oct","k":"c2VjcmV0"})"),
       "{" + ec + "," + y + R"(,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X5fCE9-E9LI"})",
       "{" + ec + "," + y + R"(,"use":"enc"})", "{" + ec + "," + y + R"(,"alg":"ES384"})",
       "{" + ec + "}",
       "{" + ec + R"(,"y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})",  // off the curve
       "{" + ec + R"(,"y":"AAAA"})",
       std::string(R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNg","e":"AQAB"})"),
       std::string(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwI"})"),
       std::string(
           R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"),
       std::string(
           R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"ES256"})"),
       std::string("{}")}) {
    CAPTURE(jwk);
    CHECK_FALSE(Key::FromPublicJwk(json::parse(jwk).as_object()).ok());
  }
  std::string set = std::string(R"({"keys":[{"kty":"new"},)") + kEs256Key + R"(,7]})";
  CHECK(KeySet::FromJwks(set).value().keys().size() == 1);
  for (std::string text : {"", "{}", "[]", R"({"keys":{}})", R"({"keys":[]})"}) {
    CHECK_FALSE(KeySet::FromJwks(text).ok());
  }
}

TEST_CASE("Strangers' RSA keys are held to sizes before anything is computed", "[jws]") {
  // A modulus of so many bits that no small prime divides, which is all that anybody checked.
  auto modulus = [](int bits) {
    std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_new(), &BN_free);
    auto is_divisible = [&] {
      for (BN_ULONG divisor = 3; divisor < 1000; divisor += 2) {
        if (BN_mod_word(number.get(), divisor) == 0) return true;
      }
      return false;
    };
    do {
      REQUIRE(BN_rand(number.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1);
    } while (is_divisible());
    std::string bytes(static_cast<size_t>(BN_num_bytes(number.get())), '\0');
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
  };
  const std::string usual("\x01\x00\x01", 3);
  struct Case {
    const char* name;
    std::string n;
    std::string e;
    bool is_accepted;
  };
  std::string even = modulus(2048);
  even.back() = '\x02';
  const std::vector<Case> table = {
      {"2048 bits", modulus(2048), usual, true},
      {"4096 bits", modulus(4096), usual, true},
      {"4096 bits, a leading zero", std::string(1, '\0') + modulus(4096), usual, true},
      {"e of 32 bits", modulus(2048), "\xff\xff\xff\xff", true},
      {"1024 bits", modulus(1024), usual, false},
      {"2047 bits", modulus(2047), usual, false},
      {"4097 bits", modulus(4097), usual, false},
      {"8192 bits", modulus(8192), usual, false},
      {"an even modulus", even, usual, false},
      {"no modulus", "", usual, false},
      {"e of 33 bits", modulus(2048), std::string("\x01\x00\x00\x00\x01", 5), false},
      {"e as long as n", modulus(2048), modulus(2048), false},
      {"e = 1", modulus(2048), "\x01", false},
      {"e even", modulus(2048), "\x04", false},
      {"no e", modulus(2048), "", false},
  };
  for (const auto& [name, n, e, is_accepted] : table) {
    json::object jwk{
        {"kty", "RSA"}, {"n", crypto::Base64UrlEncode(n)}, {"e", crypto::Base64UrlEncode(e)}};
    CAPTURE(name);
    CHECK(Key::FromPublicJwk(jwk).ok() == is_accepted);
    jwk["kid"] = std::string(257, 'k');
    CHECK_FALSE(Key::FromPublicJwk(jwk).ok());
  }
}
