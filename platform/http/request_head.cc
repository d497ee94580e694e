#include "platform/http/request_head.h"

#include "platform/http/list.h"

#include <algorithm>
#include <charconv>

namespace tamarack::http {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What a URI never holds as it is. Browsers leave some others unescaped that RFC 3986 does not
// allow either (`|`, `{`, `}`, `^`), so those pass.
bool IsTarget(std::string_view target) {
  constexpr std::string_view kForbidden = "\"#<>\\";
  return !target.empty() && std::all_of(target.begin(), target.end(), [&](char c) {
    return c > 0x20 && c < 0x7F && kForbidden.find(c) == std::string_view::npos;
  });
}

// `host`, `host:port`, `[IPv6]`, `[IPv6]:port`. Names are what DNS and hosts files hold.
bool IsAuthority(std::string_view text) {
  size_t host_end;
  if (text.starts_with('[')) {
    host_end = text.find(']') + 1;  // 0 when there is none
    bool is_ip = host_end > 2 &&
                 text.substr(1, host_end - 2).find_first_not_of("0123456789abcdefABCDEF:.") ==
                     std::string_view::npos;
    if (!is_ip) return false;
  } else {
    host_end = std::min(text.find(':'), text.size());
    bool is_name = host_end > 0 && std::all_of(text.begin(), text.begin() + host_end, [](char c) {
                     return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_';
                   });
    if (!is_name) return false;
  }
  std::string_view port = text.substr(host_end);
  if (port.empty()) return true;
  int number = 0;
  auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
  return port[0] == ':' && port.size() > 1 && port.size() <= 6 && error == std::errc() &&
         end == port.data() + port.size() && number >= 0 && number <= 65535;
}

// The part of an absolute target between scheme and path; empty for another form.
std::string_view AuthorityOf(std::string_view target) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (target.size() <= scheme.size() ||
        !EqualsIgnoreCase(target.substr(0, scheme.size()), scheme)) {
      continue;
    }
    std::string_view rest = target.substr(scheme.size());
    return rest.substr(0, rest.find_first_of("/?"));
  }
  return {};
}

// A target in a form that fits the method. CONNECT is for proxies.
Refusal CheckTarget(const Request& request) {
  const std::string& target = request.target;
  bool is_path = target.starts_with('/') || IsAuthority(AuthorityOf(target));
  bool is_fit = IsTarget(target) && request.method != "CONNECT" &&
                (is_path || (request.method == "OPTIONS" && target == "*"));
  return is_fit ? Refusal{} : Refusal{400, "malformed target"};
}

Refusal CheckHost(const Request& request) {
  auto hosts = request.headers.GetAll("host");
  if (hosts.size() > 1 || (hosts.empty() && request.version >= 11)) {
    return {400, "exactly one Host wanted"};
  }
  if (!hosts.empty() && !IsAuthority(hosts[0])) return {400, "bad Host"};
  std::string_view authority = AuthorityOf(request.target);
  if (!authority.empty() && !hosts.empty() && !EqualsIgnoreCase(authority, hosts[0])) {
    return {400, "Host is not the target's"};
  }
  return {};
}

Refusal CheckLength(const Request& request) {
  auto lengths = request.headers.GetAll("content-length");
  auto codings = request.headers.GetAll("transfer-encoding");
  if (!lengths.empty() && !codings.empty()) {
    return {400, "both Content-Length and Transfer-Encoding"};
  }
  bool is_number =
      lengths.empty() ||
      (!lengths[0].empty() && lengths[0].find_first_not_of("0123456789") == std::string_view::npos);
  if (lengths.size() > 1 || !is_number) return {400, "bad Content-Length"};
  // Beast takes a body in any other coding for no body at all.
  bool chunked_only = codings.empty() || (codings.size() == 1 && request.version >= 11 &&
                                          EqualsIgnoreCase(codings[0], "chunked"));
  if (!chunked_only) return {400, "bad Transfer-Encoding"};
  return {};
}

Refusal CheckConnection(const Request& request) {
  std::string options = request.headers.Join("connection");
  std::string_view list = options;
  for (std::string_view option; NextPart(list, ',', option);) {
    if (!IsToken(option)) return {400, "bad Connection"};
  }
  return {};
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

}  // namespace

Refusal FindHead(std::string_view bytes, const HeadLimits& limits, size_t& head_size) {
  head_size = 0;
  size_t line_begin = 0, lines = 0;
  if (!bytes.empty() && bytes[0] != '\r' && !IsToken(bytes.substr(0, 1))) {
    return {400, "not HTTP"};  // for example a TLS handshake: nobody need wait for its end
  }
  size_t start_line_end = std::min(bytes.find("\r\n"), bytes.size());
  if (TargetSize(bytes.substr(0, start_line_end)) > limits.target_bytes_max) {
    return {414, "target too long"};
  }
  for (size_t feed; (feed = bytes.find('\n', line_begin)) != std::string_view::npos; ++lines) {
    if (feed >= limits.header_bytes_max) break;
    if (Refusal refusal = CheckLine(bytes, line_begin, feed)) return refusal;
    if (lines == 0 && !bytes.substr(0, feed - 1).ends_with("HTTP/1.1") &&
        !bytes.substr(0, feed - 1).ends_with("HTTP/1.0")) {
      return {400, "not HTTP/1.1"};
    }
    if (feed == line_begin + 1) {
      head_size = feed + 1;
      return {};
    }
    if (lines > limits.headers_max) return {431, "too many header fields"};
    line_begin = feed + 1;
  }
  if (bytes.size() >= limits.header_bytes_max) return {431, "header too large"};
  // What follows a CR that ends no line makes nothing better.
  if (size_t cr = bytes.find('\r', line_begin); cr < bytes.size() - 1 && cr != bytes.npos)
    return {400, "control character in header"};
  return {};
}

std::string LanguagesIn(std::string_view bytes) {
  std::string list;
  size_t begin = bytes.find("\r\n");
  for (size_t end; begin != std::string_view::npos; begin = end) {
    begin += 2;
    end = bytes.find("\r\n", begin);
    if (end == std::string_view::npos || end == begin) break;
    std::string_view line = bytes.substr(begin, end - begin);
    size_t colon = std::min(line.find(':'), line.size());
    if (!EqualsIgnoreCase(line.substr(0, colon), "accept-language") || colon == line.size())
      continue;
    if (!list.empty()) list += ", ";
    list += TrimBlanks(line.substr(colon + 1));
  }
  return list;
}

std::string_view TargetIn(std::string_view bytes) {
  std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  line.remove_prefix(std::min(line.find(' '), line.size()));
  return line.starts_with(" /") ? line.substr(1, line.find(' ', 1) - 1) : std::string_view();
}

Refusal CheckHead(const Request& request) {
  if (Refusal refusal = CheckTarget(request)) return refusal;
  if (Refusal refusal = CheckHost(request)) return refusal;
  if (Refusal refusal = CheckLength(request)) return refusal;
  return CheckConnection(request);
}

}  // namespace tamarack::http
