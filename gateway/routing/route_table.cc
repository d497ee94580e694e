#include "gateway/routing/route_table.h"

#include "gateway/codec/field_tree.h"
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/scalars.h"
#include "gateway/routing/descriptor_limits.h"
#include "platform/base/status.h"
#include "platform/http/message.h"

#include <absl/strings/str_join.h>
#include <google/api/annotations.pb.h>

#include <algorithm>

namespace tamarack::gateway {

using google::api::HttpRule;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

namespace {

constexpr char kHttpBody[] = "google.api.HttpBody";

#define RETURN_IF_ERROR(expression) \
  if (absl::Status status_ = (expression); !status_.ok()) return status_

class ErrorList : public google::protobuf::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, const std::string& element,
                const google::protobuf::Message*, ErrorLocation,
                const std::string& message) override {
    absl::StrAppend(&text, text.empty() ? "" : "; ", file, ": ", element, ": ", message);
  }
  std::string text;
};

// HTTP method and template of a rule; custom kinds say their own method.
std::pair<std::string, std::string> Pattern(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return {"GET", rule.get()};
    case HttpRule::kPut:
      return {"PUT", rule.put()};
    case HttpRule::kPost:
      return {"POST", rule.post()};
    case HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case HttpRule::kCustom:
      return {rule.custom().kind(), rule.custom().path()};
    case HttpRule::PATTERN_NOT_SET:
      return {};
  }
  return {};
}

absl::StatusOr<Route::FieldPath> ResolveFieldPath(const Descriptor& type,
                                                  const std::vector<std::string>& names) {
  if (names.size() > static_cast<size_t>(kJsonDepthMax))
    return absl::InvalidArgumentError("a field path is deeper than requests may be");
  Route::FieldPath path;
  const Descriptor* message = &type;
  for (const std::string& name : names) {
    if (message == nullptr) return absl::InvalidArgumentError("a scalar has no fields");
    const FieldDescriptor* field = message->FindFieldByName(name);
    if (field == nullptr || field->is_repeated()) {
      return absl::InvalidArgumentError(absl::StrCat(
          message->full_name(), " has no singular field `", name, "` that a path could bind"));
    }
    path.push_back(field);
    message = field->message_type();
    // What is below a well-known type is no field of its own: a query could give it again.
    bool is_opaque =
        message != nullptr && message->well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
    if (is_opaque && &name != &names.back()) {
      return absl::InvalidArgumentError(
          absl::StrCat("a path cannot bind a part of the ", message->full_name(), " `", name, "`"));
    }
  }
  if (message != nullptr && !IsScalarMessage(*message)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the field `", absl::StrJoin(names, "."), "` is a message"));
  }
  return path;
}

// What a plug-in asks for and is not given, lint or no lint.
void TakeBack(const Plugin& plugin, api::v1::MethodPolicy& policy) {
  auto& cookies = *policy.mutable_pass_cookies();
  cookies.erase(std::remove_if(cookies.begin(), cookies.end(),
                               [&](const std::string& name) {
                                 return std::ranges::find(plugin.cookies, name) ==
                                        plugin.cookies.end();
                               }),
                cookies.end());
  auto& headers = *policy.mutable_pass_headers();
  headers.erase(std::remove_if(headers.begin(), headers.end(),
                               [&](const std::string& name) {
                                 return IsCredentialHeader(name) || IsHiddenFrom(plugin, name);
                               }),
                headers.end());
}

// A path variable and the body must not give the same value.
absl::Status CheckBodyApart(const Route& route) {
  for (const Route::FieldPath& path : route.path_fields) {
    const FieldDescriptor* field = route.body_field;
    bool is_same =
        field != nullptr && path.front() == field && (path.size() == 1 || route.takes_http_body);
    bool is_rival = field != nullptr && path.front() != field &&
                    field->real_containing_oneof() != nullptr &&
                    path.front()->real_containing_oneof() == field->real_containing_oneof();
    bool is_raw = route.takes_http_body && route.body == Route::Body::kWhole;
    if (is_same || is_rival || is_raw) {
      return absl::InvalidArgumentError(
          absl::StrCat("path and body both bind `", path.front()->name(), "`"));
    }
  }
  return absl::OkStatus();
}

