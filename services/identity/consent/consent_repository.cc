#include "services/identity/consent/consent_repository.h"

#include "platform/base/id.h"
#include "services/identity/people/claims.h"

#include <algorithm>

namespace tamarack::identity {
namespace {

// Of consent c, person p and oauth_client o. What was agreed before modes were told apart goes on.
#define IN_FORCE "c.withdrawn_at IS NULL AND (p.mode = o.mode OR c.is_across_modes)"
constexpr pg::Statement kFindActive{"consent.find_active", R"sql(
  SELECT c.consent_id, c.person_id, c.client_id, c.scopes, c.claims, c.client_revision, c.is_across_modes
  FROM consent c JOIN person p USING (person_id) JOIN oauth_client o USING (client_id)
  WHERE c.client_id = $1 AND c.subject = $2 AND )sql" IN_FORCE};
// Ministries of one sector know a person as one (pairwise_subject), so a consent to any counts.
constexpr pg::Statement kIsKnownAt{"consent.is_known_at", R"sql(
  SELECT EXISTS (
    SELECT FROM consent c JOIN person p USING (person_id) JOIN oauth_client o USING (client_id)
           JOIN service s USING (service_id) JOIN ministry m USING (ministry_id)
    WHERE c.person_id = $1 AND )sql" IN_FORCE R"sql( AND coalesce(m.sector, m.ministry_id::text) =
          (SELECT coalesce(sector, ministry_id::text) FROM ministry WHERE ministry_id = $2)))sql"};
constexpr pg::Statement kSupersede{"consent.supersede", R"sql(
  UPDATE consent SET withdrawn_at = now() WHERE client_id = $1 AND subject = $2 AND withdrawn_at IS NULL)sql"};
// Two tabs may agree at once; the first one's row then stands for both. What goes on across modes
// does so under new words too.
constexpr pg::Statement kInsert{"consent.insert", R"sql(
  INSERT INTO consent (consent_id, person_id, client_id, subject, scopes, claims, purpose_en, purpose_fr, client_revision,
                       claim_words_en, claim_words_fr, language, ministry_name_en, ministry_name_fr, service_name_en,
                       service_name_fr, is_across_modes)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
          EXISTS (SELECT FROM consent WHERE client_id = $3 AND subject = $4 AND is_across_modes
                  AND withdrawn_at = now()))
  ON CONFLICT (client_id, subject) WHERE withdrawn_at IS NULL DO NOTHING)sql"};
constexpr pg::Statement kWithdraw{"consent.withdraw", R"sql(
  UPDATE consent SET withdrawn_at = now() WHERE consent_id = $1 AND person_id = $2 AND withdrawn_at IS NULL)sql"};
// With it ends all that it gave the client, under earlier words too. After kWithdraw and in its
// transaction: that waits for whoever is making a grant under it, whom only a later statement sees.
constexpr pg::Statement kRevokeGrants{"oauth_grant.revoke_withdrawn", R"sql(
  UPDATE oauth_grant g SET revoked_at = now() FROM consent c
  WHERE c.consent_id = $1 AND c.person_id = $2 AND c.withdrawn_at = now()
    AND g.client_id = c.client_id AND g.subject = c.subject AND g.revoked_at IS NULL)sql"};
// Nothing is recorded, and so nothing read, under a consent withdrawn a moment ago.
constexpr pg::Statement kInsertRead{"consent_read.insert", R"sql(
  INSERT INTO consent_read (consent_read_id, consent_id, person_id, claims)
  SELECT $1::uuid, consent_id, person_id, $3::text[] FROM consent WHERE consent_id = $2 AND withdrawn_at IS NULL FOR SHARE)sql"};
constexpr pg::Statement kListActive{"consent.list_active", R"sql(
  SELECT consent_id, claims, granted_at, language, ministry_name_en, service_name_en, purpose_en, claim_words_en,
         ministry_name_fr, service_name_fr, purpose_fr, claim_words_fr
  FROM consent WHERE person_id = $1 AND withdrawn_at IS NULL ORDER BY granted_at DESC)sql"};
constexpr pg::Statement kInsertPlatformRead{"platform_read.insert", R"sql(
  INSERT INTO platform_read (read_id, person_id, ministry_id, claims, purpose_en, purpose_fr, read_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (read_id) DO NOTHING)sql"};
// In the words of the consent, of whose claims it may have been for some only.
#define READ_WORDS(language)                                           \
  "c.ministry_name_" language ", '', c.purpose_" language              \
  ", ARRAY (SELECT word FROM unnest(c.claims, c.claim_words_" language \
  ") WITH ORDINALITY AS w (claim, word, n) WHERE claim = ANY (r.claims) ORDER BY n)"
constexpr pg::Statement kListReads{
    "consent_read.list", "SELECT c.consent_id, r.claims, r.read_at, c.language, " READ_WORDS(
                             "en") ", " READ_WORDS("fr") R"sql(
  FROM (SELECT * FROM consent_read WHERE person_id = $1 ORDER BY read_at DESC LIMIT 50) AS r
    JOIN consent c USING (consent_id)
  UNION ALL
  SELECT p.read_id, p.claims, p.read_at, NULL, m.name_en, '', p.purpose_en, '{}', m.name_fr, '', p.purpose_fr, '{}'
  FROM (SELECT * FROM platform_read WHERE person_id = $1 ORDER BY read_at DESC LIMIT 50) AS p
    JOIN ministry m USING (ministry_id)
  ORDER BY 3 DESC LIMIT 50)sql"};

SharingWords DecodeWords(const pg::Rows& rows, int row, int column) {
  return {.ministry_name = std::string(rows.Text(row, column)),
          .service_name = std::string(rows.Text(row, column + 1)),
          .purpose = std::string(rows.Text(row, column + 2)),
          .claims = rows.TextArray(row, column + 3)};
}

std::vector<SharingEntry> DecodeEntries(const pg::Rows& rows) {
  std::vector<SharingEntry> entries;
  for (int row = 0; row < rows.size(); ++row) {
    entries.push_back({.consent_id = std::string(rows.Text(row, 0)),
                       .claims = rows.TextArray(row, 1),
                       .time = FromUnixMicros(rows.TimeMicros(row, 2)),
                       .language = std::string(rows.Text(row, 3)),
                       .en = DecodeWords(rows, row, 4),
                       .fr = DecodeWords(rows, row, 8)});
  }
  return entries;
}

}  // namespace

bool Consent::Covers(const std::set<std::string, std::less<>>& wanted,
                     const OauthClient& client) const {
  auto is_shown = [&](const std::string& claim) {
    return std::find(claims.begin(), claims.end(), claim) != claims.end();
  };
  return client_revision == client.revision &&
         std::includes(scopes.begin(), scopes.end(), wanted.begin(), wanted.end()) &&
         std::ranges::all_of(SharedClaims(wanted), is_shown);
}

Async<bool> ConsentRepository::IsKnownAt(std::string_view ministry_id, std::string_view person_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kIsKnownAt, person_id, ministry_id));
  co_return rows.Bool(0, 0);
}

