#include "services/identity/protocol/url.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace tamarack::identity {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string FormDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
               HexValue(text[i + 2]) >= 0) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string PercentEncode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto octet = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(octet) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[octet >> 4];
      out += kHex[octet & 15];
    }
  }
  return out;
}

QueryParams ParseQuery(std::string_view query) {
  QueryParams params;
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    size_t equals = std::min(pair.find('='), pair.size());
    params.emplace_back(FormDecode(pair.substr(0, equals)),
                        FormDecode(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return params;
}

std::string AppendQuery(std::string_view uri, const QueryParams& params) {
  std::string out(uri);
  char separator = uri.find('?') == std::string_view::npos ? '?' : '&';
  for (const auto& [name, value] : params) {
    absl::StrAppend(&out, std::string(1, separator), PercentEncode(name), "=",
                    PercentEncode(value));
    separator = '&';
  }
  return out;
}

std::string SafeReturnTo(std::string_view return_to, std::string_view fallback) {
  bool is_path = return_to.starts_with('/') && !return_to.starts_with("//") &&
                 std::all_of(return_to.begin(), return_to.end(),
                             [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
  return std::string(is_path ? return_to : fallback);
}

}  // namespace tamarack::identity
