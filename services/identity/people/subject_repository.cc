#include "services/identity/people/subject_repository.h"

#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "platform/telemetry/log.h"

#include <algorithm>

namespace tamarack::identity {
namespace {

constexpr pg::Statement kOnPlatform{
    "subject.on_platform", "SELECT subject FROM person WHERE person_id = $1 AND erased_at IS NULL"};
constexpr pg::Statement kFind{"subject.find", R"sql(
  SELECT m.ministry_id, coalesce(m.sector, m.ministry_id::text), s.subject
  FROM ministry m LEFT JOIN pairwise_subject s
    ON s.person_id = $1 AND s.sector = coalesce(m.sector, m.ministry_id::text)
  WHERE m.ministry_id = ANY ($2::uuid[]) ORDER BY 2)sql"};
// Whoever was quicker has decided.
constexpr pg::Statement kStore{"subject.store", R"sql(
  INSERT INTO pairwise_subject (person_id, sector, subject)
  SELECT $1::uuid, * FROM unnest($2::text[], $3::text[]) ON CONFLICT (person_id, sector) DO NOTHING)sql"};
constexpr pg::Statement kKeepKey{"subject_key.keep", R"sql(
  INSERT INTO subject_key (name, key_sealed) SELECT 'first', $1
  WHERE NOT EXISTS (SELECT FROM subject_key) ON CONFLICT DO NOTHING)sql"};
constexpr pg::Statement kFindKey{"subject_key.find", "SELECT key_sealed FROM subject_key"};
constexpr pg::Statement kFindFirstPerson{
    "subject_key.find_first_person",
    "SELECT person_id, subject FROM person ORDER BY person_id LIMIT 1"};
constexpr keys::ColumnSql kKeys = SEALED_COLUMN("subject_key", "key_sealed", "name");
// Until the key is kept, everybody's subjects hang on the oldest version.
constexpr keys::ColumnSql kWithoutKey{
    "person",
    "subject",
    {"person.subject.count",
     "SELECT '', count(*) FROM person WHERE erased_at IS NULL AND NOT EXISTS (SELECT FROM "
     "subject_key)"},
    {},
    {},
    {}};

constexpr char kPlace[] = "subject_key/first";

// In the first releases this, too, came from the key: that tells its people, and the key itself.
bool IsMadeWith(std::string_view key, std::string_view person_id, std::string_view on_platform) {
  return PairwiseSubject(key, "tamarack", person_id) == on_platform;
}

}  // namespace

std::string PairwiseSubject(std::string_view key, std::string_view sector,
                            std::string_view person_id) {
  // The separator keeps ("a", "bc") and ("ab", "c") apart; neither part contains one.
  return crypto::Base64UrlEncode(
      crypto::HmacSha256(key, absl::StrCat(ToAbsl(sector), "/", ToAbsl(person_id))));
}

std::string NewSubject() {
  return crypto::Base64UrlEncode(crypto::RandomBytes(32));
}

std::vector<keys::KeyedColumn> SubjectColumns(const Keyring& keyring) {
  return {keys::SealedColumn(kKeys, keyring.sealer(),
                             [](const pg::Rows&, int) { return std::string(kPlace); }),
          {kWithoutKey, nullptr}};
}

AsyncStatus SubjectRepository::KeepFirstKey() {
  CO_ASSIGN_OR_RETURN(auto kept, co_await pool_.Query(kFindKey));
  if (!kept.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(auto first, co_await pool_.Query(kFindFirstPerson));
  const std::vector<std::string> all = keyring_.SubjectKeys();
  auto key = std::ranges::find_if(all, [&](const std::string& made_with) {
    return !first.empty() && IsMadeWith(made_with, first.Text(0, 0), first.Text(0, 1));
  });
  if (key == all.end()) {
    telemetry::Log(telemetry::Level::kError,
                   "the keyring lacks the version that people's subjects were made with");
    co_return absl::FailedPreconditionError("a version of the keyring is missing");
  }
  std::string sealed = keyring_.sealer().Seal(*key, kPlace);
  co_return (co_await pool_.Query(kKeepKey, sealed)).status();
}

Async<std::vector<std::string>> SubjectRepository::NewSubjects(
    const std::vector<std::string>& sectors, const std::string& person_id) {
  CO_RETURN_IF_ERROR(co_await KeepFirstKey());
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindKey));
  std::string key;
  bool is_early = false;
  if (!rows.IsNull(0, 0)) {
    CO_ASSIGN_OR_RETURN(key,
                        keyring_.sealer().OpenRow({kKeys.table, "first"}, rows.Text(0, 0), kPlace));
    CO_ASSIGN_OR_RETURN(auto on_platform, co_await OnPlatform(person_id));
    is_early = IsMadeWith(key, person_id, on_platform);
  }
  std::vector<std::string> subjects;
  for (const std::string& sector : sectors)
    subjects.push_back(is_early ? PairwiseSubject(key, sector, person_id) : NewSubject());
  co_return subjects;
}

Async<std::string> SubjectRepository::OnPlatform(std::string_view person_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kOnPlatform, person_id));
  if (rows.empty()) co_return absl::NotFoundError("no such person");
  co_return std::string(rows.Text(0, 0));
}

Async<std::string> SubjectRepository::At(const std::string& ministry_id,
                                         const std::string& person_id) {
  CO_ASSIGN_OR_RETURN(auto subjects, co_await AtEach({ministry_id}, person_id));
  if (subjects.empty()) co_return absl::NotFoundError("no such ministry");
  co_return subjects.begin()->second;
}

Async<std::map<std::string, std::string>> SubjectRepository::AtEach(
    const std::vector<std::string>& ministry_ids, const std::string& person_id) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, person_id, ministry_ids));
    std::map<std::string, std::string> subjects;
    std::vector<std::string> sectors;
    for (int row = 0; row < rows.size(); ++row) {
      if (!rows.IsNull(row, 2)) {
        subjects.emplace(rows.Text(row, 0), rows.Text(row, 2));
        continue;
      }
      sectors.emplace_back(rows.Text(row, 1));
    }
    if (sectors.empty()) co_return subjects;
    CO_ASSIGN_OR_RETURN(auto first, co_await NewSubjects(sectors, person_id));
    CO_RETURN_IF_ERROR((co_await pool_.Query(kStore, person_id, sectors, first)).status());
  }
  co_return absl::InternalError("subjects were stored but are not there");
}

}  // namespace tamarack::identity
