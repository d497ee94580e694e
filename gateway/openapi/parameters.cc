#include "gateway/openapi/parameters.h"

#include "gateway/codec/scalars.h"
#include "gateway/response/conditional.h"
#include "gateway/routing/template.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>

namespace tamarack::gateway {

namespace json = boost::json;
using api::v1::MethodPolicy;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

// How deep query parameters reach into nested messages.
constexpr size_t kQueryDepthMax = 3;

json::object PathParameter(const std::string& name, const DocumentedPath::Parameter& parameter,
                           SchemaBook& schemas) {
  json::object schema = parameter.field ? schemas.Field(*parameter.field) : json::object{};
  if (schema.empty()) schema["type"] = "string";
  json::string description;
  if (json::value* text = schema.if_contains("description")) description = text->as_string();
  if (parameter.takes_slashes) {
    description += description.empty() ? "" : " ";
    description += "May hold slashes.";
  }
  schema.erase("description");
  if (schema["type"] == "string" && !schema.contains("minLength")) schema["minLength"] = 1;
  json::object written{{"name", name}, {"in", "path"}, {"required", true}};
  if (!description.empty()) written["description"] = std::move(description);
  written["schema"] = std::move(schema);
  return written;
}

// What a message needs is needed only where the message is: `is_needed`.
void AddQuery(const Route& route, const Descriptor& type, const Route::FieldPath& prefix,
              bool is_needed, SchemaBook& schemas, json::array& parameters) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    Route::FieldPath path = prefix;
    path.push_back(&field);
    if (IsPathBound(route, path) || (prefix.empty() && &field == route.body_field)) continue;
    bool is_required = is_needed && field.options().GetExtension(api::v1::rules).required();
    const Descriptor* message = field.message_type();
    if (message != nullptr && !IsScalarMessage(*message)) {
      bool may_descend = !field.is_repeated() && path.size() < kQueryDepthMax &&
                         message->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
      if (may_descend) AddQuery(route, *message, path, is_required, schemas, parameters);
      continue;
    }
    std::string name = absl::StrJoin(
        path, ".", [](std::string* out, const FieldDescriptor* part) { *out += part->name(); });
    json::object schema = schemas.Field(field);
    json::object parameter{{"name", name}, {"in", "query"}};
    if (json::value* description = schema.if_contains("description")) {
      parameter["description"] = std::move(*description);
      schema.erase("description");
    }
    if (is_required) parameter["required"] = true;
    parameter["schema"] = std::move(schema);
    parameters.push_back(std::move(parameter));
  }
}

json::object IdempotencyKey(const Route& route) {
  bool is_required = route.policy.idempotency() == MethodPolicy::REQUIRED;
  std::string reused = std::to_string(TextOf(ProblemOfReusedKey(route)).status);
  return {
      {"name", "Idempotency-Key"},
      {"in", "header"},
      {"required", is_required},
      {"description",
       absl::StrCat("A text of your own, the same for every attempt at the same effect: it takes "
                    "place once, however often the request is sent, and the first answer comes "
                    "again. With another body ",
                    reused, "; while the first request runs 409, or its answer once it is there.")},
      {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}},
      {"example", "8e03978e-40d5-43e8-bc93-6894a57f9324"}};
}

json::object Condition(const char* name, const char* description, const char* example) {
  return {{"name", name},
          {"in", "header"},
          {"description", description},
          {"schema", {{"type", "string"}}},
          {"example", example}};
}

}  // namespace

ProblemKind ProblemOfReusedKey(const Route& route) {
  std::string own = absl::StrCat(route.method->name(), ".", "conflict");
  bool is_conflict = route.service.error_codes().contains(own);
  return is_conflict ? ProblemKind::kConflict : ProblemKind::kUnprocessable;
}

DocumentedPath DocumentPath(const Route& route) {
  using Kind = PathTemplate::Segment::Kind;
  PathTemplate path = *ParseTemplate(route.path);
  DocumentedPath documented;
  for (size_t i = 0; i < path.segments.size(); ++i) {
    documented.text += '/';
    if (path.segments[i].kind == Kind::kLiteral) {
      documented.text += path.segments[i].literal;
      continue;
    }
    std::string name = absl::StrCat("segment_", i + 1);
    const FieldDescriptor* field = nullptr;
    for (size_t v = 0; v < path.variables.size(); ++v) {
      const auto& variable = path.variables[v];
      if (i < variable.first || i >= variable.first + variable.count) continue;
      name = absl::StrJoin(variable.field_path, ".");
      if (documented.parameters.contains(name)) absl::StrAppend(&name, "_", i + 1);
      field = route.path_fields[v].back();
    }
    bool takes_slashes = path.segments[i].kind != Kind::kStar;
    documented.parameters.emplace(name, DocumentedPath::Parameter{field, takes_slashes});
    absl::StrAppend(&documented.text, "{", name, "}");
  }
  if (documented.text.empty()) documented.text = "/";
  if (!path.verb.empty()) absl::StrAppend(&documented.text, ":", path.verb);
  return documented;
}

bool IsPathBound(const Route& route, const Route::FieldPath& path) {
  return std::find(route.path_fields.begin(), route.path_fields.end(), path) !=
         route.path_fields.end();
}

json::array DocumentParameters(const Route& route, const DocumentedPath& path,
                               SchemaBook& schemas) {
  json::array parameters;
  for (const auto& [name, parameter] : path.parameters)
    parameters.push_back(PathParameter(name, parameter, schemas));
  if (route.body != Route::Body::kWhole)
    AddQuery(route, *route.method->input_type(), {}, true, schemas, parameters);
  if (route.policy.idempotency() != MethodPolicy::IDEMPOTENCY_UNSPECIFIED)
    parameters.push_back(IdempotencyKey(route));
  if (!route.IsSafe() && PassesCondition(route, kIfMatch)) {
    parameters.push_back(Condition(
        "If-Match",
        "The `ETag` of what was read: what has changed since then is left as it is, with 412.",
        "\"v7\""));
  }
  if (!route.IsSafe() && PassesCondition(route, kIfNoneMatch)) {
    parameters.push_back(
        Condition("If-None-Match", "`*`: what exists already is left as it is, with 412.", "*"));
  }
  return parameters;
}

}  // namespace tamarack::gateway
