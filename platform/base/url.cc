#include "platform/base/url.h"

#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace tamarack {
namespace urls = boost::urls;

std::string PercentEncode(std::string_view text) {
  return urls::encode({text.data(), text.size()}, urls::unreserved_chars);
}

std::string PercentEncodePath(std::string_view text) {
  return urls::encode({text.data(), text.size()}, urls::unreserved_chars + '/');
}

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  auto escaped = urls::make_pct_string_view({text.data(), text.size()});
  if (!escaped) return std::nullopt;
  return escaped->decode(urls::encoding_opts(plus_is_space));
}

}  // namespace tamarack
