#pragma once

#include "gateway/request/messages.h"
#include "gateway/request/uri.h"
#include "gateway/routing/route_table.h"

#include <optional>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// The parts of an HTTP request that fill the request message.
struct BindInput {
  std::string_view query;         // Without the question mark.
  std::string_view content_type;  // As received; may be empty.
  std::string_view body;
};

struct Bound {
  enum class Outcome { kOk, kRefused, kUnsupportedMediaType };
  Outcome outcome = Outcome::kOk;
  InputError error{};  // Of kRefused.
  std::string wire;    // Of kOk: the request message.
  Parameters form;     // What a form body held, for the check against cross-site requests.
};

// Builds the request message's wire bytes from path, query and body. A field that the path binds is
// never given again by the other two; what nothing takes is refused.
Bound BindRequest(const Route& route, const Router::Match& match, const BindInput& input);

// How a body is read.
enum class BodyKind { kJson, kForm, kRaw };
// How the route, which takes a body, reads one of this type; nothing if it cannot: 415.
std::optional<BodyKind> KindOfBody(const Route& route, std::string_view content_type);

}  // namespace tamarack::gateway
