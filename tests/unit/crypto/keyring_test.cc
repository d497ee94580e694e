#include "platform/crypto/keyring.h"

#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/seal.h"

#include <catch2/catch.hpp>

#include <string>

namespace crypto = tamarack::crypto;
using crypto::KeyVersion;
using crypto::KeyVersions;
using tamarack::FromUnixMicros;
using tamarack::TimePoint;

namespace {

const std::string kSecretA(32, 'a');
const std::string kSecretB(32, 'b');
const KeyVersion kFirst{.id = "1", .used_from = 0, .secret = kSecretA};
const KeyVersion kSecond{.id = "2", .used_from = 1000, .secret = kSecretB};

TimePoint At(int64_t unix_seconds) {
  return FromUnixMicros(unix_seconds * 1'000'000);
}

struct Clocked {
  int64_t now = 0;
  crypto::Keyring ring{KeyVersions{kFirst, kSecond}, [this] { return At(now); }};
};

}  // namespace

TEST_CASE("A secret of before there were versions is version 1, with the keys it had", "[crypto]") {
  std::string secret = "any text of thirty-two characters or more";
  KeyVersions versions = crypto::ParseKeyring(secret).value();
  REQUIRE(versions.size() == 1);
  CHECK(versions[0].id == "1");
  crypto::Keyring ring(versions);
  CHECK(ring.For("webhooks").Now()->current().bytes == crypto::DeriveKey(secret, "webhooks"));
  // As the release before wrote them: the key's name is in the seal, and none in the index.
  CHECK(crypto::Sealer(ring, "webhooks").Seal("text", "place").starts_with("1."));
  CHECK(crypto::StoredMac(ring.For("email")).Make("text") ==
        crypto::Base64UrlEncode(crypto::HmacSha256(crypto::DeriveKey(secret, "email"), "text")));
  // Rotation writes the same material down as version 1.
  CHECK(crypto::ParseKeyring(crypto::FormatKeyring(versions))->front().secret == secret);
  CHECK_FALSE(crypto::ParseKeyring("short").ok());
}

TEST_CASE("A keyring file says what is wrong with it, and nothing of what is in it", "[crypto]") {
  KeyVersions versions{kFirst, kSecond};
  std::string text = crypto::FormatKeyring(versions);
  KeyVersions again = crypto::ParseKeyring(text).value();
  REQUIRE(again.size() == 2);
  CHECK(again[1].id == "2");
  CHECK(again[1].used_from == 1000);
  CHECK(again[1].secret == kSecretB);

  std::string header = text.substr(0, text.find('\n') + 1);
  std::string good = crypto::Base64Encode(kSecretA);
  const std::string early = "1970-01-01T00:00:00Z ";
  const std::vector<std::string> broken{
      "",
      "1 " + early,
      "1 yesterday " + good,
      "x " + early + good,
      "01 " + early + good,
      "1 " + early + "c2hvcnQ=",
      "1 " + early + good.substr(1),
      "1:" + good,
      "1 " + early + good + "\n1 " + early + good,
  };
  for (const std::string& lines : broken) {
    CAPTURE(lines);
    auto parsed = crypto::ParseKeyring(header + lines);
    CHECK_FALSE(parsed.ok());
    CHECK(std::string(parsed.status().message()).find(good.substr(1, 8)) == std::string::npos);
  }
}

TEST_CASE_METHOD(Clocked, "A new version is read at once and used when its time has come",
                 "[crypto]") {
  crypto::Sealer sealer(ring, "test");
  std::string before = sealer.Seal("secret", "x");
  CHECK(before.starts_with("1."));
  now = 1000;
  ring.Refresh();
  std::string after = sealer.Seal("secret", "x");
  CHECK(after.starts_with("2."));
  CHECK(sealer.Open(before, "x").value() == "secret");
  // Another process, which has read the file and whose clock is behind, opens it too.
  crypto::Keyring behind(KeyVersions{kFirst, kSecond}, [] { return At(0); });
  CHECK(crypto::Sealer(behind, "test").Open(after, "x").value() == "secret");
  CHECK_FALSE(crypto::Sealer(ring, "other").Open(after, "x").ok());
}

