#pragma once

#include "platform/base/network_budget.h"
#include "platform/http/message.h"
#include "platform/http/request_parser.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tamarack::http {

// A request as it arrives. Private to the session.
struct Incoming {
  explicit Incoming(NetworkBudget& bodies) : held(bodies) {}

  void DropBody() {
    std::string().swap(parser.body());
    held.Hold(0);
  }
  // The length of a body that nobody asked for, to be dropped before the next request; nothing when
  // that is too much, unknown, or may never come.
  std::optional<uint64_t> BytesToSkip() const {
    constexpr uint64_t kSkippedBytesMax = 64 * 1024;
    auto length = parser.content_length();
    bool may_skip = !is_asked_for && !waits_for_continue && length && *length <= kSkippedBytesMax;
    return may_skip ? length : std::nullopt;
  }

  NetworkBudget::Share held;
  RequestParser parser;
  Request request;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  bool waits_for_continue = false;  // The client sends no body before it is told to.
  bool is_asked_for = false;        // The body.
};

}  // namespace tamarack::http
