#include "platform/text/language.h"

#include "platform/base/status.h"

#include <absl/strings/match.h>

#include <algorithm>

namespace tamarack::text {
namespace {

constexpr std::string_view kEnglish = "en", kFrench = "fr";

// One to eight letters and digits (RFC 5646 section 2.1).
bool IsSubtag(std::string_view text) {
  constexpr size_t kLengthMax = 8;
  return !text.empty() && text.size() <= kLengthMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

// Which of ours a range comes down to when subtags are taken off its end; empty where it is none or
// no language range at all.
std::string_view Lookup(std::string_view tag) {
  std::string_view primary = tag.substr(0, tag.find('-'));
  for (std::string_view rest = tag.substr(primary.size()); !rest.empty();) {
    std::string_view subtag = rest.substr(1, rest.find('-', 1) - 1);
    if (!IsSubtag(subtag) && subtag != "*") return {};
    rest.remove_prefix(1 + subtag.size());
  }
  for (std::string_view ours : {kEnglish, kFrench}) {
    if (absl::EqualsIgnoreCase(ToAbsl(primary), ToAbsl(ours))) return ours;
  }
  return {};
}

}  // namespace

std::string_view PreferredLanguage(std::span<const LanguageRange> ranges) {
  std::string_view best;
  double best_weight = 0;
  bool refuses_english = false, refuses_french = false;
  for (const LanguageRange& range : ranges) {
    std::string_view language = Lookup(range.tag);
    if (range.weight <= 0) {
      refuses_english |= language == kEnglish;
      refuses_french |= language == kFrench;
    } else if (!language.empty() && range.weight > best_weight) {
      best = language;
      best_weight = range.weight;
    }
  }
  if (!best.empty() || refuses_english == refuses_french) return best;
  return refuses_english ? kFrench : kEnglish;
}

}  // namespace tamarack::text
