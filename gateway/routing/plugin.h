#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tamarack::gateway {

// What is known of a plug-in: a back end that is not the platform's own, hence trusted with no more
// than stands here.
struct Plugin {
  std::string owner;  // Id of the ministry, as identity names it.
  // Where its pages live, apart from everybody else's cookies and scripts (`https://host`); empty:
  // it has none.
  std::string pages_origin = {};
  std::vector<std::string> cookies = {};  // That it may set and be shown, by name.
  std::vector<std::string> headers = {};  // Of requests that it may be shown, in any case.
  // Whether it learns from where people call (personal data), and the SHA-256 of the certificate
  // that a client showed: by either it could know who calls others, too.
  bool sees_client_ip = false;
  bool sees_client_certificate = false;
  int64_t body_bytes_max = 4 << 20;  // Of requests, whatever its methods ask for; what gRPC takes.

  bool operator==(const Plugin&) const = default;
};

}  // namespace tamarack::gateway