Async<std::optional<Consent>> ConsentRepository::FindActive(std::string_view client_id,
                                                            std::string_view subject) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindActive, client_id, subject));
  if (rows.empty()) co_return std::nullopt;
  Consent consent{.id = std::string(rows.Text(0, 0)),
                  .person_id = std::string(rows.Text(0, 1)),
                  .client_id = std::string(rows.Text(0, 2)),
                  .scopes = {},
                  .claims = rows.TextArray(0, 4),
                  .client_revision = rows.Int(0, 5),
                  .is_across_modes = rows.Bool(0, 6)};
  for (auto& scope : rows.TextArray(0, 3)) consent.scopes.insert(std::move(scope));
  co_return consent;
}

AsyncStatus ConsentRepository::Grant(const NewConsent& consent, const OauthClient& client) {
  std::vector<std::string> scopes(consent.scopes.begin(), consent.scopes.end());
  co_return (
      co_await pool_.QueryAll(
          pg::BoundStatement(kSupersede, client.id, consent.subject),
          pg::BoundStatement(kInsert, NewUuid(), consent.person_id, client.id, consent.subject,
                             scopes, consent.claims, client.purpose_en, client.purpose_fr,
                             client.revision, consent.claim_words_en, consent.claim_words_fr,
                             consent.language, client.ministry_name_en, client.ministry_name_fr,
                             client.service_name_en, client.service_name_fr)))
      .status();
}

Async<bool> ConsentRepository::Withdraw(std::string_view consent_id, std::string_view person_id) {
  if (!IsUuid(consent_id)) co_return false;
  CO_ASSIGN_OR_RETURN(
      auto done, co_await pool_.QueryAll(pg::BoundStatement(kWithdraw, consent_id, person_id),
                                         pg::BoundStatement(kRevokeGrants, consent_id, person_id)));
  co_return done[0].affected() == 1;
}

AsyncStatus ConsentRepository::RecordRead(const Consent& consent,
                                          const std::vector<std::string>& claims) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kInsertRead, NewUuid(), consent.id, claims));
  co_return rows.affected() == 1 ? absl::OkStatus()
                                 : absl::NotFoundError("the consent was withdrawn");
}

AsyncStatus ConsentRepository::RecordPlatformReading(const PlatformReading& reading) {
  auto inserted =
      co_await pool_.Query(kInsertPlatformRead, reading.id, reading.person_id, reading.ministry_id,
                           reading.claims, reading.purpose_en, reading.purpose_fr, reading.time);
  co_return NoSuchParent(inserted.status(), "ministry_id");
}

Async<std::vector<SharingEntry>> ConsentRepository::ListActive(std::string_view person_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListActive, person_id));
  co_return DecodeEntries(rows);
}

Async<std::vector<SharingEntry>> ConsentRepository::ListReads(std::string_view person_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListReads, person_id));
  co_return DecodeEntries(rows);
}

}  // namespace tamarack::identity
