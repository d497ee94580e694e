#include "gateway/config/config.h"

#include "gateway/config/config_members.h"
#include "gateway/config/pages_origins.h"
#include "platform/auth/platform_services.h"
#include "platform/base/id.h"
#include "platform/base/status.h"
#include "platform/json/strict.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tamarack::gateway {
namespace json = boost::json;

namespace {

using Folder = std::filesystem::path;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

rpc::ChannelTls ReadTls(ConfigMembers members, const Folder& folder) {
  rpc::ChannelTls tls;
  members.File("ca_file", folder, &tls.ca_file, true);
  members.File("cert_file", folder, &tls.cert_file);
  members.File("key_file", folder, &tls.key_file);
  members.Text("server_name", &tls.server_name);
  if (tls.cert_file.empty() != tls.key_file.empty())
    members.Fail("cert_file", "goes with key_file");
  members.Finish();
  return tls;
}

bool IsLoopbackHost(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

// Whether every address of a gRPC target is on this machine.
bool IsLoopback(std::string_view target) {
  if (target.starts_with("unix:")) return true;
  for (std::string_view scheme : {"dns:///", "dns:", "ipv4:", "ipv6:"}) {
    if (target.starts_with(scheme)) {
      target.remove_prefix(scheme.size());
      break;
    }
  }
  for (const auto address : absl::StrSplit(ToAbsl(target), ',')) {
    if (!IsLoopbackHost(ToStd(address.substr(0, address.rfind(':'))))) return false;
  }
  return true;
}

// How an address is called: with `tls`, or in plain text where the entry says so or nothing leaves
// the machine.
std::optional<rpc::ChannelTls> ReadSecurity(ConfigMembers& members, const std::string& name,
                                            const std::string& address, const Folder& folder) {
  std::optional<rpc::ChannelTls> tls;
  if (const json::object* object = members.Object("tls"))
    tls = ReadTls({*object, name + "tls.", members.problems()}, folder);
  bool is_plain = false;
  members.Flag("plain_text", &is_plain);
  if (tls && is_plain) members.Fail("plain_text", "goes without tls");
  if (!tls && !is_plain && !address.empty() && !IsLoopback(address))
    members.Fail("tls", "is required, unless the address is on loopback or plain_text is true");
  return tls;
}

// The names of the platform's own cookies: no plug-in sets one or is shown one.
bool IsPlatformCookie(std::string_view name) {
  return absl::StartsWithIgnoreCase(ToAbsl(name), "__Host-tamarack-");
}

// A token of RFC 9110, so that no name can stand for another one.
bool IsToken(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// As identity writes it: as text, two spellings of an id are two.
bool IsMinistryId(const std::string& id) {
  return IsUuid(id) && id == absl::AsciiStrToLower(id);
}

// What its entry trusts a plug-in with; nothing for one of the platform's own. Nobody passes for
// that by saying nothing, unless nobody is asked who they are.
std::optional<Plugin> ReadPlugin(ConfigMembers& members, bool is_open) {
  const std::string absent(1, '\0');  // an empty owner is a wrong one
  Plugin plugin{.owner = absent};
  bool is_platform = false;
  members.Text("owner", &plugin.owner);
  members.Flag("platform", &is_platform);
  members.Text("pages_origin", &plugin.pages_origin);
  members.Texts("cookies", &plugin.cookies);
  members.Texts("headers", &plugin.headers);
  members.Flag("client_ip", &plugin.sees_client_ip);
  members.Flag("client_certificate", &plugin.sees_client_certificate);
  members.Number("body_bytes_max", 1024, 64 << 20, &plugin.body_bytes_max);
  if (plugin.owner == absent) {
    if (!is_platform && !is_open) members.Fail("owner", "is required, unless platform is true");
    if (!plugin.pages_origin.empty()) members.Fail("pages_origin", "goes with an owner");
    if (!plugin.cookies.empty()) members.Fail("cookies", "goes with an owner");
    if (!plugin.headers.empty()) members.Fail("headers", "goes with an owner");
    if (plugin.sees_client_ip) members.Fail("client_ip", "goes with an owner");
    if (plugin.sees_client_certificate) members.Fail("client_certificate", "goes with an owner");
    if (plugin.body_bytes_max != Plugin().body_bytes_max)
      members.Fail("body_bytes_max", "goes with an owner");
    return std::nullopt;
  }
  if (is_platform) members.Fail("platform", "goes without an owner");
  if (!IsMinistryId(plugin.owner)) members.Fail("owner", "must be the id of a ministry");
  if (!plugin.pages_origin.empty() && !IsOrigin(plugin.pages_origin))
    members.Fail("pages_origin", kWantsOrigin);
  for (const std::string& name : plugin.cookies) {
    if (!IsToken(name)) members.Fail("cookies", "`" + name + "` is no name of a cookie");
    if (IsPlatformCookie(name)) members.Fail("cookies", "`" + name + "` is the platform's own");
  }
  for (const std::string& name : plugin.headers) {
    if (!IsToken(name)) members.Fail("headers", "`" + name + "` is no name of a header");
    if (IsCredentialHeader(name)) members.Fail("headers", "`" + name + "` holds credentials");
  }
  return plugin;
}

Config::Backend ReadBackend(ConfigMembers members, const std::string& name, const Folder& folder,
                            bool is_open) {
  Config::Backend backend;
  members.Text("name", &backend.name, true);
  members.Text("address", &backend.address, true);
  backend.audience = backend.name;
  members.Text("audience", &backend.audience);
  if (backend.audience.empty() && !backend.name.empty()) members.Fail("audience", "is empty");
  members.File("descriptor_set", folder, &backend.descriptor_set);
  members.Flag("reflection", &backend.uses_reflection);
  members.Flag("allow_breaking", &backend.allows_breaking);
  std::vector<std::string> ignored;
  members.Texts("lint_ignore", &ignored);
  backend.lint_ignore.insert(ignored.begin(), ignored.end());
  backend.plugin = ReadPlugin(members, is_open);
  members.Texts("paths", &backend.paths);
  for (const std::string& path : backend.paths) {
    if (!path.starts_with('/')) members.Fail("paths", "must begin with a slash");
  }
  members.Flag("health_check", &backend.checks_health);
  members.Text("health_service", &backend.health_service);
  members.Flag("retries", &backend.retries);
  members.Texts("cors_origins", &backend.cors_origins);
  for (const std::string& origin : backend.cors_origins) {
    if (origin != "*" && !IsOrigin(origin)) members.Fail("cors_origins", kWantsOrigin);
  }
  int64_t keepalive_seconds = backend.channel.keepalive.count();
  members.Number("keepalive_seconds", 10, 3600, &keepalive_seconds);
  backend.channel.keepalive = std::chrono::seconds(keepalive_seconds);
  int64_t message_bytes_max = backend.channel.message_bytes_max;
  members.Number("message_bytes_max", 1024, 1 << 30, &message_bytes_max);
  backend.channel.message_bytes_max = static_cast<int>(message_bytes_max);
  backend.channel.tls = ReadSecurity(members, name, backend.address, folder);
  if (backend.uses_reflection && !backend.descriptor_set.empty()) {
    members.Fail("reflection", "goes without a descriptor_set");
  } else if (!backend.uses_reflection && backend.descriptor_set.empty()) {
    members.Fail("descriptor_set", "is required, unless reflection is true");
  }
  members.Finish();
  return backend;
}

// A token is for one service of one owner: what it is sent, no other could use.
void CheckAudience(const Config& config, const Config::Backend& backend, const std::string& name,
                   ConfigMembers& members) {
  if (!config.public_url.empty() && backend.audience == config.public_url)
    members.Fail(name + "audience", "is that of clients' tokens");
  if (backend.plugin && auth::IsPlatformService(backend.audience))
    members.Fail(name + "audience", "is that of a service of the platform");
  for (const Config::Backend& other : config.backends) {
    bool is_same_owner = other.plugin.has_value() == backend.plugin.has_value() &&
                         (!other.plugin || other.plugin->owner == backend.plugin->owner);
    bool is_same_service = other.address == backend.address && is_same_owner;
    if (other.audience == backend.audience && !is_same_service && !backend.audience.empty())
      members.Fail(name + "audience", "another back end has it");
  }
}

void ReadBackends(ConfigMembers& members, const Folder& folder, Config* config) {
  const json::array* list = members.List("backends", true);
  if (list == nullptr) return;
  std::set<std::string> names;
  for (size_t i = 0; i < list->size(); ++i) {
    std::string name = absl::StrCat("backends[", i, "]");
    const json::object* object = (*list)[i].if_object();
    if (object == nullptr) {
      members.Fail(name, "must be an object");
      continue;
    }
    name += '.';
    auto backend = ReadBackend({*object, name, members.problems()}, name, folder, config->is_open);
    if (!backend.name.empty() && !names.insert(backend.name).second) {
      members.Fail(name + "name", "another back end has it");
    } else {
      CheckAudience(*config, backend, name, members);
    }
    config->backends.push_back(std::move(backend));
  }
}

void ReadServerTls(ConfigMembers members, const Folder& folder, http::TlsOptions* tls) {
  members.File("cert_file", folder, &tls->certificate_file, true);
  members.File("key_file", folder, &tls->key_file, true);
  members.File("client_ca_file", folder, &tls->client_ca_file);
  members.Finish();
}

void ReadCredentials(ConfigMembers members, const Folder& folder, Config* config) {
  members.Text("address", &config->credentials_address, true);
  members.Text("client_id", &config->credentials_client_id);
  members.File("client_secret_file", folder, &config->credentials_client_secret_file, true);
  config->credentials_tls =
      ReadSecurity(members, "credentials.", config->credentials_address, folder);
  members.Finish();
}

RateClass ReadRateClass(ConfigMembers members, RateClass figures) {
  members.Decimal("per_second", 0.001, 1e6, &figures.per_second);
  int64_t burst = figures.burst, concurrent = figures.concurrent;
  members.Number("burst", 1, 1'000'000, &burst);
  members.Number("per_day", 0, 1'000'000'000, &figures.per_day);
  members.Number("concurrent", 0, 1'000'000, &concurrent);
  figures.burst = static_cast<int>(burst);
  figures.concurrent = static_cast<int>(concurrent);
  members.Finish();
  return figures;
}

void ReadLimits(ConfigMembers members, const Folder& folder, Config* config) {
  config->has_limits = true;
  members.Text("redis", &config->limits_redis);
  members.Text("redis_username", &config->limits_redis_username);
  members.File("redis_password_file", folder, &config->limits_redis_password_file);
  if (const json::object* classes = members.Object("classes")) {
    for (const auto& [key, value] : *classes) {
      std::string name(key);
      const json::object* object = value.if_object();
      if (object == nullptr) {
        members.Fail("classes." + name, "must be an object");
        continue;
      }
      RateClass usual = config->rate_classes.Find(name, false).figures;
      ConfigMembers own(*object, absl::StrCat("limits.classes.", name, "."), members.problems());
      config->rate_classes.Set(name, ReadRateClass(std::move(own), usual));
    }
  }
  members.Finish();
}

void ReadAuthentication(ConfigMembers& members, const Folder& folder, Config* config) {
  std::string authentication;
  members.Text("authentication", &authentication);
  if (!authentication.empty() && authentication != "none")
    members.Fail("authentication", "can only be `none`");
  config->is_open = authentication == "none";
  if (const json::object* credentials = members.Object("credentials")) {
    ReadCredentials({*credentials, "credentials.", members.problems()}, folder, config);
  } else if (!config->is_open) {
    members.Fail("credentials", "is required, unless authentication is `none`");
  }
}

}  // namespace

absl::StatusOr<Config> LoadConfig(const std::string& path) {
  auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  auto object = ParseStrictObject(*text);
  if (!object.ok())
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", object.status().message()));

  Config config;
  Folder folder = std::filesystem::absolute(path).parent_path();
  std::vector<std::string> problems;
  ConfigMembers members(*object, "", &problems);
  std::string schema;
  members.Text("$schema", &schema);
  ReadAuthentication(members, folder, &config);
  members.Text("public_url", &config.public_url, !config.is_open);
  if (!config.public_url.empty() && !IsOrigin(config.public_url))
    members.Fail("public_url", kWantsOrigin);
  members.Texts("public_suffixes", &config.public_suffixes);
  for (const std::string& suffix : config.public_suffixes) {
    if (!IsDomain(suffix))
      members.Fail("public_suffixes", "`" + suffix + "` is no domain in lower case");
  }
  members.File("assets_dir", folder, &config.assets_dir);
  members.File("brand_file", folder, &config.brand_file);
  members.Text("sign_in_path", &config.sign_in_path);
  members.Texts("trusted_proxies", &config.trusted_proxies);
  std::string forwarded_header = "x-forwarded-for";
  members.Text("forwarded_header", &forwarded_header);
  if (forwarded_header == "forwarded") {
    config.forwarded_header = ForwardedHeader::kForwarded;
  } else if (forwarded_header != "x-forwarded-for") {
    members.Fail("forwarded_header", "must be `x-forwarded-for` or `forwarded`");
  }
  if (const json::object* tls = members.Object("tls"))
    ReadServerTls({*tls, "tls.", &problems}, folder, &config.tls);
  if (const json::object* limits = members.Object("limits"))
    ReadLimits({*limits, "limits.", members.problems()}, folder, &config);
  ReadBackends(members, folder, &config);
  CheckPagesOrigins(members, config);
  members.Finish();
  if (problems.empty()) return config;
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": ", absl::StrJoin(problems, absl::StrCat("\n", path, ": "))));
}

std::vector<std::string> PlainTextEntries(const Config& config) {
  std::vector<std::string> entries;
  if (!config.credentials_tls && !IsLoopback(config.credentials_address))
    entries.emplace_back("credentials");
  for (const auto& backend : config.backends) {
    if (!backend.channel.tls && !IsLoopback(backend.address)) entries.push_back(backend.name);
  }
  return entries;
}

absl::StatusOr<BackendDescriptors> LoadDescriptors(const Config::Backend& backend) {
  auto bytes = ReadFile(backend.descriptor_set);
  if (!bytes.ok()) return bytes.status();
  BackendDescriptors descriptors{backend.name, {}};
  if (!descriptors.files.ParseFromString(*bytes) || descriptors.files.file().empty())
    return absl::InvalidArgumentError(backend.descriptor_set + " is not a descriptor set");
  return descriptors;
}

}  // namespace tamarack::gateway
