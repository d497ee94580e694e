#include "gateway/problem/problem.h"

#include "gateway/codec/message_plan.h"
#include "platform/base/status.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/field_rules.h"
#include "platform/rpc/json_struct.h"

#include <absl/strings/str_replace.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace tamarack::gateway {

namespace json = boost::json;
using api::v1::ServicePolicy;

namespace {

ProblemKind KindOfCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return ProblemKind::kInvalidRequest;
    case absl::StatusCode::kUnauthenticated:
      return ProblemKind::kUnauthenticated;
    case absl::StatusCode::kPermissionDenied:
      return ProblemKind::kPermissionDenied;
    case absl::StatusCode::kNotFound:
      return ProblemKind::kNotFound;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return ProblemKind::kConflict;
    case absl::StatusCode::kResourceExhausted:
      return ProblemKind::kRateLimited;
    case absl::StatusCode::kUnimplemented:
      return ProblemKind::kNotImplemented;
    case absl::StatusCode::kCancelled:
      return ProblemKind::kCancelled;
    case absl::StatusCode::kUnavailable:
      return ProblemKind::kUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return ProblemKind::kDeadlineExceeded;
    default:
      return ProblemKind::kInternal;
  }
}

// Only these codes are made by services on purpose; the texts of others may be gRPC's own and name
// addresses.
bool IsPublicText(absl::StatusCode code) {
  switch (KindOfCode(code)) {
    case ProblemKind::kInvalidRequest:
    case ProblemKind::kUnauthenticated:
    case ProblemKind::kPermissionDenied:
    case ProblemKind::kNotFound:
    case ProblemKind::kConflict:
      return true;
    default:
      return false;
  }
}

// The code that the path's API documents for this error; `fallback` when it documents none.
std::string CodeOf(const Problem& problem, const ProblemStyle& style, std::string_view fallback) {
  const auto& codes = style.service->error_codes();
  std::vector<std::string> keys;
  auto add = [&](std::string_view key) {
    keys.push_back(absl::StrCat(ToAbsl(style.method_name), ".", ToAbsl(key)));
    keys.emplace_back(key);
  };
  if (!problem.items.empty() && problem.items[0].reason == "malformed_json") add("invalid_json");
  if (!problem.items.empty() && problem.items[0].reason == "required") add("missing_field");
  add(TextOf(problem.kind).code_key);
  for (const std::string& key : keys) {
    if (auto found = codes.find(key); found != codes.end()) return found->second;
  }
  return std::string(fallback);
}

// One sentence with the field in front, for APIs that print no pointers.
std::string Sentence(const Problem::Item& item) {
  std::string name =
      item.where.substr(item.where.rfind('/') == std::string::npos ? 0 : item.where.rfind('/') + 1);
  return name.empty() ? item.detail : absl::StrCat(name, ": ", item.detail);
}

// RFC 6749 section 5.2: printable ASCII without `"` and `\`.
std::string AsOauthText(std::string_view text) {
  std::string plain =
      absl::StrReplaceAll(ToAbsl(text), {{"’", "'"}, {"“", "'"}, {"”", "'"}, {"\"", "'"}});
  std::erase_if(plain, [](unsigned char c) { return (c & 0xC0) == 0x80; });
  std::ranges::replace_if(
      plain, [](unsigned char c) { return c < 0x20 || c > 0x7E || c == '\\'; }, '?');
  return plain;
}

json::object OauthBody(const Problem& problem, const ProblemStyle& style,
                       const std::string& detail) {
  json::object body;
  body["error"] = CodeOf(problem, style, TextOf(problem.kind).oauth);
  body["error_description"] = problem.items.empty() ? detail : Sentence(problem.items[0]);
  return body;
}

json::object ProblemBody(const Problem& problem, const ProblemStyle& style,
                         const std::string& detail) {
  json::object body;
  body["type"] =
      absl::StrCat(ToAbsl(style.public_url), "/problems/", ToAbsl(TextOf(problem.kind).slug));
  body["title"] = json::string_view(TitleOf(problem, style.language));
  body["status"] = StatusOf(problem);
  body["detail"] = detail;
  if (!style.request_id.empty())
    body["instance"] = absl::StrCat("urn:uuid:", ToAbsl(style.request_id));
  if (!style.trace_id.empty()) body["trace_id"] = json::string_view(style.trace_id);
  if (!problem.reason.empty()) body["reason"] = problem.reason;
  json::array errors;
  for (const auto& item : problem.items) {
    json::object error;
    if (!item.member.empty()) error[item.member] = item.where;
    error["detail"] = item.detail;
    if (!item.reason.empty()) error["reason"] = item.reason;
    errors.push_back(std::move(error));
  }
  if (!errors.empty()) body["errors"] = std::move(errors);
  return body;
}

