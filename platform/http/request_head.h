#pragma once

#include "platform/http/message.h"
#include "platform/http/refusal.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

// The start line and fields of a request (RFC 9112), without I/O. Where the RFC lets a recipient be
// lenient this is not: whatever two implementations may read differently, one behind the other,
// lets requests be smuggled.
namespace tamarack::http {

struct HeadLimits {
  size_t header_bytes_max;
  size_t headers_max;
  size_t target_bytes_max;
};

// Looks for the end of the head in the bytes received so far. `head_size` becomes the size of the
// whole head with its empty line once that has arrived, else 0. Refuses as early as it can.
Refusal FindHead(std::string_view bytes, const HeadLimits& limits, size_t& head_size);

// How the body is delimited and whether the connection goes on after it.
struct Framing {
  bool is_chunked = false;
  uint64_t content_length = 0;
  bool keep_alive = true;

  bool has_body() const { return is_chunked || content_length > 0; }
};

// Reads a whole head, as FindHead found it, into `request` (method, target, version, headers) and
// `framing`: one valid Host, one length, no coding but chunked, a target in a form that fits the
// method.
Refusal ParseHead(std::string_view head, Request& request, Framing& framing);

}  // namespace tamarack::http
