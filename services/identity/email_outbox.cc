#include "services/identity/email_outbox.h"

#include "platform/base/id.h"
#include "platform/crypto/json.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/json_struct.h"
#include "platform/runtime/offload.h"
#include "platform/telemetry/log.h"
#include "services/identity/internal_clients.h"

#include "tamarack/notify/v1/notification_service.pb.h"
#include "tamarack/notify/v1/template_service.pb.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <future>

namespace tamarack::identity {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

namespace json = boost::json;
namespace notify_v1 = notify::v1;

constexpr auto kTick = 1s;

constexpr pg::Statement kInsert{
    "email_outbox.insert", "INSERT INTO email_outbox (email_id, request_sealed) VALUES ($1, $2)"};
// Claimed for half a minute; then another worker, or this one, tries again: first soon, later every
// minute. A code is good for 15 minutes, so an email older than that is of no use to anybody.
constexpr pg::Statement kClaim{"email_outbox.claim", R"sql(
  UPDATE email_outbox SET attempts = attempts + 1, due_at = now() + interval '30 seconds'
  WHERE email_id IN (SELECT email_id FROM email_outbox
                     WHERE due_at <= now() AND created_at > now() - interval '15 minutes'
                     ORDER BY due_at LIMIT 20 FOR UPDATE SKIP LOCKED)
  RETURNING email_id, request_sealed)sql"};
constexpr pg::Statement kPostpone{"email_outbox.postpone", R"sql(
  UPDATE email_outbox SET due_at = now() + least(power(2, least(attempts, 6)), 60) * interval '1 second'
  WHERE email_id = $1)sql"};
constexpr pg::Statement kDelete{"email_outbox.delete",
                                "DELETE FROM email_outbox WHERE email_id = $1"};
constexpr pg::Statement kForgetOld{
    "email_outbox.forget_old",
    "DELETE FROM email_outbox WHERE created_at < now() - interval '15 minutes' AND due_at <= now() "
    "RETURNING email_id"};
constexpr pg::Statement kForgetRegistrations{
    "registration.forget_old",
    "DELETE FROM registration WHERE created_at < now() - interval '1 day'"};

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

struct EmailWorker::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor_, pg::Pool& pool_, const Keyring& keyring_,
        rpc::Client& notify_, rpc::Client& admin_notify_, EmailTemplates templates_,
        IdentityMetrics& metrics_)
      : executor(executor_),
        pool(pool_),
        keyring(keyring_),
        notify(notify_),
        admin_notify(admin_notify_),
        templates(std::move(templates_)),
        metrics(metrics_),
        ticker(executor_) {}

  asio::awaitable<void> Run() {
    for (int turn = 0; !is_stopping; ++turn) {
      constexpr int kTurnsPerCleaning = 300;
      if (turn % kTurnsPerCleaning == 0) co_await ForgetOld();
      absl::Status status = co_await SendDue();
      if (!status.ok()) {
        telemetry::Log(telemetry::Level::kWarning, "emails wait",
                       {{"code", absl::StatusCodeToString(status.code())}});
      }
      if (is_stopping) break;
      ticker.expires_after(kTick);
      co_await ticker.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    stopped.set_value();
  }

  asio::awaitable<void> ForgetOld() {
    (void)co_await pool.Query(kForgetRegistrations);
    auto old = co_await pool.Query(kForgetOld);
    if (!old.ok()) co_return;
    for (int row = 0; row < old->size(); ++row) GiveUp(old->Text(row, 0), "too old");
  }

  // The person is told nothing: they ask for another code, or notice a wrong address.
  void GiveUp(std::string_view id, std::string_view reason) {
    metrics.emails_given_up.Increment();
    telemetry::Log(telemetry::Level::kError, "email given up",
                   {{"email_id", id}, {"reason", reason}});
  }

  AsyncStatus SendDue() {
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool.Query(kClaim));
    for (int row = 0; row < rows.size(); ++row) {
      std::string id(rows.Text(row, 0));
      absl::Status sent = co_await Send(id, rows.Text(row, 1));
      (sent.ok() ? metrics.emails_sent : metrics.emails_failed).Increment();
      if (!sent.ok()) {
        telemetry::Log(telemetry::Level::kWarning, "email not accepted",
                       {{"email_id", id}, {"code", absl::StatusCodeToString(sent.code())}});
      }
      if (IsFinal(sent)) GiveUp(id, "refused");
      bool is_done = sent.ok() || IsFinal(sent);
      CO_RETURN_IF_ERROR((co_await pool.Query(is_done ? kDelete : kPostpone, id)).status());
    }
    co_return absl::OkStatus();
  }

  AsyncStatus Send(const std::string& id, std::string_view sealed) {
    CO_ASSIGN_OR_RETURN(auto text,
                        keyring.sealer().OpenRow({"email_outbox", id}, sealed, Place(id)));
    CO_ASSIGN_OR_RETURN(auto email, crypto::ParseStrictObject(text));
    bool is_french = crypto::StringMember(email, "language") == "fr";
    bool& is_there = is_french ? has_fr : has_en;
    absl::Status has_template =
        co_await EnsureTemplate(is_french ? templates.fr : templates.en, is_there);
    // Whatever is wrong with the template, it is not this email that is refused.
    if (!has_template.ok()) co_return absl::UnavailableError(has_template.message());
    notify_v1::SendEmailRequest request;
    request.set_email_address(std::string(crypto::StringMember(email, "address")));
    request.set_template_id(is_french ? templates.fr.id : templates.en.id);
    *request.mutable_personalisation() = rpc::ToStruct({{"code", email["code"]}});
    request.set_reference(id);
    rpc::CallOptions options;
    options.idempotency_key = id;
    absl::Status sent = (co_await notify.Call<notify_v1::SendEmailResponse>(
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
    absl::Status found = (co_await notify.Call<notify_v1::Template>(
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
      put.set_language(&wanted == &templates.fr ? "fr" : "en");
      CO_RETURN_IF_ERROR((co_await admin_notify.Call<notify_v1::Template>(
                              "/tamarack.notify.v1.TemplateService/PutTemplate", put))
                             .status());
    }
    is_there = true;
    co_return absl::OkStatus();
  }

  asio::any_io_executor executor;
  pg::Pool& pool;
  const Keyring& keyring;
  rpc::Client& notify;
  rpc::Client& admin_notify;
  EmailTemplates templates;
  IdentityMetrics& metrics;
  asio::steady_timer ticker;
  std::promise<void> stopped;
  bool has_en = false;
  bool has_fr = false;
  bool is_started = false;
  bool is_stopping = false;
};

EmailWorker::EmailWorker(asio::any_io_executor executor, pg::Pool& pool, const Keyring& keyring,
                         rpc::Client& notify, rpc::Client& admin_notify, EmailTemplates templates,
                         IdentityMetrics& metrics)
    : state_(std::make_shared<State>(std::move(executor), pool, keyring, notify, admin_notify,
                                     std::move(templates), metrics)) {}

EmailWorker::~EmailWorker() = default;

void EmailWorker::Start() {
  state_->is_started = true;
  runtime::Spawn(state_->executor, [state = state_] { return state->Run(); });
}

void EmailWorker::Wake() {
  state_->ticker.cancel();
}

void EmailWorker::Stop() {
  if (!state_->is_started) return;
  asio::post(state_->executor, [state = state_] {
    state->is_stopping = true;
    state->ticker.cancel();
  });
  state_->stopped.get_future().wait();
}

}  // namespace tamarack::identity
