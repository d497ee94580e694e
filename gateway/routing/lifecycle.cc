#include "gateway/routing/lifecycle.h"

#include "platform/http/date.h"

#include <absl/strings/str_cat.h>
#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

// Midnight UTC of `2026-11-01`.
absl::StatusOr<TimePoint> ParseDay(const std::string& text) {
  absl::CivilDay day;
  // Abseil alone would take `2026-1-1` and surrounding spaces too.
  if (text.size() != 10 || !absl::ParseCivilTime(text, &day) || absl::FormatCivilTime(day) != text)
    return absl::InvalidArgumentError(absl::StrCat("lifecycle: `", text, "` is not YYYY-MM-DD"));
  return FromUnixMicros(absl::ToUnixMicros(absl::FromCivil(day, absl::UTCTimeZone())));
}

absl::Status AddLink(const std::string& target, const char* relation, http::Headers* headers) {
  if (target.empty()) return absl::OkStatus();
  bool is_safe = std::all_of(target.begin(), target.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '<' && c != '>' && c != '"';
  });
  if (!is_safe || (target[0] != '/' && target.find("://") == std::string::npos))
    return absl::InvalidArgumentError(
        absl::StrCat("lifecycle: `", target, "` is neither path nor URL"));
  headers->Add("Link", absl::StrCat("<", target, ">; rel=\"", relation, "\""));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Lifecycle> ReadLifecycle(const api::v1::Lifecycle& policy) {
  Lifecycle lifecycle;
  if (policy.deprecated_since().empty()) {
    if (policy.sunset().empty()) return lifecycle;
    return absl::InvalidArgumentError("lifecycle: `sunset` without `deprecated_since`");
  }
  absl::StatusOr<TimePoint> deprecated = ParseDay(policy.deprecated_since());
  if (!deprecated.ok()) return deprecated.status();
  lifecycle.headers.Add("Deprecation", absl::StrCat("@", UnixSeconds(*deprecated)));
  if (!policy.sunset().empty()) {
    absl::StatusOr<TimePoint> sunset = ParseDay(policy.sunset());
    if (!sunset.ok()) return sunset.status();
    if (*sunset < *deprecated)
      return absl::InvalidArgumentError("lifecycle: `sunset` before `deprecated_since`");
    lifecycle.sunset = *sunset;
    lifecycle.headers.Add("Sunset", http::FormatHttpDate(UnixSeconds(*sunset)));
  }
  absl::Status linked = AddLink(policy.documentation(), "deprecation", &lifecycle.headers);
  if (linked.ok() && lifecycle.sunset)
    linked = AddLink(policy.documentation(), "sunset", &lifecycle.headers);
  if (linked.ok()) linked = AddLink(policy.successor(), "successor-version", &lifecycle.headers);
  if (!linked.ok()) return linked;
  return lifecycle;
}

}  // namespace tamarack::gateway