// The one FieldMask among the request's fields; null when there is none or more than one.
const FieldDescriptor* FindMask(const Descriptor& request) {
  const FieldDescriptor* mask = nullptr;
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor* field = request.field(i);
    bool is_mask = !field->is_repeated() && field->message_type() != nullptr &&
                   field->message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_FIELDMASK;
    if (is_mask && mask != nullptr) return nullptr;
    if (is_mask) mask = field;
  }
  return mask;
}

}  // namespace

bool IsCredentialHeader(std::string_view name) {
  constexpr std::string_view kNames[] = {"authorization", "cookie", "dpop", "proxy-authorization"};
  return std::ranges::any_of(
      kNames, [&](std::string_view one) { return http::EqualsIgnoreCase(one, name); });
}

bool IsHiddenFrom(const Plugin& plugin, std::string_view header) {
  if (http::EqualsIgnoreCase(header, kClientCertificate)) return !plugin.sees_client_certificate;
  return std::ranges::none_of(
      plugin.headers, [&](const std::string& one) { return http::EqualsIgnoreCase(one, header); });
}

bool Route::IsSafe() const {
  bool is_read = http_method == "GET" || http_method == "HEAD" || http_method == "OPTIONS";
  return is_read && !policy.get_has_effect();
}

bool Route::IsRepeatable() const {
  return IsSafe() || method->options().idempotency_level() !=
                         google::protobuf::MethodOptions::IDEMPOTENCY_UNKNOWN;
}

absl::StatusOr<std::shared_ptr<const RouteTable>> RouteTable::Build(
    const std::vector<BackendDescriptors>& backends, std::vector<std::string>* notes) {
  auto table = std::make_shared<RouteTable>();
  for (size_t i = 0; i < backends.size(); ++i) {
    absl::Status status = table->AddBackend(i, backends[i], notes);
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat("back end ", backends[i].name, ": ", status.message()));
    }
  }
  absl::Status apart = table->CheckPlugins();
  if (!apart.ok()) return apart;
  return table;
}

// A more specific template wins, so that a plug-in could take another's path by naming it more
// exactly: it must take no path that somebody else's match, by whichever method.
absl::Status RouteTable::CheckPlugins() const {
  bool has_plugins =
      std::ranges::any_of(routes_, [](const auto& r) { return r->plugin != nullptr; });
  if (!has_plugins) return absl::OkStatus();
  std::vector<PathTemplate> templates;
  for (const auto& route : routes_) {
    auto parsed = ParseTemplate(route->path);
    if (!parsed.ok()) return parsed.status();
    templates.push_back(*std::move(parsed));
  }
  for (size_t i = 0; i < routes_.size(); ++i) {
    const Route& own = *routes_[i];
    if (own.plugin == nullptr) continue;
    for (size_t j = 0; j < routes_.size(); ++j) {
      const Route& other = *routes_[j];
      bool is_same_owner = other.plugin != nullptr && other.plugin->owner == own.plugin->owner;
      if (is_same_owner || !MayTakeFrom(templates[i], templates[j])) continue;
      return absl::AlreadyExistsError(absl::StrCat(own.path, " of ", own.method->full_name(),
                                                   " would take paths of ", other.path, " of ",
                                                   other.method->full_name()));
    }
  }
  return absl::OkStatus();
}

absl::Status RouteTable::AddBackend(size_t index, const BackendDescriptors& backend,
                                    std::vector<std::string>* notes) {
  RETURN_IF_ERROR(CheckDescriptorSize(backend.files));
  // A pool of its own: two back ends may be built from different versions of the same file.
  backend_names_.push_back(backend.name);
  pools_.push_back(std::make_unique<google::protobuf::DescriptorPool>());
  ErrorList errors;
  for (const auto& file : backend.files.file()) {
    const auto* built = pools_.back()->BuildFileCollectingErrors(file, &errors);
    if (built == nullptr) return absl::InvalidArgumentError(errors.text);
    for (int s = 0; s < built->service_count(); ++s) {
      for (int m = 0; m < built->service(s)->method_count(); ++m) {
        RETURN_IF_ERROR(AddMethod(index, *built->service(s)->method(m), backend, notes));
      }
    }
  }
  if (pools_.back()->FindMessageTypeByName("google.protobuf.Any") == nullptr)
    return absl::OkStatus();
  for (const auto& file : backend.files.file()) {
    const auto* built = pools_.back()->FindFileByName(file.name());
    for (int i = 0; i < built->message_type_count(); ++i) PlanForAny(*built->message_type(i));
  }
  return absl::OkStatus();
}

