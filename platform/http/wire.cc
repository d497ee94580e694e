#include "platform/http/wire.h"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <ctime>

namespace tamarack::http {
namespace {

bool IsToken(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

// The target's size as far as it has arrived, from a start line that may lack its end.
size_t TargetSize(std::string_view start_line) {
  size_t begin = start_line.find(' ');
  if (begin == std::string_view::npos) return 0;
  size_t end = start_line.find(' ', begin + 1);
  return std::min(end, start_line.size()) - begin - 1;
}

Refusal CheckLine(std::string_view head, size_t line_begin, size_t line_feed) {
  if (line_feed == 0 || head[line_feed - 1] != '\r') return {400, "line does not end in CR LF"};
  std::string_view line = head.substr(line_begin, line_feed - 1 - line_begin);
  if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) {
    return {400, "control character in header"};
  }
  if (line_begin > 0 && (line.starts_with(' ') || line.starts_with('\t'))) {
    return {400, "folded header line"};
  }
  return {};
}

// These are the server's to say.
bool IsFraming(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOurs = {"connection", "content-length", "date",
                                                     "keep-alive", "transfer-encoding"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view ours) { return EqualsIgnoreCase(name, ours); });
}

}  // namespace

Refusal CheckHeadBytes(std::string_view bytes, const HeadLimits& limits, size_t& head_size) {
  head_size = 0;
  size_t line_begin = 0, lines = 0;
  size_t start_line_end = std::min(bytes.find("\r\n"), bytes.size());
  if (TargetSize(bytes.substr(0, start_line_end)) > limits.target_bytes_max) {
    return {414, "target too long"};
  }
  for (size_t feed; (feed = bytes.find('\n', line_begin)) != std::string_view::npos; ++lines) {
    if (feed >= limits.header_bytes_max) break;
    if (Refusal refusal = CheckLine(bytes, line_begin, feed)) return refusal;
    if (feed == line_begin + 1) {
      head_size = feed + 1;
      return {};
    }
    if (lines > limits.headers_max) return {431, "too many header fields"};
    line_begin = feed + 1;
  }
  if (bytes.size() >= limits.header_bytes_max) return {431, "header too large"};
  return {};
}

Refusal CheckFraming(const Request& head) {
  size_t hosts = head.headers.GetAll("host").size();
  if (hosts > 1 || (hosts == 0 && head.version >= 11)) return {400, "exactly one Host wanted"};
  auto lengths = head.headers.GetAll("content-length");
  auto codings = head.headers.GetAll("transfer-encoding");
  if (!lengths.empty() && !codings.empty()) {
    return {400, "both Content-Length and Transfer-Encoding"};
  }
  bool is_number =
      lengths.empty() ||
      (!lengths[0].empty() && lengths[0].find_first_not_of("0123456789") == std::string_view::npos);
  if (lengths.size() > 1 || !is_number) return {400, "bad Content-Length"};
  // Beast takes a body in any other coding for no body at all.
  bool chunked_only = codings.empty() || (codings.size() == 1 && head.version >= 11 &&
                                          EqualsIgnoreCase(codings[0], "chunked"));
  if (!chunked_only) return {400, "bad Transfer-Encoding"};
  return {};
}

bool IsSendable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  return std::all_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return IsToken(header.first) &&
           header.second.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
  });
}

bool MayHaveBody(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string FormatResponseHead(const Response& response, std::string_view date,
                               const ResponseHeadOptions& options) {
  auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
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

std::string FormatHttpDate(long unix_seconds) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::time_t time = unix_seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text;
  // strftime would follow the process's locale for the names.
  int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                             kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                             kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900,
                             utc.tm_hour, utc.tm_min, utc.tm_sec);
  return std::string(text.data(), static_cast<size_t>(length));
}

}  // namespace tamarack::http
