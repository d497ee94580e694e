// Argon2id off the loop, with a bound: hashing is what a flood of sign-ins would exhaust.
#pragma once

#include "platform/base/status.h"
#include "platform/runtime/offload.h"

#include <string>

namespace tamarack::identity {

class Passwords {
 public:
  explicit Passwords(runtime::OffloadPool& pool) : pool_(pool) {}

  // RESOURCE_EXHAUSTED when too many wait.
  Async<std::string> Hash(std::string password);
  // An empty hash (nobody has that address) takes as long as a wrong password.
  Async<bool> Verify(std::string hash, std::string password);

 private:
  class Turn;
  runtime::OffloadPool& pool_;
  int waiting_ = 0;
};

}  // namespace tamarack::identity
