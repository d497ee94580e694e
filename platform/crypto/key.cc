#include "platform/crypto/key.h"

#include "platform/base/status.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace tamarack::crypto {
namespace {

constexpr size_t kSecretBytesMin = 32;
constexpr int kHalfBytes = 32;  // of an ES256 signature: r, s

struct Deleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
using Bio = std::unique_ptr<BIO, Deleter>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Deleter>;

const unsigned char* Octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

bool Fits(Algorithm algorithm, const EVP_PKEY* pkey) {
  if (algorithm == Algorithm::kRs256) {
    int bits = EVP_PKEY_get_bits(pkey);
    return EVP_PKEY_is_a(pkey, "RSA") == 1 && bits >= kRsaBitsMin && bits <= kRsaBitsMax;
  }
  if (algorithm == Algorithm::kEd25519) return EVP_PKEY_is_a(pkey, "ED25519") == 1;
  char group[32] = {};
  return EVP_PKEY_is_a(pkey, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                        nullptr) == 1 &&
         std::string_view(group) == "prime256v1";
}

// Ed25519 hashes by itself.
const EVP_MD* Digest(Algorithm algorithm) {
  return algorithm == Algorithm::kEd25519 ? nullptr : EVP_sha256();
}

// OpenSSL speaks DER, JWS the two numbers side by side (RFC 7518 section 3.4).
std::string RawFromDer(std::string_view der) {
  const unsigned char* at = Octets(der);
  EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::string raw(2 * kHalfBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kHalfBytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kHalfBytes, kHalfBytes) < 0) {
    return {};
  }
  return raw;
}

std::string DerFromRaw(std::string_view raw) {
  if (raw.size() != 2 * kHalfBytes) return {};
  EcdsaSignature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(Octets(raw), kHalfBytes, nullptr);
  BIGNUM* s = BN_bin2bn(Octets(raw) + kHalfBytes, kHalfBytes, nullptr);
  ECDSA_SIG_set0(signature.get(), r, s);  // takes both over
  unsigned char* der = nullptr;
  int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return text;
}

}  // namespace

std::string_view Name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kEs256:
      return "ES256";
    case Algorithm::kRs256:
      return "RS256";
    case Algorithm::kHs256:
      return "HS256";
    case Algorithm::kEd25519:
      return "Ed25519";
  }
  return "";
}

bool IsName(std::string_view name, Algorithm algorithm) {
  return name == Name(algorithm) || (algorithm == Algorithm::kEd25519 && name == "EdDSA");
}

absl::StatusOr<Key> Key::Adopt(Algorithm algorithm, EVP_PKEY* pkey, std::string kid,
                               bool can_sign) {
  Key key(algorithm, std::move(kid));
  key.pkey_.reset(pkey, &EVP_PKEY_free);
  key.can_sign_ = can_sign;
  if (pkey == nullptr || !Fits(algorithm, pkey)) {
    return absl::InvalidArgumentError(
        "key: want EC P-256 for ES256, RSA of 2048 to 4096 bits for RS256, or Ed25519");
  }
  if (key.kid_.empty()) {
    absl::StatusOr<std::string> thumbprint = Thumbprint(pkey);
    if (!thumbprint.ok()) return thumbprint.status();
    key.kid_ = *std::move(thumbprint);
  }
  return key;
}

absl::StatusOr<Key> Key::Generate(Algorithm algorithm, std::string kid) {
  switch (algorithm) {
    case Algorithm::kEs256:
      return Adopt(algorithm, EVP_EC_gen("P-256"), std::move(kid), true);
    case Algorithm::kRs256:
      return Adopt(algorithm, EVP_RSA_gen(2048), std::move(kid), true);
    case Algorithm::kEd25519:
      return Adopt(algorithm, EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), std::move(kid), true);
    case Algorithm::kHs256:
      break;
  }
  return absl::InvalidArgumentError("key: an HS256 key is made from a secret");
}

absl::StatusOr<Key> Key::FromSecret(std::string secret, std::string kid) {
  if (secret.size() < kSecretBytesMin) {
    return absl::InvalidArgumentError("key: HS256 wants a secret of at least 32 bytes");
  }
  Key key(Algorithm::kHs256, std::move(kid));
  key.secret_ = std::move(secret);
  key.can_sign_ = true;
  return key;
}

absl::StatusOr<Key> Key::FromPrivatePem(Algorithm algorithm, std::string_view pem,
                                        std::string kid) {
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Without a callback OpenSSL would ask the terminal for the pass phrase of an encrypted key.
  auto no_pass_phrase = [](char*, int, int, void*) { return -1; };
  return Adopt(algorithm, PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr),
               std::move(kid), true);
}

absl::StatusOr<Key> Key::FromPublicJwk(const boost::json::object& jwk) {
  absl::StatusOr<ReadJwk> read = ReadPublicJwk(jwk);
  if (!read.ok()) return read.status();
  return Adopt(read->algorithm, read->pkey, std::move(read->kid), false);
}

absl::StatusOr<std::string> Key::PrivatePem() const {
  if (!can_sign_ || pkey_ == nullptr) return absl::InvalidArgumentError("key: has no private half");
  Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), pkey_.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1) {
    return absl::InternalError("key: cannot be written as PEM");
  }
  char* text = nullptr;
  long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

absl::StatusOr<boost::json::object> Key::PublicJwk() const {
  if (pkey_ == nullptr) return absl::InvalidArgumentError("key: HS256 has no public half");
  return WritePublicJwk(pkey_.get(), kid_, Name(algorithm_));
}

absl::StatusOr<std::string> Key::PublicThumbprint() const {
  if (pkey_ == nullptr) return absl::InvalidArgumentError("key: HS256 has no public half");
  return Thumbprint(pkey_.get());
}

absl::StatusOr<std::string> Key::Sign(std::string_view input) const {
  if (!can_sign_) return absl::FailedPreconditionError("key: is public, cannot sign");
  if (algorithm_ == Algorithm::kHs256) return HmacSha256(secret_, input);
  DigestContext context(EVP_MD_CTX_new());
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(pkey_.get()));
  std::string signature(size, '\0');
  if (EVP_DigestSignInit(context.get(), nullptr, Digest(algorithm_), nullptr, pkey_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     Octets(input), input.size()) != 1) {
    return absl::InternalError("key: signing failed");
  }
  signature.resize(size);
  if (algorithm_ == Algorithm::kEs256) signature = RawFromDer(signature);
  if (signature.empty()) return absl::InternalError("key: signing failed");
  return signature;
}

bool Key::Verify(std::string_view input, std::string_view signature) const {
  if (algorithm_ == Algorithm::kHs256) {
    return ConstantTimeEqual(HmacSha256(secret_, input), signature);
  }
  std::string der;
  if (algorithm_ == Algorithm::kEs256) {
    der = DerFromRaw(signature);
    if (der.empty()) return false;
    signature = der;
  } else if (signature.size() != static_cast<size_t>(EVP_PKEY_get_size(pkey_.get()))) {
    return false;
  }
  DigestContext context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, Digest(algorithm_), nullptr, pkey_.get()) ==
             1 &&
         EVP_DigestVerify(context.get(), Octets(signature), signature.size(), Octets(input),
                          input.size()) == 1;
}

}  // namespace tamarack::crypto
