// The configuration file: what is wrong is named, and nothing is guessed.
#include "gateway/config/config.h"

#include "platform/auth/platform_services.h"

#include <unistd.h>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
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
    R"("credentials": {"address": "127.0.0.1:1", "client_secret_file": "s"}, "backends": [])";

// One that lacks nothing but what a back end has beside its name and address.
std::string Backend(const std::string& members) {
  return R"({"authentication": "none", "backends": [{"name": "a", "address": "[::1]:1", )" +
         members + "}]}";
}

const std::string kMinistryA = "018f0000-0000-7000-8000-00000000000a";
const std::string kMinistryB = "018f0000-0000-7000-8000-00000000000b";

// Two plug-ins of two owners, and where their pages live.
std::string Pages(const std::string& public_url, const std::string& a, const std::string& b) {
  return R"({"public_url": ")" + public_url + R"(", "authentication": "none", "backends": [)" +
         R"({"name": "a", "address": "127.0.0.1:1", "reflection": true, "owner": ")" + kMinistryA +
         R"(", "pages_origin": ")" + a +
         R"("}, {"name": "b", "address": "127.0.0.1:1", "reflection": true, "owner": ")" +
         kMinistryB + R"(", "pages_origin": ")" + b + R"("}]})";
}

// One of a gateway that asks callers who they are.
std::string Closed(const std::string& members) {
  return R"({"public_url": "http://x", "credentials": {"address": "127.0.0.1:1", "client_secret_file": "s"},
    "backends": [{"name": "a", "reflection": true, )" +
         members + "}]}";
}

// The second of two.
std::string Two(const std::string& members) {
  std::string address =
      members.find("address") == std::string::npos ? R"("address": "127.0.0.1:2", )" : "";
  return R"({"authentication": "none", "public_url": "http://x", "backends": [)"
         R"({"name": "a", "address": "127.0.0.1:1", "reflection": true}, {"name": "b", "reflection": true, )" +
         address + members + "}]}";
}

TEST_CASE("a whole configuration is read, with paths relative to its folder", "[gateway]") {
  auto config = Load(R"({"public_url": "https://services.example", "assets_dir": "/srv/assets",
    "trusted_proxies": ["10.0.0.0/8"], "sign_in_path": "/{lang}/login",
    "credentials": {"address": "id:1", "client_id": "edge", "client_secret_file": "secret",
      "tls": {"ca_file": "ca.pem", "cert_file": "own.pem", "key_file": "own.pem", "server_name": "id"}},
    "backends": [{"name": "a", "platform": true, "descriptor_set": "a.binpb", "address": "b:2", "plain_text": true}]})");
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(config->public_url == "https://services.example");
  CHECK(config->assets_dir == "/srv/assets");
  CHECK(config->credentials_client_id == "edge");
  CHECK(config->credentials_client_secret_file ==
        (std::filesystem::temp_directory_path() / "secret").string());
  CHECK(config->backends.at(0).address == "b:2");
  REQUIRE(config->credentials_tls);
  CHECK(config->credentials_tls->server_name == "id");
  CHECK(config->credentials_tls->ca_file ==
        (std::filesystem::temp_directory_path() / "ca.pem").string());
  CHECK(PlainTextEntries(*config) == std::vector<std::string>{"a"});
  CHECK_FALSE(config->is_open);
}

