#include "services/identity/mail/email_outbox.h"

#include "platform/base/id.h"
#include "platform/crypto/json.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/fault.h"
#include "platform/rpc/json_struct.h"
#include "platform/telemetry/log.h"
#include "services/identity/clients/internal_clients.h"

#include "tamarack/notify/v1/notification_service.pb.h"
#include "tamarack/notify/v1/template_service.pb.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace tamarack::identity {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

namespace json = boost::json;
namespace notify_v1 = notify::v1;

// First soon, later every minute.
constexpr std::chrono::seconds kRetryMax = 60s;
// What notify's outage stopped goes behind what waits.
constexpr auto kOutageDelay = 5s;
constexpr auto kForgetInterval = 60s;

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
constexpr pg::Statement kForgetRegistrations{"registration.forget_old", R"sql(
  DELETE FROM registration WHERE registration_id = ANY (ARRAY(
    SELECT registration_id FROM registration WHERE created_at < now() - interval '1 day'
    ORDER BY created_at LIMIT $1)))sql"};

constexpr keys::ColumnSql kRequests = SEALED_COLUMN("email_outbox", "request_sealed", "email_id");

std::string Place(std::string_view id) {
  return absl::StrCat("email_outbox/", ToAbsl(id));
}

// What no other try can mend: notify refuses the address. What else it finds wrong (the template,
// its placeholders) an operator mends.
bool IsFinal(const absl::Status& status) {
  auto violations = rpc::ViolationsOf(status);
  return std::any_of(violations.begin(), violations.end(),
                     [](const auto& violation) { return violation.field == "email_address"; });
}

}  // namespace

keys::KeyedColumn EmailOutboxColumn(const Keyring& keyring) {
  return keys::SealedColumn(kRequests, keyring.sealer(),
                            [](const pg::Rows& rows, int row) { return Place(rows.Text(row, 2)); });
}

pg::Call QueueEmail(const Keyring& keyring, const CodeEmail& email) {
  std::string id = NewUuid();
  std::string request = json::serialize(
      json::object{{"address", email.address}, {"language", email.language}, {"code", email.code}});
  return pg::Call(kInsert, id, keyring.sealer().Seal(request, Place(id)));
}

// Hands one email to notify and records what became of it.
class EmailWorker::Sender {
 public:
  Sender(pg::Pool& pool, const Keyring& keyring, rpc::Client& notify, rpc::Client& admin_notify,
         EmailTemplates templates, IdentityMetrics& metrics)
      : pool_(pool),
        keyring_(keyring),
        notify_(notify),
        admin_notify_(admin_notify),
        templates_(std::move(templates)),
        metrics_(metrics) {}

  Async<std::vector<work::Job>> Claim(const work::Room& room) {
    std::string token = NewUuid();
    CO_ASSIGN_OR_RETURN(auto rows,
                        co_await pool_.Query(kClaim, room.jobs, token, room.lease.count()));
    std::vector<work::Job> jobs;
    for (int row = 0; row < rows.size(); ++row) {
      work::Claim claim{std::string(rows.Text(row, 0)), token};
      jobs.push_back({.claim = claim,
                      .destination = {},
                      .run = [this, claim, sealed = std::string(rows.Text(row, 1)),
                              attempts = rows.Int(row, 2)](work::Try& attempt) {
                        return Deliver(claim, sealed, attempts, attempt);
                      }});
    }
    co_return jobs;
  }
  Async<int64_t> ForgetOld(int limit) {
    CO_ASSIGN_OR_RETURN(auto registrations, co_await pool_.Query(kForgetRegistrations, limit));
    CO_ASSIGN_OR_RETURN(auto old, co_await pool_.Query(kForgetOld, limit));
    for (int row = 0; row < old.size(); ++row) GiveUp(old.Text(row, 0), "too old");
    co_return std::max<int64_t>(registrations.affected(), old.size());
  }

 private:
  // The person is told nothing: they ask for another code, or notice a wrong address.
  void GiveUp(std::string_view id, std::string_view reason) {
    metrics_.emails_given_up.Increment();
    telemetry::Log(telemetry::Level::kError, "email given up",
                   {{"email_id", id}, {"reason", reason}});
  }

