// Bodies of requests: read when somebody wants them, else dropped.
#include "platform/http/incoming.h"
#include "platform/http/session.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>

namespace tamarack::http {
namespace asio = boost::asio;

namespace {

constexpr uint64_t kBodyBytesPerSecondMin = 4 * 1024;

}  // namespace

asio::awaitable<Refusal> Session::ReadBody(Incoming& incoming, BodyLimits limits,
                                           std::string& body) {
  const RequestParser& parser = incoming.parser;
  auto until = incoming.begin + context_->options.request_timeout;
  Arm(until, OnTime::kStopReading);
  incoming.is_asked_for = true;
  Refusal refusal;
  bool is_too_long = parser.content_length().value_or(0) > limits.bytes_max;
  if (!is_too_long && incoming.waits_for_continue) refusal = co_await Continue();
  if (!refusal) refusal = TakeBody(incoming, limits);
  while (!refusal && !parser.is_done()) {
    // What has come buys time for the rest, but none to stand still in: being slow is no fault.
    std::chrono::milliseconds bought(incoming.parser.body().size() * 1000 / kBodyBytesPerSecondMin);
    Arm(std::min(until + bought, Clock::now() + context_->options.request_timeout),
        OnTime::kStopReading);
    refusal = co_await Fill(kBodyChunk);
    if (!refusal) refusal = TakeBody(incoming, limits);
  }
  if (refusal) {
    incoming.DropBody();  // the peer may take its time to read the answer
    is_cut_off_ = refusal.status == Refusal::kGone;
  } else {
    body = std::move(incoming.parser.body());
  }
  WatchPeer();
  co_return refusal;
}

// Takes what has arrived of the body.
Refusal Session::TakeBody(Incoming& incoming, const BodyLimits& limits) {
  std::string_view input = Buffered();
  Refusal refusal = incoming.parser.ReadBody(input, limits.bytes_max);
  buffer_.consume(buffer_.size() - input.size());
  if (refusal) return refusal;
  incoming.held.Hold(incoming.parser.body().size());
  if (incoming.held.is_over()) return {503, "too busy"};
  if (incoming.parser.is_done()) return {};
  if (!limits.client_address.empty() && !incoming.held.has_network())
    incoming.held.CountFor(limits.client_address);
  if (incoming.held.is_network_over()) return {429, "too much at once"};
  return {};
}

// Lets a client that asks first send its body.
asio::awaitable<Refusal> Session::Continue() {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  auto [error, sent] =
      co_await connection_.Write({asio::buffer(kContinue.data(), kContinue.size())});
  co_return error ? Refusal{Refusal::kGone} : Refusal{};
}

// Drops so much of what comes. False when it does not.
asio::awaitable<bool> Session::Skip(uint64_t bytes) {
  Arm(Clock::now() + kLingerTime, OnTime::kStopReading);
  for (;;) {
    size_t taken = std::min<uint64_t>(bytes, buffer_.size());
    buffer_.consume(taken);
    bytes -= taken;
    if (bytes == 0) break;
    if (Refusal refusal = co_await Fill(kHeadChunk)) co_return false;
  }
  Disarm();
  co_return true;
}

}  // namespace tamarack::http
