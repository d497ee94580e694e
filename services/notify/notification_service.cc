#include "services/notify/notification_service.h"

#include "platform/base/id.h"
#include "platform/base/url.h"
#include "platform/http/web_url.h"
#include "platform/text/email_address.h"
#include "services/notify/caller.h"
#include "services/notify/errors.h"
#include "services/notify/message.h"
#include "services/notify/personalisation.h"

#include "tamarack/notify/v1/notification_service.grpc.pb.h"

#include <utility>

namespace tamarack::notify {
namespace {

constexpr size_t kPageSize = 250;

absl::Status CheckFields(const v1::SendEmailRequest& request, const std::string& key_type) {
  if (!IsUuid(request.template_id())) return ValidationError("template_id", "is not a valid UUID");
  if (!text::IsEmailAddress(text::TidyEmailAddress(request.email_address())))
    return ValidationError("email_address", "Not a valid email address");
  if (!request.one_click_unsubscribe_url().empty() &&
      !http::ParseWebUrl(request.one_click_unsubscribe_url())) {
    return ValidationError("one_click_unsubscribe_url", "is not a valid URL");
  }
  if (request.has_scheduled_for() && !request.scheduled_for().empty()) {
    return BadRequest("Scheduled notifications are not supported");
  }
  if (request.has_email_reply_to_id() && !request.email_reply_to_id().empty()) {
    return BadRequest("email_reply_to_id does not exist: reply-to addresses are not supported");
  }
  if (key_type == "team")
    return BadRequest("Can’t send to this recipient using a team-only API key");
  return CheckPersonalisation(request.personalisation());
}

absl::StatusOr<NotificationContent> Render(const v1::Template& from,
                                           const v1::SendEmailRequest& request) {
  auto message = Fill(from, request.personalisation());
  if (!message.ok()) return message.status();
  NotificationContent content;
  content.email_address = text::TidyEmailAddress(request.email_address());
  content.subject = std::move(message->subject);
  content.body = std::move(message->body);
  content.markdown = std::move(message->markdown);
  content.language = from.language();
  content.one_click_unsubscribe_url = request.one_click_unsubscribe_url();
  return content;
}

class NotificationService final : public v1::NotificationService::CallbackService {
 public:
  using Api = v1::NotificationService;
  NotificationService(rpc::Interceptor& rpc, TemplateRepository& templates,
                      NotificationRepository& notifications, idempotency::Once& once,
                      NotificationServiceOptions options)
      : rpc_(rpc),
        templates_(templates),
        notifications_(notifications),
        once_(once),
        options_(std::move(options)) {}

  TAMARACK_UNARY(SendEmail, v1::SendEmailRequest, v1::SendEmailResponse) {
    std::string key_type = KeyTypeOf(*context.principal);
    // Before anything that may have changed since the first request: its template, our rules.
    CO_ASSIGN_OR_RETURN(auto earlier, co_await FindEarlier(context, request));
    if (earlier) co_return ToSendEmailResponse(*earlier);
    CO_RETURN_IF_ERROR(CheckFields(request, key_type));
    auto found = co_await templates_.Find(OwnerOf(context).id, request.template_id());
    if (absl::IsNotFound(found.status())) co_return BadRequest("Template not found");
    CO_RETURN_IF_ERROR(found.status());
    CO_ASSIGN_OR_RETURN(auto content, Render(*found, request));
    CO_ASSIGN_OR_RETURN(auto row,
                        co_await Accept(context, request, *found, std::move(content), key_type));
    options_.on_accepted();
    co_return ToSendEmailResponse(row);
  }

  TAMARACK_UNARY(GetNotification, v1::GetNotificationRequest, v1::Notification) {
    if (!IsUuid(request.notification_id()))
      co_return ValidationError("notification_id", "is not a valid UUID");
    auto row = co_await notifications_.Find(OwnerOf(context), request.notification_id());
    if (absl::IsNotFound(row.status())) co_return NoResultFound();
    CO_RETURN_IF_ERROR(row.status());
    co_return ToNotification(*row);
  }

  TAMARACK_UNARY(ListNotifications, v1::ListNotificationsRequest, v1::ListNotificationsResponse) {
    CO_ASSIGN_OR_RETURN(auto filter, ToFilter(context, request));
    CO_ASSIGN_OR_RETURN(auto rows, co_await notifications_.List(filter));
    v1::ListNotificationsResponse response;
    for (const auto& row : rows) *response.add_notifications() = ToNotification(row);
    response.mutable_links()->set_current(ListUrl(request, request.older_than()));
    if (!rows.empty()) response.mutable_links()->set_next(ListUrl(request, rows.back().id));
    co_return response;
  }

 private:
  static auth::Owner OwnerOf(const rpc::Context& context) {
    return auth::OwnerOf(*context.principal);
  }

  // What an earlier request with the same key made.
  Async<std::optional<NotificationRow>> FindEarlier(rpc::Context& context,
                                                    const v1::SendEmailRequest& request) {
    std::optional<NotificationRow> earlier;
    CO_ASSIGN_OR_RETURN(auto id, co_await once_.FindMade(context, request));
    if (!id) co_return earlier;
    CO_ASSIGN_OR_RETURN(earlier, co_await notifications_.Find(OwnerOf(context), *id));
    co_return earlier;
  }

