#include "gateway/openapi/operation.h"

#include "gateway/codec/scalars.h"
#include "gateway/openapi/comment.h"
#include "gateway/openapi/example.h"
#include "gateway/response/conditional.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <vector>

namespace tamarack::gateway {

namespace json = boost::json;
using api::v1::MethodPolicy;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

constexpr char kJson[] = "application/json";
constexpr char kForm[] = "application/x-www-form-urlencoded";

int SuccessStatus(const Route& route) {
  if (route.policy.success_status() != 0) return route.policy.success_status();
  return route.method->output_type()->full_name() == "google.protobuf.Empty" ? 204 : 200;
}

json::object Bytes() {
  return {{"*/*", {{"schema", {{"type", "string"}, {"format", "binary"}}}}}};
}

json::object Media(json::object schema, std::optional<json::value> example) {
  json::object media{{"schema", std::move(schema)}};
  if (example) media["example"] = *std::move(example);
  return media;
}

// A form has names and texts only.
bool IsFlat(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    const Descriptor* message = type.field(i)->message_type();
    if (message != nullptr && !IsScalarMessage(*message)) return false;
  }
  return type.field_count() > 0;
}

std::string Description(const Route& route) {
  std::string text = CommentOf(*route.method);
  auto add = [&](const std::string& sentence) {
    absl::StrAppend(&text, text.empty() ? "" : "\n\n", sentence);
  };
  if (!route.policy.scopes().empty())
    add(absl::StrCat("Needs the scope `", absl::StrJoin(route.policy.scopes(), "` or `"), "`."));
  const auto& lifecycle =
      route.policy.has_lifecycle() ? route.policy.lifecycle() : route.service.lifecycle();
  if (!lifecycle.deprecated_since().empty()) {
    add(absl::StrCat("Deprecated since ", lifecycle.deprecated_since(),
                     lifecycle.sunset().empty() ? "" : "; refused from " + lifecycle.sunset(),
                     "."));
  }
  if (!lifecycle.successor().empty())
    add(absl::StrCat("Its successor is `", lifecycle.successor(), "`."));
  return text;
}

bool IsOauth(const Route& route) {
  return route.service.error_shape() == api::v1::ServicePolicy::OAUTH;
}

// Whether every answer has a tag; what a service says in bytes has one if the service gives it.
bool HasTag(const Route& route) {
  return route.http_method == "GET" && SuccessStatus(route) == 200 && !route.gives_http_body &&
         !route.method->server_streaming();
}

}  // namespace

json::object OperationWriter::Write(const Route& route, const DocumentedPath& path,
                                    const std::string& id) {
  json::object operation{{"operationId", id}};
  std::string description = Description(route);
  if (!description.empty()) {
    operation["summary"] = json::string_view(FirstSentence(description));
    operation["description"] = description;
  }
  schemas_.Use(JsonStyle::kOurs);  // No style says how addresses are written.
  if (auto parameters = DocumentParameters(route, path, schemas_); !parameters.empty())
    operation["parameters"] = std::move(parameters);
  schemas_.Use(route.response_plan->style);
  if (route.body != Route::Body::kNone) operation["requestBody"] = RequestBody(route);
  json::object responses{{std::to_string(SuccessStatus(route)), Success(route)}};
  if (HasTag(route)) responses["304"] = components_.NotModified();
  AddProblems(route, path, responses);
  operation["responses"] = std::move(responses);
  operation["security"] = security_.Requirements(route, id);
  if (route.method->options().deprecated() || route.lifecycle.headers.Has("Deprecation"))
    operation["deprecated"] = true;
  if (auto sunset = route.lifecycle.headers.Get("Sunset"))
    operation["x-sunset"] = json::string_view(*sunset);
  if (!route.policy.rate_class().empty()) operation["x-rate-class"] = route.policy.rate_class();
  return operation;
}

json::object OperationWriter::RequestBody(const Route& route) {
  if (route.takes_http_body) return {{"required", true}, {"content", Bytes()}};
  const Descriptor& type = *route.method->input_type();
  json::object schema;
  std::optional<json::value> example;
  bool is_flat = false;
  if (route.body == Route::Body::kField) {
    schema = schemas_.Field(*route.body_field);
    example = ExampleOf(*route.body_field, route.response_plan->style);
    const Descriptor* message = route.body_field->message_type();
    is_flat = message != nullptr && !route.body_field->is_repeated() && IsFlat(*message);
  } else {
    auto is_left = [&](const FieldDescriptor& field) { return !IsPathBound(route, {&field}); };
    schema = route.path_fields.empty() ? schemas_.Message(type) : schemas_.Object(type, is_left);
    example = ExampleOf(type, is_left, route.response_plan->style);
    is_flat = IsFlat(type);
  }
  json::object content;
  json::object media = Media(std::move(schema), std::move(example));
  // Both are taken; the standard asks OAuth's endpoints for forms.
  if (is_flat && IsOauth(route)) content[kForm] = media;
  content[kJson] = media;
  if (is_flat && !IsOauth(route)) content[kForm] = std::move(media);
  return {{"required", true}, {"content", std::move(content)}};
}

