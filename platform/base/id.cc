#include "platform/base/id.h"

#include "platform/base/random.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace tamarack {
namespace {

template <size_t N>
std::array<uint8_t, N> RandomBytes() {
  std::array<uint8_t, N> bytes;
  FillRandom(bytes);
  return bytes;
}

std::string FormatUuid(std::array<uint8_t, 16> bytes, uint8_t version) {
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text = absl::BytesToHexString({reinterpret_cast<const char*>(bytes.data()), 16});
  for (size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace

std::string NewUuid() {
  auto bytes = RandomBytes<16>();
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto ms =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(ms >> (8 * (5 - i)));
  return FormatUuid(bytes, 7);
}

std::string NewRandomUuid() {
  return FormatUuid(RandomBytes<16>(), 4);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i])))
      return false;
  }
  return true;
}

std::string NewShortId() {
  auto bytes = RandomBytes<26>();
  std::string text;
  text.reserve(bytes.size());
  for (uint8_t byte : bytes) text += "0123456789abcdefghijklmnopqrstuv"[byte & 31];
  return text;
}

}  // namespace tamarack
