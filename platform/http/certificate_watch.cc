#include "platform/http/certificate_watch.h"

#include "platform/runtime/task_group.h"
#include "platform/telemetry/metrics.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>

namespace tamarack::http {
namespace {

// In Unix seconds.
std::optional<double> ExpiryOf(const std::string& file) {
  std::unique_ptr<FILE, int (*)(FILE*)> opened(std::fopen(file.c_str(), "re"), std::fclose);
  if (opened == nullptr) return std::nullopt;
  std::unique_ptr<X509, void (*)(X509*)> certificate(
      PEM_read_X509(opened.get(), nullptr, nullptr, nullptr), X509_free);
  std::tm utc{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &utc) != 1)
    return std::nullopt;
  return static_cast<double>(timegm(&utc));
}

}  // namespace

boost::asio::awaitable<void> WatchCertificate(std::string file, std::string use,
                                              prometheus::Registry& registry) {
  for (; !co_await runtime::IsAskedToEnd(); co_await runtime::SleepFor(std::chrono::minutes(1))) {
    if (auto expiry = ExpiryOf(file)) {
      telemetry::Gauge(registry, "tamarack_tls_certificate_expiry_timestamp_seconds",
                       "When the certificate ends, in Unix seconds", {{"use", use}})
          .Set(*expiry);
    }
  }
}

}  // namespace tamarack::http
