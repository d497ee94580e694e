#include "services/identity/mail/email_repository.h"

#include "platform/base/id.h"
#include "platform/json/strict.h"

#include <boost/json/serialize.hpp>

namespace tamarack::identity {
namespace {

namespace json = boost::json;

constexpr pg::Statement kInsert{
    "email_outbox.insert", "INSERT INTO email_outbox (email_id, request_sealed) VALUES ($1, $2)"};
// A code is good for 15 minutes, so an email older than that is of no use to anybody.
constexpr pg::Statement kClaim{"email_outbox.claim",
                               WORK_CLAIM("email_outbox", "email_id", "attempts", "",
                                          "created_at > now() - interval '15 minutes'") R"sql(
  RETURNING email_id, request_sealed, attempts)sql"};
constexpr work::QueueSql kQueue = WORK_QUEUE("code_emails", "email_outbox", "email_id", "uuid",
                                             "attempts", "created_at", "true", "0");
constexpr pg::Statement kDelete{"email_outbox.delete",
                                "DELETE FROM email_outbox WHERE " WORK_HELD("email_id")};
constexpr pg::Statement kForgetOld{"email_outbox.forget_old", R"sql(
  DELETE FROM email_outbox WHERE email_id = ANY (ARRAY(
    SELECT email_id FROM email_outbox WHERE created_at < now() - interval '15 minutes' AND due_at <= now()
    ORDER BY created_at LIMIT $1))
  RETURNING email_id)sql"};

constexpr keys::ColumnSql kRequests = SEALED_COLUMN("email_outbox", "request_sealed", "email_id");

std::string Place(std::string_view id) {
  return absl::StrCat("email_outbox/", ToAbsl(id));
}

}  // namespace

keys::KeyedColumn EmailOutboxColumn(const Keyring& keyring) {
  return keys::SealedColumn(kRequests, keyring.sealer(),
                            [](const pg::Rows& rows, int row) { return Place(rows.Text(row, 2)); });
}

pg::BoundStatement QueueEmail(const Keyring& keyring, const CodeEmail& email) {
  std::string id = NewUuid();
  std::string request = json::serialize(
      json::object{{"address", email.address}, {"language", email.language}, {"code", email.code}});
  return pg::BoundStatement(kInsert, id, keyring.sealer().Seal(request, Place(id)));
}

Async<std::vector<ClaimedEmail>> EmailRepository::Claim(int limit,
                                                        std::chrono::milliseconds lease) {
  std::string token = NewUuid();
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaim, limit, token, lease.count()));
  std::vector<ClaimedEmail> emails;
  for (int row = 0; row < rows.size(); ++row) {
    emails.push_back({{std::string(rows.Text(row, 0)), token},
                      std::string(rows.Text(row, 1)),
                      rows.Int(row, 2)});
  }
  co_return emails;
}

work::Queue EmailRepository::queue() const {
  return {pool_, kQueue};
}

absl::StatusOr<CodeEmail> EmailRepository::Open(const ClaimedEmail& email) const {
  const std::string& id = email.claim.id;
  auto text = keyring_.sealer().OpenRow({"email_outbox", id}, email.sealed, Place(id));
  if (!text.ok()) return text.status();
  auto object = ParseStrictObject(*text);
  if (!object.ok()) return object.status();
  auto member = [&](std::string_view name) { return std::string(StringMember(*object, name)); };
  return CodeEmail{member("address"), member("language"), member("code")};
}

AsyncStatus EmailRepository::Delete(const work::Claim& claim) {
  co_return (co_await pool_.Query(kDelete, claim.id, claim.token)).status();
}

Async<std::vector<std::string>> EmailRepository::ForgetOld(int limit) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kForgetOld, limit));
  std::vector<std::string> ids;
  for (int row = 0; row < rows.size(); ++row) ids.emplace_back(rows.Text(row, 0));
  co_return ids;
}

}  // namespace tamarack::identity