TEST_CASE("what leaves the machine goes by TLS, unless its entry says otherwise", "[gateway]") {
  auto [address, is_loopback] = GENERATE(table<std::string, bool>({
      {"127.0.0.1:8124", true},
      {"localhost:8124", true},
      {"[::1]:8124", true},
      {"dns:///localhost:8124", true},
      {"ipv4:127.0.0.1:1,127.0.0.2:2", true},
      {"unix:/run/mine.sock", true},
      {"payments:50051", false},
      {"dns:///payments:50051", false},
      {"10.0.0.1:8124", false},
      {"127.evil.example:8124", false},
      {"localhost.evil.example:8124", false},
      {"ipv4:127.0.0.1:1,10.0.0.1:2", false},
      {"dns://127.0.0.1:53/payments:50051", false},
      {"localhost:1,payments:2", false},
  }));
  INFO(address);
  for (const char* more : {"", R"(, "plain_text": true)", R"(, "tls": {"ca_file": "c"})"}) {
    INFO(more);
    std::string entry = "\"address\": \"" + address + "\"" + more;
    auto backend =
        Load(R"({"authentication": "none", "backends": [{"name": "a", "reflection": true, )" +
             entry + "}]}");
    auto credentials = Load(R"({"public_url": "http://x", "backends": [], "credentials": {)"
                            R"("client_secret_file": "s", )" +
                            entry + "}}");
    CHECK(backend.ok() == (is_loopback || *more != '\0'));
    CHECK(credentials.ok() == backend.ok());
  }
}

