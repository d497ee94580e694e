#include "platform/http/connection.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace tamarack::http {
namespace asio = boost::asio;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr size_t kJoinedBytesMax = 16 * 1024;  // What fits one TLS record.

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const SslContext& tls)
    : socket_(std::move(socket)), ssl_(tls ? SSL_new(tls.get()) : nullptr, SSL_free) {
  Error ignored;
  if (tls && !ssl_) socket_.close(ignored);  // nothing is ever said without TLS
  if (!ssl_) return;
  socket_.non_blocking(true, ignored);
  SSL_set_fd(ssl_.get(), socket_.native_handle());
  SSL_set_accept_state(ssl_.get());
}

asio::awaitable<Connection::Error> Connection::Handshake() {
  while (ssl_) {
    ERR_clear_error();
    int result = SSL_do_handshake(ssl_.get());
    if (result == 1) break;
    Error error = co_await AwaitTls(result);
    if (error) co_return error;
  }
  co_return Error{};
}

Connection::Result Connection::Read(asio::mutable_buffer buffer) {
  return ssl_ ? ReadTls(buffer) : socket_.async_read_some(buffer, kTuple);
}

Connection::Result Connection::Write(const Buffers& buffers) {
  return ssl_ ? WriteTls(buffers) : asio::async_write(socket_, buffers, kTuple);
}

// Waits for what an operation that had `result` needs to go on.
asio::awaitable<Connection::Error> Connection::AwaitTls(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: {
      auto [error] = co_await socket_.async_wait(asio::ip::tcp::socket::wait_read, kTuple);
      co_return error;
    }
    case SSL_ERROR_WANT_WRITE: {
      auto [error] = co_await socket_.async_wait(asio::ip::tcp::socket::wait_write, kTuple);
      co_return error;
    }
    case SSL_ERROR_ZERO_RETURN:
      co_return asio::error::eof;
    default:
      // Nothing more can be said over it: not even that this is the end.
      SSL_set_quiet_shutdown(ssl_.get(), 1);
      co_return asio::error::connection_aborted;
  }
}

Connection::Result Connection::ReadTls(asio::mutable_buffer buffer) {
  for (;;) {
    ERR_clear_error();
    size_t count = 0;
    int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
    if (result == 1) co_return std::tuple(Error{}, count);
    Error error = co_await AwaitTls(result);
    if (error) co_return std::tuple(error, size_t{0});
  }
}

Connection::Result Connection::WriteTls(Buffers buffers) {
  std::string joined;  // One record for head and body, where one is enough.
  if (asio::buffer_size(buffers) <= kJoinedBytesMax) {
    for (const auto& buffer : buffers) {
      joined.append(static_cast<const char*>(buffer.data()), buffer.size());
    }
    buffers = {asio::buffer(joined)};
  }
  size_t total = 0;
  for (asio::const_buffer buffer : buffers) {
    while (buffer.size() > 0) {
      ERR_clear_error();
      size_t count = 0;
      int result = SSL_write_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
      buffer += count;
      total += count;
      if (result == 1) continue;
      Error error = co_await AwaitTls(result);
      if (error) co_return std::tuple(error, total);
    }
  }
  co_return std::tuple(Error{}, total);
}

void Connection::Finish() {
  Error ignored;
  bool has_said = !ssl_ || (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0;
  if (!has_said && SSL_is_init_finished(ssl_.get())) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // Says close_notify and does not wait for the peer's.
  }
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Connection::Cancel() {
  Error ignored;
  socket_.cancel(ignored);
}

void Connection::Close() {
  Error ignored;
  if (ssl_) SSL_set_fd(ssl_.get(), -1);  // the number may soon be another connection's
  socket_.close(ignored);
}

std::string Connection::ClientCertificateSha256() const {
  std::unique_ptr<X509, void (*)(X509*)> certificate(
      ssl_ ? SSL_get1_peer_certificate(ssl_.get()) : nullptr, X509_free);
  if (!certificate) return {};
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  X509_digest(certificate.get(), EVP_sha256(), reinterpret_cast<unsigned char*>(digest.data()),
              &size);
  digest.resize(size);
  return digest;
}

}  // namespace tamarack::http
