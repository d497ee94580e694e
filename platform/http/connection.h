#pragma once

#include "platform/http/tls.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <memory>
#include <string>
#include <tuple>

struct ssl_st;

namespace tamarack::http {

// A peer's TCP connection, with TLS or without: the one place that knows which. Used on its
// executor only. TLS works on the socket itself, not through buffers beside it, so that an idle
// connection stays small.
class Connection {
 public:
  using Error = boost::system::error_code;
  using Buffers = std::array<boost::asio::const_buffer, 3>;
  using Result = boost::asio::awaitable<std::tuple<Error, size_t>>;

  // Plain HTTP when `tls` is null. Closed at once when there is no memory for TLS.
  Connection(boost::asio::ip::tcp::socket socket, const SslContext& tls);

  // Comes before all else when there is TLS; else does nothing.
  boost::asio::awaitable<Error> Handshake();
  // Reads some bytes.
  Result Read(boost::asio::mutable_buffer buffer);
  // Writes all of them.
  Result Write(const Buffers& buffers);
  // Tells the peer that nothing more comes; it may still send.
  void Finish();

  // What is waited for ends with operation_aborted.
  void Cancel();
  void Close();

  bool has_tls() const { return ssl_ != nullptr; }
  // See Request::client_certificate_sha256; after the handshake.
  std::string ClientCertificateSha256() const;
  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  boost::asio::awaitable<Error> AwaitTls(int result);
  Result ReadTls(boost::asio::mutable_buffer buffer);
  Result WriteTls(Buffers buffers);

  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
};

}  // namespace tamarack::http
