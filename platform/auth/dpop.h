// Proof of possession (DPoP, RFC 9449): the JWT by which a request shows that its sender holds a
// key.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::auth {

// The algorithms of a proof, space separated as challenges list them. `EdDSA` is the older name of
// `Ed25519` (RFC 9864).
inline constexpr std::string_view kDpopAlgorithms = "ES256 Ed25519 EdDSA RS256";

// A proof is good for so long around its `iat`, either way, and has to be remembered as long.
inline constexpr int64_t kDpopWindowSeconds = 60;

// The request that the proof came with.
struct DpopExpectation {
  std::string_view method;
  std::string_view url;           // As the caller sees it; its query does not count.
  std::string_view access_token;  // Empty where a token is asked for.
  int64_t now_seconds = 0;
};

struct DpopProof {
  std::string thumbprint;  // Of the key (RFC 7638): `cnf.jkt` of a token that is bound to it.
  std::string id;          // Names this proof among all proofs of all keys; of bounded length.
};

// Reads and checks a proof (section 4.3) but for its not having been used before. UNAUTHENTICATED
// with the reason, fit for the caller.
absl::StatusOr<DpopProof> VerifyDpopProof(std::string_view proof, const DpopExpectation& expected);

// `url` as section 4.3 compares it: without query and fragment, and normalised as RFC 3986 sections
// 6.2.2 and 6.2.3 have it. What stays escaped there (`%2F`) is not what it stands for. Empty when
// it is no http(s) URL.
std::string NormalizeHtu(std::string_view url);

}  // namespace tamarack::auth
