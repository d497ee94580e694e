#pragma once

#include "gateway/response/conditional.h"
#include "platform/runtime/offload_lane.h"

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace tamarack::gateway {

// What becomes of an answer by itself and its request alone: tag, conditions, content coding. Of a
// large one a thread works that out, so that no other request waits for it. Lives on one loop.
class Concluder {
 public:
  // Enough to hash and compress within some tens of microseconds, about what the way to a thread
  // and back costs.
  static constexpr size_t kSmallBytesMax = 16 << 10;

  // When `waiting_max` wait for the pool, which outlives this, further answers go out as they are,
  // and without a tag of their bytes.
  explicit Concluder(runtime::OffloadPool& pool, int waiting_max = 64)
      : lane_(pool, waiting_max, "too many large answers") {}

  // kPreconditionFailed: the answer is another one. `wire`: the message that `response` shows.
  boost::asio::awaitable<Verdict> Conclude(const http::Request& request, const Route& route,
                                           std::string_view wire, http::Response& response);

 private:
  runtime::OffloadLane lane_;
};

}  // namespace tamarack::gateway
