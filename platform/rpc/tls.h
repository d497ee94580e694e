#pragma once

#include <string>

namespace tamarack::rpc {

// PEM files of mutual TLS, which are read again when they change. One file may hold both
// certificate and key, so that a rename replaces them in one step.
struct TlsFiles {
  std::string ca_file;    // Who may have signed the other side's certificate.
  std::string cert_file;  // Ours, followed by the intermediate ones.
  std::string key_file;   // Of `cert_file`.
  bool operator==(const TlsFiles&) const = default;
};

// TLS of a channel. Without a certificate of ours only the server shows one.
struct ChannelTls : TlsFiles {
  std::string server_name;  // That the certificate must have, where it is not the address's host.
  bool operator==(const ChannelTls&) const = default;
};

}  // namespace tamarack::rpc
