// How people are known: the table `pairwise_subject`, and `person.subject` for the platform's own
// services.
#pragma once

#include "platform/base/status.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "services/identity/keys/keyring.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

// As people of the first releases are known: base64url(HMAC-SHA-256), 43 characters.
std::string PairwiseSubject(std::string_view key, std::string_view sector,
                            std::string_view person_id);
// As everybody else is: 256 random bits, which look the same.
std::string NewSubject();

std::vector<keys::KeyedColumn> SubjectColumns(const Keyring& keyring);

// Subjects are made at first use and stored, so that they outlive keys and ministries (OpenID
// Connect Core 1.0 section 8.1, with the ministry's sector as sector identifier). Those of two
// sectors cannot be linked. Not for use while a transaction is open.
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
  // Keeps what people of the first releases are known by, unless it is kept. Before that, the
  // keyring's oldest version cannot be retired. FAILED_PRECONDITION when it has left the ring.
  AsyncStatus KeepFirstKey();

 private:
  Async<std::vector<std::string>> NewSubjects(const std::vector<std::string>& sectors,
                                              const std::string& person_id);

  pg::Pool& pool_;
  const Keyring& keyring_;
};

}  // namespace tamarack::identity
