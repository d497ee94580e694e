// Revoked grants: the table `revoked_grant`.
#pragma once

#include "platform/base/status.h"
#include "platform/postgres/postgres.h"

#include <string_view>

namespace tamarack::identity {

class RevocationRepository {
 public:
  explicit RevocationRepository(pg::Pool& pool) : pool_(pool) {}

  // The tokens that the client holds for the subject are worth nothing from now on.
  AsyncStatus Revoke(std::string_view client_id, std::string_view subject);
  // The person has signed in to the client anew.
  AsyncStatus Lift(std::string_view client_id, std::string_view subject);
  Async<bool> IsRevoked(std::string_view client_id, std::string_view subject);

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::identity
