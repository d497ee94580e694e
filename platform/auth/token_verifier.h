// Verification of internal access tokens, with identity's keys fetched and cached.
#pragma once

#include "platform/auth/principal.h"
#include "platform/base/clock.h"
#include "platform/base/status.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tamarack::auth {

// Fetches the issuer's JWKS document.
using FetchKeys = std::function<Async<std::string>()>;

struct VerifierOptions {
  std::string issuer;
  // Whose tokens these are: our own name as callers' tokens say it, and theirs alone. Required.
  std::string audience;
  std::chrono::seconds clock_skew{60};
  // Keys are fetched when first needed, and for an unknown kid at most this often.
  std::chrono::seconds refetch_interval{10};
  // Good keys in use are renewed in the background at this age, so that withdrawn keys go…
  std::chrono::seconds keys_fresh_for{2};
  // … and at this one not used before that was tried.
  std::chrono::seconds keys_age_max{4};
  size_t cached_tokens_max = 10'000;
  Clock now = SystemClock();
};

// Turns a bearer token into a Principal. Tokens once verified are remembered by SHA-256 until they
// expire; the last good keys stay in use while the issuer cannot be reached. Lives on one loop and
// must outlive it.
class TokenVerifier {
 public:
  TokenVerifier(boost::asio::any_io_executor executor, VerifierOptions options,
                FetchKeys fetch_keys);
  ~TokenVerifier();
  TokenVerifier(const TokenVerifier&) = delete;
  TokenVerifier& operator=(const TokenVerifier&) = delete;

  // `token` without "Bearer ". UNAUTHENTICATED when it is no good (message says why, for logs) or
  // bound to a key, UNAVAILABLE when no keys could be had.
  Async<PrincipalPtr> Verify(std::string token);

  // The same for a token that may be bound: the caller checks the principal's `confirmation`.
  Async<PrincipalPtr> VerifyBound(std::string token);

  // Has the keys fetched before they, or what was verified with them, are used again: one may have
  // been withdrawn (see revocations.h).
  void Renew();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tamarack::auth
