#include "gateway/authentication.h"

#include "platform/auth/access_token.h"
#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/json/strict.h"
#include "platform/rpc/timestamp.h"

#include <absl/strings/str_split.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

constexpr size_t kCredentialBytesMax = 8192;

// The claims of a token that identity has just given us; the services verify it, we only read it.
absl::StatusOr<CallerPtr> ReadToken(const std::string& token) {
  size_t first = token.find('.'), last = token.rfind('.');
  if (first == std::string::npos || last <= first)
    return absl::InternalError("the access token is no JWT");
  auto payload =
      crypto::Base64UrlDecode(std::string_view(token).substr(first + 1, last - first - 1));
  if (!payload.ok()) return absl::InternalError("the access token is no JWT");
  auto claims = ParseStrictObject(*payload);
  if (!claims.ok()) return absl::InternalError("the access token has no claims");
  auto principal = auth::FromClaims(*claims);
  if (!principal.ok()) return absl::InternalError("the access token lacks claims");
  return std::make_shared<const Caller>(Caller{token, *std::move(principal)});
}

// Every credential of ours is visible ASCII; nothing else can travel to identity as text.
bool MayBeCredential(std::string_view text) {
  return !text.empty() && text.size() <= kCredentialBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

bool IsVerdict(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status) ||
         absl::IsInvalidArgument(status) || absl::IsNotFound(status);
}

Authenticator::Authenticator(boost::asio::any_io_executor executor, ExchangeFunction exchange,
                             AuthenticatorOptions options)
    : executor_(executor),
      exchange_(std::move(exchange)),
      options_(std::move(options)),
      good_{options_.cached_max},
      bad_{options_.bad_cached_max} {}

// A token that is bound to a certificate is good with that one only, and what it is exchanged for
// at one back end only.
Authenticator::Key Authenticator::KeyOf(const Credential& credential) {
  return {absl::StrCat(credential.kind == CredentialKind::kBearer ? "b" : "s",
                       crypto::Sha256(credential.value), credential.certificate_sha256),
          absl::StrCat(credential.owner, "\n", credential.audience, "\n", credential.scopes)};
}

Async<CallerPtr> Authenticator::Resolve(Credential credential) {
  if (!MayBeCredential(credential.value)) co_return absl::UnauthenticatedError("not a credential");
  if (credential.kind == CredentialKind::kDpop) {
    auto response = co_await exchange_(MakeRequest(std::move(credential)));
    if (!response.ok()) co_return response.status();
    co_return ReadToken(response->access_token());
  }
  Key key = KeyOf(credential);
  if (const Answer* answer = FreshAnswer(key)) co_return answer->result;
  auto& slot = flights_[key.credential + key.backend];
  if (!slot) slot = std::make_shared<Flight>(executor_);
  std::shared_ptr<Flight> flight = slot;

  api::v1::ExchangeRequest request = MakeRequest(std::move(credential));
  CO_RETURN_IF_ERROR(co_await flight->single.Run(
      [this, key, flight, request] { return Exchange(key, flight, request); }));
  co_return flight->result;
}

Authenticator::Answer* Authenticator::FreshAnswer(const Key& key) {
  for (Cache* cache : {&good_, &bad_}) {
    Answer* answer = cache->Find(key);
    if (answer != nullptr && options_.now() < answer->fresh_until) return answer;
  }
  return nullptr;
}

CallerPtr Authenticator::FreshCaller(const Credential& credential) {
  if (credential.kind == CredentialKind::kDpop || credential.value.empty()) return nullptr;
  const Answer* answer = FreshAnswer(KeyOf(credential));
  return answer != nullptr && answer->result.ok() ? *answer->result : nullptr;
}

bool Authenticator::Knows(const Credential& credential) const {
  if (credential.kind == CredentialKind::kDpop) return false;
  auto found = good_.entries.find(KeyOf(credential).credential);
  return found != good_.entries.end() &&
         std::ranges::any_of(found->second.answers,
                             [&](const auto& one) { return options_.now() < one.second.expires; });
}

void Authenticator::Renew() {
  good_.Renew(options_.now());
  bad_.Renew(options_.now());
  // Who comes now does not join those under way, whose answers may have come too early.
  flights_.clear();
}