MessagePlans& RouteTable::PlansOf(const Route& route) {
  bool is_canonical = route.service.json_style() == api::v1::ServicePolicy::PROTO_JSON;
  return is_canonical ? proto_json_plans_ : plans_;
}

// A google.protobuf.Any may hold every type that the back end's descriptors know.
void RouteTable::PlanForAny(const Descriptor& type) {
  plans_.Get(type);
  proto_json_plans_.Get(type);
  for (int i = 0; i < type.nested_type_count(); ++i) PlanForAny(*type.nested_type(i));
}

absl::Status RouteTable::AddMethod(size_t index, const MethodDescriptor& method,
                                   const BackendDescriptors& backend,
                                   std::vector<std::string>* notes) {
  if (!method.options().HasExtension(google::api::http)) return absl::OkStatus();
  auto note = [&](const char* why) {
    notes->push_back(absl::StrCat(method.full_name(), ": no route, ", why));
    return absl::OkStatus();
  };
  api::v1::MethodPolicy policy = method.options().GetExtension(api::v1::policy);
  if (backend.is_open && policy.access() == api::v1::MethodPolicy::ACCESS_UNSPECIFIED)
    policy.set_access(api::v1::MethodPolicy::PUBLIC);
  if (policy.access() == api::v1::MethodPolicy::ACCESS_UNSPECIFIED)
    return note("the method has no policy");
  if (policy.access() == api::v1::MethodPolicy::INTERNAL) return note("the method is internal");
  if (method.client_streaming()) return note("a client's stream has no form in HTTP and JSON");

  Route route;
  route.method = &method;
  route.grpc_path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  route.backend = index;
  route.plugin = backend.plugin;
  route.audience = backend.audience;
  route.policy = policy;
  if (route.plugin != nullptr) TakeBack(*route.plugin, route.policy);
  if (int64_t own = route.policy.body_bytes_max(); own > 0)
    route.body_bytes_max = static_cast<uint64_t>(own);
  if (route.plugin != nullptr)
    route.body_bytes_max =
        std::min(route.body_bytes_max, static_cast<uint64_t>(route.plugin->body_bytes_max));
  // A browser sends cookies by itself: what they open is for our own pages.
  bool has_session = policy.access() == api::v1::MethodPolicy::SESSION || policy.page();
  if (!has_session) route.allowed_origins = backend.allowed_origins;
  route.service = method.service()->options().GetExtension(api::v1::service);
  if (route.policy.priority() == api::v1::PRIORITY_UNSPECIFIED)
    route.policy.set_priority(route.service.priority());
  auto lifecycle =
      ReadLifecycle(policy.has_lifecycle() ? policy.lifecycle() : route.service.lifecycle());
  if (!lifecycle.ok()) {
    return absl::Status(lifecycle.status().code(),
                        absl::StrCat(method.full_name(), ": ", lifecycle.status().message()));
  }
  route.lifecycle = *std::move(lifecycle);

  const HttpRule& rule = method.options().GetExtension(google::api::http);
  std::vector<const HttpRule*> rules{&rule};
  for (const HttpRule& additional : rule.additional_bindings()) {
    if (additional.additional_bindings_size() > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(method.full_name(), ": additional_bindings cannot be nested"));
    }
    rules.push_back(&additional);
  }
  for (const HttpRule* one : rules) {
    auto [http_method, path_template] = Pattern(*one);
    auto parsed = ParseTemplate(path_template);
    if (parsed.ok() && !IsWithin(*parsed, backend.paths)) {
      notes->push_back(absl::StrCat(method.full_name(), ": no route ", path_template,
                                    ", which is not below a path of its back end"));
      continue;
    }
    absl::Status status =
        AddRoute(route, http_method, path_template, one->body(), one->response_body(),
                 backend.is_open || backend.plugin != nullptr);
    if (!status.ok())
      return absl::Status(status.code(), absl::StrCat(method.full_name(), ": ", status.message()));
  }
  return absl::OkStatus();
}

