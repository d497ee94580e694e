#pragma once

#include <cstdint>
#include <span>

namespace tamarack {

// Fills `bytes` (at most 256) with unpredictable bytes of the kernel, which this thread fetches in
// blocks: an id a request must not cost a system call each. What was given out is forgotten. For
// ids; secrets come from platform/crypto/random. Not after a fork: both sides would give the same.
void FillRandom(std::span<uint8_t> bytes);

}  // namespace tamarack
