#include "platform/http/wire.h"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>

namespace tamarack::http {
namespace {

constexpr size_t kUsualHeadSize = 1024;

// These are the server's to say.
bool IsFraming(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOurs = {"connection", "content-length", "date",
                                                     "keep-alive", "transfer-encoding"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view ours) { return EqualsIgnoreCase(name, ours); });
}

}  // namespace

bool IsSendable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  return std::all_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return IsToken(header.first) && IsFieldValue(header.second);
  });
}

bool MayHaveBody(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string FormatResponseHead(const Response& response, std::string_view date,
                               const ResponseHeadOptions& options) {
  auto known = boost::beast::http::int_to_status(static_cast<unsigned>(response.status));
  boost::beast::string_view reason;  // Of a status without one: empty (RFC 9112 section 4).
  if (known != boost::beast::http::status::unknown)
    reason = boost::beast::http::obsolete_reason(known);
  std::string head;
  head.reserve(kUsualHeadSize);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(reason.data(), reason.size());
  auto add = [&](std::string_view name, std::string_view value) {
    head.append("\r\n").append(name).append(": ").append(value);
  };
  add("Date", date);
  for (const auto& [name, value] : response.headers) {
    if (!IsFraming(name)) add(name, value);
  }
  if (MayHaveBody(response.status) && response.body_source) {
    if (!options.http10) add("Transfer-Encoding", "chunked");
  } else if (MayHaveBody(response.status)) {
    const std::string& body = response.shared_body ? *response.shared_body : response.body;
    add("Content-Length", std::to_string(body.size()));
  }
  if (options.close) {
    add("Connection", "close");
  } else if (options.http10) {
    add("Connection", "keep-alive");
  }
  head += "\r\n\r\n";
  return head;
}

std::string FormatChunkHead(size_t size) {
  std::array<char, 20> text;
  int length = std::snprintf(text.data(), text.size(), "%zx\r\n", size);
  return std::string(text.data(), static_cast<size_t>(length));
}

}  // namespace tamarack::http
