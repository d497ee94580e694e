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
    double own = 1;
    for (size_t i = 1; i < parts.size(); ++i) {
      absl::string_view parameter = absl::StripAsciiWhitespace(parts[i]);
      if (absl::ConsumePrefix(&parameter, "q=") && !absl::SimpleAtod(parameter, &own)) own = 0;
    }
    int specificity = Specificity(range, ToAbsl(media_type));
    if (specificity > best) {
      best = specificity;
      quality = own;
    }
  }
  return has_range ? quality : 1;
}

}  // namespace tamarack::gateway
