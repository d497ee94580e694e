#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jws.h"
#include "services/identity/api_keys/api_key_format.h"
#include "services/identity/api_keys/api_key_rules.h"
#include "services/identity/clients/client_authenticator.h"
#include "services/identity/exchange/notify_key_token.h"
#include "services/identity/keys/keyring.h"
#include "services/identity/passwords/password_rules.h"
#include "services/identity/people/claims.h"
#include "services/identity/people/subject_repository.h"
#include "services/identity/protocol/pkce.h"
#include "services/identity/sign_in/confirmation_code.h"

#include <catch2/catch.hpp>

#include <random>

// Goal: identity's pure rules, each alone.
namespace tamarack::identity {
namespace {

TEST_CASE("PKCE: the example of RFC 7636, and nothing near it") {
  constexpr char kVerifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  constexpr char kChallenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  CHECK(IsCodeChallenge(kChallenge));
  CHECK(VerifyCodeVerifier(kVerifier, kChallenge));
  CHECK(!VerifyCodeVerifier(kChallenge, kChallenge));
  CHECK(!VerifyCodeVerifier("", kChallenge));
  auto challenge_of = [](const std::string& verifier) {
    return crypto::Base64UrlEncode(crypto::Sha256(verifier));
  };
  for (const auto& verifier : {std::string(42, 'a'), std::string(129, 'a'),
                               std::string(42, 'a') + "=", std::string(43, ' ')}) {
    CHECK(!VerifyCodeVerifier(verifier, challenge_of(verifier)));
  }
  CHECK(VerifyCodeVerifier(std::string(128, '~'), challenge_of(std::string(128, '~'))));
}

TEST_CASE("Pairwise subjects: stable, 43 characters, different for each person, sector and key") {
  std::string subject = PairwiseSubject("key", "transport", "person");
  CHECK(subject.size() == 43);
  CHECK(subject == PairwiseSubject("key", "transport", "person"));
  CHECK(subject != PairwiseSubject("key", "health", "person"));
  CHECK(subject != PairwiseSubject("key", "transport", "other"));
  CHECK(subject != PairwiseSubject("other key", "transport", "person"));
  CHECK(PairwiseSubject("key", "ab", "c") != PairwiseSubject("key", "a", "bc"));
  CHECK(NewSubject().size() == 43);
  CHECK(NewSubject() != NewSubject());
}

TEST_CASE("CheckPassword: length in characters, then what everybody tries first") {
  auto [password, fault] = GENERATE(table<std::string, PasswordFault>({
      {"", PasswordFault::kShort},
      {"fourteen chars", PasswordFault::kShort},
      {"éééééééééééééé", PasswordFault::kShort},  // 14 characters, 28 bytes
      {"a walk in the woods", PasswordFault::kNone},
      {"Été à Sudbury !", PasswordFault::kNone},
      {"15 chars exactl", PasswordFault::kNone},
      {"PasswordPassword", PasswordFault::kCommon},
      {"aaaaaaaaaaaaaaaaaaaa", PasswordFault::kCommon},
      {"1234567890123456", PasswordFault::kCommon},
      {"abcdefghijklmnopq", PasswordFault::kCommon},
      {"Zoe@Example.test", PasswordFault::kCommon},
      {"marguerite2marguerite2", PasswordFault::kCommon},
      {"margueritemarguerite", PasswordFault::kCommon},
      {"password1234567", PasswordFault::kCommon},
      {"123451234512345", PasswordFault::kCommon},
      {"Passwordpassword1", PasswordFault::kCommon},
      {"123456789101112", PasswordFault::kCommon},
      {"1234567891011121314", PasswordFault::kCommon},
      {"tamaracktamarack", PasswordFault::kCommon},
      {"9876543210987654", PasswordFault::kCommon},
      {"P@ssw0rd-20261130", PasswordFault::kCommon},
      {"motdepasse123456", PasswordFault::kCommon},
      {"Bienvenue2026!!!", PasswordFault::kCommon},
      {"qwertyuiopasdfgh", PasswordFault::kCommon},
      {"azertyuiopqsdfgh", PasswordFault::kCommon},
      {"1qaz2wsx3edc4rfv", PasswordFault::kCommon},
      {"letmeinletmeinletmein", PasswordFault::kCommon},
      {"welcomewelcome123", PasswordFault::kCommon},
      {"correct horse battery staple", PasswordFault::kCommon},
      {"correct-horse-battery-staple1", PasswordFault::kCommon},
      {"112233445566778", PasswordFault::kCommon},
      {"abcabcabcabcabc", PasswordFault::kCommon},
      {"aaaaaaabbbbbbbb", PasswordFault::kCommon},
      {"ababbabbaabbaba", PasswordFault::kCommon},
      {"Tremblay12345678", PasswordFault::kCommon},
      {"marguerite.tremblay", PasswordFault::kCommon},
      {"zoeexampletest2026", PasswordFault::kCommon},
      {"iloveyou1234567890", PasswordFault::kCommon},
      {"maple-canoe-lantern", PasswordFault::kNone},
      {"bouleau-riviere-phare", PasswordFault::kNone},
      {"maplecanoelantern", PasswordFault::kNone},
      {"the property of first dogs", PasswordFault::kNone},
      {"dragon monkey cheese", PasswordFault::kNone},
      {"my password is none", PasswordFault::kNone},
      {"ᐊᓂᓂᖅ ᐃᓄᒃ ᓄᓇᕗᑦ ᐅᖃᐅᓯᖅ", PasswordFault::kNone},
      {"k7#pQ9$xZ2!mL4&", PasswordFault::kNone},
      {"613802957134680", PasswordFault::kNone},
  }));
  CAPTURE(password);
  CHECK(CheckPassword(password, "zoe@example.test", "Marguerite Tremblay") == fault);
}

TEST_CASE("Emails are found by their address whatever its case, and kept as they were written") {
  Keyring keyring(crypto::Keyring(std::string(32, 'k')));
  for (const char* typed : {"zoe@example.test", "Zoe@Example.TEST", "ZOE@EXAMPLE.TEST"}) {
    CHECK(keyring.EmailIndex(typed) == keyring.EmailIndex("zoe@example.test"));
  }
  CHECK(keyring.EmailIndex("zoe@example.test") != keyring.EmailIndex("zo@example.test"));
}

TEST_CASE("CheckPassword: one length for every way of typing an accent") {
  constexpr char kComposed[] = "\u00e9t\u00e9 \u00e0 Sudbury!";       // 14 characters
  constexpr char kDecomposed[] = "e\u0301te\u0301 a\u0300 Sudbury!";  // 17 code points
  for (const char* typed : {kComposed, kDecomposed}) {
    CHECK(CheckPassword(typed, "", "") == PasswordFault::kShort);
    CHECK(CheckPassword(typed + std::string("y"), "", "") == PasswordFault::kNone);
  }
  std::string longest;
  for (int i = 0; i < 64; ++i) longest += "ab\u00e9" + std::to_string(i % 10);
  CHECK(CheckPassword(longest, "", "") == PasswordFault::kNone);
  CHECK(CheckPassword(longest + "x", "", "") == PasswordFault::kLong);
}

TEST_CASE("FindCode: the eight digits, wherever they stand in what was pasted") {
  auto [typed, code] = GENERATE(table<std::string, std::string>({
      {"48291537", "48291537"},
      {"Your confirmation code is: 48291537", "48291537"},
      {" 4829 1537 ", "48291537"},
      {"4829-1537", "48291537"},
      {"4829\u20131537", "48291537"},
      {"4 8 2 9 1 5 3 7", "48291537"},
      {"4829\u00a01537\n", "48291537"},
      {"４８２９１５３７", "48291537"},
      {"٤٨٢٩١٥٣٧", "48291537"},
      {"Your confirmation code is:\n\n48291537\n\nIt is good for 15 minutes.", "48291537"},
      {"48291537 est votre code\n48291537\nIl est valide pendant 15 minutes. 1-800-555-0100",
       "48291537"},
      {"Your code is 4829 1537. It is good for 15 minutes.", "48291537"},
      // Which one is meant, or whether any, cannot be told.
      {"48291537 or 48291538", ""},
      {"4829153", ""},
      {"482915376", ""},
      {"48291 53 715 5", ""},
      {"15 minutes", ""},
      {"code", ""},
      {"", ""},
  }));
  CAPTURE(typed);
  CHECK(FindCode(typed).value_or("") == code);
}

TEST_CASE("FindCode: whatever stands around the only eight digits") {
  constexpr const char* kAround[] = {"Your code is", "15 minutes", "1-800-555-0100", "2026-11-30",
                                     "12 345 678",   "K1A 0B1",    "\n\n",           "\u00a0",
                                     "É\u0301",      "4829153700", "code\u202e",     "№ 7"};
  std::mt19937 random(8);
  for (int i = 0; i < 20'000; ++i) {
    std::string code = std::to_string(10'000'000 + random() % 90'000'000), text;
    auto add_around = [&] {
      for (auto pieces = random() % 4; pieces > 0; --pieces)
        text += std::string(kAround[random() % std::size(kAround)]) + "\n";
    };
    add_around();
    text += code + "\n";
    add_around();
    if (FindCode(text) != code) FAIL("not found in " << text);
  }
}

TEST_CASE("Payment keys have GOV.UK Pay's form, by which they are told from tokens") {
  std::string key = NewPayKey();
  CHECK(LooksLikePayKey(key));
  CHECK(NewPayKey() != key);
  for (const auto& other : {key.substr(1), key.substr(0, key.size() - 1), key + "a", std::string(),
                            key.substr(0, key.size() - 1) + ".", "apj_" + key.substr(4)}) {
    CAPTURE(other);
    CHECK_FALSE(LooksLikePayKey(other));
  }
}

TEST_CASE("ReadClientCredentials: Basic or post, never both") {
  auto basic = [](const std::string& text) { return "Basic " + crypto::Base64Encode(text); };
  auto read = ReadClientCredentials(basic("a%3Ab:c%20d+e"), "", "");
  REQUIRE(read.ok());
  CHECK(read->id == "a:b");
  CHECK(read->secret == "c d e");
  CHECK(ReadClientCredentials("bAsIc " + crypto::Base64Encode("a:b"), "a", "")->secret == "b");
  CHECK(ReadClientCredentials("", "a", "b")->secret == "b");
  CHECK(absl::IsInvalidArgument(ReadClientCredentials(basic("a:b"), "a", "b").status()));
  CHECK(absl::IsInvalidArgument(ReadClientCredentials(basic("a:b"), "other", "").status()));
  for (const auto& header :
       {std::string("Basic"), std::string("Basic !"), basic("no colon"), std::string("Bearer x")}) {
    CHECK(absl::IsUnauthenticated(ReadClientCredentials(header, "", "").status()));
  }
  CHECK(absl::IsUnauthenticated(ReadClientCredentials("", "a", "").status()));
}

constexpr char kService[] = "0190aaaa-0000-7000-8000-000000000001";
constexpr int64_t kNow = 1'800'000'000;

std::string SignNotify(const std::string& secret, const boost::json::object& claims) {
  return *crypto::SignJws(*crypto::Key::FromSecret(secret), claims, {{"typ", "JWT"}});
}

TEST_CASE("Notify's tokens: each fault in GOV.UK Notify's order and words") {
  const std::string secret = NewNotifySecret(), revoked = NewNotifySecret(),
                    unknown = NewNotifySecret();
  std::vector<ApiKey> keys(2);
  keys[0].id = "live";
  keys[0].secret = secret;
  keys[1].id = "old";
  keys[1].secret = revoked;
  keys[1].is_revoked = true;
  auto verify = [&](const std::string& token) { return VerifyNotifyToken(token, keys, kNow); };
  auto good = verify(SignNotify(secret, {{"iss", kService}, {"iat", kNow - 30}}));
  REQUIRE(good.ok());
  CHECK(good->id == "live");
  CHECK(verify(SignNotify(secret, {{"iss", kService}, {"iat", kNow + 30}})).ok());
  CHECK(verify(SignNotify(secret, {{"iss", kService}, {"iat", kNow + 0.25}})).ok());
  CHECK(verify(SignNotify(secret, {{"iss", kService}, {"iat", kNow - 29.75}})).ok());

  const std::string clock = "Error: Your system clock must be accurate to within 30 seconds";
  CHECK(verify(SignNotify(secret, {{"iss", kService}, {"iat", kNow - 31}})).status().message() ==
        clock);
  CHECK(verify(SignNotify(secret, {{"iss", kService}, {"iat", kNow + 31}})).status().message() ==
        clock);
  CHECK(verify(SignNotify(secret, {{"iss", kService}})).status().message() == clock);
  for (const boost::json::value& iat :
       {boost::json::value(1e300), boost::json::value(-1e300), boost::json::value(kNow - 30.5),
        boost::json::value("now"), boost::json::value(true), boost::json::value(INT64_MIN)}) {
    CHECK(verify(SignNotify(secret, {{"iss", kService}, {"iat", iat}})).status().message() ==
          clock);
  }
  CHECK(verify(SignNotify(unknown, {{"iss", kService}, {"iat", kNow}})).status().message() ==
        "Invalid token: API key not found");
  CHECK(verify(SignNotify(revoked, {{"iss", kService}, {"iat", kNow}})).status().message() ==
        "Invalid token: API key revoked");
  CHECK(verify(SignNotify(revoked, {{"iss", kService}, {"iat", 0}})).status().message() == clock);
  CHECK(VerifyNotifyToken("a.b.c", {}, kNow).status().message() ==
        "Invalid token: service has no API keys");
}

TEST_CASE("Notify's tokens: limits that a caller sets hold, and no others do") {
  std::string secret = NewNotifySecret();
  std::vector<ApiKey> keys(1);
  keys[0].secret = secret;
  const struct {
    boost::json::object limits;
    const char* error;  // "" when the token is good
  } kCases[] = {
      {{{"exp", kNow - 300}}, "Invalid token: expired"},
      {{{"exp", kNow - 30}}, "Invalid token: expired"},
      {{{"exp", 1}}, "Invalid token: expired"},
      {{{"exp", 0.5}}, "Invalid token: expired"},
      {{{"exp", kNow - 29}}, ""},
      {{{"exp", kNow + 0.5}}, ""},
      {{{"exp", kNow + 3600}, {"nbf", kNow - 3600}}, ""},
      {{{"nbf", kNow + 3600}}, "Invalid token: not valid yet"},
      {{{"nbf", kNow + 31}, {"exp", kNow + 60}}, "Invalid token: not valid yet"},
      {{{"nbf", kNow + 30}}, ""},
      {{{"nbf", 0}}, ""},
      {{{"exp", "soon"}}, "Invalid token: exp field is not a time"},
      {{{"exp", std::to_string(kNow + 60)}}, "Invalid token: exp field is not a time"},
      {{{"exp", nullptr}}, "Invalid token: exp field is not a time"},
      {{{"exp", -1}}, "Invalid token: exp field is not a time"},
      {{{"exp", 1e300}}, "Invalid token: exp field is not a time"},
      {{{"nbf", true}}, "Invalid token: nbf field is not a time"},
      {{{"nbf", boost::json::array{kNow}}}, "Invalid token: nbf field is not a time"},
  };
  for (const auto& c : kCases) {
    boost::json::object claims = c.limits;
    claims["iss"] = kService;
    claims["iat"] = kNow;
    INFO(boost::json::serialize(claims));
    auto key = VerifyNotifyToken(SignNotify(secret, claims), keys, kNow);
    CHECK(key.ok() == std::string_view(c.error).empty());
    CHECK(key.status().message() == c.error);
  }
}

TEST_CASE("Notify's tokens: the service is read strictly before anything is verified") {
  std::string secret = NewNotifySecret();
  CHECK(*ServiceOfNotifyToken(SignNotify(secret, {{"iss", kService}})) == kService);
  CHECK(ServiceOfNotifyToken(SignNotify(secret, {{"iat", 1}})).status().message() ==
        "Invalid token: iss field not provided");
  CHECK(ServiceOfNotifyToken(SignNotify(secret, {{"iss", "x"}})).status().message() ==
        "Invalid token: service id is not the right data type");
  CHECK(ServiceOfNotifyToken(SignNotify(secret, {{"iss", 5}})).status().message() ==
        "Invalid token: service id is not the right data type");
  auto es256 = *crypto::Key::Generate(crypto::Algorithm::kEs256);
  std::string ours = *crypto::SignJws(es256, {{"iss", kService}});
  CHECK(ServiceOfNotifyToken(ours).status().message() ==
        "Invalid token: algorithm used is not HS256");
  CHECK(!LooksLikeNotifyToken(ours));
  CHECK(!LooksLikeNotifyToken("api_abc"));
  CHECK(LooksLikeNotifyToken(SignNotify(secret, {{"iss", kService}})));
}

TEST_CASE("A notifications key that is sent as it is is told from other credentials") {
  const std::string tail =
      "-018f0000-0000-7000-8000-00000000000a-5a1f0000-0000-4000-8000-00000000000b";
  for (const std::string& key : {"licences" + tail, "a b-c é" + tail, tail.substr(1)}) {
    INFO(key);
    CHECK(LooksLikeNotifyKey(key));
    CHECK(!LooksLikeNotifyToken(key));
  }
  for (const std::string& other :
       {std::string(), std::string("api_abc"), std::string(73, '-'), tail + "0",
        std::string("018f0000-0000-7000-8000-00000000000a"), std::string("aGVhZA.Y2xhaW1z.c2ln")}) {
    INFO(other);
    CHECK(!LooksLikeNotifyKey(other));
  }
}

TEST_CASE("The claim table: what is shown is what is given, and what is not known is left out") {
  Profile profile{.email = "zoe@example.test",
                  .given_name = "Zoé",
                  .family_name = "Exemple",
                  .address = std::nullopt};
  auto names = SharedClaims({"openid", "profile", "email", "address", "payments.read"});
  CHECK(names == std::vector<std::string>{"name", "email", "address"});
  auto claims = UserInfoClaims("subject", profile, names);
  CHECK(claims.size() == 6);
  CHECK(!claims.contains("address"));
  CHECK(UserInfoClaims("subject", profile, SharedClaims({"openid"})).size() == 1);
  for (const char* only : {"given_name", "family_name"}) {
    Profile one;
    (only == std::string("given_name") ? one.given_name : one.family_name) = "Suharto";
    auto of_one = UserInfoClaims("subject", one, {"name"});
    CHECK(of_one.at("name") == "Suharto");
    CHECK(of_one.at(only) == "Suharto");
    CHECK((of_one.contains("given_name") ? 1 : 0) + (of_one.contains("family_name") ? 1 : 0) == 1);
  }
  auto& address = profile.address.emplace();
  address.set_line_1("12 Elm Street");
  address.set_line_2("Unit 3");
  address.set_city("Sudbury");
  address.set_province("ON");
  address.set_postal_code("P3E 2W9");
  claims = UserInfoClaims("subject", profile, {"address"});
  CHECK(claims.at("address").at("street_address") == "12 Elm Street\nUnit 3");
  CHECK(claims.at("address").at("formatted") == "12 Elm Street\nUnit 3\nSudbury ON  P3E 2W9");
  for (const SharedClaim& claim : ClaimTable()) {
    CAPTURE(claim.name);
    CHECK(IsPersonScope(claim.scope));
    CHECK(!claim.show(profile).empty());
    auto given = UserInfoClaims("subject", profile, {std::string(claim.name)});
    given.erase("sub");
    CHECK(given.size() == claim.members.size());
    for (std::string_view member : claim.members)
      CHECK(given.contains(boost::json::string_view(member.data(), member.size())));
  }
}

TEST_CASE("CheckNewApiKey: scopes are a part of the kind's, and the end is ahead") {
  const TimePoint now = FromUnixMicros(1'000'000'000);
  v1::CreateApiKeyRequest request;
  request.set_kind("pay");
  request.set_key_type("live");
  CHECK(CheckNewApiKey(request, now).ok());
  request.add_scopes("payments.read");
  request.mutable_expire_time()->set_seconds(1001);
  CHECK(CheckNewApiKey(request, now).ok());
  CHECK(!CheckNewApiKey(request, now + std::chrono::seconds(1)).ok());
  request.clear_expire_time();
  request.add_scopes("notify.send");
  CHECK(!CheckNewApiKey(request, now).ok());
  request.set_kind("notify");
  CHECK(!CheckNewApiKey(request, now).ok());
  request.set_scopes(0, "notify.read");
  CHECK(CheckNewApiKey(request, now).ok());
  request.add_scopes("platform.admin");
  CHECK(!CheckNewApiKey(request, now).ok());
  request.clear_scopes();
  request.set_kind("pay");
  request.set_key_type("team");
  CHECK(!CheckNewApiKey(request, now).ok());
}

}  // namespace
}  // namespace tamarack::identity
