#include "platform/webhooks/signature.h"

#include "platform/crypto/encoding.h"

#include <catch2/catch.hpp>

#include <string>

namespace webhooks = tamarack::webhooks;

namespace {

// From the test suites of the Standard Webhooks reference libraries.
constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kId[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr int64_t kTime = 1614265330;
constexpr char kBody[] = R"({"test": 2432232314})";
constexpr char kSignature[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

absl::Status Verify(std::string_view signature, std::string_view timestamp = "1614265330",
                    std::string_view id = kId, std::string_view body = kBody, int64_t now = kTime,
                    std::string_view secret = kSecret) {
  return webhooks::Verify(secret, {id, timestamp, signature}, body, now);
}

}  // namespace

TEST_CASE("The signature of the Standard Webhooks reference libraries is reproduced",
          "[webhooks]") {
  CHECK(webhooks::Sign(kSecret, kId, kTime, kBody).value() == kSignature);
  CHECK(webhooks::Sign(std::string(kSecret).substr(6), kId, kTime, kBody).value() == kSignature);
  CHECK(Verify(kSignature).ok());
}

TEST_CASE("One right signature among several is enough", "[webhooks]") {
  std::string wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
  CHECK(Verify(wrong + " " + kSignature + " " + wrong).ok());
  CHECK(Verify("v1a,abc " + std::string(kSignature)).ok());
}

TEST_CASE("A webhook that is wrong in any one point is refused", "[webhooks]") {
  const std::string good = kSignature;
  CHECK_FALSE(Verify("").ok());
  CHECK_FALSE(Verify("v1,").ok());
  CHECK_FALSE(Verify("v2" + good.substr(2)).ok());
  CHECK_FALSE(Verify(good.substr(3)).ok());
  CHECK_FALSE(Verify(good.substr(0, good.size() - 1)).ok());
  CHECK_FALSE(Verify("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=").ok());
  CHECK_FALSE(Verify(good, "1614265331").ok());
  CHECK_FALSE(Verify(good, "").ok());
  CHECK_FALSE(Verify(good, "soon").ok());
  CHECK_FALSE(Verify(good, " 1614265330").ok());
  CHECK_FALSE(Verify(good, "1614265330", "msg_other").ok());
  CHECK_FALSE(Verify(good, "1614265330", "").ok());
  CHECK_FALSE(Verify(good, "1614265330", kId, R"({"test": 2432232315})").ok());
  CHECK_FALSE(Verify(good, "1614265330", kId, kBody, kTime + 301).ok());
  CHECK_FALSE(Verify(good, "1614265330", kId, kBody, kTime - 301).ok());
  CHECK_FALSE(Verify(good, "1614265330", kId, kBody, kTime, webhooks::NewSecret()).ok());
  CHECK(Verify(good, "1614265330", kId, kBody, kTime + 300).ok());
}

TEST_CASE("Secrets and ids that would weaken a signature are refused", "[webhooks]") {
  CHECK_FALSE(webhooks::Sign("whsec_c2hvcnQ=", kId, kTime, kBody).ok());
  CHECK_FALSE(webhooks::Sign("whsec_not base64!", kId, kTime, kBody).ok());
  CHECK_FALSE(webhooks::Sign(kSecret, "a.1614265330.b", kTime, kBody).ok());
  CHECK_FALSE(webhooks::Sign(kSecret, "", kTime, kBody).ok());
  std::string secret = webhooks::NewSecret();
  CHECK(secret.starts_with("whsec_"));
  CHECK(tamarack::crypto::Base64Decode(secret.substr(6)).value().size() == 32);
  CHECK(secret != webhooks::NewSecret());
}
