#include "services/identity/protocol/url.h"

#include "platform/base/status.h"
#include "platform/base/url.h"

#include <algorithm>

namespace tamarack::identity {

std::string FormDecode(std::string_view text) {
  return PercentDecode(text, /*plus_is_space=*/true).value_or(std::string(text));
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
