// Proofs of possession: header and claims (two lines) that hold anything, signed with the key that
// the header shows (`"jwk":true` stands for it). One that is taken is for one request alone. What
// is no such pair is compared as a URL.
#include "fuzz.h"
#include "platform/auth/dpop.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/key.h"
#include "platform/json/strict.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>

using namespace tamarack;
using gateway::Require;
namespace json = boost::json;

namespace {

constexpr int64_t kNow = 1'764'000'000;

const auth::DpopExpectation kExpected{.method = "POST",
                                      .url = "https://services.test/v1/payments?x=1",
                                      .access_token = "token",
                                      .now_seconds = kNow};

bool IsTaken(const std::string& proof, const auth::DpopExpectation& expected) {
  return auth::VerifyDpopProof(proof, expected).ok();
}

void CheckProof(const std::string& proof, const crypto::Key& key) {
  auto taken = auth::VerifyDpopProof(proof, kExpected);
  if (!taken.ok()) return;
  Require(taken->thumbprint == key.PublicThumbprint().value() && taken->id.size() == 64);
  auto other = kExpected;
  other.method = "GET";
  Require(!IsTaken(proof, other));
  other = kExpected;
  other.url = "https://services.test/v1/refunds";
  Require(!IsTaken(proof, other));
  other = kExpected;
  other.access_token = "another";
  Require(!IsTaken(proof, other));
  other = kExpected;
  other.now_seconds += 2 * auth::kDpopWindowSeconds + 1;
  Require(!IsTaken(proof, other));
}

// What is normal stays as it is: else two spellings of one URL would be two.
void CheckUrl(std::string_view url) {
  std::string normal = auth::NormalizeHtu(url);
  if (!normal.empty()) Require(auth::NormalizeHtu(normal) == normal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const auto& key =
      *new crypto::Key(crypto::Key::Generate(crypto::Algorithm::kEd25519).value());
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  Require(!IsTaken(std::string(text), kExpected));
  size_t line = text.find('\n');
  if (line == text.npos) return CheckUrl(text), 0;
  auto header = ParseStrictObject(text.substr(0, line));
  if (!header.ok()) return 0;
  if (auto* shown = header->if_contains("jwk"); shown != nullptr && shown->is_bool())
    *shown = key.PublicJwk().value();
  std::string proof = crypto::Base64UrlEncode(json::serialize(*header)) + "." +
                      crypto::Base64UrlEncode(text.substr(line + 1));
  CheckProof(proof + "." + crypto::Base64UrlEncode(key.Sign(proof).value()), key);
  return 0;
}
