#include "services/identity/sign_in/registration_repository.h"

#include "platform/base/id.h"
#include "platform/crypto/hash.h"
#include "platform/json/strict.h"

#include <boost/json/serialize.hpp>

namespace tamarack::identity {
namespace {

namespace json = boost::json;

constexpr pg::Statement kInsert{"registration.insert", R"sql(
  INSERT INTO registration (registration_id, token_sha256, details_sealed, language, code_mac, code_expires_at)
  VALUES ($1, $2, $3, $4, $5, now() + interval '15 minutes'))sql"};
#define REGISTRATION_COLUMNS \
  "registration_id, details_sealed, language, code_mac, code_expires_at < now(), tries, sends"
constexpr pg::Statement kFind{"registration.find", "SELECT " REGISTRATION_COLUMNS
                                                   " FROM registration WHERE token_sha256 = $1"};
constexpr pg::Statement kTry{"registration.try", R"sql(
  UPDATE registration SET tries = tries + 1 WHERE token_sha256 = $1 RETURNING )sql" REGISTRATION_COLUMNS};
constexpr pg::Statement kRenew{"registration.renew", R"sql(
  UPDATE registration SET code_mac = $2, code_expires_at = now() + interval '15 minutes', tries = 0, sends = sends + 1
  WHERE registration_id = $1 AND sends < $3)sql"};
constexpr pg::Statement kDelete{"registration.delete",
                                "DELETE FROM registration WHERE registration_id = $1"};
constexpr pg::Statement kEnd{"registration.end",
                             "DELETE FROM registration WHERE token_sha256 = $1"};
constexpr pg::Statement kForgetOld{"registration.forget_old", R"sql(
  DELETE FROM registration WHERE registration_id = ANY (ARRAY(
    SELECT registration_id FROM registration WHERE created_at < now() - interval '1 day'
    ORDER BY created_at LIMIT $1)))sql"};

std::string Place(std::string_view id) {
  return absl::StrCat("registration/", ToAbsl(id));
}

constexpr keys::ColumnSql kDetails =
    SEALED_COLUMN("registration", "details_sealed", "registration_id");
constexpr keys::ColumnSql kCodes{
    "registration",
    "code_mac",
    {"registration.code_mac.count",
     "SELECT " MAC_VERSION("code_mac") ", count(*) FROM registration GROUP BY 1"},
    {},
    {},
    {}};

}  // namespace

std::vector<keys::KeyedColumn> RegistrationColumns(const Keyring& keyring) {
  // Codes are not known any more; their registrations end within a day.
  return {
      keys::SealedColumn(kDetails, keyring.sealer(),
                         [](const pg::Rows& rows, int row) { return Place(rows.Text(row, 2)); }),
      {kCodes, nullptr}};
}

pg::BoundStatement RegistrationRepository::Insert(std::string_view cookie, const NewPerson& person,
                                                  std::string_view code) const {
  std::string id = NewUuid();
  json::object details{{"mode", std::string(auth::ModeName(person.mode))},
                       {"email", person.profile.email},
                       {"given_name", person.profile.given_name},
                       {"family_name", person.profile.family_name},
                       {"password_hash", person.password_hash}};
  return pg::BoundStatement(kInsert, id, crypto::Sha256Hex(cookie),
                            keyring_.sealer().Seal(json::serialize(details), Place(id)),
                            person.language, keyring_.CodeMac(id, code));
}

pg::BoundStatement RegistrationRepository::Delete(const Registration& registration) const {
  return pg::BoundStatement(kDelete, registration.id);
}

Async<Registration> RegistrationRepository::Read(const pg::Statement& statement,
                                                 std::string_view cookie) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(statement, crypto::Sha256Hex(cookie)));
  if (rows.empty()) co_return absl::NotFoundError("no such registration");
  Registration row;
  row.id = rows.Text(0, 0);
  CO_ASSIGN_OR_RETURN(auto text, keyring_.sealer().OpenRow({"registration", row.id},
                                                           rows.Text(0, 1), Place(row.id)));
  CO_ASSIGN_OR_RETURN(auto details, ParseStrictObject(text));
  row.person.mode = auth::ModeOf(StringMember(details, "mode"));
  row.person.profile.email = StringMember(details, "email");
  row.person.profile.given_name = StringMember(details, "given_name");
  row.person.profile.family_name = StringMember(details, "family_name");
  row.person.password_hash = StringMember(details, "password_hash");
  row.person.language = rows.Text(0, 2);
  row.code_mac = rows.Text(0, 3);
  row.is_expired = rows.Bool(0, 4);
  row.tries = rows.Int(0, 5);
  row.sends = rows.Int(0, 6);
  co_return row;
}

Async<Registration> RegistrationRepository::Find(std::string_view cookie) {
  co_return co_await Read(kFind, cookie);
}

Async<Registration> RegistrationRepository::Try(std::string_view cookie) {
  co_return co_await Read(kTry, cookie);
}

Async<bool> RegistrationRepository::Renew(pg::Tx& tx, const Registration& registration,
                                          std::string_view code, int sends_max) {
  const std::string& id = registration.id;
  CO_ASSIGN_OR_RETURN(auto renewed,
                      co_await tx.Query(kRenew, id, keyring_.CodeMac(id, code), sends_max));
  co_return renewed.affected() > 0;
}

AsyncStatus RegistrationRepository::End(std::string_view cookie) {
  co_return (co_await pool_.Query(kEnd, crypto::Sha256Hex(cookie))).status();
}

Async<int64_t> RegistrationRepository::ForgetOld(int limit) {
  CO_ASSIGN_OR_RETURN(auto old, co_await pool_.Query(kForgetOld, limit));
  co_return old.affected();
}

}  // namespace tamarack::identity
