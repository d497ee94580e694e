#pragma once

#include <string>

namespace tamarack::http {

// Why a request is refused. `status` 0 means that it is not, kGone that nobody waits for an answer.
struct Refusal {
  static constexpr int kGone = -1;
  int status = 0;
  std::string reason{};
  explicit operator bool() const { return status != 0; }
};

}  // namespace tamarack::http
