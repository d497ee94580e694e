// Signing and verification keys (RFC 7517, RFC 7518), each bound to exactly one algorithm.
#pragma once

#include <absl/status/statusor.h>
#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

using EVP_PKEY = struct evp_pkey_st;

namespace tamarack::crypto {

// RFC 7518 section 3.1, RFC 8037. There is no `none`.
enum class Algorithm { kEs256, kRs256, kHs256, kEd25519 };

// What an RSA key may have; less is weak, more costs the verifier more than it is worth.
inline constexpr int kRsaBitsMin = 2048;
inline constexpr int kRsaBitsMax = 4096;

// "ES256", "RS256", "HS256", "Ed25519".
std::string_view Name(Algorithm algorithm);

// Whether `name` means the algorithm: its name, or `EdDSA`, which Ed25519 had before RFC 9864.
bool IsName(std::string_view name, Algorithm algorithm);

// A key that can do one algorithm and nothing else, so no header of a token can choose another.
// Cheap to copy, immutable, usable from any thread.
class Key {
 public:
  // A new P-256, Ed25519 or RSA-2048 key pair (RSA takes up to a second: offload it). An empty
  // `kid` becomes the RFC 7638 thumbprint.
  static absl::StatusOr<Key> Generate(Algorithm algorithm, std::string kid = "");

  // An HS256 key; at least 32 bytes (RFC 7518 section 3.2).
  static absl::StatusOr<Key> FromSecret(std::string secret, std::string kid = "");

  // PKCS #8 PEM. INVALID_ARGUMENT unless it is a P-256 key (ES256) or RSA of 2048 to 4096 bits
  // (RS256).
  static absl::StatusOr<Key> FromPrivatePem(Algorithm algorithm, std::string_view pem,
                                            std::string kid = "");

  // A public EC P-256, Ed25519 or RSA key (2048 to 4096 bits, exponent of up to 32), which may be a
  // stranger's: every member is bounded before anything is computed. Refused: symmetric and private
  // keys, `use` other than "sig", `alg` other than the key type's, points off the curve.
  static absl::StatusOr<Key> FromPublicJwk(const boost::json::object& jwk);

  Algorithm algorithm() const { return algorithm_; }
  const std::string& kid() const { return kid_; }
  bool can_sign() const { return can_sign_; }

  // Unencrypted PKCS #8 PEM: seal it before it is stored.
  absl::StatusOr<std::string> PrivatePem() const;

  // The public half with kid, alg and use. INVALID_ARGUMENT for HS256.
  absl::StatusOr<boost::json::object> PublicJwk() const;

  // RFC 7638, whatever the kid. INVALID_ARGUMENT for HS256.
  absl::StatusOr<std::string> PublicThumbprint() const;

  // Raw JWS signature of `input` (ES256: r || s, 64 bytes).
  absl::StatusOr<std::string> Sign(std::string_view input) const;
  bool Verify(std::string_view input, std::string_view signature) const;

 private:
  Key(Algorithm algorithm, std::string kid) : algorithm_(algorithm), kid_(std::move(kid)) {}
  static absl::StatusOr<Key> Adopt(Algorithm algorithm, EVP_PKEY* pkey, std::string kid,
                                   bool can_sign);

  Algorithm algorithm_;
  std::string kid_;
  bool can_sign_ = false;
  std::shared_ptr<EVP_PKEY> pkey_;
  std::string secret_;
};

// The keys of one issuer. At most 32.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {}

  // Reads a JWKS. Keys of kinds unknown to us are passed over, as RFC 7517 section 5 asks; no key
  // left, or a malformed set, is INVALID_ARGUMENT.
  static absl::StatusOr<KeySet> FromJwks(std::string_view json);

  // `{"keys":[…]}`, public halves only; HS256 keys are left out.
  std::string Jwks() const;

  void Add(Key key) { keys_.push_back(std::move(key)); }
  const std::vector<Key>& keys() const { return keys_; }
  bool HasKid(std::string_view kid) const;

 private:
  std::vector<Key> keys_;
};

}  // namespace tamarack::crypto
