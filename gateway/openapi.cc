#include "gateway/openapi.h"

#include "gateway/codec/scalars.h"
#include "gateway/openapi_schema.h"
#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace tamarack::gateway {

namespace json = boost::json;
using api::v1::MethodPolicy;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

// How deep query parameters reach into nested messages.
constexpr size_t kQueryDepthMax = 3;

std::string_view FirstSentence(std::string_view text) {
  size_t end = text.find(". ");
  return text.substr(0, std::min({end == std::string_view::npos ? text.size() : end,
                                  text.find('\n'), text.size()}));
}

// The template as OpenAPI writes it: a variable of several segments becomes one parameter for each
// of its wildcards. `parameters` maps a parameter's name to the field it binds.
std::string OpenApiPath(const Route& route,
                        std::map<std::string, const FieldDescriptor*>* parameters) {
  PathTemplate path = *ParseTemplate(route.path);
  std::string text;
  for (size_t i = 0; i < path.segments.size(); ++i) {
    text += '/';
    if (path.segments[i].kind == PathTemplate::Segment::Kind::kLiteral) {
      text += path.segments[i].literal;
      continue;
    }
    std::string name = absl::StrCat("segment_", i + 1);
    const FieldDescriptor* field = nullptr;
    for (size_t v = 0; v < path.variables.size(); ++v) {
      const auto& variable = path.variables[v];
      if (i < variable.first || i >= variable.first + variable.count) continue;
      name = absl::StrJoin(variable.field_path, ".");
      if (parameters->contains(name)) absl::StrAppend(&name, "_", i + 1);
      field = route.path_fields[v].back();
    }
    parameters->emplace(name, field);
    absl::StrAppend(&text, "{", name, "}");
  }
  if (text.empty()) text = "/";
  if (!path.verb.empty()) absl::StrAppend(&text, ":", path.verb);
  return text;
}

bool IsPathBound(const Route& route, const Route::FieldPath& path) {
  return std::find(route.path_fields.begin(), route.path_fields.end(), path) !=
         route.path_fields.end();
}

