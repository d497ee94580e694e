#include "platform/postgres/dsn.h"

#include "platform/base/status.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tamarack::pg {
namespace {

constexpr std::array kListed{"host", "hostaddr", "port"};

std::vector<std::string> Listed(const std::map<std::string, std::string>& keywords,
                                const char* name) {
  auto found = keywords.find(name);
  if (found == keywords.end()) return {};
  return absl::StrSplit(ToAbsl(found->second), ',');
}

size_t CountServers(const std::map<std::string, std::string>& keywords) {
  return std::max(
      {size_t{1}, Listed(keywords, "host").size(), Listed(keywords, "hostaddr").size()});
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ParseDsn(const std::string& dsn) {
  char* why = nullptr;
  PQconninfoOption* options = PQconninfoParse(dsn.c_str(), &why);
  if (options == nullptr) {
    std::string text = why ? why : "out of memory";
    PQfreemem(why);
    return absl::InvalidArgumentError(absl::StrCat("pg_dsn: ", text));
  }
  std::map<std::string, std::string> keywords;
  for (auto* option = options; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) keywords[option->keyword] = option->val;
  }
  PQconninfoFree(options);
  for (const char* secret : {"password", "sslpassword"}) {
    if (keywords.contains(secret)) {
      return absl::InvalidArgumentError(
          absl::StrCat("pg_dsn: ", secret, "= is refused, secrets come from files (passfile=…)"));
    }
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment.
  if (std::getenv("PGPASSWORD") != nullptr) {
    return absl::InvalidArgumentError(
        "PGPASSWORD is refused, the password comes from a file (passfile=… in pg_dsn)");
  }
  size_t servers = CountServers(keywords);
  for (const char* name : kListed) {
    if (size_t count = Listed(keywords, name).size(); count > 1 && count != servers)
      return absl::InvalidArgumentError(
          absl::StrCat("pg_dsn: ", name, "= names ", count, ", but there are ", servers, " hosts"));
  }
  return keywords;
}

std::vector<std::map<std::string, std::string>> EachServer(
    const std::map<std::string, std::string>& keywords) {
  std::vector<std::map<std::string, std::string>> servers(CountServers(keywords), keywords);
  for (const char* name : kListed) {
    std::vector<std::string> values = Listed(keywords, name);
    for (size_t i = 0; i < servers.size() && values.size() == servers.size(); ++i)
      servers[i][name] = values[i];
  }
  return servers;
}

}  // namespace tamarack::pg