void AddStatusCodeAndErrors(const Problem& problem, const ProblemStyle& style,
                            const std::string& detail, json::object& body) {
  std::string code = CodeOf(problem, style, TextOf(problem.kind).slug);
  json::array errors;
  auto add = [&](const std::string& message) {
    errors.push_back(json::object{{"error", code}, {"message", message}});
  };
  for (const auto& item : problem.items) add(Sentence(item));
  if (errors.empty()) add(detail);
  body["status_code"] = StatusOf(problem);
  body["errors"] = std::move(errors);
}

// The words of GOV.UK Pay's API, whose shape this is, for a value of the wrong type; "" where it
// has none.
std::string DescriptionOf(std::string_view reason, std::string_view field) {
  constexpr std::pair<std::string_view, const char*> kWords[] = {
      {"expected_integer", "Must be a valid numeric format"},
      {"expected_number", "Must be a valid numeric format"},
      {"out_of_range", "Must be a valid numeric format"},
      {"expected_string", "Must be a valid string format"},
      {"expected_boolean", "Must be true or false"},
      {"expected_object", "Must be an object of JSON key-value pairs"}};
  if (reason == "malformed_json") return "Unable to parse JSON";
  for (const auto& [name, words] : kWords) {
    if (name == reason && !field.empty()) {
      return absl::StrCat("Invalid attribute value: ", ToAbsl(field), ". ", words);
    }
  }
  return {};
}

void AddCodeAndDescription(const Problem& problem, const ProblemStyle& style,
                           const std::string& detail, json::object& body) {
  body["code"] = CodeOf(problem, style, TextOf(problem.kind).slug);
  body["description"] = detail;
  if (problem.items.empty()) return;
  const Problem::Item& item = problem.items[0];
  std::string_view where = item.where;
  if (where.starts_with('/')) where.remove_prefix(1);
  std::string field = absl::StrReplaceAll(ToAbsl(where), {{"/", "."}});
  std::string description = DescriptionOf(item.reason, field);
  body["description"] = description.empty() ? Sentence(item) : description;
  if (!field.empty()) body["field"] = field;
}

