#include "services/identity/mail/email_worker.h"

#include "platform/rpc/errors.h"
#include "platform/rpc/fault.h"
#include "platform/rpc/json_struct.h"
#include "platform/telemetry/log.h"
#include "platform/work/jobs.h"
#include "services/identity/clients/internal_clients.h"

#include "tamarack/notify/v1/notification_service.pb.h"
#include "tamarack/notify/v1/template_service.pb.h"

#include <algorithm>

namespace tamarack::identity {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

namespace notify_v1 = notify::v1;

// First soon, later every minute.
constexpr std::chrono::seconds kRetryMax = 60s;
// What notify's outage stopped goes behind what waits.
constexpr auto kOutageDelay = 5s;
constexpr auto kForgetInterval = 60s;

// What no other try can mend: notify refuses the address. What else it finds wrong (the template,
// its placeholders) an operator mends.
bool IsFinal(const absl::Status& status) {
  auto violations = rpc::ViolationsOf(status);
  return std::any_of(violations.begin(), violations.end(),
                     [](const auto& violation) { return violation.field == "email_address"; });
}

}  // namespace

// Hands one email to notify and records what became of it.
class EmailWorker::Mailer {
 public:
  Mailer(EmailRepository& emails, rpc::Client& notify, rpc::Client& admin_notify,
         EmailTemplates templates, IdentityMetrics& metrics)
      : emails_(emails),
        notify_(notify),
        admin_notify_(admin_notify),
        templates_(std::move(templates)),
        metrics_(metrics) {}

  Async<std::vector<work::Job>> Claim(const work::Room& room) {
    CO_ASSIGN_OR_RETURN(auto emails, co_await emails_.Claim(room.jobs, room.lease));
    co_return work::JobsOf(
        std::move(emails),
        [this](const ClaimedEmail& email, work::Try& attempt) { return Deliver(email, attempt); });
  }
  Async<int64_t> ForgetOld(int limit) {
    CO_ASSIGN_OR_RETURN(auto ids, co_await emails_.ForgetOld(limit));
    for (const std::string& id : ids) GiveUp(id, "too old");
    co_return ids.size();
  }

 private:
  // The person is told nothing: they ask for another code, or notice a wrong address.
  void GiveUp(std::string_view id, std::string_view reason) {
    metrics_.emails_given_up.Increment();
    telemetry::Log(telemetry::Level::kError, "email given up",
                   {{"email_id", id}, {"reason", reason}});
  }

  asio::awaitable<work::Outcome> Deliver(const ClaimedEmail& email, work::Try& attempt) {
    const work::Claim& claim = email.claim;
    absl::Status sent = co_await Send(email);
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
      (void)co_await work::Record(true, [&] { return emails_.Delete(claim); });
      co_return std::nullopt;
    }
    if (is_outage) co_return work::Again{kOutageDelay, /*is_attempt=*/false};
    co_return work::Again{std::min(kRetryMax, 1s * (1 << std::min<int64_t>(email.attempts, 6)))};
  }

  AsyncStatus Send(const ClaimedEmail& claimed) {
    CO_ASSIGN_OR_RETURN(auto email, emails_.Open(claimed));
    bool is_french = email.language == "fr";
    bool& is_there = is_french ? has_fr_ : has_en_;
    absl::Status has_template =
        co_await EnsureTemplate(is_french ? templates_.fr : templates_.en, is_there);
    // Whatever is wrong with the template, it is not this email that is refused: no details.
    if (!has_template.ok()) co_return absl::Status(has_template.code(), has_template.message());
    notify_v1::SendEmailRequest request;
    request.set_email_address(email.address);
    request.set_template_id(is_french ? templates_.fr.id : templates_.en.id);
    *request.mutable_personalisation() = rpc::ToStruct({{"code", email.code}});
    request.set_reference(claimed.claim.id);
    rpc::CallOptions options;
    options.idempotency_key = claimed.claim.id;
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

  EmailRepository& emails_;
  rpc::Client& notify_;
  rpc::Client& admin_notify_;
  const EmailTemplates templates_;
  IdentityMetrics& metrics_;
  bool has_en_ = false;
  bool has_fr_ = false;
};

EmailWorker::EmailWorker(asio::any_io_executor executor, EmailRepository& emails,
                         rpc::Client& notify, rpc::Client& admin_notify, EmailTemplates templates,
                         IdentityMetrics& metrics)
    : mailer_(
          std::make_unique<Mailer>(emails, notify, admin_notify, std::move(templates), metrics)),
      worker_(executor, emails.queue(),
              [mailer = mailer_.get()](const work::Room& room) { return mailer->Claim(room); },
              // One after the other, so that a template is made once.
              {.in_flight_max = 1, .registry = &metrics.registry}),
      forgetting_(executor, {.name = "emails that are too old",
                             .every = kForgetInterval,
                             .batch = [mailer = mailer_.get()](int limit) {
                               return mailer->ForgetOld(limit);
                             }}) {}

EmailWorker::~EmailWorker() = default;

void EmailWorker::Start() {
  worker_.Start();
  forgetting_.Start();
}

void EmailWorker::AskToStop() {
  worker_.AskToStop();
  forgetting_.AskToStop();
}

void EmailWorker::Stop() {
  work::StopAll(worker_, forgetting_);
}

}  // namespace tamarack::identity
