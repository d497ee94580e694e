#pragma once

#include "platform/http/message.h"
#include "platform/http/tls.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tamarack::http {

// Answers one request. When the peer goes away meanwhile, the coroutine gets a terminal
// cancellation: what it awaits then ends with an error, it never sees an exception for it
// (throw_if_cancelled is off).
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

struct ServerOptions {
  std::string address = "127.0.0.1:0";  // IP:port or [IPv6]:port; port 0 picks a free one.
  bool reuse_port = false;              // Several servers, one per loop, share one port.
  TlsOptions tls;                       // Without a certificate: plain HTTP.

  size_t header_bytes_max = 16 * 1024;  // Start line and fields together; above: 431.
  size_t headers_max = 100;             // Above: 431.
  size_t target_bytes_max = 8 * 1024;   // Above: 414.
  // Whether the handler is called once the head is there, and has the body read when it knows that
  // it wants it (Request::read_body); else it gets the whole request.
  bool handler_reads_bodies = false;
  uint64_t body_bytes_max = 1 << 20;  // Of a whole request; above: 413.
  // Above: 503 and close. Fewer where the process may not open so many files.
  size_t connections_max = 10'000;
  uint64_t bodies_bytes_max = 256 << 20;  // All requests' bodies together; above: 503.
  // Those of one network (BodyLimits) that do not come with their heads; above: 429.
  uint64_t network_bodies_bytes_max = 64 << 20;

  // Time to receive the header (also for the TLS handshake), and the whole request, from its first
  // byte on, to which each 4 KiB of its body add a second, and not so long for the next piece: 408
  // after it.
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds request_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};   // Between requests: closed without a word.
  std::chrono::milliseconds write_timeout{30'000};  // To send one answer.

  // Renders errors that the server itself answers (400, 408, 413, 414, 417, 429, 431, 500, 503);
  // plain text when unset. `head` is the request without its body; where it could not be read,
  // its target and what it says of languages as far as they arrived (`/` at least), or null.
  std::function<Response(int status, const std::string& reason, const Request* head)> on_error;
};

// An HTTP/1.1 server on one single-threaded executor: keep-alive, pipelining (answers in order),
// limits, timeouts. Handlers of one connection run one after the other. Its sessions live on the
// executor, so destroy the server before the executor's context, and after Drain().
class Server {
 public:
  // Listens at once. Throws std::runtime_error when it cannot: that is a start-up error.
  Server(boost::asio::any_io_executor executor, ServerOptions options, Handler handler);
  ~Server();

  int port() const;

  // Ends without failing a request. For the time of `notice` goes on accepting, so that load
  // balancers can look elsewhere, but answers `Connection: close` as soon as a connection has no
  // further request waiting. Then stops accepting, closes what is idle, lets running requests end,
  // and cuts off what is left after `limit`. True when nothing had to be cut off. Blocks, so call
  // it from another thread than the executor's, which must still run.
  bool Drain(std::chrono::milliseconds limit,
             std::chrono::milliseconds notice = std::chrono::milliseconds(0));

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tamarack::http