json::object OperationWriter::Success(const Route& route) {
  int status = SuccessStatus(route);
  json::object success{{"description", status == 201   ? "Created."
                                       : status == 202 ? "Accepted; the work goes on."
                                       : status == 204 ? "Done; there is nothing to say."
                                                       : "The answer."}};
  success["headers"] = SuccessHeaders(route);
  if (status != 204) success["content"] = SuccessContent(route);
  return success;
}

json::object OperationWriter::SuccessHeaders(const Route& route) {
  std::vector<std::string_view> names{"X-Request-Id"};
  if (HasTag(route)) names.emplace_back("ETag");
  if (!route.policy.location().empty()) names.emplace_back("Location");
  if (route.policy.idempotency() != MethodPolicy::IDEMPOTENCY_UNSPECIFIED)
    names.emplace_back("Idempotent-Replayed");
  names.emplace_back("RateLimit");
  names.emplace_back("RateLimit-Policy");
  for (std::string_view name : {"Deprecation", "Sunset", "Link"}) {
    if (route.lifecycle.headers.Has(name)) names.push_back(name);
  }
  json::object headers;
  for (std::string_view name : names) headers[name] = components_.Header(name);
  return headers;
}

json::object OperationWriter::SuccessContent(const Route& route) {
  if (route.gives_http_body) return Bytes();
  const Descriptor& type = *route.method->output_type();
  json::object schema =
      route.response_field ? schemas_.Field(*route.response_field) : schemas_.Message(type);
  JsonStyle style = route.response_plan->style;
  auto example =
      route.response_field ? ExampleOf(*route.response_field, style) : ExampleOf(type, {}, style);
  if (!route.method->server_streaming())
    return {{kJson, Media(std::move(schema), std::move(example))}};
  // One message an element, a line or an event, by `Accept`.
  json::object list{{"type", "array"}, {"items", schema}};
  json::object text{{"type", "string"}};
  return {{kJson, Media(std::move(list), example ? json::array{*example} : json::array())},
          {"application/x-ndjson", Media(schema, std::move(example))},
          {"text/event-stream", {{"schema", std::move(text)}}}};
}

void OperationWriter::AddProblems(const Route& route, const DocumentedPath& path,
                                  json::object& responses) {
  const MethodPolicy& policy = route.policy;
  bool needs_caller = policy.access() != MethodPolicy::PUBLIC;
  bool has_body = route.body != Route::Body::kNone;
  bool has_key = policy.idempotency() != MethodPolicy::IDEMPOTENCY_UNSPECIFIED;
  bool is_read = route.http_method == "GET" || route.http_method == "HEAD";
  bool is_form_only = policy.access() == MethodPolicy::SESSION && !is_read;
  const std::pair<ProblemKind, bool> kinds[] = {
      {ProblemKind::kInvalidRequest, true},
      {ProblemKind::kUnauthenticated, needs_caller},
      {ProblemKind::kPermissionDenied, !policy.scopes().empty() || is_form_only},
      {ProblemKind::kNotFound, !path.parameters.empty()},
      {ProblemKind::kNotAcceptable, !route.gives_http_body && SuccessStatus(route) != 204},
      {ProblemKind::kConflict, has_key || (!is_read && !path.parameters.empty())},
      {ProblemKind::kGone, route.lifecycle.sunset.has_value()},
      {ProblemKind::kPreconditionFailed, !route.IsSafe() && (PassesCondition(route, kIfMatch) ||
                                                             PassesCondition(route, kIfNoneMatch))},
      {ProblemKind::kTooLarge, has_body},
      {ProblemKind::kUnsupportedMediaType, has_body},
      {ProblemKind::kUnprocessable,
       has_key && ProblemOfReusedKey(route) == ProblemKind::kUnprocessable},
      {ProblemKind::kQuotaExceeded, true},
      {ProblemKind::kInternal, true},
      {ProblemKind::kUnavailable, true},
      {ProblemKind::kDeadlineExceeded, true},
  };
  for (const auto& [kind, can_occur] : kinds) {
    if (can_occur)
      responses[std::to_string(TextOf(kind).status)] = components_.Problem(kind, IsOauth(route));
  }
  responses["default"] = components_.Problem(ProblemKind::kOther, IsOauth(route));
}

}  // namespace tamarack::gateway
