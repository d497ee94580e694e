#include "platform/crypto/password.h"
#include "platform/crypto/seal.h"

#include "platform/crypto/encoding.h"

#include <catch2/catch.hpp>

#include <string>

namespace crypto = tamarack::crypto;

namespace {

crypto::Sealer MakeSealer(crypto::VersionKey key) {
  return crypto::Sealer::FromKey(std::move(key)).value();
}

const std::string kKeyA(32, 'a');
const std::string kKeyB(32, 'b');

}  // namespace

TEST_CASE("A sealed text opens under its own key and place only", "[crypto]") {
  auto sealer = MakeSealer({"k1", kKeyA});
  std::string sealed = sealer.Seal("secret", "person:7");
  CHECK(sealed.starts_with("k1."));
  CHECK(sealed.find("secret") == std::string::npos);
  CHECK(sealer.Open(sealed, "person:7").value() == "secret");
  CHECK(sealer.Open(sealed, "person:8").status().code() == absl::StatusCode::kDataLoss);
  CHECK_FALSE(MakeSealer({"k1", kKeyB}).Open(sealed, "person:7").ok());
  CHECK_FALSE(MakeSealer({"k2", kKeyA}).Open(sealed, "person:7").ok());
  CHECK(sealer.Seal("secret", "person:7") != sealed);
  CHECK(sealer.Open(sealer.Seal("", ""), "").value().empty());
}

TEST_CASE("Every altered octet of a sealed text is noticed", "[crypto]") {
  auto sealer = MakeSealer({"k1", kKeyA});
  std::string sealed = sealer.Seal("secret", "x");
  std::string bytes = crypto::Base64UrlDecode(std::string_view(sealed).substr(3)).value();
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string altered = bytes;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    CHECK_FALSE(sealer.Open("k1." + crypto::Base64UrlEncode(altered), "x").ok());
  }
  for (std::string text : {"", ".", "k1", "k1.", "k1.AAAA", "k1.!!", "."}) {
    CHECK_FALSE(sealer.Open(text, "x").ok());
  }
  CHECK_FALSE(sealer.Open(sealed.substr(0, sealed.size() - 1), "x").ok());
}

TEST_CASE("A key that is none is refused", "[crypto]") {
  CHECK_FALSE(crypto::Sealer::FromKey({"k1", "short"}).ok());
  CHECK_FALSE(crypto::Sealer::FromKey({"", kKeyA}).ok());
  CHECK_FALSE(crypto::Sealer::FromKey({"k.1", kKeyA}).ok());
}

TEST_CASE("A password verifies against its Argon2id hash and no other does", "[crypto]") {
  std::string hash = crypto::HashPassword("correct horse").value();
  CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(crypto::VerifyPassword(hash, "correct horse"));
  CHECK_FALSE(crypto::VerifyPassword(hash, "correct horsf"));
  CHECK_FALSE(crypto::VerifyPassword(hash, ""));
  CHECK(crypto::HashPassword("correct horse").value() != hash);
  CHECK_FALSE(crypto::NeedsRehash(hash));
  CHECK(
      crypto::NeedsRehash("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
                          "qqSCqQPLbO7RKU+qFwvGng"));
}

TEST_CASE("What is no hash verifies nothing, and an overlong password costs nothing", "[crypto]") {
  for (std::string hash :
       {std::string(), std::string("x"), std::string("$argon2id$"), std::string(500, '$')}) {
    CHECK_FALSE(crypto::VerifyPassword(hash, "x"));
  }
  CHECK_FALSE(crypto::HashPassword(std::string(crypto::kPasswordBytesMax + 1, 'x')).ok());
  CHECK(crypto::HashPassword(std::string(crypto::kPasswordBytesMax, 'x')).ok());
}
