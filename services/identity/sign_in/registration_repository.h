// Registrations and confirmations of devices that are under way: the table `registration`.
#pragma once

#include "platform/base/status.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "services/identity/keys/keyring.h"
#include "services/identity/people/person_repository.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

struct Registration {
  std::string id;
  NewPerson person;
  std::string code_mac;
  bool is_expired = false;
  int64_t tries = 0;
  int64_t sends = 0;

  // Only a registration has a password.
  bool is_for_device() const { return person.password_hash.empty(); }
};

// What the table holds of the keyring's.
std::vector<keys::KeyedColumn> RegistrationColumns(const Keyring& keyring);

class RegistrationRepository {
 public:
  RegistrationRepository(pg::Pool& pool, const Keyring& keyring) : pool_(pool), keyring_(keyring) {}

  // Statements for a transaction of the caller's.
  pg::BoundStatement Insert(std::string_view cookie, const NewPerson& person,
                            std::string_view code) const;
  pg::BoundStatement Delete(const Registration& registration) const;

  // NOT_FOUND each, when there is none of that cookie (any more). A try is counted before it is
  // looked at, so that parallel ones cannot outrun the limit.
  Async<Registration> Find(std::string_view cookie);
  Async<Registration> Try(std::string_view cookie);
  // False when `sends_max` codes were sent; the limit is part of the statement, so that requests at
  // the same time cannot outrun it.
  Async<bool> Renew(pg::Tx& tx, const Registration& registration, std::string_view code,
                    int sends_max);
  AsyncStatus End(std::string_view cookie);
  // Those that began more than a day ago; how many.
  Async<int64_t> ForgetOld(int limit);

 private:
  Async<Registration> Read(const pg::Statement& statement, std::string_view cookie);

  pg::Pool& pool_;
  const Keyring& keyring_;
};

}  // namespace tamarack::identity
