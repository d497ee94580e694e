// The configuration file: what is wrong is named, and nothing is guessed.
#include "gateway/config.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

namespace tamarack::gateway {
namespace {

absl::StatusOr<Config> Load(const std::string& text) {
  auto path = std::filesystem::temp_directory_path() /
              ("gateway-config-" + std::to_string(::getpid()) + ".json");
  std::ofstream(path) << text;
  auto config = LoadConfig(path.string());
  std::filesystem::remove(path);
  return config;
}

constexpr char kRest[] =
    R"("credentials": {"address": "a:1", "client_secret_file": "s"}, "backends": [])";

TEST_CASE("a whole configuration is read, with paths relative to its folder", "[gateway]") {
  auto config = Load(R"({"public_url": "https://services.example", "assets_dir": "/srv/assets",
    "trusted_proxies": ["10.0.0.0/8"], "sign_in_path": "/{lang}/login",
    "credentials": {"address": "id:1", "client_id": "edge", "client_secret_file": "secret"},
    "backends": [{"name": "a", "descriptor_set": "a.binpb", "address": "b:2"}]})");
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(config->public_url == "https://services.example");
  CHECK(config->assets_dir == "/srv/assets");
  CHECK(config->credentials_client_id == "edge");
  CHECK(config->credentials_client_secret_file ==
        (std::filesystem::temp_directory_path() / "secret").string());
  CHECK(config->backends.at(0).address == "b:2");
  CHECK_FALSE(config->is_open);
}

TEST_CASE("a wrong configuration is refused by the name of what is wrong", "[gateway]") {
  auto [text, wanted] = GENERATE(table<std::string, const char*>({
      {"", "json"},
      {"{", "json"},
      {"{}", "public_url: is required"},
      {R"({"public_url": "http://x/path", )" + std::string(kRest) + "}", "public_url: must be"},
      {R"({"public_url": "ftp://x", )" + std::string(kRest) + "}", "public_url: must be"},
      {R"({"public_url": "https://", )" + std::string(kRest) + "}", "public_url: must be"},
      {R"({"public_url": 5, )" + std::string(kRest) + "}", "public_url: must be a string"},
      {R"({"public_url": "http://x", "nonsense": 1, )" + std::string(kRest) + "}",
       "nonsense: no such setting"},
      {R"({"public_url": "http://x", "authentication": "maybe", )" + std::string(kRest) + "}",
       "authentication"},
      {R"({"public_url": "http://x", "trusted_proxies": "all", )" + std::string(kRest) + "}",
       "trusted_proxies"},
      {R"({"public_url": "http://x", "backends": []})", "credentials: is required"},
      {R"({"public_url": "http://x", "credentials": {"address": "a"}, "backends": []})",
       "credentials.client_secret_file: is required"},
      {R"({"public_url": "http://x", "credentials": {"address": "a", "client_secret_file": "s"}})",
       "backends: is required"},
      {R"({"public_url": "http://x", "authentication": "none", "backends": [{"name": "a"}]})",
       "backends[0].descriptor_set: is required"},
      {R"({"public_url": "http://x", "authentication": "none", "backends": [{"name": "a", "descriptor_set": "d",
        "address": "b", "port": 5}]})",
       "backends[0].port: no such setting"},
  }));
  INFO(text);
  auto config = Load(text);
  REQUIRE_FALSE(config.ok());
  CHECK_THAT(std::string(config.status().message()),
             Catch::Contains(wanted, Catch::CaseSensitive::No));
}

TEST_CASE("a file that is no descriptor set is refused", "[gateway]") {
  Config::Backend backend;
  backend.descriptor_set = "/nonexistent";
  CHECK_FALSE(LoadDescriptors(backend).ok());
  backend.descriptor_set = TAMARACK_SOURCE_DIR "/CMakeLists.txt";
  CHECK_FALSE(LoadDescriptors(backend).ok());
}

}  // namespace
}  // namespace tamarack::gateway