TEST_CASE("a rate class keeps the figures that the configuration does not give", "[gateway]") {
  auto config = Load(R"({"public_url": "http://x", "limits": {"redis": "unix:/run/redis.sock",
    "classes": {"read": {"burst": 7}, "kites": {"per_second": 0.5, "concurrent": 0}}}, )" +
                     std::string(kRest) + "}");
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(config->limits_redis == "unix:/run/redis.sock");
  RateClass usual = RateClasses().Find("read", true).figures;
  CHECK(config->rate_classes.Find("read", true).figures.burst == 7);
  CHECK(config->rate_classes.Find("read", true).figures.per_second == usual.per_second);
  CHECK(config->rate_classes.Find("kites", true).figures.per_second == 0.5);
  CHECK(config->rate_classes.Find("kites", true).figures.concurrent == 0);
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
      {Backend(R"("reflection": "yes")"), "backends[0].reflection: must be true or false"},
      {Backend(R"("descriptor_set": "d", "reflection": true)"),
       "backends[0].reflection: goes without"},
      {Backend(R"("reflection": false)"), "backends[0].descriptor_set: is required"},
      {Backend(R"("reflection": true, "keepalive_seconds": 1)"),
       "keepalive_seconds: must be a whole number"},
      {Backend(R"("reflection": true, "message_bytes_max": 1.5)"),
       "message_bytes_max: must be a whole"},
      {Backend(R"("reflection": true, "lint_ignore": [1])"), "lint_ignore: must hold strings"},
      {Backend(R"("reflection": true, "plain_text": true, "tls": {"ca_file": "c"})"),
       "backends[0].plain_text: goes without tls"},
      {Backend(R"("reflection": true, "tls": {})"), "backends[0].tls.ca_file: is required"},
      {Backend(R"("reflection": true, "tls": {"ca_file": "c", "key_file": "k"})"),
       "tls.cert_file: goes with"},
      {Backend(R"("reflection": true, "tls": {"ca_file": "c", "ciphers": "k"})"),
       "tls.ciphers: no such"},
      {Backend(R"("reflection": true, "pages_origin": "https://a.example")"),
       "backends[0].pages_origin: goes with an owner"},
      {Backend(R"("reflection": true, "owner": "")"), "backends[0].owner: must be the id"},
      {Backend(R"("reflection": true, "cookies": ["basket"])"),
       "backends[0].cookies: goes with an owner"},
      {Backend(
           R"("reflection": true, "owner": "018f0000-0000-7000-8000-00000000000c", "pages_origin": "https://a.example/x")"),
       "backends[0].pages_origin: must be http"},
      {Backend(
           R"("reflection": true, "owner": "018f0000-0000-7000-8000-00000000000c", "cookies": ["__Host-tamarack-session"])"),
       "is the platform's own"},
      {Backend(
           R"("reflection": true, "owner": "018f0000-0000-7000-8000-00000000000c", "cookies": ["__HOST-Tamarack-csrf"])"),
       "is the platform's own"},
      {Backend(
           R"("reflection": true, "owner": "018f0000-0000-7000-8000-00000000000c", "cookies": ["a=b"])"),
       "is no name of a cookie"},
      {Backend(
           R"("reflection": true, "owner": "018f0000-0000-7000-8000-00000000000c", "cookies": [""])"),
       "is no name of a cookie"},
      {Pages("http://x.example:8080", "http://x.example:9090", "http://b.example"),
       "backends[0].pages_origin: is on the host of public_url"},
      {Pages("https://x.example", "https://X.example", "https://b.example"),
       "backends[0].pages_origin: is on the host of public_url"},
      {Pages("https://x.example", "http://a.example", "https://b.example"),
       "backends[0].pages_origin: must have the scheme of public_url"},
      {Pages("https://x.example", "https://a.example", "https://a.example:444"),
       "is on the host of another owner's pages"},
      {Pages("https://x.example", "https://a.x.example", "https://b.example"),
       "backends[0].pages_origin: has a domain in common with public_url"},
      {Pages("https://www.x.example", "https://b.example", "https://X.example:444"),
       "backends[1].pages_origin: has a domain in common with public_url"},
      {Pages("https://www.services.example", "https://fishing.services.example",
             "https://b.example"),
       "backends[0].pages_origin: has a domain in common with public_url"},
      {Pages("https://x.example", "https://a.plug-ins.example", "https://b.c.plug-ins.example"),
       "backends[1].pages_origin: has a domain in common with another owner's pages"},
      {Pages("https://x.example", "https://a.example", "https://b.a.example"),
       "backends[0].pages_origin: has a domain in common with another owner's pages"},
      {R"({"public_suffixes": ["Gov.example"], )" + std::string(kRest) + "}",
       "public_suffixes: `Gov.example` is no domain"},
      {R"({"public_suffixes": ["example"], )" + std::string(kRest) + "}",
       "public_suffixes: `example` is no domain"},
      {Backend(R"("reflection": true, "headers": ["X-Own"])"),
       "backends[0].headers: goes with an owner"},
      {Backend(
           R"("reflection": true, "owner": "018f0000-0000-7000-8000-00000000000c", "headers": ["a:"])"),
       "`a:` is no name of a header"},
      {Backend(
           R"("reflection": true, "owner": "018f0000-0000-7000-8000-00000000000c", "headers": ["Authorization"])"),
       "`Authorization` holds credentials"},
      {Closed(R"("address": "127.0.0.1:1")"),
       "backends[0].owner: is required, unless platform is true"},
      {Closed(R"("address": "127.0.0.1:1", "platform": false)"),
       "backends[0].owner: is required, unless platform is true"},
      {Backend(
           R"("reflection": true, "platform": true, "owner": "018f0000-0000-7000-8000-00000000000c")"),
       "backends[0].platform: goes without an owner"},
      {Backend(R"("reflection": true, "client_ip": true)"),
       "backends[0].client_ip: goes with an owner"},
      {Backend(R"("reflection": true, "client_certificate": true)"),
       "backends[0].client_certificate: goes with an owner"},
      {Backend(R"("reflection": true, "body_bytes_max": 2048)"),
       "backends[0].body_bytes_max: goes with an owner"},
      {Two(R"("audience": "payments", "owner": "018f0000-0000-7000-8000-000000000001")"),
       "backends[1].audience: is that of a service of the platform"},
      {R"({"authentication": "none", "backends": [5]})", "backends[0]: must be an object"},
      {R"({"authentication": "none", "backends": [{"name": "a", "address": "x", "reflection": true},
        {"name": "a", "address": "y", "reflection": true}]})",
       "backends[1].name: another back end has it"},
      {Backend(R"("reflection": true, "audience": "")"), "backends[0].audience: is empty"},
      {Backend(R"("reflection": true, "audience": 5)"), "backends[0].audience: must be a string"},
      {Two(R"("audience": "a")"), "backends[1].audience: another back end has it"},
      {Two(R"("audience": "a", "address": "127.0.0.1:1", "owner": "018f0000-0000-7000-8000-000000000001")"),
       "backends[1].audience: another back end has it"},
      {Two(R"("audience": "http://x")"), "backends[1].audience: is that of clients' tokens"},
      {Backend(R"("reflection": true, "owner": "health")"), "backends[0].owner: must be the id"},
      {Backend(R"("reflection": true, "owner": "018F0000-0000-7000-8000-000000000001")"),
       "backends[0].owner: must be the id"},
      {R"({"limits": {"classes": {"read": {"per_second": 0}}}})",
       "limits.classes.read.per_second: must be a number from 0.001"},
      {R"({"limits": {"classes": {"read": {"burst": 1.5}}}})",
       "limits.classes.read.burst: must be a whole number from 1"},
      {R"({"limits": {"classes": {"read": {"per_hour": 1}}}})",
       "limits.classes.read.per_hour: no such setting"},
      {R"({"limits": {"classes": {"read": 5}}})", "limits.classes.read: must be an object"},
      {R"({"limits": {"redis": 6379}})", "limits.redis: must be a string"},
  }));
  INFO(text);
  auto config = Load(text);
  REQUIRE_FALSE(config.ok());
  CHECK_THAT(std::string(config.status().message()),
             Catch::Contains(wanted, Catch::CaseSensitive::No));
}

