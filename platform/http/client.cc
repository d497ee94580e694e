#include "platform/http/client.h"

#include "platform/curl/multi.h"
#include "platform/http/web_url.h"

#include <absl/strings/cord.h>
#include <boost/asio/ip/address.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace tamarack::http {
namespace {
namespace ip = boost::asio::ip;

constexpr size_t kHeaderBytesMax = 64 * 1024;
constexpr uint64_t kUnkeptBytesMax = 16 * 1024;
constexpr absl::string_view kUnsentUrl = "tamarack/http.unsent";

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

// What the callbacks of one transfer share. Lives in Send()'s frame.
struct Transfer {
  const AddressPolicy& policy;
  const ClientRequest& request;
  std::string host;
  int port;
  CURL* easy = nullptr;  // Outlived by this.
  ClientResponse response{};
  size_t header_bytes = 0;
  uint64_t body_bytes = 0;
  bool is_connected = false;
  bool has_head = false;
  bool is_refused = false;
  bool is_too_large = false;

  int Status() const {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }
  void EndHead() {
    has_head = Status() >= 200;
    if (!has_head || !request.head_only) return;
    // What comes at once is read, which keeps the connection; nobody waits for the rest.
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L << 30);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 1L);
  }
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
  if (!peer || !static_cast<Transfer*>(self)->Allows(*peer)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// The guard again, because a kept connection may have been opened under another client's policy.
int BeforeRequest(void* self, char* peer, char*, int, int) {
  boost::system::error_code error;
  auto address = ip::make_address(peer, error);
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.is_connected = true;
  bool allowed = !error && transfer.Allows(address);
  return allowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

size_t OnHeader(char* data, size_t, size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  std::string_view line(data, size);
  transfer.header_bytes += size;
  if (transfer.header_bytes > kHeaderBytesMax) {
    transfer.is_too_large = true;
    transfer.has_head = transfer.Status() >= 200;  // enough for whom the status is
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    transfer.response.headers = {};  // what came before belonged to a 1xx
    return size;
  }
  if (line == "\r\n" || line == "\n") transfer.EndHead();
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t\r\n"), value.size()));
  value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
  transfer.response.headers.Add(std::string(line.substr(0, colon)), std::string(value));
  return size;
}

size_t OnBody(char* data, size_t, size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.body_bytes += size;
  bool is_unkept = transfer.request.head_only;
  if (transfer.body_bytes > (is_unkept ? kUnkeptBytesMax : transfer.request.max_response_bytes)) {
    transfer.is_too_large = true;
    return 0;
  }
  if (!is_unkept) transfer.response.body.append(data, size);
  return size;
}

std::string PartOf(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* value = nullptr;
  if (curl_url_get(url, what, &value, flags) != CURLUE_OK) return "";
  std::string copy(value);
  curl_free(value);
  return copy;
}

struct Target {
  Url url;
  std::string host;  // of IPv6 in brackets
  int port = 0;
};

// The URL as libcurl itself will read it, so that guard and transfer cannot disagree.
absl::StatusOr<Target> ParseUrl(const std::string& text) {
  Target target{Url(curl_url()), ""};
  CURLU* url = target.url.get();
  CURLUcode code = curl_url_set(url, CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER);
  if (code == CURLUE_USER_NOT_ALLOWED)
    return absl::InvalidArgumentError("must hold no user name or password");
  std::string scheme = PartOf(url, CURLUPART_SCHEME);
  if (code == CURLUE_UNSUPPORTED_SCHEME ||
      (code == CURLUE_OK && scheme != "http" && scheme != "https"))
    return absl::InvalidArgumentError("must begin with http:// or https://");
  if (code != CURLUE_OK) return absl::InvalidArgumentError("is not a valid URL");
  target.host = PartOf(url, CURLUPART_HOST);
  target.port = std::atoi(PartOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT).c_str());
  if (target.port == 0) return absl::InvalidArgumentError("must not have port 0");
  return target;
}

// The address that a host stands for without DNS: one written out, or this machine's names (RFC
// 6761 section 6.3).
std::optional<ip::address> AddressWithoutDns(std::string_view host) {
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  auto address = ip::make_address(std::string(host), error);
  if (!error) return address;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (size_t dot = host.rfind('.'); dot != std::string_view::npos) host.remove_prefix(dot + 1);
  if (EqualsIgnoreCase(host, "localhost")) return ip::address_v4::loopback();
  return std::nullopt;
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

void SetSafety(CURL* easy, const ClientOptions& options, Transfer& transfer) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // else the environment's: the guard would see that
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &BeforeRequest);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
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

absl::Status ToStatusOfSent(CURLcode code, const Transfer& transfer) {
  if (code == CURLE_OK) return absl::OkStatus();
  if (transfer.is_too_large) return absl::ResourceExhaustedError("response too large");
  if (transfer.is_refused) {
    return absl::FailedPreconditionError(absl::StrCat("address of ", transfer.host, " is refused"));
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return absl::DeadlineExceededError("no answer in time");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // whatever was before HTTP/1.0
      return absl::DataLossError(curl_easy_strerror(code));
    case CURLE_ABORTED_BY_CALLBACK:
      return absl::CancelledError("cancelled");
    default:
      return absl::UnavailableError(curl_easy_strerror(code));
  }
}

absl::Status ToStatus(CURLcode code, const Transfer& transfer) {
  absl::Status status = ToStatusOfSent(code, transfer);
  if (!transfer.is_connected) status.SetPayload(kUnsentUrl, absl::Cord());
  return status;
}

}  // namespace

