#include "platform/http/chunked.h"

#include "platform/http/message.h"

#include <algorithm>

namespace tamarack::http {
namespace {

constexpr size_t kSizeDigitsMax = 16;
constexpr size_t kDroppedBytesMax = 16 * 1024;

// -1 for what is no hexadecimal digit.
int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Refusal ChunkedDecoder::Feed(std::string_view& input, std::string& body) {
  while (state_ != State::kDone) {
    if (state_ == State::kBytes) {
      size_t count = static_cast<size_t>(std::min<uint64_t>(chunk_left_, input.size()));
      body.append(input.substr(0, count));
      input.remove_prefix(count);
      chunk_left_ -= count;
      if (chunk_left_ > 0) return {};
      state_ = State::kBytesEnd;
    }
    size_t feed = input.find('\n');
    if (feed == std::string_view::npos) {
      if (input.size() > kDroppedBytesMax) return TooLarge();
      if (state_ == State::kBytesEnd && !input.empty() && input != "\r") {
        return {400, "chunk longer than its size"};
      }
      return {};
    }
    if (feed == 0 || input[feed - 1] != '\r') return {400, "line does not end in CR LF"};
    std::string_view line = input.substr(0, feed - 1);
    if (!IsFieldValue(line)) return {400, "control character in chunk header"};
    if (state_ == State::kSize) {
      if (Refusal refusal = TakeSize(line, body.size())) return refusal;
    } else if (state_ == State::kBytesEnd) {
      if (!line.empty()) return {400, "chunk longer than its size"};
      state_ = State::kSize;
    } else if (Refusal refusal = TakeTrailer(line)) {
      return refusal;
    }
    input.remove_prefix(feed + 1);
  }
  return {};
}

Refusal ChunkedDecoder::TooLarge() const {
  if (state_ == State::kTrailer) return {431, "trailer too large"};
  return {400, "chunk header too large"};
}

Refusal ChunkedDecoder::TakeSize(std::string_view line, uint64_t body_size) {
  size_t digits = 0;
  uint64_t size = 0;
  for (; digits < line.size() && HexValue(line[digits]) >= 0; ++digits) {
    size = size << 4 | static_cast<uint64_t>(HexValue(line[digits]));
  }
  if (digits == 0 || digits > kSizeDigitsMax) return {400, "bad chunk size"};
  std::string_view extension = line.substr(digits);
  size_t text = extension.find_first_not_of(" \t");
  bool is_extension = text != std::string_view::npos && extension[text] == ';';
  if (!extension.empty() && !is_extension) return {400, "bad chunk size"};
  dropped_bytes_ += extension.size();
  if (dropped_bytes_ > kDroppedBytesMax) return TooLarge();
  if (size > body_bytes_max_ - body_size) return {413, "body too large"};
  chunk_left_ = size;
  state_ = size > 0 ? State::kBytes : State::kTrailer;
  return {};
}

Refusal ChunkedDecoder::TakeTrailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::kDone;
    return {};
  }
  dropped_bytes_ += line.size();
  if (dropped_bytes_ > kDroppedBytesMax) return TooLarge();
  if (!IsToken(line.substr(0, line.find(':'))) || line.find(':') == std::string_view::npos) {
    return {400, "bad trailer field"};
  }
  return {};
}

}  // namespace tamarack::http