api::v1::ExchangeRequest Authenticator::MakeRequest(Credential credential) const {
  api::v1::ExchangeRequest request;
  request.set_client_id(options_.client_id);
  request.set_client_secret(options_.client_secret);
  request.set_client_certificate_sha256(std::move(credential.certificate_sha256));
  request.set_audience(std::move(credential.audience));
  request.set_owner_ministry_id(std::move(credential.owner));
  for (absl::string_view scope : absl::StrSplit(credential.scopes, ' ', absl::SkipEmpty()))
    request.add_scopes(std::string(scope));
  if (credential.kind == CredentialKind::kSession) {
    request.set_session(std::move(credential.value));
    return request;
  }
  request.set_bearer(std::move(credential.value));
  if (credential.kind != CredentialKind::kDpop) return request;
  auto& dpop = *request.mutable_dpop();
  if (MayBeCredential(credential.proof)) dpop.set_proof(std::move(credential.proof));
  dpop.set_http_method(std::move(credential.method));
  dpop.set_url(std::move(credential.url));
  return request;
}

AsyncStatus Authenticator::Exchange(Key key, std::shared_ptr<Flight> flight,
                                    api::v1::ExchangeRequest request) {
  auto response = co_await exchange_(std::move(request));
  TimePoint now = options_.now();
  auto current = flights_.find(key.credential + key.backend);
  bool is_early = current == flights_.end() || current->second != flight;
  if (!is_early) flights_.erase(current);
  if (!response.ok()) {
    flight->result = response.status();
    TimePoint until = now + options_.invalid_for;
    if (IsVerdict(response.status())) {
      // What was good before is so no longer, whoever can be asked.
      if (!is_early) {
        good_.Remove(key);
        bad_.Put(key, {flight->result, until, until}, now);
      }
    } else if (CallerPtr caller = Fallback(key, now)) {
      flight->result = std::move(caller);
    }
    co_return absl::OkStatus();
  }
  flight->result = ReadToken(response->access_token());
  if (flight->result.ok() && !response->no_cache() && !is_early) {
    TimePoint own = rpc::FromTimestamp(response->expire_time());
    TimePoint expires = std::min(own, now + TimePoint::duration(options_.valid_for_max));
    TimePoint fresh_until = std::min(expires, now + TimePoint::duration(options_.fresh_for));
    good_.Put(key, {flight->result, fresh_until, expires}, now);
  }
  co_return absl::OkStatus();
}

CallerPtr Authenticator::Fallback(const Key& key, TimePoint now) {
  Answer* answer = good_.Find(key);
  if (answer == nullptr || now >= answer->expires) return nullptr;
  // Whoever cannot answer is asked again later, not by every request.
  answer->fresh_until = std::min(answer->expires, now + TimePoint::duration(options_.fresh_for));
  return *answer->result;
}

Authenticator::Answer* Authenticator::Cache::Find(const Key& key) {
  auto found = entries.find(key.credential);
  if (found == entries.end()) return nullptr;
  recent.splice(recent.begin(), recent, found->second.recent);
  auto answer = found->second.answers.find(key.backend);
  return answer == found->second.answers.end() ? nullptr : &answer->second;
}

void Authenticator::Cache::Put(const Key& key, Answer answer, TimePoint now) {
  auto found = entries.find(key.credential);
  if (found == entries.end()) {
    while (entries.size() >= size_max) {
      entries.erase(recent.back());
      recent.pop_back();
    }
    recent.push_front(key.credential);
    found = entries.emplace(key.credential, Entry{{}, recent.begin()}).first;
  }
  // A plug-in that asks for other scopes is another back end.
  absl::erase_if(found->second.answers, [&](const auto& one) { return one.second.expires <= now; });
  found->second.answers.insert_or_assign(key.backend, std::move(answer));
}

void Authenticator::Cache::Remove(const Key& key) {
  auto found = entries.find(key.credential);
  if (found != entries.end()) found->second.answers.erase(key.backend);
}

void Authenticator::Cache::Renew(TimePoint now) {
  for (auto& [credential, entry] : entries) {
    for (auto& [backend, answer] : entry.answers)
      answer.fresh_until = std::min(answer.fresh_until, now);
  }
}

}  // namespace tamarack::gateway
