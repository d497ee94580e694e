// How people are known: the table `pairwise_subject`, and `person.subject` for the platform's own
// services.
#pragma once

#include "platform/base/status.h"
#include "platform/postgres/postgres.h"
#include "services/identity/keyring.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

// Subjects are derived at first use and stored, so that they outlive the key and the ministry
// (OpenID Connect Core 1.0 section 8.1, with the ministry's sector as sector identifier). Not for
// use while a transaction is open.
class SubjectRepository {
 public:
  SubjectRepository(pg::Pool& pool, const Keyring& keyring) : pool_(pool), keyring_(keyring) {}

  // As the platform's own services know the person. NOT_FOUND when there is no such person.
  Async<std::string> OnPlatform(std::string_view person_id);
  // As the ministry knows the person. NOT_FOUND when there is no such ministry.
  Async<std::string> At(const std::string& ministry_id, const std::string& person_id);
  // The same for several, by their ids as identity writes them; those that do not exist are left
  // out.
  Async<std::map<std::string, std::string>> AtEach(const std::vector<std::string>& ministry_ids,
                                                   const std::string& person_id);

 private:
  pg::Pool& pool_;
  const Keyring& keyring_;
};

}  // namespace tamarack::identity