class Writer {
 public:
  json::object Write(const RouteTable& table, std::string_view public_url) {
    for (const auto& route : table.routes()) {
      if (!route->policy.page()) AddRoute(*route);
    }
    book_.schemas()["Problem"] = ProblemSchema();
    json::array tags;
    for (const auto& [name, description] : tags_) {
      tags.push_back(json::object{{"name", name}, {"description", description}});
    }
    json::object bearer{
        {"type", "http"}, {"scheme", "bearer"}, {"description", "An API key or an access token."}};
    json::object session{{"type", "apiKey"},
                         {"in", "cookie"},
                         {"name", "__Host-tamarack-session"},
                         {"description", "A signed-in person's browser session."}};
    return {
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "Tamarack"},
          {"version", "1"},
          {"description", "Every operation of the services behind this gateway."}}},
        {"servers", json::array{json::object{{"url", json::string_view(public_url)}}}},
        {"tags", std::move(tags)},
        {"paths", std::move(paths_)},
        {"components",
         {{"schemas", std::move(book_.schemas())},
          {"securitySchemes", {{"bearer", std::move(bearer)}, {"session", std::move(session)}}}}}};
  }

 private:
  void AddRoute(const Route& route) {
    std::map<std::string, const FieldDescriptor*> path_parameters;
    std::string path = OpenApiPath(route, &path_parameters);
    const auto& service = *route.method->service();
    std::string tag =
        route.service.display_name().empty() ? service.name() : route.service.display_name();
    tags_.emplace(tag, CommentOf(service));

    json::object operation;
    std::string id = absl::StrCat(service.name(), "_", route.method->name());
    int count = ++operation_ids_[id];
    operation["operationId"] = count > 1 ? absl::StrCat(id, "_", count) : id;
    operation["tags"] = json::array{tag};
    std::string comment = CommentOf(*route.method);
    if (!comment.empty()) {
      operation["summary"] = json::string_view(FirstSentence(comment));
      operation["description"] = comment;
    }
    json::array parameters;
    for (const auto& [name, field] : path_parameters) {
      parameters.push_back(
          json::object{{"name", name},
                       {"in", "path"},
                       {"required", true},
                       {"schema", field ? book_.Field(*field) : json::object{{"type", "string"}}}});
    }
    if (route.body != Route::Body::kWhole)
      AddQuery(route, *route.method->input_type(), {}, parameters);
    if (route.policy.idempotency() != MethodPolicy::IDEMPOTENCY_UNSPECIFIED) {
      parameters.push_back(
          json::object{{"name", "Idempotency-Key"},
                       {"in", "header"},
                       {"required", route.policy.idempotency() == MethodPolicy::REQUIRED},
                       {"schema", {{"type", "string"}, {"maxLength", 255}}}});
    }
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    if (route.body != Route::Body::kNone) operation["requestBody"] = RequestBody(route);
    operation["responses"] = Responses(route);
    operation["security"] = Security(route.policy);
    if (!route.policy.rate_class().empty()) operation["x-rate-class"] = route.policy.rate_class();
    if (route.method->options().deprecated()) operation["deprecated"] = true;
    json::value& item = paths_[path];
    if (!item.is_object()) item = json::object();
    item.get_object()[absl::AsciiStrToLower(route.http_method)] = std::move(operation);
  }

  void AddQuery(const Route& route, const Descriptor& type, const Route::FieldPath& prefix,
                json::array& parameters) {
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      Route::FieldPath path = prefix;
      path.push_back(&field);
      if (IsPathBound(route, path) || (prefix.empty() && &field == route.body_field)) continue;
      const Descriptor* message = field.message_type();
      bool is_scalar = message == nullptr || IsScalarMessage(*message);
      if (!is_scalar) {
        bool may_descend = !field.is_repeated() && path.size() < kQueryDepthMax &&
                           message->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
        if (may_descend) AddQuery(route, *message, path, parameters);
        continue;
      }
      std::string name;
      for (const FieldDescriptor* part : path)
        absl::StrAppend(&name, name.empty() ? "" : ".", part->name());
      json::object schema = book_.Field(field);
      json::object parameter{{"name", name}, {"in", "query"}};
      if (schema.contains("description")) parameter["description"] = schema["description"];
      if (field.options().GetExtension(api::v1::rules).required()) parameter["required"] = true;
      parameter["schema"] = std::move(schema);
      parameters.push_back(std::move(parameter));
    }
  }

  json::object RequestBody(const Route& route) {
    if (route.takes_http_body) {
      return {{"required", true},
              {"content", {{"*/*", {{"schema", {{"type", "string"}, {"format", "binary"}}}}}}}};
    }
    json::object schema;
    const Descriptor& type = *route.method->input_type();
    if (route.body == Route::Body::kField) {
      schema = book_.Field(*route.body_field);
    } else if (route.path_fields.empty()) {
      schema = book_.Message(type);
    } else {
      schema = book_.Object(
          type, [&](const FieldDescriptor& field) { return !IsPathBound(route, {&field}); });
    }
    return {{"required", true},
            {"content", {{"application/json", {{"schema", std::move(schema)}}}}}};
  }

  json::object Responses(const Route& route) {
    const Descriptor& type = *route.method->output_type();
    bool is_empty = type.full_name() == "google.protobuf.Empty";
    int status = route.policy.success_status();
    if (status == 0) status = is_empty ? 204 : 200;
    json::object success{{"description", status == 201   ? "Created."
                                         : status == 202 ? "Accepted."
                                                         : "Done."}};
    if (route.gives_http_body) {
      success["content"] = {{"*/*", {{"schema", {{"type", "string"}, {"format", "binary"}}}}}};
    } else if (status != 204) {
      json::object schema =
          route.response_field ? book_.Field(*route.response_field) : book_.Message(type);
      success["content"] = {{"application/json", {{"schema", std::move(schema)}}}};
    }
    if (!route.policy.location().empty()) {
      success["headers"] = {
          {"Location", {{"schema", {{"type", "string"}, {"format", "uri-reference"}}}}}};
    }
    bool is_oauth = route.service.error_shape() == api::v1::ServicePolicy::OAUTH;
    const char* media_type = is_oauth ? "application/json" : "application/problem+json";
    json::object problem{{"description", "What went wrong, in the caller's language."},
                         {"content", {{media_type, {{"schema", ErrorSchema(is_oauth)}}}}}};
    return {{std::to_string(status), std::move(success)}, {"default", std::move(problem)}};
  }

  static json::object ErrorSchema(bool is_oauth) {
    if (!is_oauth) return {{"$ref", "#/components/schemas/Problem"}};
    return {{"type", "object"},
            {"required", json::array{"error"}},
            {"properties",
             {{"error", {{"type", "string"}}}, {"error_description", {{"type", "string"}}}}}};
  }

  static json::object ProblemSchema() {
    json::object text{{"type", "string"}};
    json::object item{{"type", "object"},
                      {"properties",
                       {{"pointer", text},
                        {"parameter", text},
                        {"header", text},
                        {"detail", text},
                        {"reason", text},
                        {"error", text},
                        {"message", text}}}};
    return {{"type", "object"},
            {"description", "Problem details (RFC 9457). An API may add members of its own."},
            {"required", json::array{"type", "title", "status"}},
            {"properties",
             {{"type", {{"type", "string"}, {"format", "uri-reference"}}},
              {"title", text},
              {"status", {{"type", "integer"}}},
              {"detail", text},
              {"instance", text},
              {"trace_id", text},
              {"reason", text},
              {"errors", {{"type", "array"}, {"items", std::move(item)}}}}}};
  }

  static json::array Security(const MethodPolicy& policy) {
    if (policy.access() == MethodPolicy::PUBLIC) return {};
    json::array scopes;
    for (const std::string& scope : policy.scopes()) scopes.emplace_back(scope);
    bool is_session = policy.access() == MethodPolicy::SESSION;
    return {json::object{{is_session ? "session" : "bearer", std::move(scopes)}}};
  }

  SchemaBook book_;
  json::object paths_;
  std::map<std::string, std::string> tags_;
  std::map<std::string, int> operation_ids_;
};

}  // namespace

std::string MakeOpenApi(const RouteTable& table, std::string_view public_url) {
  return json::serialize(Writer().Write(table, public_url));
}

}  // namespace tamarack::gateway
