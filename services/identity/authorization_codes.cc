#include "services/identity/authorization_codes.h"

#include "platform/crypto/hash.h"
#include "platform/crypto/json.h"
#include "platform/crypto/random.h"

#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <boost/json/serialize.hpp>

namespace tamarack::identity {
namespace {

constexpr int64_t kLifetimeSeconds = 60;
// For so long a second presentation is recognised as one.
constexpr int64_t kMemorySeconds = 600;

// The two keys of one code; the braces keep them together in a Redis cluster.
std::string CodeKey(std::string_view code) {
  return absl::StrCat("identity:code:{", crypto::Sha256Hex(code), "}");
}

// Marks the code as used; 1 for the first one to do so. The code stays, so that reuse is told from
// guessing.
constexpr redis::Script kUse{R"lua(
  if redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then
    redis.call('EXPIRE', KEYS[1], ARGV[1])
    return 1
  end
  return 0)lua"};

std::string Encode(const CodeGrant& grant) {
  return boost::json::serialize(boost::json::object{{"client_id", grant.client_id},
                                                    {"redirect_uri", grant.redirect_uri},
                                                    {"code_challenge", grant.code_challenge},
                                                    {"dpop_jkt", grant.dpop_jkt},
                                                    {"nonce", grant.nonce},
                                                    {"subject", grant.subject},
                                                    {"language", grant.language},
                                                    {"scope", absl::StrJoin(grant.scopes, " ")},
                                                    {"auth_time", grant.auth_time_seconds}});
}

absl::StatusOr<CodeGrant> Decode(const std::string& text) {
  auto stored = crypto::ParseStrictObject(text);
  if (!stored.ok()) return stored.status();
  auto get = [&](std::string_view name) {
    return std::string(crypto::StringMember(*stored, name));
  };
  CodeGrant grant{.client_id = get("client_id"),
                  .redirect_uri = get("redirect_uri"),
                  .code_challenge = get("code_challenge"),
                  .dpop_jkt = get("dpop_jkt"),
                  .nonce = get("nonce"),
                  .subject = get("subject"),
                  .language = get("language"),
                  .scopes = {}};
  std::string scope = get("scope");
  for (absl::string_view name : absl::StrSplit(scope, ' ', absl::SkipEmpty()))
    grant.scopes.emplace(name);
  if (const auto* time = stored->if_contains("auth_time"))
    grant.auth_time_seconds = time->as_int64();
  return grant;
}

}  // namespace

Async<std::string> AuthorizationCodes::Create(const CodeGrant& grant) {
  // A new sign-in lifts the revocation that an earlier reuse brought about. Not when its code is
  // redeemed: that may happen at the moment of a reuse, whose revocation must stay.
  CO_RETURN_IF_ERROR(co_await revocations_.Lift(grant.client_id, grant.subject));
  std::string code = crypto::RandomToken(32);
  CO_RETURN_IF_ERROR(
      (co_await redis_.Command("SET", CodeKey(code), Encode(grant), "EX", kLifetimeSeconds))
          .status());
  co_return code;
}

Async<CodeGrant> AuthorizationCodes::Redeem(std::string_view code, std::string_view client_id) {
  std::string key = CodeKey(code);
  CO_ASSIGN_OR_RETURN(auto stored, co_await redis_.Command("GET", key));
  if (stored.IsNil()) co_return absl::NotFoundError("no such code");
  CO_ASSIGN_OR_RETURN(auto grant, Decode(stored.Text()));
  // Another client must not be able to use the code up either.
  if (grant.client_id != client_id) co_return absl::NotFoundError("the code is another client's");
  CO_ASSIGN_OR_RETURN(auto is_first, co_await redis_.Eval(kUse, {key, key + ":used"},
                                                          {std::to_string(kMemorySeconds)}));
  if (is_first.Int() == 1) co_return grant;
  CO_RETURN_IF_ERROR(co_await revocations_.Revoke(grant.client_id, grant.subject));
  co_return absl::AlreadyExistsError("the code was used before");
}

}  // namespace tamarack::identity
