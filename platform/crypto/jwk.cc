#include "platform/crypto/jwk.h"

#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/json/strict.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <initializer_list>

namespace tamarack::crypto {
namespace {

namespace json = boost::json;

constexpr size_t kCoordinateBytes = 32;
constexpr size_t kJwksKeysMax = 32;
constexpr size_t kKidLengthMax = 256;
constexpr int kRsaExponentBitsMax = 32;

struct Deleter {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_PKEY* pkey) const { EVP_PKEY_free(pkey); }
};
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

json::string_view ToJson(std::string_view text) {
  return {text.data(), text.size()};
}

Owned<BIGNUM> ToNumber(std::string_view bytes) {
  return Owned<BIGNUM>(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                 static_cast<int>(bytes.size()), nullptr));
}

// What a member of `bytes` bytes is at most in base64url, a leading zero included.
constexpr size_t EncodedLengthMax(size_t bytes) {
  return ((bytes + 1) * 4 + 2) / 3;
}

// Builds a public key of `type` from what `fill` puts into the builder; null when it is no good.
template <class Fill>
EVP_PKEY* Build(const char* type, Fill fill) {
  Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!fill(builder.get())) return nullptr;
  Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder.get()));
  Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* raw = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return raw;
}

// Whether the point is on the curve, which is all there is to know where the cofactor is 1.
bool IsOnCurve(EVP_PKEY* pkey) {
  Owned<EVP_PKEY_CTX> check(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr));
  return check && EVP_PKEY_public_check_quick(check.get()) == 1;
}

EVP_PKEY* BuildEc(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return nullptr;
  std::string point = absl::StrCat("\x04", ToAbsl(x), ToAbsl(y));
  Owned<EVP_PKEY> pkey(Build("EC", [&](OSSL_PARAM_BLD* builder) {
    return OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
           OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                            point.size());
  }));
  return pkey && IsOnCurve(pkey.get()) ? pkey.release() : nullptr;
}

// By size and shape alone: whether the modulus is sound is a search for primes, which takes half a
// second for a long one, and whoever shows a bad one harms himself only.
EVP_PKEY* BuildRsa(std::string_view n, std::string_view e) {
  Owned<BIGNUM> modulus = ToNumber(n);
  Owned<BIGNUM> exponent = ToNumber(e);
  int bits = BN_num_bits(modulus.get());
  if (bits < kRsaBitsMin || bits > kRsaBitsMax || !BN_is_odd(modulus.get())) return nullptr;
  if (BN_num_bits(exponent.get()) > kRsaExponentBitsMax || !BN_is_odd(exponent.get()) ||
      BN_is_one(exponent.get())) {
    return nullptr;
  }
  return Build("RSA", [&](OSSL_PARAM_BLD* builder) {
    return OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus.get()) &&
           OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent.get());
  });
}

EVP_PKEY* BuildEd25519(std::string_view x) {
  if (x.size() != kCoordinateBytes) return nullptr;
  return EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr,
                                        reinterpret_cast<const unsigned char*>(x.data()), x.size());
}

std::string RawPublicKey(const EVP_PKEY* pkey) {
  std::string raw(kCoordinateBytes, '\0');
  size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(pkey, reinterpret_cast<unsigned char*>(raw.data()), &size) != 1)
    return {};
  return Base64UrlEncode(std::string_view(raw).substr(0, size));
}

// One number of `pkey` in base64url, left-padded to `width` bytes (0: as short as can be).
std::string Number(const EVP_PKEY* pkey, const char* name, int width) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(pkey, name, &raw) != 1) return {};
  Owned<BIGNUM> number(raw);
  std::string bytes(static_cast<size_t>(width > 0 ? width : BN_num_bytes(raw)), '\0');
  if (BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()),
                   static_cast<int>(bytes.size())) < 0) {
    return {};
  }
  return Base64UrlEncode(bytes);
}

// The members that make the key, in the lexicographic order that RFC 7638 wants.
absl::StatusOr<json::object> RequiredMembers(const EVP_PKEY* pkey) {
  json::object jwk;
  if (EVP_PKEY_is_a(pkey, "EC") == 1) {
    jwk["crv"] = "P-256";
    jwk["kty"] = "EC";
    jwk["x"] = Number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinateBytes);
    jwk["y"] = Number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinateBytes);
  } else if (EVP_PKEY_is_a(pkey, "ED25519") == 1) {
    jwk["crv"] = "Ed25519";
    jwk["kty"] = "OKP";
    jwk["x"] = RawPublicKey(pkey);
  } else {
    jwk["e"] = Number(pkey, OSSL_PKEY_PARAM_RSA_E, 0);
    jwk["kty"] = "RSA";
    jwk["n"] = Number(pkey, OSSL_PKEY_PARAM_RSA_N, 0);
  }
  for (const auto& member : jwk) {
    if (member.value().get_string().empty()) return absl::InternalError("key: cannot be exported");
  }
  return jwk;
}

