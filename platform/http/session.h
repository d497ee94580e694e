#pragma once

#include "platform/base/network_budget.h"
#include "platform/http/connection.h"
#include "platform/http/refusal.h"
#include "platform/http/server.h"
#include "platform/http/wire.h"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tamarack::http {

// What all sessions of a server share.
struct ServerContext {
  ServerContext(ServerOptions given, Handler answer)
      : options(std::move(given)),
        handler(std::move(answer)),
        bodies({options.bodies_bytes_max, options.network_bodies_bytes_max}) {}

  ServerOptions options;
  Handler handler;
  std::shared_ptr<TlsReloader> tls;  // Null for plain HTTP.
  bool is_draining = false;  // Answers say `Connection: close` once nothing more is waiting.
  bool is_stopped = false;   // They say it always.
  NetworkBudget bodies;      // Bytes of all requests that are being read or handled.

  // The time in a Date header, which changes once a second.
  const std::string& Date();
  // The page for an error that the server itself answers.
  Response ErrorResponse(int status, const std::string& reason, const Request* head) const;

 private:
  std::time_t date_time_ = 0;
  std::string date_;
};

struct Incoming;

// One connection: reads a request, has it handled, sends the answer, and so on until either side
// has enough. Private to the server.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, std::shared_ptr<ServerContext> context);

  // Serves the connection to its end, then calls `done` once.
  void Start(std::function<void()> done);

  // Answers 503 and closes, without reading.
  void Refuse();

  // Ends the session if it waits for a request or for the peer's end: soon if the peer has only
  // just connected, else now.
  void CloseIfIdle();

  // Ends the session now: cancels the handler and closes the socket.
  void Abort();

 private:
  using Clock = std::chrono::steady_clock;
  // Read at a time.
  static constexpr size_t kHeadChunk = 4 * 1024;
  static constexpr size_t kBodyChunk = 64 * 1024;
  // For what a peer still sends though nobody wants it.
  static constexpr std::chrono::seconds kLingerTime{2};
  enum class OnTime { kStopReading, kClose, kLookForPeer };

  boost::asio::awaitable<void> Run();
  boost::asio::awaitable<bool> Handshake();
  boost::asio::awaitable<bool> ServeOne();
  boost::asio::awaitable<bool> AwaitFirstByte();
  boost::asio::awaitable<Refusal> ReadHead(Incoming& incoming);
  boost::asio::awaitable<Refusal> ReadBody(Incoming& incoming, BodyLimits limits,
                                           std::string& body);
  Refusal TakeBody(Incoming& incoming, const BodyLimits& limits);
  boost::asio::awaitable<Refusal> Continue();
  boost::asio::awaitable<bool> Skip(uint64_t bytes);
  boost::asio::awaitable<Response> Handle(Request request);
  boost::asio::awaitable<Refusal> Fill(size_t bytes);
  boost::asio::awaitable<bool> Send(const Response& response, bool is_head,
                                    const ResponseHeadOptions& options);
  boost::asio::awaitable<bool> SendStream(const Response& response,
                                          const ResponseHeadOptions& options);
  boost::asio::awaitable<bool> SendPieces(const BodySource& source, bool is_chunked);
  boost::asio::awaitable<void> RefuseRequest(const Refusal& refusal, const Request& head);
  boost::asio::awaitable<void> Linger();

  void Arm(Clock::time_point when, OnTime action);
  void Disarm();
  void WakeAt(Clock::time_point when);
  void OnDeadline();
  void WatchPeer();
  bool IsPeerThere();
  std::string_view Buffered() const;
  bool IsLast() const;

  std::shared_ptr<ServerContext> context_;
  Connection connection_;
  boost::asio::steady_timer timer_;
  boost::asio::cancellation_signal cancel_;
  boost::beast::flat_buffer buffer_;
  std::string remote_address_;
  std::string client_certificate_sha256_;
  Clock::time_point deadline_ = Clock::time_point::max();  // Of the present phase.
  Clock::time_point wakes_at_ = Clock::time_point::max();  // The timer that is running.
  OnTime on_time_ = OnTime::kClose;
  bool is_late_ = false;  // The time of the current reading phase is over.
  bool is_idle_ = false;
  bool is_new_ = true;  // No request has arrived yet.
  bool is_peer_gone_ = false;
  bool is_cut_off_ = false;          // It went before its request had come whole.
  bool may_be_half_closed_ = false;  // Is there for the answer though it sends no more.
};

}  // namespace tamarack::http
