#include "gateway/openapi/components.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <boost/json/array.hpp>

namespace tamarack::gateway {

namespace json = boost::json;

namespace {

struct HeaderText {
  std::string_view name;
  std::string_view description;
  const char* type;
  std::string_view example;
};

constexpr HeaderText kHeaders[] = {
    {"Deprecation", "Since when there is something better (RFC 9745).", "string", "@1769817600"},
    {"ETag", "Names what was answered, for `If-None-Match` and `If-Match` (RFC 9110).", "string",
     "\"v7\""},
    {"Idempotent-Replayed", "`true`: the answer that the same key got before.", "string", "true"},
    {"Link", "Where to read on: documentation, successor (RFC 8288).", "string",
     "</v2/things>; rel=\"successor-version\""},
    {"Location", "Where the new resource is read.", "string", "/v1/things/1"},
    {"RateLimit", "What is left of the limits, and for how long.", "string", "\"burst\";r=50;t=30"},
    {"RateLimit-Policy", "The limits of the credential.", "string", "\"burst\";q=100;w=60"},
    {"Retry-After", "Seconds to wait before the next attempt.", "integer", "30"},
    {"Sunset", "When calls begin to be refused (RFC 8594).", "string",
     "Thu, 31 Dec 2026 00:00:00 GMT"},
    {"WWW-Authenticate", "Which credentials are taken (RFC 6750).", "string", "Bearer"},
    {"X-Request-Id", "Name this when you ask for help.", "string",
     "01a21be0-1855-7cac-9dbd-752929d7a4eb"},
};

// `rate-limited` → `RateLimited`.
std::string ComponentName(ProblemKind kind, bool is_oauth) {
  std::string name = is_oauth ? "Oauth" : "";
  for (absl::string_view part : absl::StrSplit(ToAbsl(TextOf(kind).slug), '-')) {
    name += absl::ascii_toupper(static_cast<unsigned char>(part[0]));
    name.append(part.data() + 1, part.size() - 1);
  }
  return name;
}

json::object Reference(std::string_view section, std::string_view name) {
  return {{"$ref", absl::StrCat("#/components/", ToAbsl(section), "/", ToAbsl(name))}};
}

json::object Text(std::string_view description) {
  return {{"type", "string"}, {"description", json::string_view(description)}};
}

json::object ProblemSchema() {
  json::object item{{"type", "object"},
                    {"description", "One thing that is wrong."},
                    {"properties",
                     {{"pointer", Text("Where in the body (RFC 6901).")},
                      {"parameter", Text("Which parameter of path or query.")},
                      {"header", Text("Which header field.")},
                      {"detail", Text("What is wrong, in the caller's language.")},
                      {"reason", Text("The same as a stable word.")}}}};
  json::object type = Text("What kind of problem it is. The address leads to its explanation.");
  type["format"] = "uri-reference";
  return {{"type", "object"},
          {"description",
           "Problem details (RFC 9457), in English or French by `Accept-Language`. An API may add "
           "members of its own."},
          {"required", json::array{"type", "title", "status"}},
          {"properties",
           {{"type", std::move(type)},
            {"title", Text("The kind's name in the caller's language.")},
            {"status", {{"type", "integer"}, {"description", "The answer's HTTP status."}}},
            {"detail", Text("What to do, in the caller's language.")},
            {"instance", Text("The request's own id.")},
            {"trace_id", Text("The trace that the request belongs to.")},
            {"reason", Text("Why a service refused, as a stable word.")},
            {"errors", {{"type", "array"}, {"items", std::move(item)}}}}}};
}

json::object OauthErrorSchema() {
  return {{"type", "object"},
          {"description", "An error as RFC 6749 section 5.2 has it."},
          {"required", json::array{"error"}},
          {"properties",
           {{"error", Text("A code of the standard.")},
            {"error_description", Text("What is wrong, in English.")}}}};
}

}  // namespace

json::object ComponentBook::Problem(ProblemKind kind, bool is_oauth) {
  problems_.emplace(kind, is_oauth);
  return Reference("responses", ComponentName(kind, is_oauth));
}

json::object ComponentBook::NotModified() {
  has_not_modified_ = true;
  headers_.insert("ETag");
  headers_.insert("X-Request-Id");
  return Reference("responses", "NotModified");
}

json::object ComponentBook::Header(std::string_view name) {
  headers_.insert(name);
  return Reference("headers", name);
}

json::object ComponentBook::Example(ProblemKind kind, bool is_oauth) const {
  const ProblemText& text = TextOf(kind);
  if (is_oauth) {
    return {{"error", json::string_view(text.oauth)},
            {"error_description", json::string_view(text.detail_en)}};
  }
  return {{"type", absl::StrCat(public_url_, "/problems/", ToAbsl(text.slug))},
          {"title", json::string_view(text.title_en)},
          {"status", text.status},
          {"detail", json::string_view(text.detail_en)},
          {"instance", "urn:uuid:01a21be0-1855-7cac-9dbd-752929d7a4eb"},
          {"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"}};
}

json::object ComponentBook::Responses() const {
  json::object responses;
  if (has_not_modified_) {
    json::object headers{{"ETag", Reference("headers", "ETag")},
                         {"X-Request-Id", Reference("headers", "X-Request-Id")}};
    responses["NotModified"] = {{"description", "It is as `If-None-Match` names it."},
                                {"headers", std::move(headers)}};
  }
  for (const auto& [kind, is_oauth] : problems_) {
    const ProblemText& text = TextOf(kind);
    json::object headers{{"X-Request-Id", Reference("headers", "X-Request-Id")}};
    if (text.status == 429 || text.status == 503)
      headers["Retry-After"] = Reference("headers", "Retry-After");
    if (text.status == 401) headers["WWW-Authenticate"] = Reference("headers", "WWW-Authenticate");
    json::object media{{"schema", Reference("schemas", is_oauth ? "OauthError" : "Problem")},
                       {"example", Example(kind, is_oauth)}};
    responses[ComponentName(kind, is_oauth)] = {
        {"description", absl::StrCat(ToAbsl(text.title_en), ". ", ToAbsl(text.detail_en))},
        {"headers", std::move(headers)},
        {"content",
         {{is_oauth ? "application/json" : "application/problem+json", std::move(media)}}}};
  }
  return responses;
}

json::object ComponentBook::Headers() const {
  std::set<std::string_view> wanted = headers_;
  for (const auto& [kind, is_oauth] : problems_) {
    wanted.insert("X-Request-Id");
    if (TextOf(kind).status == 429 || TextOf(kind).status == 503) wanted.insert("Retry-After");
    if (TextOf(kind).status == 401) wanted.insert("WWW-Authenticate");
  }
  json::object headers;
  for (const HeaderText& header : kHeaders) {
    if (!wanted.contains(header.name)) continue;
    json::object schema{{"type", header.type}};
    bool is_number = std::string_view(header.type) == "integer";
    json::value example =
        is_number ? json::value(30) : json::value(json::string_view(header.example));
    headers[header.name] = {{"description", json::string_view(header.description)},
                            {"schema", std::move(schema)},
                            {"example", std::move(example)}};
  }
  return headers;
}

void ComponentBook::AddSchemas(json::object& schemas) const {
  for (const auto& [kind, is_oauth] : problems_) {
    const char* name = is_oauth ? "OauthError" : "Problem";
    if (!schemas.contains(name)) schemas[name] = is_oauth ? OauthErrorSchema() : ProblemSchema();
  }
}

}  // namespace tamarack::gateway
