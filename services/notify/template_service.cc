#include "services/notify/template_service.h"

#include "platform/auth/owner.h"
#include "platform/base/id.h"
#include "platform/rpc/validate.h"
#include "platform/service/tenants.h"
#include "platform/text/text.h"
#include "services/notify/email_message.h"
#include "services/notify/errors.h"
#include "services/notify/message.h"
#include "services/notify/personalisation.h"
#include "services/notify/placeholders.h"

#include "tamarack/notify/v1/template_service.grpc.pb.h"

namespace tamarack::notify {
namespace {

absl::Status CheckPlaceholders(std::string_view field, std::string_view text) {
  std::string place = UnreadablePlaceholder(text);
  if (place.empty()) return absl::OkStatus();
  return ValidationError(field, "has a placeholder that cannot be read in " + place);
}

class TemplateService final : public v1::TemplateService::CallbackService {
 public:
  using Api = v1::TemplateService;
  TemplateService(rpc::Interceptor& rpc, TemplateRepository& templates, idempotency::Once& once,
                  rpc::Client& identity)
      : rpc_(rpc), templates_(templates), once_(once), identity_(identity) {}

  TAMARACK_UNARY(PutTemplate, v1::PutTemplateRequest, v1::Template) {
    v1::PutTemplateRequest put = request;
    put.set_name(text::TidyLine(request.name()));
    put.set_subject(text::TidyLine(request.subject()));
    auto prepare = [&]() -> AsyncStatus {
      if (request.has_id() && !IsUuid(request.id()))
        co_return ValidationError("id", "is not a valid UUID");
      CO_RETURN_IF_ERROR(rpc::CheckLine("name", put.name()));
      CO_RETURN_IF_ERROR(rpc::CheckLine("subject", put.subject()));
      CO_RETURN_IF_ERROR(CheckPlaceholders("subject", put.subject()));
      CO_RETURN_IF_ERROR(CheckPlaceholders("body", request.body()));
      CO_ASSIGN_OR_RETURN(
          *put.mutable_service_id(),
          co_await service::FindService(identity_, context, "service_id", request.service_id()));
      co_return absl::OkStatus();
    };
    auto effect = [&](pg::Tx& tx) { return templates_.Put(tx, put, context.principal->client_id); };
    co_return co_await once_.Run<v1::Template>(context, request, prepare, effect);
  }

  TAMARACK_UNARY(GetTemplate, v1::GetTemplateRequest, v1::Template) {
    std::optional<int> version;
    if (request.has_version()) version = request.version();
    co_return co_await Find(context, request.id(), version);
  }

  TAMARACK_UNARY(ListTemplates, v1::ListTemplatesRequest, v1::ListTemplatesResponse) {
    std::optional<std::string> type;
    if (request.has_type()) type = request.type();
    CO_ASSIGN_OR_RETURN(auto templates,
                        co_await templates_.List(auth::OwnerOf(*context.principal).id, type));
    v1::ListTemplatesResponse response;
    for (auto& each : templates) *response.add_templates() = std::move(each);
    co_return response;
  }

  TAMARACK_UNARY(PreviewTemplate, v1::PreviewTemplateRequest, v1::TemplatePreview) {
    CO_ASSIGN_OR_RETURN(auto found, co_await Find(context, request.id(), std::nullopt));
    CO_RETURN_IF_ERROR(CheckPersonalisation(request.personalisation()));
    CO_ASSIGN_OR_RETURN(auto message, Fill(found, request.personalisation()));
    v1::TemplatePreview preview;
    preview.set_id(found.id());
    preview.set_type(found.type());
    preview.set_version(found.version());
    preview.set_subject(message.subject);
    preview.set_body(message.body);
    preview.set_html(EmailHtml(found.language(), message.subject, message.markdown));
    co_return preview;
  }

 private:
  Async<v1::Template> Find(const rpc::Context& context, const std::string& id,
                           std::optional<int> version) {
    if (!IsUuid(id)) co_return ValidationError("id", "is not a valid UUID");
    auto found = co_await templates_.Find(auth::OwnerOf(*context.principal).id, id, version);
    if (absl::IsNotFound(found.status())) co_return NoResultFound();
    co_return found;
  }

  rpc::Interceptor& rpc_;
  TemplateRepository& templates_;
  idempotency::Once& once_;
  rpc::Client& identity_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeTemplateService(rpc::Interceptor& rpc,
                                                   TemplateRepository& templates,
                                                   idempotency::Once& once, rpc::Client& identity) {
  return std::make_unique<TemplateService>(rpc, templates, once, identity);
}

}  // namespace tamarack::notify
