#include "gateway/response/answer.h"

#include "gateway/codec/wire.h"
#include "gateway/codec/wire_to_json.h"
#include "platform/base/status.h"
#include "platform/http/media_type.h"

#include <absl/strings/numbers.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

constexpr std::string_view kPrefix = "x-tamarack-http-";
// Lower-case name in metadata and the name in the answer.
constexpr std::pair<std::string_view, std::string_view> kAllowed[] = {
    {"location", "Location"},
    {"set-cookie", "Set-Cookie"},
    {"cache-control", "Cache-Control"},
    {"content-disposition", "Content-Disposition"},
    {"content-language", "Content-Language"},
    {"etag", "ETag"},
    {"idempotent-replayed", "Idempotent-Replayed"},
    {"last-modified", "Last-Modified"},
    {"link", "Link"},
    {"pragma", "Pragma"},
    {"retry-after", "Retry-After"},
    {"vary", "Vary"},
    {"www-authenticate", "WWW-Authenticate"},
    {"referrer-policy", "Referrer-Policy"},
    {"clear-site-data", "Clear-Site-Data"},
};

bool IsHeaderSafe(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// A source list that cannot end the directive or begin another one.
bool IsSourceList(std::string_view value) {
  return IsHeaderSafe(value) && value.find_first_of(";,") == std::string_view::npos;
}

constexpr char kPermissionsPolicy[] =
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "
    "fullscreen=(), geolocation=(), "
    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self), screen-wake-lock=(), "
    "usb=(), "
    "xr-spatial-tracking=()";

}  // namespace

AnswerHints ReadHints(const Metadata& trailing) {
  AnswerHints hints;
  for (const auto& [key, value] : trailing) {
    std::string_view name = key;
    if (!name.starts_with(kPrefix) || !IsHeaderSafe(value)) continue;
    name.remove_prefix(kPrefix.size());
    if (name == "status") {
      int status = 0;
      if (absl::SimpleAtoi(value, &status) && status >= 200 && status < 600) hints.status = status;
    } else if (name == "csp-form-action") {
      if (IsSourceList(value)) hints.form_action = value;
    } else {
      for (const auto& [allowed, header] : kAllowed) {
        if (name == allowed) hints.headers.Add(std::string(header), value);
      }
    }
  }
  return hints;
}

absl::Status PrintMessage(const Route& route, std::string_view wire, std::string& json,
                          const telemetry::LogContext& context, bool* has_told_flaw) {
  std::string flaw;
  absl::Status printed =
      route.response_field
          ? WireFieldToJson(wire, *route.response_plan, route.response_field->number(), json, &flaw)
          : WireToJson(wire, *route.response_plan, json, &flaw);
  auto log = [&](const char* message, std::string_view error) {
    telemetry::Log(telemetry::Level::kError, context, message,
                   {{"rpc", route.method->full_name()}, {"error", error}});
  };
  if (!printed.ok()) log("answer not printed", ToStd(printed.message()));
  bool is_told = has_told_flaw != nullptr && *has_told_flaw;
  if (printed.ok() && !flaw.empty() && !is_told) {
    log("answer printed in part", flaw);
    if (has_told_flaw != nullptr) *has_told_flaw = true;
  }
  return printed;
}

HttpBody ReadHttpBody(std::string_view wire) {
  HttpBody body;
  WireField field;
  for (WireReader reader(wire); !reader.AtEnd() && reader.Next(&field);) {
    if (field.number == 1) body.content_type = field.bytes;
    if (field.number == 2) body.data = field.bytes;
  }
  return body;
}

bool IsHtml(const http::Response& response) {
  return http::EqualsIgnoreCase(http::EssenceOf(response.headers.Get("content-type").value_or("")),
                                "text/html");
}

void AddSecurityHeaders(std::string_view form_action, bool is_https, http::Response& response) {
  http::Headers& headers = response.headers;
  headers.Set("X-Content-Type-Options", "nosniff");
  headers.Set("X-Frame-Options", "DENY");
  headers.Set("Cross-Origin-Resource-Policy", "same-origin");
  if (!headers.Has("Cache-Control")) headers.Set("Cache-Control", "no-store");
  if (is_https) headers.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
  if (!IsHtml(response)) {
    headers.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    if (!headers.Has("Referrer-Policy")) headers.Set("Referrer-Policy", "no-referrer");
    return;
  }
  // `same-origin`, since `no-referrer` makes our own form posts say `Origin: null`.
  if (!headers.Has("Referrer-Policy")) headers.Set("Referrer-Policy", "same-origin");
  headers.Set("Cross-Origin-Opener-Policy", "same-origin");
  headers.Set("Permissions-Policy", kPermissionsPolicy);
  headers.Set(
      "Content-Security-Policy",
      absl::StrCat("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                   "font-src 'self'; "
                   "connect-src 'self'; form-action 'self'",
                   form_action.empty() ? "" : " ", ToAbsl(form_action),
                   "; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
                   "trusted-types 'none'"));
}

}  // namespace tamarack::gateway
