#pragma once

#include "platform/http/message.h"

#include <string>
#include <string_view>

// Responses on the wire, without I/O.
namespace tamarack::http {

// True when a response may be sent with these fields: names are tokens, values hold no control
// character.
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

}  // namespace tamarack::http
