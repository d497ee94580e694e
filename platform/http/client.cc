#include "platform/http/client.h"

#include "platform/curl/loop.h"

#include <boost/asio/ip/address.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

namespace tamarack::http {
namespace {
namespace ip = boost::asio::ip;

constexpr size_t kHeaderBytesMax = 64 * 1024;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

// What the callbacks of one transfer share. Lives in Send()'s frame.
struct Exchange {
  const AddressPolicy& policy;
  uint64_t body_bytes_max;
  std::string host;
  int port = 0;
  ClientResponse response{};
  size_t header_bytes = 0;
  bool is_refused = false;
  bool is_too_large = false;

  bool Allows(const ip::address& address) {
    bool allowed = policy.Allows(host, port, address);
    if (!allowed) is_refused = true;
    return allowed;
  }
};

std::optional<ip::address> ToAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    ip::address_v6::bytes_type bytes;
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    std::copy_n(v6.sin6_addr.s6_addr, bytes.size(), bytes.begin());
    return ip::address_v6(bytes);
  }
  return std::nullopt;
}

// The guard: sees the address after DNS, right before connect.
curl_socket_t OpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto peer = ToAddress(address->addr);
  if (!peer || !static_cast<Exchange*>(self)->Allows(*peer)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// The guard again, because a kept connection may have been opened under another client's policy.
int BeforeRequest(void* self, char* peer, char*, int, int) {
  boost::system::error_code error;
  auto address = ip::make_address(peer, error);
  bool allowed = !error && static_cast<Exchange*>(self)->Allows(address);
  return allowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

size_t OnHeader(char* data, size_t, size_t size, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  std::string_view line(data, size);
  exchange.header_bytes += size;
  if (exchange.header_bytes > kHeaderBytesMax) {
    exchange.is_too_large = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    exchange.response.headers = {};  // what came before belonged to a 1xx
    return size;
  }
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t\r\n"), value.size()));
  value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
  exchange.response.headers.Add(std::string(line.substr(0, colon)), std::string(value));
  return size;
}

size_t OnBody(char* data, size_t, size_t size, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  if (exchange.response.body.size() + size > exchange.body_bytes_max) {
    exchange.is_too_large = true;
    return 0;
  }
  exchange.response.body.append(data, size);
  return size;
}

// The URL as libcurl itself will read it, so that guard and transfer cannot disagree.
absl::StatusOr<Url> ParseUrl(const std::string& text, Exchange& exchange) {
  Url url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return absl::InvalidArgumentError("url: not a valid URL");
  }
  auto part = [&](CURLUPart what, unsigned flags) {
    char* value = nullptr;
    if (curl_url_get(url.get(), what, &value, flags) != CURLUE_OK) return std::string();
    std::string copy(value);
    curl_free(value);
    return copy;
  };
  std::string scheme = part(CURLUPART_SCHEME, 0);
  if (scheme != "http" && scheme != "https") {
    return absl::InvalidArgumentError("url: scheme must be http or https");
  }
  exchange.host = part(CURLUPART_HOST, 0);
  exchange.port = std::atoi(part(CURLUPART_PORT, CURLU_DEFAULT_PORT).c_str());
  return url;
}

absl::StatusOr<curl::List> MakeHeaders(const ClientRequest& request) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");  // no 100-continue round trip
  // libcurl would call every body a form.
  if (!request.headers.Has("content-type")) list = curl_slist_append(list, "Content-Type:");
  curl::List owned(list);
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return absl::InvalidArgumentError("headers: bad name or value");
    }
    std::string line = value.empty() ? name + ";" : name + ": " + value;
    curl_slist_append(owned.get(), line.c_str());
  }
  return owned;
}

void SetMethod(CURL* easy, const ClientRequest& request) {
  const std::string& method = request.method;
  bool sends_body =
      !request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (sends_body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void SetSafety(CURL* easy, const ClientOptions& options, Exchange& exchange) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // else the environment's: the guard would see that
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &BeforeRequest);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &exchange);
}

void SetTransfer(CURL* easy, const ClientOptions& options, const ClientRequest& request) {
  auto connect_timeout = std::min(options.connect_timeout, request.timeout);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // never join a resolver's thread on the loop
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  if (!request.reuse_connection) {
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  }
}

absl::Status ToStatus(CURLcode code, const Exchange& exchange) {
  if (code == CURLE_OK) return absl::OkStatus();
  if (exchange.is_too_large) return absl::ResourceExhaustedError("response too large");
  if (exchange.is_refused) {
    return absl::FailedPreconditionError(absl::StrCat("address of ", exchange.host, " is refused"));
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return absl::DeadlineExceededError("no answer in time");
    case CURLE_ABORTED_BY_CALLBACK:
      return absl::CancelledError("cancelled");
    default:
      return absl::UnavailableError(curl_easy_strerror(code));
  }
}

}  // namespace

Client::Client(curl::Loop& loop, ClientOptions options)
    : loop_(loop), options_(std::move(options)) {}

Async<ClientResponse> Client::Send(ClientRequest request) {
  Exchange exchange{options_.policy, request.max_response_bytes, {}};
  if (!IsToken(request.method)) co_return absl::InvalidArgumentError("method: not a token");
  if (request.timeout.count() <= 0) co_return absl::DeadlineExceededError("no time left");
  CO_ASSIGN_OR_RETURN(Url url, ParseUrl(request.url, exchange));
  CO_ASSIGN_OR_RETURN(curl::List headers, MakeHeaders(request));

  curl::Easy easy(curl_easy_init());
  if (!easy) co_return absl::UnavailableError("out of memory");
  curl_easy_setopt(easy.get(), CURLOPT_CURLU, url.get());
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &exchange);
  SetMethod(easy.get(), request);
  SetSafety(easy.get(), options_, exchange);
  SetTransfer(easy.get(), options_, request);

  CURLcode code = co_await loop_.Perform(easy.get());
  CO_RETURN_IF_ERROR(ToStatus(code, exchange));
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  exchange.response.status = static_cast<int>(status);
  co_return std::move(exchange.response);
}

}  // namespace tamarack::http
