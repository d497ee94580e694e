#include "gateway/streaming/body.h"

#include "gateway/codec/wire_to_json.h"
#include "gateway/response/answer.h"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace tamarack::gateway {
namespace asio = boost::asio;
using Event = UpstreamStream::Event;

StreamBody::StreamBody(std::unique_ptr<UpstreamStream> upstream, Event first, StreamFormat format,
                       const Route& route, telemetry::LogContext log_context,
                       std::chrono::milliseconds heartbeat, PrintProblem print_problem)
    : upstream_(std::move(upstream)),
      pending_(first),
      framer_(format),
      route_(route),
      log_context_(log_context),
      heartbeat_(heartbeat),
      print_problem_(std::move(print_problem)) {}

Async<std::optional<std::string>> StreamBody::Next() {
  if (has_ended_) co_return std::nullopt;
  Event event = Event::kEnd;
  if (pending_) {
    event = *std::exchange(pending_, std::nullopt);
  } else {
    bool has_heartbeat = framer_.format() == StreamFormat::kEvents;
    auto until = has_heartbeat ? UpstreamStream::Clock::now() + heartbeat_
                               : UpstreamStream::Clock::time_point::max();
    event = co_await upstream_->Next(until);
  }
  auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return absl::CancelledError("");
  absl::StatusOr<std::string> piece = Piece(event);
  if (!piece.ok()) co_return piece.status();
  co_return *std::move(piece);
}

absl::StatusOr<std::string> StreamBody::Piece(Event event) {
  if (event == Event::kTimeout) return framer_.Heartbeat();
  if (event == Event::kMessage) return Message();
  if (!upstream_->status().ok()) return Fail(upstream_->status());
  has_ended_ = true;
  return framer_.End();
}

absl::StatusOr<std::string> StreamBody::Message() {
  std::string wire = upstream_->TakeMessage();
  if (framer_.format() == StreamFormat::kRaw) {
    return std::string(ReadHttpBody(wire).data);
  }
  std::string text, id;
  absl::Status printed = PrintMessage(route_, wire, text, log_context_, &has_told_flaw_);
  if (printed.ok() && route_.event_id_field != nullptr) {
    printed = WireFieldToJson(wire, *route_.response_plan, route_.event_id_field->number(), id);
    if (id.size() >= 2 && id.front() == '"') id = id.substr(1, id.size() - 2);
  }
  return printed.ok() ? framer_.Message(text, id) : Fail(printed);
}

// The body's last piece, or the reason why it is cut off.
absl::StatusOr<std::string> StreamBody::Fail(const absl::Status& status) {
  has_ended_ = true;
  if (framer_.format() == StreamFormat::kRaw) return status;
  std::string piece = framer_.Error(print_problem_(status));
  return piece + framer_.End();
}

}  // namespace tamarack::gateway
