#pragma once

#include "gateway/limits/rate_class.h"
#include "gateway/request/forwarded.h"
#include "gateway/routing/plugin.h"
#include "gateway/routing/route_table.h"
#include "platform/http/tls.h"
#include "platform/rpc/channel.h"

#include <absl/status/statusor.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tamarack::gateway {

// The gateway's one configuration file (JSON; config.schema.json describes it, README.md explains
// it). Relative paths are relative to the file's folder.
struct Config {
  struct Backend {
    std::string name;
    std::string address;         // gRPC target.
    std::string audience;        // Of the tokens that it is sent; its name unless given.
    std::string descriptor_set;  // File; empty if the back end is asked by server reflection.
    bool uses_reflection = false;
    bool allows_breaking = false;       // Changes that break its callers are accepted.
    std::set<std::string> lint_ignore;  // Rules of lint.h whose errors become warnings.
    // Absent: the platform's own, which its entry says of itself, unless nobody is asked who they
    // are.
    std::optional<Plugin> plugin;
    // Where its routes may be; empty: anywhere. A segment that is a variable is written `*`.
    std::vector<std::string> paths;
    std::string health_service;             // Under which name it is asked; none: the whole server.
    bool checks_health = false;             // By grpc.health.v1; what is not serving is not called.
    std::vector<std::string> cors_origins;  // Web sites whose scripts may call it; `*` is any.
    bool retries = true;                    // Idempotent methods only.
    rpc::ChannelOptions channel;            // Without the service config, which the routes decide.
    bool operator==(const Backend&) const = default;
  };
  std::vector<Backend> backends;
  http::TlsOptions tls;  // Of the public server; without a certificate it speaks plain HTTP.
  // Where credentials are exchanged for access tokens. An empty address is allowed with
  // authentication "none" only.
  std::string credentials_address;
  std::string credentials_client_id = "gateway";
  std::string credentials_client_secret_file;
  std::optional<rpc::ChannelTls> credentials_tls;  // Absent: plain text.
  // `"authentication": "none"`: nobody is asked who they are. For trying out one service on the
  // loopback interface.
  bool is_open = false;
  // Figures of rate classes, and the Redis (`unix:/path` or `host:port`) in which all gateways
  // count together; without one each counts by itself. Absent and open: no limits.
  bool has_limits = false;
  RateClasses rate_classes;
  std::string limits_redis;
  std::string limits_redis_username;
  std::string limits_redis_password_file;
  std::string assets_dir;
  std::string brand_file;
  // `https://services.example`, without a trailing slash: our own origin. May be empty if
  // `is_open`: then it is where we listen.
  std::string public_url;
  // Domains for which browsers set no cookies, as `gov.example`: hosts below one share none.
  std::vector<std::string> public_suffixes;
  std::string sign_in_path = "/{lang}/sign-in";
  std::vector<std::string>
      trusted_proxies;  // Addresses and CIDR networks whose forwarded_header is believed.
  ForwardedHeader forwarded_header = ForwardedHeader::kXForwarded;
  bool operator==(const Config&) const = default;
};

// INVALID_ARGUMENT with one line for each problem: the file, the member and what is wrong with it.
absl::StatusOr<Config> LoadConfig(const std::string& path);

// Addresses other than loopback ones that are called in plain text, by the name of their entry.
std::vector<std::string> PlainTextEntries(const Config& config);

// Reads the descriptor set of a back end that has one.
absl::StatusOr<BackendDescriptors> LoadDescriptors(const Config::Backend& backend);

}  // namespace tamarack::gateway
