// Answers whose body comes piece by piece.
#include "platform/http/session.h"

#include "platform/telemetry/log.h"

#include <boost/asio/buffer.hpp>

#include <array>
#include <ctime>

namespace tamarack::http {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";

// The next piece; an exception of the source is an error like any other.
Async<std::optional<std::string>> Pull(const BodySource& source) {
  try {
    co_return co_await source();
  } catch (const std::exception& error) {
    telemetry::Log(telemetry::Level::kError, "http body source threw", {{"error", error.what()}});
  } catch (...) {
    telemetry::Log(telemetry::Level::kError, "http body source threw");
  }
  co_return absl::InternalError("body source threw");
}

}  // namespace

asio::awaitable<bool> Session::SendStream(const Response& response,
                                          const ResponseHeadOptions& options) {
  if (is_peer_gone_) co_return false;
  std::string head = FormatResponseHead(response, context_->Date(), options);
  Arm(Clock::now() + context_->options.write_timeout, OnTime::kClose);
  auto [error, sent] = co_await connection_.Write({asio::buffer(head)});
  Disarm();
  if (error) co_return false;
  bool is_whole = co_await SendPieces(response.body_source, !options.http10);
  co_return is_whole && !is_peer_gone_;
}

// True when the source came to its end and the peer's socket took all of it.
asio::awaitable<bool> Session::SendPieces(const BodySource& source, bool is_chunked) {
  for (;;) {
    WatchPeer();
    absl::StatusOr<std::optional<std::string>> piece = co_await Pull(source);
    Disarm();
    if (is_peer_gone_ || !piece.ok()) co_return false;
    bool is_last = !piece->has_value();
    std::string_view bytes = is_last ? std::string_view() : std::string_view(**piece);
    if (bytes.empty() && !is_last) continue;  // an empty chunk would end the body
    std::string before = is_last ? "" : FormatChunkHead(bytes.size());
    std::string_view after = is_last ? kLastChunk : "\r\n";
    if (!is_chunked) before.clear(), after = {};
    Connection::Buffers buffers = {asio::buffer(before), asio::buffer(bytes.data(), bytes.size()),
                                   asio::buffer(after.data(), after.size())};
    Arm(Clock::now() + context_->options.write_timeout, OnTime::kClose);
    auto [error, sent] = co_await connection_.Write(buffers);
    Disarm();
    if (error) co_return false;
    if (is_last) co_return true;
  }
}

}  // namespace tamarack::http
