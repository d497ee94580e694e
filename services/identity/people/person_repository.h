// People: the table `person`. Personal data is encrypted under a key of each person's own, so that
// erasing the key erases the person.
#pragma once

#include "platform/auth/owner.h"
#include "platform/base/status.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "services/identity/keys/keyring.h"

#include "tamarack/identity/v1/directory_service.pb.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

struct Profile {
  std::string email;
  std::string given_name;
  std::string family_name;
  std::optional<v1::Address> address;

  // Who has one name has it in either.
  std::string FullName() const {
    bool has_both = !given_name.empty() && !family_name.empty();
    return given_name + (has_both ? " " : "") + family_name;
  }
};

struct Person {
  std::string id;       // never leaves identity
  std::string subject;  // on the platform itself
  auth::Mode mode = auth::Mode::kLive;
  std::string password_hash;
  std::string language;
  Profile profile;
  int64_t updated_at_seconds = 0;
};

struct NewPerson {
  auth::Mode mode = auth::Mode::kLive;
  Profile profile;
  std::string password_hash;
  std::string language;
};

// What the table `person` holds of the keyring's.
std::vector<keys::KeyedColumn> PersonColumns(const Keyring& keyring);

class PersonRepository {
 public:
  PersonRepository(pg::Pool& pool, const Keyring& keyring) : pool_(pool), keyring_(keyring) {}

  // Returns id and subject. ALREADY_EXISTS when the email address has an account of that mode.
  Async<Person> Insert(pg::Tx& tx, const NewPerson& person);

  // NOT_FOUND each.
  Async<Person> Find(std::string_view person_id);
  Async<Person> FindBySubject(std::string_view subject);
  Async<Person> FindByEmail(auth::Mode mode, std::string_view email);

  Async<bool> HasAccount(auth::Mode mode, std::string_view email);
  // By what an account is known where its address must not be: one address may have an account of
  // each mode. All that there may be; the first is what a new account has.
  std::vector<std::string> EmailIndexes(auth::Mode mode, std::string_view email) const;

  // Unless it has been replaced meanwhile.
  AsyncStatus ReplacePasswordHash(std::string_view person_id, std::string_view old_hash,
                                  std::string_view new_hash);

  // Keeps the rest of the profile as it is.
  Async<Person> SetAddress(std::string_view subject, const v1::Address& address);

 private:
  absl::StatusOr<Person> Decode(const pg::Rows& rows) const;

  pg::Pool& pool_;
  const Keyring& keyring_;
};

}  // namespace tamarack::identity
