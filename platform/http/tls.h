#pragma once

#include <absl/status/statusor.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace tamarack::http {

// A server's TLS: 1.2 with forward secrecy and AEAD ciphers, and 1.3; http/1.1 by ALPN. PEM files.
struct TlsOptions {
  std::string certificate_file;  // The server's first, then intermediate ones. Empty: no TLS.
  std::string key_file;
  // When set, clients are asked for a certificate: none is accepted, one that these authorities did
  // not sign ends the handshake.
  std::string client_ca_file;
  // How often the files are looked at.
  std::chrono::milliseconds reload_interval{2'000};
  bool operator==(const TlsOptions&) const = default;
};

using SslContext = std::shared_ptr<ssl_ctx_st>;

// INVALID_ARGUMENT with the file's name when one cannot be read or key and certificate differ.
absl::StatusOr<SslContext> LoadTls(const TlsOptions& options);

// Keeps the context for new handshakes current: it is loaded anew when a file changes, and every
// few hours, so that the keys of session tickets, which live in it, are not kept for long. Files
// that cannot be used are logged and change nothing. Connections go on with what they began with.
// On the executor only.
class TlsReloader : public std::enable_shared_from_this<TlsReloader> {
 public:
  TlsReloader(boost::asio::any_io_executor executor, TlsOptions options, SslContext loaded);

  void Start();
  void Stop() { timer_.cancel(); }
  const SslContext& current() const { return current_; }

 private:
  void Look();
  std::string Fingerprint() const;

  TlsOptions options_;
  SslContext current_;
  boost::asio::steady_timer timer_;
  std::string fingerprint_;  // Of the files as last tried.
  std::chrono::steady_clock::time_point loaded_at_;
};

}  // namespace tamarack::http
