#pragma once

#include "platform/auth/principal.h"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grpc {
class ServerContextBase;
class CallbackServerContext;
}  // namespace grpc

namespace tamarack::rpc {

// What a page's handler says about its HTTP answer beyond the body. Travels as trailing metadata
// `x-tamarack-http-<header>`; the gateway lets an allow-list through.
class HttpAnswer {
 public:
  void SetStatus(int status) { Set("status", std::to_string(status)); }
  // 303 See Other: the browser follows with GET. `location` must be a same-site path or an already
  // checked URL, percent-encoded.
  void Redirect(std::string location) {
    SetStatus(303);
    Set("location", std::move(location));
  }
  // `__Host-` cookies: Secure, HttpOnly, SameSite=Lax, Path=/. `max_age_seconds` 0 deletes, -1
  // lasts for the session.
  void SetCookie(std::string_view name, std::string_view value, int max_age_seconds = -1);
  void SetHeader(std::string name, std::string value) {
    headers_.emplace_back(std::move(name), std::move(value));
  }
  const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }

 private:
  void Set(std::string_view name, std::string value);
  std::vector<std::pair<std::string, std::string>> headers_;
};

// What a handler may know about its caller. Every handler's first argument.
struct Context {
  std::string request_id;
  std::string traceparent;      // W3C, of this call's span
  std::string language = "en";  // "en" or "fr"
  std::string idempotency_key;
  std::string client_ip;
  std::string csrf_token;  // to be rendered into forms
  // Empty subject and client when the method is PUBLIC and no credential came along.
  auth::PrincipalPtr principal = auth::Nobody();
  std::map<std::string, std::string, std::less<>> request_headers;  // those named by pass_headers
  std::map<std::string, std::string, std::less<>>
      cookies;  // those named by pass_cookies, lower-case names
  std::chrono::system_clock::time_point deadline = std::chrono::system_clock::time_point::max();
  HttpAnswer http;

  std::string_view RequestHeader(std::string_view name) const;
  std::string_view Cookie(std::string_view lower_case_name) const;
};

// Reads the platform's metadata of one call (everything but the principal) into a Context.
Context ReadMetadata(const grpc::CallbackServerContext& server_context);

// Puts the answer's headers into the call's trailing metadata. Values with control or non-ASCII
// characters are refused (header injection) and left out.
void WriteMetadata(const HttpAnswer& answer, grpc::CallbackServerContext& server_context);

}  // namespace tamarack::rpc
