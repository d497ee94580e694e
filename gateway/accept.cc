#include "gateway/accept.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>

namespace tamarack::gateway {
namespace {

// How closely a range names the type: 0 not at all, 1 `*/*`, 2 `type/*`, 3 the type itself.
int Specificity(absl::string_view range, absl::string_view media_type) {
  if (absl::EqualsIgnoreCase(range, media_type)) return 3;
  if (range == "*/*") return 1;
  absl::string_view family = media_type.substr(0, media_type.find('/') + 1);
  return absl::EndsWith(range, "/*") &&
                 absl::EqualsIgnoreCase(range.substr(0, range.size() - 1), family)
             ? 2
             : 0;
}

// What an element of a list says about itself: `q=0.5` among its parameters; 1 when nothing, 0 when
// it cannot be read.
double OwnQuality(const std::vector<absl::string_view>& parts) {
  double quality = 1;
  for (size_t i = 1; i < parts.size(); ++i) {
    absl::string_view parameter = absl::StripAsciiWhitespace(parts[i]);
    if (absl::ConsumePrefix(&parameter, "q=") && !absl::SimpleAtod(parameter, &quality)) return 0;
  }
  return quality;
}

}  // namespace

double MediaTypeQuality(std::string_view accept, std::string_view media_type) {
  int best = 0;
  double quality = 0;
  bool has_range = false;
  for (absl::string_view element : absl::StrSplit(ToAbsl(accept), ',')) {
    std::vector<absl::string_view> parts = absl::StrSplit(element, ';');
    absl::string_view range = absl::StripAsciiWhitespace(parts[0]);
    if (!absl::StrContains(range, '/')) continue;
    has_range = true;
    int specificity = Specificity(range, ToAbsl(media_type));
    if (specificity > best) {
      best = specificity;
      quality = OwnQuality(parts);
    }
  }
  return has_range ? quality : 1;
}

double CodingQuality(std::string_view accept_encoding, std::string_view coding) {
  double any = 0;
  for (absl::string_view element : absl::StrSplit(ToAbsl(accept_encoding), ',')) {
    std::vector<absl::string_view> parts = absl::StrSplit(element, ';');
    absl::string_view name = absl::StripAsciiWhitespace(parts[0]);
    if (absl::EqualsIgnoreCase(name, ToAbsl(coding))) return OwnQuality(parts);
    if (name == "*") any = OwnQuality(parts);
  }
  return any;
}

}  // namespace tamarack::gateway