TEST_CASE("every problem of a configuration is told, one a line", "[gateway]") {
  auto config = Load(R"({"public_url": 1, "nonsense": 2, "backends": [{"name": "a", "tls": {}}]})");
  REQUIRE_FALSE(config.ok());
  std::string text(config.status().message());
  for (const char* wanted :
       {"public_url: must be a string", "nonsense: no such setting", "credentials: is required",
        "backends[0].address: is required", "backends[0].descriptor_set: is required",
        "backends[0].owner: is required", "backends[0].tls.ca_file: is required"}) {
    CHECK_THAT(text, Catch::Contains(wanted));
  }
  CHECK(std::count(text.begin(), text.end(), '\n') == 6);
}

TEST_CASE("a plug-in's owner, its pages' origin and its cookies are read", "[gateway]") {
  auto config = Load(Pages("https://x.example", "https://a.example", "https://b.example"));
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(config->backends.at(1).plugin->owner == kMinistryB);
  CHECK(config->backends.at(1).plugin->pages_origin == "https://b.example");
  config = Load(Backend(
      R"("reflection": true, "owner": "018f0000-0000-7000-8000-00000000000c", "cookies": ["basket"])"));
  REQUIRE(config.ok());
  CHECK(config->backends.at(0).plugin->cookies == std::vector<std::string>{"basket"});
}

TEST_CASE("a back end is the platform's because its entry says so", "[gateway]") {
  auto config = Load(Closed(R"("address": "127.0.0.1:1", "platform": true)"));
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK_FALSE(config->backends.at(0).plugin);
}

TEST_CASE("a plug-in sees no more of its callers than its entry says", "[gateway]") {
  const std::string owner = R"("reflection": true, "owner": ")" + kMinistryA + "\"";
  auto config = Load(Backend(owner));
  REQUIRE(config.ok());
  CHECK(*config->backends.at(0).plugin == Plugin{.owner = kMinistryA});
  config = Load(Backend(
      owner +
      R"(, "headers": ["X-Own"], "client_ip": true, "client_certificate": true, "body_bytes_max": 2048)"));
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(*config->backends.at(0).plugin == Plugin{.owner = kMinistryA,
                                                 .headers = {"X-Own"},
                                                 .sees_client_ip = true,
                                                 .sees_client_certificate = true,
                                                 .body_bytes_max = 2048});
}

