#pragma once

#include <prometheus/registry.h>
#include <boost/asio/awaitable.hpp>

#include <string>

namespace tamarack::http {

// Shows when the certificate ends that `file` (PEM) begins with, now and every minute, as
// `tamarack_tls_certificate_expiry_timestamp_seconds`. `use` says what it is for: the process's own
// (`peer`), the public server's, or a back end's name. A file that cannot be read changes nothing:
// whoever serves with it says so.
boost::asio::awaitable<void> WatchCertificate(std::string file, std::string use,
                                              prometheus::Registry& registry);

}  // namespace tamarack::http
