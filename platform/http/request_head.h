#pragma once

#include "platform/http/message.h"
#include "platform/http/refusal.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// What Beast's parser leaves open for a server to decide about a request's head (RFC 9112), without
// I/O. Where the RFC lets a recipient be lenient this is not: whatever two implementations may read
// differently, one behind the other, lets requests be smuggled.
namespace tamarack::http {

struct HeadLimits {
  size_t header_bytes_max;
  size_t headers_max;
  size_t target_bytes_max;
};

// Looks for the end of the head in the bytes received so far. `head_size` becomes the size of the
// whole head with its empty line once that has arrived, else 0. Refuses as early as it can.
Refusal FindHead(std::string_view bytes, const HeadLimits& limits, size_t& head_size);

// The languages of Accept-Language in a head that was refused before it could be read, as far as
// that has arrived: the refusal is for people, too. Empty when there is none.
std::string LanguagesIn(std::string_view bytes);

// The target of such a head, as far as it has arrived; empty unless it begins with a slash.
std::string_view TargetIn(std::string_view bytes);

// Checks a parsed head: one valid Host, one length, no coding but chunked, a target in a form that
// fits the method.
Refusal CheckHead(const Request& request);

}  // namespace tamarack::http
