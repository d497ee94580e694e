#include "platform/base/random.h"

#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace tamarack {

void FillRandom(std::span<uint8_t> bytes) {
  // The kernel never gives less than was asked for up to this size.
  thread_local std::array<uint8_t, 256> block;
  thread_local size_t left = 0;
  if (bytes.size() > block.size()) std::abort();
  if (left < bytes.size()) {
    if (getrandom(block.data(), block.size(), 0) != static_cast<ssize_t>(block.size()))
      std::abort();
    left = block.size();
  }
  uint8_t* taken = block.data() + left - bytes.size();
  std::memcpy(bytes.data(), taken, bytes.size());
  explicit_bzero(taken, bytes.size());
  left -= bytes.size();
}

}  // namespace tamarack
