#pragma once

#include "platform/http/message.h"

#include <string>
#include <string_view>

namespace tamarack::gateway {

enum class Coding { kIdentity, kGzip, kBrotli };

// The name in `Content-Encoding`.
std::string_view NameOf(Coding coding);

// What the caller likes best by `Accept-Encoding`; br before gzip where they are equal.
Coding NegotiateCoding(const http::Request& request);

// True for text in the wide sense, whatever the type's parameters.
bool IsCompressible(std::string_view content_type);

// Smaller bodies are not worth it.
inline constexpr size_t kCompressAboveBytes = 1024;

enum class Effort {
  kThorough,  // For what is kept for long.
  kQuick,     // For one answer.
};

// Empty when it fails.
std::string Compress(std::string_view body, Coding coding, Effort effort);

// Whether an answer of one request gets another coding: if it is text, large enough and the caller
// wants it; says in Vary that this depends on the caller. Not answers that hold a secret next to
// what the caller sent (pages with their CSRF token, whatever follows from a cookie): their size
// would give the secret away, byte by byte, to whoever can make a browser repeat the request
// (BREACH).
Coding ChooseCoding(const http::Request& request, http::Response& response);

// Gives an answer the coding, whether or not that makes it smaller: its tag, and that of a 304 in
// its place, are known beforehand. False when it fails; then it stays as it is.
bool Encode(http::Response& response, Coding coding);

}  // namespace tamarack::gateway
