#include "gateway/codec/json_walk.h"

#include "platform/base/status.h"

#include <absl/strings/str_replace.h>

namespace tamarack::gateway {
namespace {

// A JSON pointer (RFC 6901).
std::string Pointer(const Place& place) {
  if (place.parent == nullptr) return {};
  std::string step = place.is_element
                         ? absl::StrCat(place.index)
                         : absl::StrReplaceAll(ToAbsl(place.key), {{"~", "~0"}, {"/", "~1"}});
  return absl::StrCat(Pointer(*place.parent), "/", step);
}

}  // namespace

bool JsonWalk::Refuse(const Place& place, Reason reason, std::string argument) {
  refusal = InputError{reason, InputError::Source::kBody, Pointer(place), std::move(argument)};
  return false;
}

}  // namespace tamarack::gateway
