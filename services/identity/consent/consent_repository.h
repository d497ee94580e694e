// What people agreed to share, and each reading of it: the tables `consent`,
// `consent_read` and `platform_read`.
#pragma once

#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/postgres/postgres.h"
#include "services/identity/clients/tenant_repository.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

struct Consent {
  std::string id;
  std::string person_id;
  std::string client_id;
  std::set<std::string, std::less<>> scopes;
  std::vector<std::string> claims;
  int64_t client_revision = 0;
  // Given before clients met people of their own mode only: it goes on.
  bool is_across_modes = false;

  // Whether it allows these scopes, and all that they give, under the client's present terms.
  bool Covers(const std::set<std::string, std::less<>>& wanted, const OauthClient& client) const;
};

// What was shown of a consent, in one language; of a reading, what it was under.
struct SharingWords {
  std::string ministry_name;
  std::string service_name;  // empty for readings
  std::string purpose;
  std::vector<std::string> claims;  // in words; empty where none were shown (PlatformReading)
};

// A consent or a reading as the person's page shows it.
struct SharingEntry {
  std::string consent_id;
  std::vector<std::string> claims;  // their names
  TimePoint time;                   // of the consent, or of the reading
  std::string language;             // in which the consent was read; empty when not known
  SharingWords en;
  SharingWords fr;

  const SharingWords& Words(std::string_view lang) const { return lang == "fr" ? fr : en; }
};

struct NewConsent {
  std::string person_id;
  std::string subject;  // pairwise
  std::set<std::string, std::less<>> scopes;
  std::vector<std::string> claims;
  // What the page said of each claim, and in which of the two languages it was read.
  std::vector<std::string> claim_words_en;
  std::vector<std::string> claim_words_fr;
  std::string language;
};

// A reading at another service of the platform.
struct PlatformReading {
  std::string id;
  std::string person_id;
  std::string ministry_id;
  std::vector<std::string> claims;
  std::string purpose_en;
  std::string purpose_fr;
  TimePoint time;
};

class ConsentRepository {
 public:
  explicit ConsentRepository(pg::Pool& pool) : pool_(pool) {}

  // The consent in force, by the client's own subject for the person, who is of the client's mode
  // (or see is_across_modes).
  Async<std::optional<Consent>> FindActive(std::string_view client_id, std::string_view subject);
  // Whether a consent of the person is in force for any client of the ministry, or of another one
  // of its sector.
  Async<bool> IsKnownAt(std::string_view ministry_id, std::string_view person_id);
  // Replaces the one in force, if any; the words and names shown are kept with it.
  AsyncStatus Grant(const NewConsent& consent, const OauthClient& client);
  // False when the person has no such consent in force. Revokes what it gave.
  Async<bool> Withdraw(std::string_view consent_id, std::string_view person_id);
  AsyncStatus RecordRead(const Consent& consent, const std::vector<std::string>& claims);
  // Repeating it changes nothing.
  AsyncStatus RecordPlatformReading(const PlatformReading& reading);

  Async<std::vector<SharingEntry>> ListActive(std::string_view person_id);
  // The latest 50, wherever on the platform they were.
  Async<std::vector<SharingEntry>> ListReads(std::string_view person_id);

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::identity
