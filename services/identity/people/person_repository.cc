#include "services/identity/people/person_repository.h"

#include "platform/base/id.h"
#include "platform/crypto/random.h"
#include "platform/json/strict.h"
#include "platform/text/email_address.h"
#include "services/identity/people/subject_repository.h"

#include <absl/strings/match.h>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace tamarack::identity {
namespace {

namespace json = boost::json;

#define PERSON_COLUMNS \
  "person_id, subject, key_sealed, profile_sealed, password_hash, language, updated_at, mode"
// While the keyring changes, processes that know the same versions may use different ones, which
// the table's own constraint does not see.
constexpr pg::Statement kLockEmail{"person.lock_email", R"sql(
  SELECT pg_advisory_xact_lock(hashtextextended('person.email_index ' || i, 0))
  FROM (SELECT i FROM unnest($1::text[]) AS i ORDER BY i) AS ordered)sql"};
constexpr pg::Statement kInsert{"person.insert", R"sql(
  INSERT INTO person (person_id, subject, email_index, key_sealed, profile_sealed, password_hash, language, mode)
  SELECT $1::uuid, $2, $3, $4, $5, $6, $7, $8
  WHERE NOT EXISTS (SELECT FROM person WHERE email_index = ANY ($9::text[]))
  ON CONFLICT (email_index) DO NOTHING)sql"};
constexpr pg::Statement kFind{"person.find",
                              "SELECT " PERSON_COLUMNS
                              " FROM person WHERE person_id = $1 AND erased_at IS NULL"};
constexpr pg::Statement kFindBySubject{"person.find_by_subject",
                                       "SELECT " PERSON_COLUMNS
                                       " FROM person WHERE subject = $1 AND erased_at IS NULL"};
constexpr pg::Statement kFindByEmail{
    "person.find_by_email", "SELECT " PERSON_COLUMNS
                            " FROM person WHERE email_index = ANY ($1::text[]) AND mode = $2 AND "
                            "erased_at IS NULL ORDER BY array_position($1::text[], email_index)"};
constexpr pg::Statement kHasAccount{
    "person.has_account",
    "SELECT FROM person WHERE email_index = ANY ($1::text[]) AND mode = $2 AND erased_at IS NULL"};
constexpr pg::Statement kReindex{"person.reindex", R"sql(
  UPDATE person SET email_index = $2 WHERE person_id = $1 AND email_index <> $2
    AND NOT EXISTS (SELECT FROM person WHERE email_index = $2))sql"};
constexpr pg::Statement kLock{"person.lock",
                              "SELECT " PERSON_COLUMNS
                              " FROM person WHERE subject = $1 AND erased_at IS NULL FOR UPDATE"};
constexpr pg::Statement kSetProfile{
    "person.set_profile",
    "UPDATE person SET profile_sealed = $2, updated_at = now() WHERE person_id = $1"};

constexpr pg::Statement kReplaceHash{"person.replace_password_hash", R"sql(
  UPDATE person SET password_hash = $3 WHERE person_id = $1 AND password_hash = $2)sql"};

constexpr keys::ColumnSql kKeys = SEALED_COLUMN("person", "key_sealed", "person_id");
// What strangers did to an account goes on counting under its new index.
constexpr keys::ColumnSql kEmailIndexes{
    "person",
    "email_index",
    {"person.email_index.count", "SELECT " MAC_VERSION("email_index") R"sql(, count(*) FROM person
  WHERE email_index IS NOT NULL GROUP BY 1)sql"},
    {"person.email_index.blocks", KEYED_BLOCKS("person")},
    {"person.email_index.list", R"sql(
  SELECT ctid, email_index, person_id, key_sealed, profile_sealed, mode FROM person
  WHERE ctid >= $1 AND ctid < $2 AND email_index IS NOT NULL AND erased_at IS NULL
    AND )sql" MAC_VERSION("email_index") " <> $3 FOR UPDATE SKIP LOCKED"},
    {"person.email_index.update", R"sql(
  WITH renewed AS (
    UPDATE person p SET email_index = n.renewed FROM (
      SELECT DISTINCT ON (renewed) place, earlier, renewed FROM )sql" KEYED_NEW R"sql(
      ORDER BY renewed, place) AS n
    WHERE p.ctid = n.place AND NOT EXISTS (SELECT FROM person o WHERE o.email_index = n.renewed)
    RETURNING n.earlier, n.renewed
  ), counted AS (
    DELETE FROM sign_in_failure f USING renewed r WHERE f.email_index = r.earlier
    RETURNING r.renewed, f.failures, f.failed_at
  ), moved AS (
    INSERT INTO sign_in_failure AS f (email_index, failures, failed_at)
    SELECT renewed, failures, failed_at FROM counted
    ON CONFLICT (email_index) DO UPDATE SET failures = f.failures + excluded.failures
  )
  SELECT FROM renewed)sql"}};

std::string KeyPlace(std::string_view id) {
  return absl::StrCat("person.key/", ToAbsl(id));
}
std::string ProfilePlace(std::string_view id) {
  return absl::StrCat("person.profile/", ToAbsl(id));
}

absl::StatusOr<crypto::Sealer> PersonalSealer(const std::string& data_key) {
  return crypto::Sealer::FromKey({"p1", data_key});
}

std::string Encode(const Profile& profile) {
  json::object object{{"email", profile.email},
                      {"given_name", profile.given_name},
                      {"family_name", profile.family_name}};
  if (profile.address) {
    const auto& address = *profile.address;
    object["address"] = json::object{{"line_1", address.line_1()},
                                     {"line_2", address.line_2()},
                                     {"city", address.city()},
                                     {"province", address.province()},
                                     {"postal_code", address.postal_code()}};
  }
  return json::serialize(object);
}

absl::StatusOr<Profile> DecodeProfile(const std::string& text) {
  auto object = ParseStrictObject(text);
  if (!object.ok()) return object.status();
  auto get = [](const json::object& from, std::string_view name) {
    return std::string(StringMember(from, name));
  };
  Profile profile{.email = get(*object, "email"),
                  .given_name = get(*object, "given_name"),
                  .family_name = get(*object, "family_name"),
                  .address = std::nullopt};
  if (const json::value* value = object->if_contains("address");
      value != nullptr && value->is_object()) {
    auto& address = profile.address.emplace();
    address.set_line_1(get(value->get_object(), "line_1"));
    address.set_line_2(get(value->get_object(), "line_2"));
    address.set_city(get(value->get_object(), "city"));
    address.set_province(get(value->get_object(), "province"));
    address.set_postal_code(get(value->get_object(), "postal_code"));
  }
  return profile;
}

absl::StatusOr<Profile> OpenProfile(const crypto::Sealer& keyring, std::string_view person_id,
                                    std::string_view sealed_key, std::string_view sealed) {
  const crypto::UnreadableRow row{"person", person_id};
  auto data_key = keyring.OpenRow(row, sealed_key, KeyPlace(person_id));
  if (!data_key.ok()) return data_key.status();
  auto sealer = PersonalSealer(*data_key);
  if (!sealer.ok()) return sealer.status();
  auto text = sealer->Open(sealed, ProfilePlace(person_id));
  auto profile = text.ok() ? DecodeProfile(*text) : text.status();
  if (!profile.ok()) keyring.Report(row);
  return profile;
}

// Whether mail for `email` went to another domain until ß, ς and joiners were kept.
bool WentElsewhere(std::string_view email) {
  return absl::StrContains(ToAbsl(email), "ß") || absl::StrContains(ToAbsl(email), "ς") ||
         absl::StrContains(ToAbsl(email), "\u200c") || absl::StrContains(ToAbsl(email), "\u200d");
}

std::vector<std::string> IndexesOfKey(const Keyring& keyring, auth::Mode mode,
                                      std::string_view key) {
  return keyring.EmailIndexes(mode == auth::Mode::kLive ? std::string(key)
                                                        : absl::StrCat("sandbox ", ToAbsl(key)));
}

// Under every version of the ring, the one in use first. An account by the letters of WentElsewhere
// had its mail confirmed at another domain (`fass.de` for `faß.de`), so nobody may find it by them.
std::vector<std::string> IndexesOf(const Keyring& keyring, auth::Mode mode,
                                   std::string_view email) {
  return IndexesOfKey(keyring, mode,
                      WentElsewhere(email) ? text::AsciiEmailAddress(email) : std::string(email));
}

}  // namespace

std::vector<keys::KeyedColumn> PersonColumns(const Keyring& keyring) {
  auto renew_index = [keyring](const pg::Rows& rows, int row) -> absl::StatusOr<std::string> {
    auto profile =
        OpenProfile(keyring.sealer(), rows.Text(row, 2), rows.Text(row, 3), rows.Text(row, 4));
    if (!profile.ok()) return profile.status();
    const auth::Mode mode = auth::ModeOf(rows.Text(row, 5));
    // Whom nobody finds any more stays so.
    const auto as_typed = IndexesOfKey(keyring, mode, profile->email);
    bool is_as_typed =
        std::find(as_typed.begin(), as_typed.end(), rows.Text(row, 1)) != as_typed.end();
    return is_as_typed ? as_typed.front() : IndexesOf(keyring, mode, profile->email).front();
  };
  return {
      keys::SealedColumn(kKeys, keyring.sealer(),
                         [](const pg::Rows& rows, int row) { return KeyPlace(rows.Text(row, 2)); }),
      {kEmailIndexes, std::move(renew_index)}};
}

Async<Person> PersonRepository::Insert(pg::Tx& tx, const NewPerson& person) {
  Person out{.id = NewUuid(),
             .subject = NewSubject(),
             .mode = person.mode,
             .password_hash = person.password_hash,
             .language = person.language,
             .profile = person.profile};
  std::string data_key = crypto::RandomBytes(32);
  CO_ASSIGN_OR_RETURN(auto sealer, PersonalSealer(data_key));
  const auto indexes = IndexesOf(keyring_, person.mode, person.profile.email);
  CO_ASSIGN_OR_RETURN(
      auto results,
      co_await tx.QueryAll(
          pg::BoundStatement(kLockEmail, indexes),
          pg::BoundStatement(kInsert, out.id, out.subject, indexes.front(),
                             keyring_.sealer().Seal(data_key, KeyPlace(out.id)),
                             sealer.Seal(Encode(person.profile), ProfilePlace(out.id)),
                             person.password_hash, person.language, auth::ModeName(person.mode),
                             indexes)));
  if (results.back().affected() == 0)
    co_return absl::AlreadyExistsError("the email address has an account");
  co_return out;
}

absl::StatusOr<Person> PersonRepository::Decode(const pg::Rows& rows) const {
  if (rows.empty()) return absl::NotFoundError("no such person");
  Person person{.id = std::string(rows.Text(0, 0)),
                .subject = std::string(rows.Text(0, 1)),
                .mode = auth::ModeOf(rows.Text(0, 7)),
                .password_hash = std::string(rows.Text(0, 4)),
                .language = std::string(rows.Text(0, 5)),
                .profile = {},
                .updated_at_seconds = rows.TimeMicros(0, 6) / 1'000'000};
  auto profile = OpenProfile(keyring_.sealer(), person.id, rows.Text(0, 2), rows.Text(0, 3));
  if (!profile.ok()) return profile.status();
  person.profile = *std::move(profile);
  return person;
}

Async<Person> PersonRepository::Find(std::string_view person_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, person_id));
  co_return Decode(rows);
}

