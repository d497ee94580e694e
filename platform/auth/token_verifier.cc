#include "platform/auth/token_verifier.h"

#include "platform/auth/access_token.h"
#include "platform/auth/single_flight.h"
#include "platform/base/check.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jws.h"
#include "platform/json/strict.h"
#include "platform/telemetry/log.h"

#include <optional>
#include <unordered_map>

namespace tamarack::auth {
namespace {

namespace json = boost::json;

absl::StatusOr<int64_t> TimeOf(const json::object& claims, const char* name) {
  if (auto time = crypto::NumericDate(claims, name)) return *time;
  return absl::UnauthenticatedError(absl::StrCat("token: ", name, " is missing or no time"));
}

// What is for several is in the hands of several.
bool IsFor(const json::object& claims, std::string_view audience) {
  const json::value* aud = claims.if_contains("aud");
  if (aud != nullptr && aud->is_array() && aud->get_array().size() == 1)
    aud = &aud->get_array().front();
  return aud != nullptr && aud->is_string() &&
         aud->get_string() == json::string_view(audience.data(), audience.size());
}

}  // namespace

struct TokenVerifier::State {
  struct Verified {
    PrincipalPtr principal;
    int64_t expires_seconds;
  };

  State(boost::asio::any_io_executor executor, VerifierOptions options_in, FetchKeys fetch_in)
      : options(std::move(options_in)), fetch_keys(std::move(fetch_in)), flight(executor) {}

  int64_t Now() const { return UnixSeconds(options.now()); }
  bool IsOlderThan(std::chrono::seconds age) const { return options.now() - *fetched_at >= age; }
  bool HasTriedWithin(std::chrono::seconds time) const {
    return attempted_at && options.now() - *attempted_at < time;
  }
  AsyncStatus Refetch();
  AsyncStatus NeedKeys();
  AsyncStatus NeedKeyOf(std::string_view kid);
  absl::StatusOr<Verified> Check(std::string_view token) const;
  absl::StatusOr<int64_t> CheckLifetime(const json::object& claims) const;
  void Remember(std::string digest, Verified verified);

