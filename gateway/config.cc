#include "gateway/config.h"

#include "platform/base/status.h"
#include "platform/crypto/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tamarack::gateway {
namespace json = boost::json;

namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Reads the members of one JSON object and remembers which were asked for, so that the others can
// be refused.
class Members {
 public:
  Members(const json::object& object, std::string name) : object_(object), name_(std::move(name)) {}

  void Text(const char* key, std::string* value, bool is_required = false) {
    const json::value* found = Find(key);
    if (found != nullptr && found->is_string()) {
      value->assign(found->get_string().data(), found->get_string().size());
    } else if (found != nullptr) {
      Fail(key, "must be a string");
    }
    if (is_required && value->empty()) Fail(key, "is required");
  }
  const json::array* List(const char* key) {
    const json::value* found = Find(key);
    if (found == nullptr) return nullptr;
    if (!found->is_array()) Fail(key, "must be an array");
    return found->if_array();
  }
  const json::object* Object(const char* key) {
    const json::value* found = Find(key);
    if (found == nullptr) return nullptr;
    if (!found->is_object()) Fail(key, "must be an object");
    return found->if_object();
  }
  void Fail(std::string_view key, std::string_view what) {
    if (status_.ok()) {
      status_ = absl::InvalidArgumentError(absl::StrCat(name_, ToAbsl(key), ": ", ToAbsl(what)));
    }
  }
  absl::Status Finish() {
    for (const auto& member : object_) {
      if (!known_.contains(std::string(member.key())))
        Fail(std::string(member.key()), "no such setting");
    }
    return status_;
  }

 private:
  const json::value* Find(const char* key) {
    known_.insert(key);
    return object_.if_contains(key);
  }

  const json::object& object_;
  std::string name_;
  std::set<std::string> known_;
  absl::Status status_;
};

void Resolve(const std::filesystem::path& folder, std::string* path) {
  if (!path->empty()) *path = (folder / *path).lexically_normal().string();
}

absl::Status ReadBackends(const json::array& list, const std::filesystem::path& folder,
                          Config* config) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) return absl::InvalidArgumentError("backends: must hold objects");
    Members members(list[i].get_object(), absl::StrCat("backends[", i, "]."));
    Config::Backend backend;
    members.Text("name", &backend.name, true);
    members.Text("descriptor_set", &backend.descriptor_set, true);
    members.Text("address", &backend.address, true);
    if (auto status = members.Finish(); !status.ok()) return status;
    Resolve(folder, &backend.descriptor_set);
    config->backends.push_back(std::move(backend));
  }
  return absl::OkStatus();
}

absl::Status ReadCredentials(const json::object& object, const std::filesystem::path& folder,
                             Config* config) {
  Members members(object, "credentials.");
  members.Text("address", &config->credentials_address, true);
  members.Text("client_id", &config->credentials_client_id);
  members.Text("client_secret_file", &config->credentials_client_secret_file, true);
  Resolve(folder, &config->credentials_client_secret_file);
  return members.Finish();
}

// An origin and nothing more, since cookies, CSRF checks and redirects are made from it.
bool IsOrigin(std::string_view url) {
  size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  return scheme > 0 && url.size() > scheme &&
         url.find_first_of("/?#@ ", scheme) == std::string_view::npos;
}

}  // namespace

absl::StatusOr<Config> LoadConfig(const std::string& path) {
  auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  auto object = crypto::ParseStrictObject(*text);
  if (!object.ok())
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", object.status().message()));

  Config config;
  std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  Members members(*object, "");
  std::string authentication;
  members.Text("public_url", &config.public_url, true);
  members.Text("assets_dir", &config.assets_dir);
  members.Text("brand_file", &config.brand_file);
  members.Text("sign_in_path", &config.sign_in_path);
  members.Text("authentication", &authentication);
  Resolve(folder, &config.assets_dir);
  Resolve(folder, &config.brand_file);
  if (!config.public_url.empty() && !IsOrigin(config.public_url)) {
    members.Fail("public_url", "must be http(s)://host[:port] without a path");
  }
  if (const json::array* proxies = members.List("trusted_proxies")) {
    for (const json::value& proxy : *proxies) {
      if (!proxy.is_string()) {
        members.Fail("trusted_proxies", "must hold strings");
      } else {
        config.trusted_proxies.emplace_back(proxy.get_string().data(), proxy.get_string().size());
      }
    }
  }
  if (!authentication.empty() && authentication != "none")
    members.Fail("authentication", "can only be `none`");
  config.is_open = authentication == "none";
  absl::Status status;
  if (const json::object* credentials = members.Object("credentials")) {
    status.Update(ReadCredentials(*credentials, folder, &config));
  } else if (!config.is_open) {
    members.Fail("credentials", "is required");
  }
  if (const json::array* backends = members.List("backends")) {
    status.Update(ReadBackends(*backends, folder, &config));
  } else {
    members.Fail("backends", "is required");
  }
  status.Update(members.Finish());
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", status.message()));
  return config;
}

absl::StatusOr<std::vector<BackendDescriptors>> LoadDescriptors(const Config& config) {
  std::vector<BackendDescriptors> all;
  for (const auto& backend : config.backends) {
    auto bytes = ReadFile(backend.descriptor_set);
    if (!bytes.ok()) return bytes.status();
    BackendDescriptors descriptors{backend.name, {}};
    if (!descriptors.files.ParseFromString(*bytes) || descriptors.files.file().empty()) {
      return absl::InvalidArgumentError(backend.descriptor_set + " is not a descriptor set");
    }
    all.push_back(std::move(descriptors));
  }
  return all;
}

}  // namespace tamarack::gateway