absl::Status RouteTable::AddRoute(Route route, std::string_view http_method,
                                  const std::string& path_template, const std::string& body,
                                  const std::string& response_body, bool checks_rules) {
  if (http_method.empty()) return absl::InvalidArgumentError("google.api.http without a path");
  auto parsed = ParseTemplate(path_template);
  if (!parsed.ok()) return parsed.status();
  const Descriptor& request = *route.method->input_type();
  const Descriptor& response = *route.method->output_type();
  route.http_method = http_method;
  route.path = path_template;
  for (const auto& variable : parsed->variables) {
    auto path = ResolveFieldPath(request, variable.field_path);
    if (!path.ok()) return path.status();
    route.path_fields.push_back(*std::move(path));
  }
  const Descriptor* body_type = nullptr;
  if (body == "*") {
    route.body = Route::Body::kWhole;
    body_type = &request;
  } else if (!body.empty()) {
    route.body = Route::Body::kField;
    route.body_field = request.FindFieldByName(body);
    if (route.body_field == nullptr)
      return absl::InvalidArgumentError("no field `" + body + "` for the body");
    if (!route.body_field->is_repeated()) body_type = route.body_field->message_type();
  }
  route.takes_http_body = body_type != nullptr && body_type->full_name() == kHttpBody;
  RETURN_IF_ERROR(CheckBodyApart(route));
  route.request_plan = PlansOf(route).Get(request);
  if (checks_rules) route.request_rules = rules_.Get(request);
  for (const auto& variable : parsed->variables)
    route.shape.path_names.push_back(absl::StrJoin(variable.field_path, "."));
  route.shape.has_body = route.body != Route::Body::kNone;
  if (route.body_field != nullptr) route.shape.body_field = route.body_field->name();
  if (route.body_field != nullptr) {
    route.body_plan = route.request_plan->Find(route.body_field->name());
    bool is_resource = body_type != nullptr && !route.takes_http_body &&
                       body_type->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
    if (http_method == "PATCH" && is_resource) route.mask_field = FindMask(request);
  }
  if (route.body != Route::Body::kNone)
    route.shape.body_plan = route.body_plan ? route.body_plan->message : route.request_plan;
  if (!response_body.empty()) {
    route.response_field = response.FindFieldByName(response_body);
    if (route.response_field == nullptr) {
      return absl::InvalidArgumentError("no field `" + response_body + "` for the answer's body");
    }
  }
  if (const std::string& name = route.policy.event_id(); !name.empty()) {
    route.event_id_field = response.FindFieldByName(name);
    if (route.event_id_field == nullptr || route.event_id_field->is_repeated() ||
        route.event_id_field->message_type() != nullptr) {
      return absl::InvalidArgumentError("no scalar field `" + name + "` for the events' id");
    }
  }
  route.gives_http_body = response.full_name() == kHttpBody;
  route.response_plan = PlansOf(route).Get(response);

  std::string name = route.method->full_name();
  auto target = static_cast<int>(routes_.size());
  RETURN_IF_ERROR(
      router_.Add(http_method, *std::move(parsed), target, name, !route.policy.get_has_effect()));
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  return absl::OkStatus();
}

const Route* RouteTable::Find(std::string_view method, const PathSegments& path) const {
  Router::Match match = router_.Find(method, path);
  return match.kind == Router::Match::Kind::kFound ? &route(match.target) : nullptr;
}

std::vector<const Route*> RouteTable::RoutesNear(const PathSegments& path) const {
  std::vector<const Route*> near;
  for (int target : router_.Nearest(path)) near.push_back(&route(target));
  return near;
}

const api::v1::ServicePolicy* CommonService(const std::vector<const Route*>& near) {
  if (near.empty()) return nullptr;
  const api::v1::ServicePolicy& service = near[0]->service;
  bool is_one = std::ranges::all_of(near, [&](const Route* each) {
    return each->service.error_shape() == service.error_shape();
  });
  return is_one ? &service : nullptr;
}

}  // namespace tamarack::gateway
