#include "services/identity/sign_in/registrations.h"

#include "platform/base/id.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/json.h"
#include "platform/crypto/random.h"
#include "services/identity/mail/email_outbox.h"
#include "services/identity/sign_in/confirmation_code.h"

#include <boost/json/serialize.hpp>

namespace tamarack::identity {
namespace {

namespace json = boost::json;
constexpr int kTriesMax = 5;
constexpr int kSendsMax = 6;

constexpr pg::Statement kInsert{"registration.insert", R"sql(
  INSERT INTO registration (registration_id, token_sha256, details_sealed, language, code_mac, code_expires_at)
  VALUES ($1, $2, $3, $4, $5, now() + interval '15 minutes'))sql"};
#define REGISTRATION_COLUMNS \
  "registration_id, details_sealed, language, code_mac, code_expires_at < now(), tries, sends"
constexpr pg::Statement kFind{"registration.find", "SELECT " REGISTRATION_COLUMNS
                                                   " FROM registration WHERE token_sha256 = $1"};
// Counted before it is looked at, so that parallel tries cannot outrun the limit.
constexpr pg::Statement kTry{"registration.try", R"sql(
  UPDATE registration SET tries = tries + 1 WHERE token_sha256 = $1 RETURNING )sql" REGISTRATION_COLUMNS};
// The limit is part of the statement, so that requests at the same time cannot outrun it.
constexpr pg::Statement kRenew{"registration.renew", R"sql(
  UPDATE registration SET code_mac = $2, code_expires_at = now() + interval '15 minutes', tries = 0, sends = sends + 1
  WHERE registration_id = $1 AND sends < $3)sql"};
constexpr pg::Statement kDelete{"registration.delete",
                                "DELETE FROM registration WHERE registration_id = $1"};
constexpr pg::Statement kEnd{"registration.end",
                             "DELETE FROM registration WHERE token_sha256 = $1"};

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

struct Registrations::Row {
  std::string id;
  NewPerson person;
  std::string code_mac;
  bool is_expired = false;
  int64_t tries = 0;
  int64_t sends = 0;

  // Only a registration has a password.
  bool is_for_device() const { return person.password_hash.empty(); }
};

Async<std::string> Registrations::Begin(const NewPerson& person) {
  return Store(person, true);
}

Async<std::string> Registrations::BeginForDevice(auth::Mode mode, const std::string& email,
                                                 const std::string& language) {
  CO_ASSIGN_OR_RETURN(bool has_account, co_await people_.HasAccount(mode, email));
  NewPerson nobody{.mode = mode,
                   .profile = {.email = email, .given_name = {}, .family_name = {}, .address = {}},
                   .password_hash = {},
                   .language = language};
  co_return co_await Store(nobody, has_account);
}

Async<std::string> Registrations::Store(const NewPerson& person, bool sends) {
  std::string id = NewUuid();
  std::string cookie = crypto::RandomToken(32);
  std::string code = crypto::RandomDigits(kCodeDigits);
  json::object details{{"mode", std::string(auth::ModeName(person.mode))},
                       {"email", person.profile.email},
                       {"given_name", person.profile.given_name},
                       {"family_name", person.profile.family_name},
                       {"password_hash", person.password_hash}};
  std::vector<pg::Call> calls;
  calls.emplace_back(kInsert, id, crypto::Sha256Hex(cookie),
                     keyring_.sealer().Seal(json::serialize(details), Place(id)), person.language,
                     keyring_.CodeMac(id, code));
  if (sends) calls.push_back(QueueEmail(keyring_, {person.profile.email, person.language, code}));
  CO_RETURN_IF_ERROR((co_await pool_.QueryAll(std::move(calls))).status());
  if (sends) on_email_();
  co_return cookie;
}

Async<Registrations::Row> Registrations::Read(const pg::Statement& statement,
                                              std::string_view cookie) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(statement, crypto::Sha256Hex(cookie)));
  if (rows.empty()) co_return absl::NotFoundError("no such registration");
  Row row;
  row.id = rows.Text(0, 0);
  CO_ASSIGN_OR_RETURN(auto text, keyring_.sealer().OpenRow({"registration", row.id},
                                                           rows.Text(0, 1), Place(row.id)));
  CO_ASSIGN_OR_RETURN(auto details, crypto::ParseStrictObject(text));
  row.person.mode = auth::ModeOf(crypto::StringMember(details, "mode"));
  row.person.profile.email = crypto::StringMember(details, "email");
  row.person.profile.given_name = crypto::StringMember(details, "given_name");
  row.person.profile.family_name = crypto::StringMember(details, "family_name");
  row.person.password_hash = crypto::StringMember(details, "password_hash");
  row.person.language = rows.Text(0, 2);
  row.code_mac = rows.Text(0, 3);
  row.is_expired = rows.Bool(0, 4);
  row.tries = rows.Int(0, 5);
  row.sends = rows.Int(0, 6);
  co_return row;
}

