#include "gateway/request/accept.h"

#include "platform/base/status.h"
#include "platform/http/list.h"
#include "platform/http/message.h"

#include <absl/strings/match.h>

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
  for (http::Weighted range; http::NextWeighted(accept, range);) {
    if (!absl::StrContains(ToAbsl(range.value), '/')) continue;
    has_range = true;
    int specificity = Specificity(ToAbsl(range.value), ToAbsl(media_type));
    if (specificity > best) {
      best = specificity;
      quality = range.weight;
    }
  }
  return has_range ? quality : 1;
}

bool NamesMediaType(std::string_view accept, std::string_view media_type) {
  for (http::Weighted range; http::NextWeighted(accept, range);) {
    if (http::EqualsIgnoreCase(range.value, media_type)) return range.weight > 0;
  }
  return false;
}

double CodingQuality(std::string_view accept_encoding, std::string_view coding) {
  double any = 0;
  for (http::Weighted element; http::NextWeighted(accept_encoding, element);) {
    if (http::EqualsIgnoreCase(element.value, coding)) return element.weight;
    if (element.value == "*") any = element.weight;
  }
  return any;
}

}  // namespace tamarack::gateway
