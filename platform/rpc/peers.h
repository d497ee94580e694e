#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::rpc {

// Which processes of the platform may call this one, and what each may say. A process is known by a
// name in its certificate (subject alternative name, DNS or URI), which is its role's own name
// (`gateway`, `identity`, …) unless the deployment names it otherwise.
class Peers {
 public:
  // `role=name,role=name`; a role that stands twice has both names, one that does not its own.
  static absl::StatusOr<Peers> Parse(std::string_view text);
  Peers() = default;

  // Names of a certificate as they are compared here: a URI as it is, a DNS name without regard to
  // case (RFC 5280 section 7.2). What has no scheme is no URI, so that it never passes for a role.
  static bool IsUri(std::string_view name);
  static std::string DnsName(std::string_view name);

  // The DNS name that the certificate of a server in this role must have.
  std::string ServerName(const std::string& role) const;

  // May whoever has these names in its certificate call "/package.Service/Method" with this
  // metadata (its keys)? The gateway may, with any; others where the method's option `peers` names
  // them, and of the platform's metadata with what rpc::Client writes; whether we serve, anybody.
  // PERMISSION_DENIED otherwise.
  absl::Status CheckCall(const std::vector<std::string>& names, std::string_view path,
                         const std::vector<std::string_view>& keys) const;

 private:
  bool HasRole(const std::string& role, const std::vector<std::string>& names) const;

  std::map<std::string, std::vector<std::string>> names_;  // By role, where not its own.
};

}  // namespace tamarack::rpc