  const VerifierOptions options;
  const FetchKeys fetch_keys;
  SingleFlight flight;
  std::optional<crypto::KeySet> keys;
  std::optional<TimePoint> fetched_at;    // the keys in use
  std::optional<TimePoint> attempted_at;  // the last try, good or not
  std::optional<TimePoint> missed_at;     // the last try for an unknown kid
  bool is_stale = false;                  // what was fetched so far may hold a withdrawn key
  bool has_failed = false;                // the last try
  std::unordered_map<std::string, Verified> verified;
};

AsyncStatus TokenVerifier::State::Refetch() {
  TimePoint begun = options.now();
  attempted_at = begun;
  is_stale = false;
  absl::StatusOr<std::string> document = co_await fetch_keys();
  absl::StatusOr<crypto::KeySet> fetched =
      document.ok() ? crypto::KeySet::FromJwks(*document) : document.status();
  has_failed = !fetched.ok();
  if (has_failed) {
    telemetry::Log(telemetry::Level::kWarning, "signing keys could not be fetched",
                   {{"error", fetched.status().message()}});
    co_return absl::UnavailableError("the issuer's keys cannot be had");
  }
  // What was signed with a withdrawn key is no longer good.
  if (keys) {
    for (const crypto::Key& key : keys->keys()) {
      if (!fetched->HasKid(key.kid())) verified.clear();
    }
  }
  keys = *std::move(fetched);
  fetched_at = begun;
  co_return absl::OkStatus();
}

// Sees to it that there are keys, and none that was withdrawn long ago.
AsyncStatus TokenVerifier::State::NeedKeys() {
  auto step = [this] { return Refetch(); };
  if (!keys) {
    // Callers during a fetch join it; those just after a failed one hear of it at once.
    bool is_fetching = attempted_at && flight.is_running();
    if (HasTriedWithin(options.refetch_interval) && !is_fetching) {
      co_return absl::UnavailableError("the issuer's keys cannot be had");
    }
    co_return co_await flight.Run(step);
  }
  // A failed fetch leaves the good keys in use, and nobody waits for the next. One that was under
  // way when a key was withdrawn may have come too early.
  for (int i = 0; i < 2 && (is_stale || (!has_failed && IsOlderThan(options.keys_age_max))); ++i)
    (void)co_await flight.Run(step);
  if (IsOlderThan(options.keys_fresh_for) && !HasTriedWithin(options.keys_fresh_for))
    flight.Start(step);
  co_return absl::OkStatus();
}

// Sees to it that, where it may, `kid` is among the keys.
AsyncStatus TokenVerifier::State::NeedKeyOf(std::string_view kid) {
  if (!keys) CO_RETURN_IF_ERROR(co_await NeedKeys());
  if (keys->HasKid(kid)) co_return absl::OkStatus();
  TimePoint now = options.now();
  // Not counted with the other fetches, or a key that comes into use just after one would wait.
  bool may_ask = !missed_at || now - *missed_at >= options.refetch_interval;
  if (may_ask) missed_at = now;
  // When it fails, the signature check says no.
  if (may_ask || flight.is_running()) (void)co_await flight.Run([this] { return Refetch(); });
  co_return absl::OkStatus();
}

// When it ends.
absl::StatusOr<int64_t> TokenVerifier::State::CheckLifetime(const json::object& claims) const {
  int64_t now = Now();
  int64_t skew = options.clock_skew.count();
  auto expires = TimeOf(claims, "exp");
  if (!expires.ok()) return expires.status();
  auto issued = TimeOf(claims, "iat");
  if (!issued.ok()) return issued.status();
  if (*expires <= now - skew) return absl::UnauthenticatedError("token: has expired");
  if (*issued > now + skew) return absl::UnauthenticatedError("token: issued in the future");
  if (*expires - *issued > kLifetimeSecondsMax) {
    return absl::UnauthenticatedError("token: lives too long");
  }
  if (claims.contains("nbf")) {
    auto not_before = TimeOf(claims, "nbf");
    if (!not_before.ok()) return not_before.status();
    if (*not_before > now + skew) return absl::UnauthenticatedError("token: is not valid yet");
  }
  return *expires;
}

absl::StatusOr<TokenVerifier::State::Verified> TokenVerifier::State::Check(
    std::string_view token) const {
  auto jws = crypto::VerifyJws(token, *keys, {crypto::Algorithm::kEs256, kTokenType});
  if (!jws.ok()) return jws.status();
  const json::object& claims = jws->claims;
  if (StringMember(claims, "iss") != options.issuer) {
    return absl::UnauthenticatedError("token: of another issuer");
  }
  if (!IsFor(claims, options.audience)) {
    return absl::UnauthenticatedError("token: for another audience");
  }
  absl::StatusOr<int64_t> expires = CheckLifetime(claims);
  if (!expires.ok()) return expires.status();
  absl::StatusOr<Principal> principal = FromClaims(claims);
  if (!principal.ok()) return principal.status();
  return Verified{std::make_shared<const Principal>(*std::move(principal)), *expires};
}

void TokenVerifier::State::Remember(std::string digest, Verified entry) {
  if (verified.size() >= options.cached_tokens_max) {
    int64_t now = Now();
    std::erase_if(verified, [&](const auto& item) { return item.second.expires_seconds <= now; });
    // Still full of good tokens: begin anew rather than keep an order of use.
    if (verified.size() >= options.cached_tokens_max) verified.clear();
  }
  verified.insert_or_assign(std::move(digest), std::move(entry));
}

TokenVerifier::TokenVerifier(boost::asio::any_io_executor executor, VerifierOptions options,
                             FetchKeys fetch_keys)
    : state_(
          std::make_unique<State>(std::move(executor), std::move(options), std::move(fetch_keys))) {
  TAMARACK_CHECK(!state_->options.audience.empty());
}
TokenVerifier::~TokenVerifier() = default;

Async<PrincipalPtr> TokenVerifier::Verify(std::string token) {
  CO_ASSIGN_OR_RETURN(auto principal, co_await VerifyBound(std::move(token)));
  if (!principal->confirmation.empty())
    co_return absl::UnauthenticatedError("token: is bound to a key");
  co_return principal;
}

Async<PrincipalPtr> TokenVerifier::VerifyBound(std::string token) {
  if (token.size() > crypto::kJwsBytesMax) co_return absl::UnauthenticatedError("token: too long");
  if (state_->keys) CO_RETURN_IF_ERROR(co_await state_->NeedKeys());
  std::string digest = crypto::Sha256(token);
  if (auto found = state_->verified.find(digest); found != state_->verified.end()) {
    if (found->second.expires_seconds > state_->Now()) co_return found->second.principal;
    state_->verified.erase(found);
  }
  auto unverified = crypto::PeekJws(token);
  CO_RETURN_IF_ERROR(unverified.status());
  CO_RETURN_IF_ERROR(co_await state_->NeedKeyOf(StringMember(unverified->header, "kid")));
  CO_ASSIGN_OR_RETURN(auto checked, state_->Check(token));
  PrincipalPtr principal = checked.principal;
  state_->Remember(std::move(digest), std::move(checked));
  co_return principal;
}

void TokenVerifier::Renew() {
  state_->is_stale = true;
}

}  // namespace tamarack::auth