// The one algorithm of a key of this kind.
absl::StatusOr<Algorithm> AlgorithmOf(const json::object& jwk) {
  std::string_view kind = StringMember(jwk, "kty"), curve = StringMember(jwk, "crv");
  if (kind == "EC" && curve == "P-256") return Algorithm::kEs256;
  if (kind == "OKP" && curve == "Ed25519") return Algorithm::kEd25519;
  if (kind == "RSA") return Algorithm::kRs256;
  return absl::InvalidArgumentError("jwk: want EC P-256, Ed25519 or RSA");
}

}  // namespace

absl::StatusOr<ReadJwk> ReadPublicJwk(const json::object& jwk) {
  // `d` is private in EC and RSA, `k` a secret: whoever shows one to us has leaked it.
  if (jwk.contains("d") || jwk.contains("k")) {
    return absl::InvalidArgumentError("jwk: only public keys are accepted");
  }
  if (jwk.contains("use") && StringMember(jwk, "use") != "sig") {
    return absl::InvalidArgumentError("jwk: use is not sig");
  }
  absl::StatusOr<Algorithm> algorithm = AlgorithmOf(jwk);
  if (!algorithm.ok()) return algorithm.status();
  if (jwk.contains("alg") && !IsName(StringMember(jwk, "alg"), *algorithm)) {
    return absl::InvalidArgumentError("jwk: alg does not suit the key");
  }
  bool is_rsa = *algorithm == Algorithm::kRs256;
  std::string_view first_text = StringMember(jwk, is_rsa ? "n" : "x");
  std::string_view second_text = StringMember(jwk, is_rsa ? "e" : "y");  // "" for Ed25519
  std::string_view kid = StringMember(jwk, "kid");
  // Nothing is decoded, let alone computed with, that could not be part of such a key.
  if (first_text.size() > EncodedLengthMax(is_rsa ? kRsaBitsMax / 8 : kCoordinateBytes) ||
      second_text.size() > EncodedLengthMax(is_rsa ? kRsaExponentBitsMax / 8 : kCoordinateBytes) ||
      kid.size() > kKidLengthMax) {
    return absl::InvalidArgumentError("jwk: a member is too long");
  }
  auto first = Base64UrlDecode(first_text);
  auto second = Base64UrlDecode(second_text);
  if (!first.ok() || !second.ok()) return absl::InvalidArgumentError("jwk: not base64url");
  EVP_PKEY* pkey = is_rsa                            ? BuildRsa(*first, *second)
                   : *algorithm == Algorithm::kEs256 ? BuildEc(*first, *second)
                                                     : BuildEd25519(*first);
  if (pkey == nullptr) return absl::InvalidArgumentError("jwk: no such public key");
  return ReadJwk{*algorithm, pkey, std::string(kid)};
}

absl::StatusOr<json::object> WritePublicJwk(const EVP_PKEY* pkey, std::string_view kid,
                                            std::string_view algorithm) {
  absl::StatusOr<json::object> jwk = RequiredMembers(pkey);
  if (!jwk.ok()) return jwk;
  (*jwk)["kid"] = ToJson(kid);
  (*jwk)["alg"] = ToJson(algorithm);
  (*jwk)["use"] = "sig";
  return jwk;
}

absl::StatusOr<std::string> Thumbprint(const EVP_PKEY* pkey) {
  absl::StatusOr<json::object> members = RequiredMembers(pkey);
  if (!members.ok()) return members.status();
  return Base64UrlEncode(Sha256(json::serialize(*members)));
}

absl::StatusOr<KeySet> KeySet::FromJwks(std::string_view text) {
  absl::StatusOr<json::object> set = ParseStrictObject(text);
  if (!set.ok()) return set.status();
  const json::value* list = set->if_contains("keys");
  if (list == nullptr || !list->is_array() || list->get_array().size() > kJwksKeysMax) {
    return absl::InvalidArgumentError("jwks: want up to 32 keys");
  }
  KeySet keys;
  for (const json::value& item : list->get_array()) {
    if (!item.is_object()) continue;
    if (absl::StatusOr<Key> key = Key::FromPublicJwk(item.get_object()); key.ok()) {
      keys.Add(*std::move(key));
    }
  }
  if (keys.keys_.empty()) return absl::InvalidArgumentError("jwks: holds no usable key");
  return keys;
}

std::string KeySet::Jwks() const {
  json::array list;
  for (const Key& key : keys_) {
    if (auto jwk = key.PublicJwk(); jwk.ok()) list.push_back(*std::move(jwk));
  }
  return json::serialize(json::object{{"keys", std::move(list)}});
}

bool KeySet::HasKid(std::string_view kid) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) { return key.kid() == kid; });
}

}  // namespace tamarack::crypto
