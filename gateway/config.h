#pragma once

#include "gateway/route_table.h"

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace tamarack::gateway {

// The gateway's one configuration file (JSON; see README.md). Relative paths are relative to the
// file's folder.
struct Config {
  struct Backend {
    std::string name;
    std::string descriptor_set;  // File.
    std::string address;         // gRPC target.
  };
  std::vector<Backend> backends;
  // Where credentials are exchanged for access tokens. An empty address is allowed with
  // authentication "none" only.
  std::string credentials_address;
  std::string credentials_client_id = "gateway";
  std::string credentials_client_secret_file;
  // `"authentication": "none"`: nobody is asked who they are. For trying out one service on the
  // loopback interface.
  bool is_open = false;
  std::string assets_dir;
  std::string brand_file;
  std::string public_url;  // `https://services.example`, without a trailing slash: our own origin.
  std::string sign_in_path = "/{lang}/sign-in";
  std::vector<std::string>
      trusted_proxies;  // Addresses and CIDR networks whose X-Forwarded-For is believed.
};

// INVALID_ARGUMENT with the member's name for an unknown, missing or wrong one.
absl::StatusOr<Config> LoadConfig(const std::string& path);

// Reads every back end's descriptor set.
absl::StatusOr<std::vector<BackendDescriptors>> LoadDescriptors(const Config& config);

}  // namespace tamarack::gateway
