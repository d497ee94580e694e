#include "services/identity/sign_in/registrations.h"

#include "platform/crypto/random.h"
#include "services/identity/mail/email_repository.h"
#include "services/identity/sign_in/confirmation_code.h"

namespace tamarack::identity {
namespace {

constexpr int kTriesMax = 5;
constexpr int kSendsMax = 6;

}  // namespace

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
  std::string cookie = crypto::RandomToken(32);
  std::string code = crypto::RandomDigits(kCodeDigits);
  std::vector<pg::BoundStatement> calls = {repository_.Insert(cookie, person, code)};
  if (sends) calls.push_back(QueueEmail(keyring_, {person.profile.email, person.language, code}));
  CO_RETURN_IF_ERROR((co_await pool_.QueryAll(std::move(calls))).status());
  if (sends) on_email_();
  co_return cookie;
}

Async<Pending> Registrations::Find(std::string_view cookie) {
  CO_ASSIGN_OR_RETURN(auto row, co_await repository_.Find(cookie));
  co_return Pending{row.person.mode, row.person.profile.email, row.is_for_device()};
}

Async<ConfirmResult> Registrations::Confirm(std::string_view cookie, std::string_view code) {
  CO_ASSIGN_OR_RETURN(auto row, co_await repository_.Try(cookie));
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
  CO_RETURN_IF_ERROR((co_await tx.QueryAllAndCommit({repository_.Delete(row)})).status());
  co_return ConfirmResult{ConfirmOutcome::kCreated, std::move(created)};
}

AsyncStatus Registrations::End(std::string_view cookie) {
  co_return co_await repository_.End(cookie);
}

AsyncStatus Registrations::Resend(std::string_view cookie) {
  CO_ASSIGN_OR_RETURN(auto row, co_await repository_.Find(cookie));
  std::string code = crypto::RandomDigits(kCodeDigits);
  bool sends = true;
  if (row.is_for_device()) {
    CO_ASSIGN_OR_RETURN(sends,
                        co_await people_.HasAccount(row.person.mode, row.person.profile.email));
  }
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(bool is_renewed, co_await repository_.Renew(tx, row, code, kSendsMax));
  if (!is_renewed) co_return absl::ResourceExhaustedError("too many codes were sent");
  std::vector<pg::BoundStatement> email;
  if (sends)
    email.push_back(QueueEmail(keyring_, {row.person.profile.email, row.person.language, code}));
  CO_RETURN_IF_ERROR((co_await tx.QueryAllAndCommit(std::move(email))).status());
  if (sends) on_email_();
  co_return absl::OkStatus();
}

}  // namespace tamarack::identity