Async<Person> PersonRepository::FindBySubject(std::string_view subject) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindBySubject, subject));
  co_return Decode(rows);
}

// Earlier releases kept a domain as it was typed: whoever typed it in ASCII is found by that.
std::vector<std::string> PersonRepository::EmailIndexes(auth::Mode mode,
                                                        std::string_view email) const {
  std::vector<std::string> indexes = IndexesOf(keyring_, mode, email);
  if (std::string ascii = text::AsciiEmailAddress(email); ascii != email) {
    for (auto& index : IndexesOf(keyring_, mode, ascii)) indexes.push_back(std::move(index));
  }
  return indexes;
}

Async<Person> PersonRepository::FindByEmail(auth::Mode mode, std::string_view email) {
  std::vector<std::string> indexes = EmailIndexes(mode, email);
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindByEmail, indexes, auth::ModeName(mode)));
  auto person = Decode(rows);
  // Whatever else goes by the index finds the account from now on.
  if (person.ok() && text::AsciiEmailAddress(email) != email)
    CO_RETURN_IF_ERROR((co_await pool_.Query(kReindex, person->id, indexes[0])).status());
  co_return person;
}

Async<bool> PersonRepository::HasAccount(auth::Mode mode, std::string_view email) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kHasAccount, EmailIndexes(mode, email),
                                                      auth::ModeName(mode)));
  co_return !rows.empty();
}

AsyncStatus PersonRepository::ReplacePasswordHash(std::string_view person_id,
                                                  std::string_view old_hash,
                                                  std::string_view new_hash) {
  co_return (co_await pool_.Query(kReplaceHash, person_id, old_hash, new_hash)).status();
}

Async<Person> PersonRepository::SetAddress(std::string_view subject, const v1::Address& address) {
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kLock, subject));
  CO_ASSIGN_OR_RETURN(auto person, Decode(rows));
  person.profile.address = address;
  CO_ASSIGN_OR_RETURN(auto data_key, keyring_.sealer().Open(rows.Text(0, 2), KeyPlace(person.id)));
  CO_ASSIGN_OR_RETURN(auto sealer, PersonalSealer(data_key));
  std::string sealed = sealer.Seal(Encode(person.profile), ProfilePlace(person.id));
  CO_RETURN_IF_ERROR((co_await tx.Query(kSetProfile, person.id, sealed)).status());
  CO_RETURN_IF_ERROR(co_await tx.Commit());
  co_return person;
}

}  // namespace tamarack::identity