Client::Client(curl::Multi& multi, ClientOptions options)
    : multi_(multi), options_(std::move(options)) {}

Async<ClientResponse> Client::Send(ClientRequest request) {
  if (!IsToken(request.method)) co_return absl::InvalidArgumentError("method: not a token");
  if (request.timeout.count() <= 0) co_return absl::DeadlineExceededError("no time left");
  CO_ASSIGN_OR_RETURN(Target target, ParseUrl(request.url));
  CO_ASSIGN_OR_RETURN(curl::List headers, MakeHeaders(request));

  // Before the handle, which calls back into it to its own end.
  Transfer transfer{options_.policy, request, target.host, target.port};
  curl::Easy easy(curl_easy_init());
  if (!easy) co_return absl::UnavailableError("out of memory");
  transfer.easy = easy.get();
  curl_easy_setopt(easy.get(), CURLOPT_CURLU, target.url.get());
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &transfer);
  SetMethod(easy.get(), request);
  SetSafety(easy.get(), options_, transfer);
  SetTransfer(easy.get(), options_, request);

  CURLcode code = co_await multi_.Perform(easy.get());
  bool is_enough = request.head_only && transfer.has_head;
  if (!is_enough) {
    CO_RETURN_IF_ERROR(ToStatus(code, transfer));
  }
  // libcurl is content with half a head.
  if (!transfer.has_head) co_return absl::UnavailableError("answer cut off");
  transfer.response.status = transfer.Status();
  co_return std::move(transfer.response);
}

bool WasSent(const absl::Status& status) {
  return !status.GetPayload(kUnsentUrl).has_value();
}

absl::Status CheckUrl(const std::string& url, const AddressPolicy& policy) {
  auto target = ParseUrl(url);
  if (!target.ok()) return target.status();
  if (!PartOf(target->url.get(), CURLUPART_FRAGMENT).empty())
    return absl::InvalidArgumentError("must have no fragment");
  // libcurl is not strict about syntax.
  if (!ParseWebUrl(url)) return absl::InvalidArgumentError("is not a valid URL");
  auto address = AddressWithoutDns(target->host);
  if (address && !policy.Allows(target->host, target->port, *address)) {
    return absl::InvalidArgumentError(
        policy.allow_loopback ? "must not lead into a private network"
                              : "must not lead into a private network or to this machine");
  }
  return absl::OkStatus();
}

}  // namespace tamarack::http
