// Authorization codes, in Redis: single use, one minute. What their reuse revokes is in PostgreSQL.
#pragma once

#include "platform/base/status.h"
#include "platform/redis/redis.h"
#include "services/identity/revocation_repository.h"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace tamarack::identity {

// What a code stands for.
struct CodeGrant {
  std::string client_id;
  std::string redirect_uri;
  std::string code_challenge;
  std::string dpop_jkt;  // of the key with which the code has to be redeemed; empty: any or none
  std::string nonce;
  std::string subject;  // pairwise, of the client's ministry
  std::string language;
  std::set<std::string, std::less<>> scopes;
  int64_t auth_time_seconds = 0;
};

class AuthorizationCodes {
 public:
  AuthorizationCodes(redis::Client& redis, RevocationRepository& revocations)
      : redis_(redis), revocations_(revocations) {}

  Async<std::string> Create(const CodeGrant& grant);

  // Uses the code up, for the client it was made for. NOT_FOUND when it is unknown, expired or
  // another client's; ALREADY_EXISTS when it was used before: whatever it gave is then revoked.
  Async<CodeGrant> Redeem(std::string_view code, std::string_view client_id);

  // Whether the tokens that the client holds for the subject were revoked by a code's reuse. Needs
  // no Redis.
  Async<bool> IsRevoked(std::string_view client_id, std::string_view subject) {
    return revocations_.IsRevoked(client_id, subject);
  }

 private:
  redis::Client& redis_;
  RevocationRepository& revocations_;
};

}  // namespace tamarack::identity