  asio::awaitable<work::Outcome> Deliver(const work::Claim& claim, const std::string& sealed,
                                         int64_t attempts, work::Try& attempt) {
    absl::Status sent = co_await Send(claim.id, sealed);
    (sent.ok() ? metrics_.emails_sent : metrics_.emails_failed).Increment();
    if (!sent.ok()) {
      telemetry::Log(telemetry::Level::kWarning, "email not accepted",
                     {{"email_id", claim.id}, {"code", absl::StatusCodeToString(sent.code())}});
    }
    rpc::Fault fault = rpc::FaultOf(sent);
    if (fault == rpc::Fault::kNone) attempt.Reached();
    bool is_outage = (fault == rpc::Fault::kBackEnd && attempt.Failed()) ||
                     (fault == rpc::Fault::kUnreachable && attempt.NotReached());
    if (IsFinal(sent)) GiveUp(claim.id, "refused");
    if (sent.ok() || IsFinal(sent)) {
      // What cannot be recorded is done again, under the same idempotency key.
      (void)co_await work::Record(true, [&]() -> AsyncStatus {
        co_return (co_await pool_.Query(kDelete, claim.id, claim.token)).status();
      });
      co_return std::nullopt;
    }
    if (is_outage) co_return work::Again{kOutageDelay, /*is_attempt=*/false};
    co_return work::Again{std::min(kRetryMax, 1s * (1 << std::min<int64_t>(attempts, 6)))};
  }

  AsyncStatus Send(const std::string& id, std::string_view sealed) {
    CO_ASSIGN_OR_RETURN(auto text,
                        keyring_.sealer().OpenRow({"email_outbox", id}, sealed, Place(id)));
    CO_ASSIGN_OR_RETURN(auto email, crypto::ParseStrictObject(text));
    bool is_french = crypto::StringMember(email, "language") == "fr";
    bool& is_there = is_french ? has_fr_ : has_en_;
    absl::Status has_template =
        co_await EnsureTemplate(is_french ? templates_.fr : templates_.en, is_there);
    // Whatever is wrong with the template, it is not this email that is refused: no details.
    if (!has_template.ok()) co_return absl::Status(has_template.code(), has_template.message());
    notify_v1::SendEmailRequest request;
    request.set_email_address(std::string(crypto::StringMember(email, "address")));
    request.set_template_id(is_french ? templates_.fr.id : templates_.en.id);
    *request.mutable_personalisation() = rpc::ToStruct({{"code", email["code"]}});
    request.set_reference(id);
    rpc::CallOptions options;
    options.idempotency_key = id;
    absl::Status sent = (co_await notify_.Call<notify_v1::SendEmailResponse>(
                             "/tamarack.notify.v1.NotificationService/SendEmail", request, options))
                            .status();
    // The template may be gone: the next try looks for it again.
    if (absl::IsInvalidArgument(sent)) is_there = false;
    co_return sent;
  }

  // A template that is there may have been edited by an operator: it stays as it is.
  AsyncStatus EnsureTemplate(const EmailTemplate& wanted, bool& is_there) {
    if (is_there) co_return absl::OkStatus();
    notify_v1::GetTemplateRequest get;
    get.set_id(wanted.id);
    absl::Status found = (co_await notify_.Call<notify_v1::Template>(
                              "/tamarack.notify.v1.TemplateService/GetTemplate", get))
                             .status();
    if (!found.ok() && !absl::IsNotFound(found)) co_return found;
    if (absl::IsNotFound(found)) {
      notify_v1::PutTemplateRequest put;
      put.set_id(wanted.id);
      put.set_service_id(kPlatformServiceId);
      put.set_type("email");
      put.set_name("Email confirmation code");
      put.set_subject(wanted.subject);
      put.set_body(wanted.body);
      put.set_language(&wanted == &templates_.fr ? "fr" : "en");
      CO_RETURN_IF_ERROR((co_await admin_notify_.Call<notify_v1::Template>(
                              "/tamarack.notify.v1.TemplateService/PutTemplate", put))
                             .status());
    }
    is_there = true;
    co_return absl::OkStatus();
  }

  pg::Pool& pool_;
  const Keyring& keyring_;
  rpc::Client& notify_;
  rpc::Client& admin_notify_;
  const EmailTemplates templates_;
  IdentityMetrics& metrics_;
  bool has_en_ = false;
  bool has_fr_ = false;
};

EmailWorker::EmailWorker(asio::any_io_executor executor, pg::Pool& pool, const Keyring& keyring,
                         rpc::Client& notify, rpc::Client& admin_notify, EmailTemplates templates,
                         IdentityMetrics& metrics)
    : sender_(std::make_unique<Sender>(pool, keyring, notify, admin_notify, std::move(templates),
                                       metrics)),
      worker_(executor, {pool, kQueue},
              [sender = sender_.get()](const work::Room& room) { return sender->Claim(room); },
              // One after the other, so that a template is made once.
              {.in_flight_max = 1, .registry = &metrics.registry}),
      forgetting_(executor, {.name = "old registrations and their emails",
                             .every = kForgetInterval,
                             .batch = [sender = sender_.get()](int limit) {
                               return sender->ForgetOld(limit);
                             }}) {}

EmailWorker::~EmailWorker() = default;

void EmailWorker::Start() {
  worker_.Start();
  forgetting_.Start();
}

void EmailWorker::Stop() {
  work::StopAll(worker_, forgetting_);
}

}  // namespace tamarack::identity
