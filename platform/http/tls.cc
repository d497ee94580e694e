#include "platform/http/tls.h"

#include "platform/config/file_fingerprint.h"
#include "platform/telemetry/log.h"

#include <absl/strings/str_cat.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>

namespace tamarack::http {
namespace {

// Ephemeral keys and authenticated encryption only; TLS 1.3's own suites are all like that.
constexpr char kTls12Ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr long kSessionSeconds = 3600;
constexpr std::chrono::hours kTicketKeyTime{6};

absl::Status Fail(const std::string& what, const std::string& file) {
  char reason[256] = "unknown";
  if (unsigned long error = ERR_get_error()) ERR_error_string_n(error, reason, sizeof reason);
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(file, ": ", what, ": ", reason));
}

// HTTP/2 and 3 end at the ingress in front. A client that offers only those had better be told.
int SelectProtocol(SSL*, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* selected = nullptr;
  int result = SSL_select_next_proto(&selected, out_size, kHttp11, sizeof kHttp11 - 1, offered,
                                     offered_size);
  *out = selected;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

absl::Status AskForClientCertificates(SSL_CTX* context, const std::string& file) {
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr) return Fail("no certificate authorities", file);
  SSL_CTX_set_client_CA_list(context, names);  // takes them over
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    return Fail("no certificate authorities", file);
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SslContext> LoadTls(const TlsOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
  SslContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX* raw = context.get();
  if (raw == nullptr) return Fail("no TLS", options.certificate_file);
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(raw, kTls12Ciphers);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(raw, 1);
  // Sessions resume by tickets alone, under keys that end with this context.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(raw, kSessionSeconds);
  SSL_CTX_set_num_tickets(raw, 1);
  constexpr unsigned char kSessionContext[] = "tamarack";
  SSL_CTX_set_session_id_context(raw, kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_alpn_select_cb(raw, SelectProtocol, nullptr);

  if (SSL_CTX_use_certificate_chain_file(raw, options.certificate_file.c_str()) != 1) {
    return Fail("no certificate", options.certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(raw, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(raw) != 1) {
    return Fail("not the certificate's key", options.key_file);
  }
  if (!options.client_ca_file.empty()) {
    absl::Status status = AskForClientCertificates(raw, options.client_ca_file);
    if (!status.ok()) return status;
  }
  return context;
}

TlsReloader::TlsReloader(boost::asio::any_io_executor executor, TlsOptions options,
                         SslContext loaded)
    : options_(std::move(options)),
      current_(std::move(loaded)),
      timer_(executor),
      fingerprint_(Fingerprint()),
      loaded_at_(std::chrono::steady_clock::now()) {}

void TlsReloader::Start() {
  timer_.expires_after(options_.reload_interval);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (error || !self) return;
    self->Look();
    self->Start();
  });
}

void TlsReloader::Look() {
  std::string fingerprint = Fingerprint();
  bool has_changed = fingerprint != fingerprint_;
  auto now = std::chrono::steady_clock::now();
  if (!has_changed && now < loaded_at_ + kTicketKeyTime) return;
  fingerprint_ = fingerprint;
  loaded_at_ = now;
  auto loaded = LoadTls(options_);
  if (!loaded.ok()) {
    telemetry::Log(telemetry::Level::kError, "TLS files not usable, the old ones stay in use",
                   {{"error", loaded.status().message()}});
    return;
  }
  current_ = *std::move(loaded);
  if (has_changed) telemetry::Log(telemetry::Level::kInfo, "TLS certificate reloaded");
}

std::string TlsReloader::Fingerprint() const {
  return config::FileFingerprint(
      {options_.certificate_file, options_.key_file, options_.client_ca_file});
}

}  // namespace tamarack::http