// A field path (`lines[2].amount`) as a JSON pointer; keys of maps stand in brackets as they are.
std::string PointerOf(std::string_view path) {
  std::string pointer = path.empty() || path[0] == '[' ? "" : "/";
  bool is_key = false;
  for (size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    bool ends = i + 1 == path.size() || path[i + 1] == '.' || path[i + 1] == '[';
    if (is_key && c == ']' && ends) {
      is_key = false;
    } else if (!is_key && (c == '.' || c == '[')) {
      pointer += '/';
      is_key = c == '[';
    } else if (c == '~' || c == '/') {
      pointer += c == '~' ? "~0" : "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

// Where the key in brackets ends with which a path begins; brackets may be part of it.
size_t KeyEnd(std::string_view path) {
  size_t end = 0;
  while (end < path.size()) {
    end = std::min(path.find(']', end), path.size() - 1) + 1;
    if (end == path.size() || path[end] == '.' || path[end] == '[') break;
  }
  return end;
}

// A field path with the names that the body has for its fields. What is no field stays as it is.
std::string AsInBody(std::string_view path, const MessagePlan* plan) {
  std::string text;
  while (!path.empty()) {
    bool is_key = path[0] == '[';
    size_t end = is_key ? KeyEnd(path) : std::min(path.find_first_of(".["), path.size());
    std::string_view part = path.substr(0, end);
    if (!is_key) {
      const auto* field = plan != nullptr ? plan->Find(part) : nullptr;
      if (field != nullptr) part = std::string_view(field->key).substr(1, field->key.size() - 3);
      plan = field != nullptr ? field->message : nullptr;
    }
    text += part;
    path.remove_prefix(end);
    if (path.starts_with('.')) {
      text += '.';
      path.remove_prefix(1);
    }
  }
  return text;
}

// Where a field stands in the request.
Problem::Item Locate(std::string_view field, const RequestShape& shape) {
  bool is_in_path = std::ranges::find(shape.path_names, field) != shape.path_names.end();
  std::string_view inner = field;
  bool is_in_body = shape.has_body && !is_in_path;
  if (is_in_body && !shape.body_field.empty()) {
    is_in_body = inner.starts_with(shape.body_field);
    if (is_in_body) inner.remove_prefix(shape.body_field.size());
    is_in_body = is_in_body && (inner.empty() || inner[0] == '.' || inner[0] == '[');
    if (inner.starts_with('.')) inner.remove_prefix(1);
  }
  if (is_in_body) return {"pointer", PointerOf(AsInBody(inner, shape.body_plan)), {}, {}};
  return {"parameter", std::string(field), {}, {}};
}

}  // namespace

int StatusOf(const Problem& problem) {
  return problem.status != 0 ? problem.status : TextOf(problem.kind).status;
}

std::string_view TitleOf(const Problem& problem, Language language) {
  const ProblemText& text = TextOf(problem.kind);
  return language == Language::kFrench ? text.title_fr : text.title_en;
}

std::string DetailOf(const Problem& problem, Language language) {
  if (!problem.detail.empty()) return problem.detail;
  const ProblemText& text = TextOf(problem.kind);
  return std::string(language == Language::kFrench ? text.detail_fr : text.detail_en);
}

Problem FromRefusal(const InputError& error, Language language) {
  Problem problem;
  problem.kind = ProblemKind::kInvalidRequest;
  problem.detail = Describe(error, language);
  const char* member = error.source == InputError::Source::kBody     ? "pointer"
                       : error.source == InputError::Source::kHeader ? "header"
                                                                     : "parameter";
  problem.items.push_back(
      {member, error.where, problem.detail, std::string(ReasonName(error.reason))});
  return problem;
}

Problem FromStatus(const absl::Status& status, const RequestShape& shape) {
  Problem problem;
  problem.kind = KindOfCode(status.code());
  bool is_public = IsPublicText(status.code());
  if (auto payload = status.GetPayload("type.googleapis.com/tamarack.api.v1.HttpError")) {
    api::v1::HttpError http;
    if (http.ParseFromString(std::string(*payload))) {
      if (http.http_status() >= 400 && http.http_status() < 600) {
        problem.status = http.http_status();
        problem.kind = KindOfHttpStatus(problem.status);
      }
      problem.members = rpc::FromStruct(http.members());
      // Only a service attaches details, so the text is its own; that of a fault stays inside all
      // the same.
      is_public = is_public || status.code() == absl::StatusCode::kResourceExhausted ||
                  status.code() == absl::StatusCode::kUnavailable;
    }
  }
  problem.reason = rpc::ReasonOf(status);
  if (is_public) problem.detail = std::string(status.message());
  for (const auto& violation : rpc::ViolationsOf(status)) {
    bool is_missing =
        rpc::SaysRequired(violation.description) || violation.description.ends_with("is required");
    Problem::Item item = Locate(violation.field, shape);
    item.detail = violation.description;
    item.reason = is_missing ? "required" : "invalid";
    problem.items.push_back(std::move(item));
  }
  return problem;
}

http::Response RenderProblem(const Problem& problem, const ProblemStyle& style) {
  auto shape =
      style.service ? style.service->error_shape() : ServicePolicy::ERROR_SHAPE_UNSPECIFIED;
  Language language = shape == ServicePolicy::OAUTH ? Language::kEnglish : style.language;
  std::string detail = DetailOf(problem, language);
  json::object body;
  if (shape == ServicePolicy::OAUTH) {
    body = OauthBody(problem, style, detail);
  } else {
    body = ProblemBody(problem, style, detail);
    if (shape == ServicePolicy::STATUS_CODE_AND_ERRORS)
      AddStatusCodeAndErrors(problem, style, detail, body);
    if (shape == ServicePolicy::CODE_AND_DESCRIPTION)
      AddCodeAndDescription(problem, style, detail, body);
  }
  for (const auto& member : problem.members) body[member.key()] = member.value();
  if (shape == ServicePolicy::OAUTH) {
    json::value& text = body["error_description"];
    if (text.is_string()) text = AsOauthText(text.get_string());
  }

  http::Response response;
  response.status = StatusOf(problem);
  response.headers = problem.headers;
  response.headers.Set("Content-Type", shape == ServicePolicy::OAUTH ? "application/json"
                                                                     : "application/problem+json");
  response.headers.Set("Content-Language", language == Language::kFrench ? "fr" : "en");
  response.body = json::serialize(body);
  return response;
}

}  // namespace tamarack::gateway
