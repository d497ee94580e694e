#include "gateway/plugin/answer_limits.h"

#include "platform/base/status.h"
#include "platform/http/media_type.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_split.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

// What the names of JavaScript's media types hold
// (https://mimesniff.spec.whatwg.org/#javascript-mime-type).
constexpr std::string_view kScripts[] = {"javascript", "ecmascript", "jscript", "livescript"};
constexpr std::string_view kForeign[] = {"Clear-Site-Data", "WWW-Authenticate"};

// As browsers read it (RFC 6265 section 5.2): a cookie without a name is none of the plug-in's, and
// a `Domain` would hand it to other hosts.
bool IsOwnCookie(const Plugin& plugin, std::string_view cookie) {
  std::vector<absl::string_view> parts = absl::StrSplit(ToAbsl(cookie), ';');  // quotes or not
  auto name_of = [](absl::string_view part) {
    return absl::StripAsciiWhitespace(part.substr(0, part.find('=')));
  };
  bool has_name = absl::StrContains(parts[0], "=");
  if (!has_name ||
      std::ranges::find(plugin.cookies, ToStd(name_of(parts[0]))) == plugin.cookies.end())
    return false;
  return std::none_of(parts.begin() + 1, parts.end(), [&](absl::string_view part) {
    return absl::EqualsIgnoreCase(name_of(part), "domain");
  });
}

}  // namespace

std::vector<std::string> RemoveForeign(const Plugin& plugin, bool at_its_origin,
                                       http::Headers& headers) {
  std::vector<std::string> removed;
  for (std::string_view name : kForeign) {
    if (!headers.Has(name)) continue;
    headers.Remove(name);
    removed.emplace_back(name);
  }
  constexpr char kCookie[] = "Set-Cookie";
  std::vector<std::string> cookies;
  for (std::string_view cookie : headers.GetAll(kCookie)) cookies.emplace_back(cookie);
  if (cookies.empty()) return removed;
  headers.Remove(kCookie);
  for (std::string& cookie : cookies) {
    if (at_its_origin && IsOwnCookie(plugin, cookie)) {
      headers.Add(kCookie, std::move(cookie));
    } else {
      removed.emplace_back(kCookie);
    }
  }
  return removed;
}

bool MayRun(std::string_view content_type) {
  if (content_type.empty()) return false;  // With nosniff it is nothing but bytes.
  // Browsers take the last of several types
  // (https://fetch.spec.whatwg.org/#concept-header-extract-mime-type).
  auto type = http::ParseMediaType(content_type);
  if (!type || content_type.find(',') != std::string_view::npos) return true;
  const std::string& name = type->essence;
  bool is_markup = name.ends_with("html") || name.ends_with("xml") || name.ends_with("xsl");
  bool is_script = std::ranges::any_of(
      kScripts, [&](std::string_view script) { return absl::StrContains(name, ToAbsl(script)); });
  return is_markup || is_script || name.starts_with("multipart/");
}

}  // namespace tamarack::gateway