Async<Pending> Registrations::Find(std::string_view cookie) {
  CO_ASSIGN_OR_RETURN(auto row, co_await Read(kFind, cookie));
  co_return Pending{row.person.mode, row.person.profile.email, row.is_for_device()};
}

Async<ConfirmResult> Registrations::Confirm(std::string_view cookie, std::string_view code) {
  CO_ASSIGN_OR_RETURN(auto row, co_await Read(kTry, cookie));
  if (row.tries > kTriesMax) co_return ConfirmResult{ConfirmOutcome::kTooManyTries, {}};
  if (row.is_expired) co_return ConfirmResult{ConfirmOutcome::kExpiredCode, {}};
  const ConfirmResult wrong{
      row.tries < kTriesMax ? ConfirmOutcome::kWrongCode : ConfirmOutcome::kTooManyTries, {}};
  if (!keyring_.IsCode(row.id, code, row.code_mac)) co_return wrong;
  // Looked up first: within a transaction nothing else may be asked for.
  auto person = co_await people_.FindByEmail(row.person.mode, row.person.profile.email);
  if (person.ok()) co_return ConfirmResult{ConfirmOutcome::kHasAccount, *std::move(person)};
  if (!absl::IsNotFound(person.status())) co_return person.status();
  // Nobody was sent this code.
  if (row.is_for_device()) co_return wrong;
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  // ALREADY_EXISTS when another request was quicker by a moment.
  CO_ASSIGN_OR_RETURN(auto created, co_await people_.Insert(tx, row.person));
  CO_RETURN_IF_ERROR((co_await tx.QueryAllAndCommit({pg::Call(kDelete, row.id)})).status());
  co_return ConfirmResult{ConfirmOutcome::kCreated, std::move(created)};
}

AsyncStatus Registrations::End(std::string_view cookie) {
  co_return (co_await pool_.Query(kEnd, crypto::Sha256Hex(cookie))).status();
}

AsyncStatus Registrations::Resend(std::string_view cookie) {
  CO_ASSIGN_OR_RETURN(auto row, co_await Read(kFind, cookie));
  std::string code = crypto::RandomDigits(kCodeDigits);
  bool sends = true;
  if (row.is_for_device()) {
    CO_ASSIGN_OR_RETURN(sends,
                        co_await people_.HasAccount(row.person.mode, row.person.profile.email));
  }
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(auto renewed,
                      co_await tx.Query(kRenew, row.id, keyring_.CodeMac(row.id, code), kSendsMax));
  if (renewed.affected() == 0) co_return absl::ResourceExhaustedError("too many codes were sent");
  std::vector<pg::Call> email;
  if (sends)
    email.push_back(QueueEmail(keyring_, {row.person.profile.email, row.person.language, code}));
  CO_RETURN_IF_ERROR((co_await tx.QueryAllAndCommit(std::move(email))).status());
  if (sends) on_email_();
  co_return absl::OkStatus();
}

}  // namespace tamarack::identity
