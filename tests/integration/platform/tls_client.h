#pragma once

#include "tests/integration/platform/certificates.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

namespace tamarack::test {

// A blocking TLS client that believes any certificate and tells what it got. Reads give up after 5
// s.
class TlsClient {
 public:
  struct Options {
    int version_max = TLS1_3_VERSION;
    std::string protocols = {};  // ALPN, in wire format.
    const Certificate* certificate = nullptr;
    std::shared_ptr<SSL_SESSION> session = {};  // To resume.
  };

  TlsClient(int port, const Options& options) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    timeval limit{5, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
    SSL_CTX* context = context_.get();
    SSL_CTX_set_security_level(context, 0);  // so that it can offer what is too old
    SSL_CTX_set_max_proto_version(context, options.version_max);
    if (options.certificate) {
      SSL_CTX_use_certificate(context, options.certificate->x509.get());
      SSL_CTX_use_PrivateKey(context, options.certificate->key.get());
    }
    ssl_.reset(SSL_new(context));
    const auto* protocols = reinterpret_cast<const unsigned char*>(options.protocols.data());
    SSL_set_alpn_protos(ssl_.get(), protocols, static_cast<unsigned>(options.protocols.size()));
    if (options.session) SSL_set_session(ssl_.get(), options.session.get());
    SSL_set_fd(ssl_.get(), socket_);
    is_connected_ = SSL_connect(ssl_.get()) == 1;
  }
  ~TlsClient() {
    ssl_.reset();
    if (socket_ >= 0) close(socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool is_connected() const { return is_connected_; }
  bool is_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  int version() const { return SSL_version(ssl_.get()); }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  // After an answer: TLS 1.3 sends tickets behind the handshake.
  std::shared_ptr<SSL_SESSION> session() const {
    return {SSL_get1_session(ssl_.get()), SSL_SESSION_free};
  }
  std::string PeerName() const {
    std::unique_ptr<X509, void (*)(X509*)> peer(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    char name[64] = "";
    if (peer)
      X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name, 64);
    return name;
  }

  void Send(const std::string& text) {
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
  }
  // The body of the next answer; empty when the connection ends before it.
  std::string Ask(const std::string& request) {
    Send(request);
    return ReadBody();
  }
  std::string ReadBody() {
    size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!More()) return "";
    }
    size_t size = std::stoul(pending_.substr(pending_.find("Content-Length: ") + 16));
    while (pending_.size() < end + 4 + size) {
      if (!More()) return "";
    }
    std::string body = pending_.substr(end + 4, size);
    pending_.erase(0, end + 4 + size);
    return body;
  }
  // What comes up to and with `end`; empty when the connection ends before it.
  std::string ReadUntil(const std::string& end) {
    size_t at;
    while ((at = pending_.find(end)) == std::string::npos) {
      if (!More()) return "";
    }
    std::string text = pending_.substr(0, at + end.size());
    pending_.erase(0, text.size());
    return text;
  }
  // True when the server ends the TLS connection as TLS wants it: with close_notify.
  bool ReadsEnd() {
    char byte;
    int count = SSL_read(ssl_.get(), &byte, 1);
    return count <= 0 && SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN;
  }
  // As browsers do it: close_notify, then the socket.
  void Close() {
    SSL_shutdown(ssl_.get());
    shutdown(socket_, SHUT_RDWR);
  }

 private:
  bool More() {
    char bytes[16384];
    int count = SSL_read(ssl_.get(), bytes, sizeof bytes);
    if (count > 0) pending_.append(bytes, static_cast<size_t>(count));
    return count > 0;
  }

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{SSL_CTX_new(TLS_client_method()),
                                                        SSL_CTX_free};
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
  int socket_ = -1;
  bool is_connected_ = false;
  std::string pending_;
};

}  // namespace tamarack::test
