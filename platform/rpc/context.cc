#include "platform/rpc/context.h"

#include <grpcpp/server_context.h>

#include <algorithm>

namespace tamarack::rpc {
namespace {

constexpr std::string_view kHeaderPrefix = "x-tamarack-header-";
constexpr std::string_view kCookiePrefix = "x-tamarack-cookie-";

bool IsHeaderSafe(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string_view Find(const std::map<std::string, std::string, std::less<>>& map,
                      std::string_view name) {
  auto found = map.find(name);
  return found == map.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

void HttpAnswer::Set(std::string_view name, std::string value) {
  std::erase_if(headers_, [&](const auto& header) { return header.first == name; });
  headers_.emplace_back(std::string(name), std::move(value));
}

void HttpAnswer::SetCookie(std::string_view name, std::string_view value, int max_age_seconds) {
  std::string cookie(name);
  cookie.append("=").append(value).append("; Path=/; Secure; HttpOnly; SameSite=Lax");
  if (max_age_seconds >= 0) cookie.append("; Max-Age=").append(std::to_string(max_age_seconds));
  headers_.emplace_back("set-cookie", std::move(cookie));
}

std::string_view Context::RequestHeader(std::string_view name) const {
  return Find(request_headers, name);
}

std::string_view Context::Cookie(std::string_view lower_case_name) const {
  return Find(cookies, lower_case_name);
}

Context ReadMetadata(const grpc::CallbackServerContext& server_context) {
  Context context;
  context.deadline = server_context.deadline();
  for (const auto& [raw_key, raw_value] : server_context.client_metadata()) {
    std::string_view key(raw_key.data(), raw_key.size());
    std::string value(raw_value.data(), raw_value.size());
    if (key == "x-request-id") {
      context.request_id = std::move(value);
    } else if (key == "traceparent") {
      context.traceparent = std::move(value);
    } else if (key == "x-tamarack-language") {
      context.language = value == "fr" ? "fr" : "en";
    } else if (key == "x-tamarack-idempotency-key") {
      context.idempotency_key = std::move(value);
    } else if (key == "x-tamarack-client-ip") {
      context.client_ip = std::move(value);
    } else if (key == "x-tamarack-csrf-token") {
      context.csrf_token = std::move(value);
    } else if (key.starts_with(kHeaderPrefix)) {
      context.request_headers.emplace(key.substr(kHeaderPrefix.size()), std::move(value));
    } else if (key.starts_with(kCookiePrefix)) {
      context.cookies.emplace(key.substr(kCookiePrefix.size()), std::move(value));
    }
  }
  return context;
}

void WriteMetadata(const HttpAnswer& answer, grpc::CallbackServerContext& server_context) {
  for (const auto& [name, value] : answer.headers()) {
    if (IsHeaderSafe(value)) server_context.AddTrailingMetadata("x-tamarack-http-" + name, value);
  }
}

}  // namespace tamarack::rpc
