// The platform's own OAuth clients: its services, and the one that seeds a new installation. Their
// scopes, and the one service that each calls, are code, so that no administrator can widen them;
// their secrets are files.
#pragma once

#include "services/identity/clients/tenant_repository.h"

#include <map>
#include <string>
#include <string_view>

namespace tamarack::identity {

// Made by the migration: the platform as a ministry with one service.
inline constexpr char kPlatformMinistryId[] = "00000000-0000-7000-8000-000000000001";
inline constexpr char kPlatformServiceId[] = "00000000-0000-7000-8000-000000000002";

class InternalClients {
 public:
  // Lets the client `name` in with that secret. Aborts for a name that is none of ours.
  void Add(std::string_view name, std::string_view secret);

  // nullptr when the platform has no such client, or it has no secret.
  const OauthClient* Find(std::string_view id) const;

  // `<dir>/<name>.secret` of every service, and the bootstrap client's file. An empty path leaves
  // those clients out; a missing file ends the process with a message.
  static InternalClients FromFiles(const std::string& service_secrets_dir,
                                   const std::string& bootstrap_secret_file);

 private:
  std::map<std::string, OauthClient, std::less<>> clients_;
};

// The platform's client `name` without a secret; for identity's own tokens.
OauthClient PlatformClient(std::string_view name);

}  // namespace tamarack::identity