TEST_CASE("names below localhost share no cookies", "[gateway]") {
  auto config =
      Load(Pages("http://localhost:8080", "http://a.localhost:8080", "http://b.localhost:8080"));
  INFO(config.status());
  CHECK(config.ok());
}

TEST_CASE("hosts below a public suffix share no cookies", "[gateway]") {
  std::string siblings =
      Pages("https://services.gov.example", "https://a.gov.example", "https://b.gov.example");
  CHECK_FALSE(Load(siblings).ok());
  auto config = Load(R"({"public_suffixes": ["gov.example"], )" + siblings.substr(1));
  INFO(config.status());
  CHECK(config.ok());
  // Addresses have no domains.
  CHECK(Load(Pages("https://10.0.0.1", "https://10.1.0.1", "https://[::1]")).ok());
}

// A service that only one of the two knows could be had by a plug-in, or by nobody.
TEST_CASE("the schema names the services of the platform", "[gateway]") {
  std::ifstream file(TAMARACK_SOURCE_DIR "/gateway/config/config.schema.json");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  auto plugin = boost::json::parse(text).at("$defs").at("backend").at("then").as_object();
  auto listed = plugin.at("properties").at("audience").at("not").at("enum").as_array();
  CHECK(plugin.at("anyOf").at(1).at("properties").at("name").at("not").at("enum") == listed);
  boost::json::array services;
  for (const auto& folder : std::filesystem::directory_iterator(TAMARACK_SOURCE_DIR "/services")) {
    std::string name = folder.path().filename().string();
    if (folder.is_directory()) services.emplace_back(name);
    CHECK(auth::IsPlatformService(name) == folder.is_directory());
  }
  CHECK(std::is_permutation(listed.begin(), listed.end(), services.begin(), services.end()));
}

TEST_CASE("one service alone needs its descriptors and its address", "[gateway]") {
  auto config = Load(Backend(R"("descriptor_set": "a.binpb")"));
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(config->is_open);
  CHECK(config->backends.at(0).retries);
  CHECK_FALSE(config->backends.at(0).allows_breaking);
}

TEST_CASE("whose a back end is, and for whom its tokens are, is read", "[gateway]") {
  auto config = Load(Two(R"("owner": "018f0000-0000-7000-8000-000000000001")"));
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(config->backends.at(0).audience == "a");
  CHECK_FALSE(config->backends.at(0).plugin);
  CHECK(config->backends.at(1).audience == "b");
  CHECK(config->backends.at(1).plugin->owner == "018f0000-0000-7000-8000-000000000001");
  // Two entries for one service of one owner are one audience.
  config = Load(Two(R"("audience": "a", "address": "127.0.0.1:1")"));
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(config->backends.at(1).audience == "a");
}

TEST_CASE("how a back end is reached is read", "[gateway]") {
  auto config = Load(Backend(R"("reflection": true, "allow_breaking": true, "retries": false,
    "health_check": true, "health_service": "calls", "keepalive_seconds": 60, "message_bytes_max": 4096, "lint_ignore": ["get-body"], "paths": ["/a/"],
    "tls": {"ca_file": "ca.pem", "cert_file": "/c.pem", "key_file": "/k.pem", "server_name": "b"})"));
  INFO(config.status());
  REQUIRE(config.ok());
  const Config::Backend& backend = config->backends.at(0);
  CHECK(backend.uses_reflection);
  CHECK(backend.allows_breaking);
  CHECK_FALSE(backend.retries);
  CHECK(backend.checks_health);
  CHECK(backend.health_service == "calls");
  CHECK(backend.lint_ignore.contains("get-body"));
  CHECK(backend.channel.keepalive == std::chrono::seconds(60));
  CHECK(backend.channel.message_bytes_max == 4096);
  REQUIRE(backend.channel.tls);
  CHECK(backend.channel.tls->ca_file ==
        (std::filesystem::temp_directory_path() / "ca.pem").string());
  CHECK(backend.channel.tls->server_name == "b");
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
