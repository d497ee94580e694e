#pragma once

#include "platform/http/refusal.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::http {

// Takes the chunked coding (RFC 9112 section 7.1) off a request's body. Strict where others differ:
// sizes are hexadecimal digits only, every line ends in CR LF and holds no other control character.
// Extensions and trailer fields are dropped.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(uint64_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  // Takes off the front of `input` what is complete and appends what that holds to `body`. 400, or
  // 413 when the body would get larger than allowed.
  Refusal Feed(std::string_view& input, std::string& body);
  bool is_done() const { return state_ == State::kDone; }

 private:
  enum class State { kSize, kBytes, kBytesEnd, kTrailer, kDone };

  Refusal TakeSize(std::string_view line, uint64_t body_size);
  Refusal TakeTrailer(std::string_view line);
  Refusal TooLarge() const;

  uint64_t body_bytes_max_;
  State state_ = State::kSize;
  uint64_t chunk_left_ = 0;
  size_t dropped_bytes_ = 0;  // Extensions and trailer so far.
};

}  // namespace tamarack::http
