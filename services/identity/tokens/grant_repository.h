// What people's authorizations gave to clients, and the codes that they begin with: the table
// `oauth_grant`.
#pragma once

#include "platform/auth/principal.h"
#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/postgres/postgres.h"
#include "platform/work/sweeper.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

// What every token under a grant says, and what is kept of how it came about.
struct Grant {
  std::string id;
  std::string client_id;
  std::string consent_id;
  std::string subject;     // pairwise, of the client's ministry
  std::string session_id;  // like `claims` a record only: no decision rests on it
  std::string language;
  std::set<std::string, std::less<>> scopes;
  std::vector<std::string> claims;
  std::string acr;
  std::vector<std::string> amr;
  TimePoint auth_time;  // 1970 where the client did not ask for it
  // With what the code has to come back, and the nonce of the ID token.
  std::string redirect_uri;
  std::string code_challenge;
  std::string code_jkt;  // of the key with which it has to be redeemed; empty: any or none
  std::string nonce;
};

class GrantRepository {
 public:
  explicit GrantRepository(pg::Pool& pool) : pool_(pool) {}

  // Makes the grant under the consent, which says client and subject, and returns its code, good
  // once, for 60 s. NOT_FOUND when the consent is no longer in force.
  Async<std::string> Create(const Grant& grant);

  // What the code stands for, used or not: it never changes, so it can be checked before the code
  // is used up. NOT_FOUND when there is no such code of that client.
  Async<Grant> FindByCode(std::string_view code, std::string_view client_id);

  // Uses the code up and binds what it gives. NOT_FOUND when it has expired or its grant is
  // revoked; ALREADY_EXISTS when it was used before: the grant is then revoked.
  AsyncStatus Redeem(std::string_view grant_id, const auth::Confirmation& bound_to);

  // Whether the grant of a client's token is revoked. Tokens from before there were grants are
  // judged by their client and subject. Needs no Redis.
  Async<bool> IsRevoked(const auth::Principal& principal);

  // Deletes those whose tokens are over.
  work::Sweep Forgetting();

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::identity
