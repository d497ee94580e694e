#pragma once

#include "platform/base/status.h"
#include "platform/http/address_policy.h"
#include "platform/http/message.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace tamarack::curl {
class Multi;
}

namespace tamarack::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http or https, without user name and password.
  Headers headers;
  std::string body;
  std::chrono::milliseconds timeout{30'000};  // The whole exchange, DNS included.
  uint64_t max_response_bytes = 1 << 20;
  // false opens a connection of its own. A kept connection that turns out dead makes the client
  // send again, so say false for what must reach the server at most once.
  bool reuse_connection = true;
  // The answer is its status and headers. Of the body nothing is kept, and only what is short and
  // comes within a second or two is read, so that the connection can be used again; what goes wrong
  // after the head does not matter, nor after its status when it is too long.
  bool head_only = false;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

struct ClientOptions {
  AddressPolicy policy;
  std::string user_agent = "Tamarack";
  std::chrono::milliseconds connect_timeout{5'000};
  std::string ca_file;  // PEM; empty: the system's.
};

// Calls other people's HTTP servers. Keeps connections, verifies TLS, follows no redirect, uses no
// proxy, cookie or netrc. Use on the loop's executor only; the loop must outlive it.
class Client {
 public:
  explicit Client(curl::Multi& multi, ClientOptions options = {});

  // Any status, 4xx and 5xx too, is a response. Errors:
  // INVALID_ARGUMENT (bad URL, method or header), FAILED_PRECONDITION (address refused by policy),
  // DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED (response too large), CANCELLED (the caller was),
  // DATA_LOSS (what came is no HTTP),
  // UNAVAILABLE (all else: no connection, TLS failure, answer cut off). WasSent tells some apart.
  Async<ClientResponse> Send(ClientRequest request);

 private:
  curl::Multi& multi_;
  const ClientOptions options_;
};

// False for an error of Send that came before the request was on its way: no address, connection or
// TLS in time.
bool WasSent(const absl::Status& status);

// Whether a client with this policy could ever call `url`, as far as can be told without asking
// DNS; else INVALID_ARGUMENT with what is wrong.
absl::Status CheckUrl(const std::string& url, const AddressPolicy& policy);

}  // namespace tamarack::http