  // Stores the notification, or finds the one that an earlier request with the same key made
  // meanwhile.
  Async<NotificationRow> Accept(rpc::Context& context, const v1::SendEmailRequest& request,
                                const v1::Template& from, NotificationContent content,
                                const std::string& key_type) {
    NotificationRow row;
    row.id = NewUuid();
    row.owner = OwnerOf(context);
    row.key_type = key_type;
    row.template_id = from.id();
    row.template_version = from.version();
    if (request.has_reference()) row.reference = request.reference();
    row.content = std::move(content);
    CO_ASSIGN_OR_RETURN(
        bool is_new, co_await notifications_.Insert({row, once_.RowOf(context, request, row.id)}));
    if (is_new) co_return row;
    CO_ASSIGN_OR_RETURN(auto earlier, co_await FindEarlier(context, request));
    // It was forgotten at this moment: the next try makes one.
    if (!earlier) co_return idempotency::KeyInFlight(context);
    co_return *std::move(earlier);
  }

  static absl::StatusOr<NotificationFilter> ToFilter(const rpc::Context& context,
                                                     const v1::ListNotificationsRequest& request) {
    NotificationFilter filter;
    filter.owner = OwnerOf(context);
    filter.key_type = KeyTypeOf(*context.principal);
    filter.limit = kPageSize;
    if (request.has_reference()) filter.reference = request.reference();
    if (request.has_older_than()) {
      if (!IsUuid(request.older_than()))
        return ValidationError("older_than", "is not a valid UUID");
      filter.older_than = request.older_than();
    }
    for (const auto& type : request.template_type()) {
      if (type != "email") return ValidationError("template_type", type + " is not one of [email]");
    }
    for (const auto& name : request.status()) {
      if (name == "failed") {
        filter.statuses.insert(
            filter.statuses.end(),
            {Status::kPermanentFailure, Status::kTemporaryFailure, Status::kTechnicalFailure});
      } else if (auto status = StatusOfName(name)) {
        filter.statuses.push_back(*status);
      } else {
        return ValidationError(
            "status", name +
                          " is not one of [created, sending, delivered, permanent-failure, "
                          "temporary-failure, technical-failure, failed]");
      }
    }
    return filter;
  }

  // The same question, from another row on. `older_than` comes first: the official Python client
  // takes the first UUID of the link for it, and a reference may be one, too.
  std::string ListUrl(const v1::ListNotificationsRequest& request,
                      const std::string& older_than) const {
    std::string query;
    auto add = [&](std::string_view name, const std::string& value) {
      query.append(query.empty() ? "?" : "&").append(name).append("=").append(PercentEncode(value));
    };
    if (!older_than.empty()) add("older_than", older_than);
    for (const auto& type : request.template_type()) add("template_type", type);
    for (const auto& status : request.status()) add("status", status);
    if (request.has_reference()) add("reference", request.reference());
    return options_.public_url + "/v2/notifications" + query;
  }

  v1::SendEmailResponse ToSendEmailResponse(const NotificationRow& row) const {
    v1::SendEmailResponse response;
    response.set_id(row.id);
    if (row.reference) response.set_reference(*row.reference);
    response.set_uri(options_.public_url + "/v2/notifications/" + row.id);
    auto& link = *response.mutable_template_();
    link.set_id(row.template_id);
    link.set_version(row.template_version);
    link.set_uri(options_.public_url + "/services/" + row.owner.id + "/templates/" +
                 row.template_id);
    auto& content = *response.mutable_content();
    content.set_body(row.content.body);
    content.set_subject(row.content.subject);
    content.set_from_email(options_.from_address);
    if (!row.content.one_click_unsubscribe_url.empty()) {
      content.set_one_click_unsubscribe_url(row.content.one_click_unsubscribe_url);
    }
    response.mutable_sanitised_content();
    return response;
  }

  v1::Notification ToNotification(const NotificationRow& row) const {
    v1::Notification result;
    result.set_id(row.id);
    if (row.reference) result.set_reference(*row.reference);
    if (!row.content.email_address.empty()) result.set_email_address(row.content.email_address);
    result.set_type("email");
    result.set_status(std::string(StatusName(row.status)));
    auto& link = *result.mutable_template_();
    link.set_id(row.template_id);
    link.set_version(row.template_version);
    link.set_uri(absl::StrCat(options_.public_url, "/v2/template/", row.template_id, "/version/",
                              row.template_version));
    result.set_body(row.content.body);
    result.set_subject(row.content.subject);
    result.set_created_at(row.created_at);
    if (!row.sent_at.empty()) result.set_sent_at(row.sent_at);
    if (!row.completed_at.empty()) result.set_completed_at(row.completed_at);
    if (!row.content.one_click_unsubscribe_url.empty()) {
      result.set_one_click_unsubscribe_url(row.content.one_click_unsubscribe_url);
    }
    result.set_is_cost_data_ready(true);
    result.mutable_cost_details();
    return result;
  }

  rpc::Interceptor& rpc_;
  TemplateRepository& templates_;
  NotificationRepository& notifications_;
  idempotency::Once& once_;
  const NotificationServiceOptions options_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeNotificationService(rpc::Interceptor& rpc,
                                                       TemplateRepository& templates,
                                                       NotificationRepository& notifications,
                                                       idempotency::Once& once,
                                                       NotificationServiceOptions options) {
  return std::make_unique<NotificationService>(rpc, templates, notifications, once,
                                               std::move(options));
}

}  // namespace tamarack::notify
