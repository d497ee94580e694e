#include "services/identity/protocol/possession.h"

#include "platform/crypto/encoding.h"
#include "services/identity/protocol/oauth_error.h"

namespace tamarack::identity {
namespace {

// A proof may be dated a window ahead and is then good for another.
constexpr int64_t kMemorySeconds = 2 * auth::kDpopWindowSeconds + 10;

}  // namespace

Async<std::string> Possession::UseProof(std::string_view proof, auth::DpopExpectation expected) {
  expected.now_seconds = UnixSeconds(now_());
  auto verified =
      co_await lane_.Run([proof, expected] { return auth::VerifyDpopProof(proof, expected); });
  if (!verified.ok()) co_return verified.status();
  CO_ASSIGN_OR_RETURN(auto stored,
                      co_await redis_.Command("SET", absl::StrCat("identity:proof:", verified->id),
                                              "1", "EX", kMemorySeconds, "NX"));
  if (stored.IsNil()) co_return absl::UnauthenticatedError("the DPoP proof was used before");
  co_return verified->thumbprint;
}

AsyncStatus Possession::Check(const auth::Confirmation& bound_to,
                              const api::v1::ExchangeRequest& request) {
  if (bound_to.jkt.empty() != !request.has_dpop()) {
    co_return InvalidToken(request.has_dpop()
                               ? "the access token is not bound to a key: send it as Bearer"
                               : "the access token is bound to a key: send it as DPoP");
  }
  if (!bound_to.x5t_s256.empty() &&
      crypto::Base64UrlEncode(request.client_certificate_sha256()) != bound_to.x5t_s256) {
    co_return InvalidToken("the access token is bound to another client certificate");
  }
  if (!request.has_dpop()) co_return absl::OkStatus();
  auto thumbprint =
      co_await UseProof(request.dpop().proof(), {.method = request.dpop().http_method(),
                                                 .url = request.dpop().url(),
                                                 .access_token = request.bearer()});
  if (absl::IsUnauthenticated(thumbprint.status()))
    co_return InvalidProof(ToStd(thumbprint.status().message()));
  if (!thumbprint.ok()) co_return thumbprint.status();
  if (*thumbprint != bound_to.jkt)
    co_return InvalidToken("the access token is bound to another key than the proof's");
  co_return absl::OkStatus();
}

}  // namespace tamarack::identity