TEST_CASE_METHOD(Clocked, "What holds a ring's keys keeps those of the moment", "[crypto]") {
  auto held = ring.For("test").Now();
  const std::string* id = &held->current().id;
  now = 1000;
  REQUIRE(ring.Replace({kSecond}).ok());
  CHECK(*id == "1");
  CHECK(ring.For("test").Now()->all.size() == 1);
  CHECK(ring.in_use().id == "2");
}

TEST_CASE_METHOD(Clocked, "A version that was taken out opens nothing any more", "[crypto]") {
  crypto::Sealer sealer(ring, "test");
  std::string sealed = sealer.Seal("secret", "x");
  REQUIRE(ring.Replace({kSecond}).ok());
  CHECK(absl::IsDataLoss(sealer.Open(sealed, "x").status()));
}

TEST_CASE_METHOD(Clocked, "A file of another ring changes nothing", "[crypto]") {
  crypto::Sealer sealer(ring, "test");
  std::string sealed = sealer.Seal("secret", "x");
  CHECK(absl::IsFailedPrecondition(ring.Replace({})));
  CHECK(absl::IsFailedPrecondition(ring.Replace({{.id = "1", .secret = kSecretB}, kSecond})));
  CHECK(absl::IsFailedPrecondition(ring.Replace({{.id = "3", .secret = kSecretA}})));
  CHECK(sealer.Open(sealed, "x").value() == "secret");
}

TEST_CASE("Whoever was made last of those whose time has come is in use", "[crypto]") {
  KeyVersion at_once{.id = "3", .used_from = 500, .secret = std::string(32, 'c')};
  KeyVersions versions{kFirst, kSecond, at_once};
  CHECK(crypto::VersionInUse(versions, At(0)) == 0);
  CHECK(crypto::VersionInUse(versions, At(500)) == 2);
  CHECK(crypto::VersionInUse(versions, At(1000)) == 2);
  CHECK(crypto::VersionInUse({kSecond}, At(0)) == 0);
}

TEST_CASE_METHOD(Clocked, "A stored hash is found under every version of the ring", "[crypto]") {
  crypto::StoredMac mac(ring.For("test"));
  std::string before = mac.Make("zoe@example.test");
  now = 1000;
  ring.Refresh();
  std::string after = mac.Make("zoe@example.test");
  CHECK(after.starts_with("2."));
  CHECK(mac.MakeAll("zoe@example.test") == std::vector<std::string>{after, before});
  CHECK(mac.Matches("zoe@example.test", before));
  CHECK(mac.Matches("zoe@example.test", after));
  CHECK_FALSE(mac.Matches("zoe@example.test", after.substr(2)));
  CHECK_FALSE(mac.Matches("zo@example.test", after));
  REQUIRE(ring.Replace({kSecond}).ok());
  CHECK_FALSE(mac.Matches("zoe@example.test", before));
}

TEST_CASE("A row that cannot be read is reported by its name", "[crypto]") {
  std::vector<std::string> reported;
  crypto::Keyring ring({kFirst}, tamarack::SystemClock(), [&](const crypto::UnreadableRow& row) {
    reported.push_back(std::string(row.table) + " " + std::string(row.id));
  });
  crypto::Sealer sealer(ring, "test");
  std::string sealed = sealer.Seal("secret", "x");
  CHECK(sealer.OpenRow({"person", "7"}, sealed, "x").ok());
  CHECK(reported.empty());
  CHECK_FALSE(sealer.OpenRow({"person", "7"}, "9." + sealed.substr(2), "x").ok());
  CHECK(reported == std::vector<std::string>{"person 7"});
}
