#pragma once

#include "platform/http/message.h"

#include <string>
#include <string_view>

// HTTP/1.1 on the wire, without I/O: what Beast's parser leaves open for a server to decide.
namespace tamarack::http {

// Why a request is refused. `status` 0 means that it is not, kGone that nobody waits for an answer.
struct Refusal {
  static constexpr int kGone = -1;
  int status = 0;
  std::string reason{};
  explicit operator bool() const { return status != 0; }
};

struct HeadLimits {
  size_t header_bytes_max;
  size_t headers_max;
  size_t target_bytes_max;
};

// Checks the bytes received so far of a start line and fields. `head_size` becomes the size of the
// whole head with its empty line once that has arrived, else 0. Refuses what differs between
// parsers and so lets requests be smuggled: lone CR or LF, NUL, folded lines.
Refusal CheckHeadBytes(std::string_view bytes, const HeadLimits& limits, size_t& head_size);

// Checks the parsed head: one Host, one length, no coding but chunked.
Refusal CheckFraming(const Request& head);

// True when a response may be sent with these fields (names are tokens, values hold no CR, LF,
// NUL).
bool IsSendable(const Response& response);

struct ResponseHeadOptions {
  bool close = false;
  bool http10 = false;  // Then keeping the connection has to be said.
};

// Status line and fields, up to and with the empty line.
std::string FormatResponseHead(const Response& response, std::string_view date,
                               const ResponseHeadOptions& options);

// What stands before a chunk of `size` bytes; the chunk is followed by CR LF.
std::string FormatChunkHead(size_t size);

// False for statuses that never have a body (1xx, 204, 304).
bool MayHaveBody(int status);

// `Tue, 24 Nov 2026 12:00:00 GMT`.
std::string FormatHttpDate(long unix_seconds);

}  // namespace tamarack::http
