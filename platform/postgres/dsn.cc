#include "platform/postgres/dsn.h"

#include "platform/base/status.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace tamarack::pg {
namespace {

constexpr std::array kListed{"host", "hostaddr", "port"};

std::vector<std::string> Listed(const Keywords& keywords, const char* name) {
  auto found = keywords.find(name);
  if (found == keywords.end()) return {};
  return absl::StrSplit(ToAbsl(found->second), ',');
}

size_t CountServers(const Keywords& keywords) {
  return std::max(
      {size_t{1}, Listed(keywords, "host").size(), Listed(keywords, "hostaddr").size()});
}

// libpq passes over a file that its group may read. In a volume of Kubernetes the group always may,
// for the process is not root, whose file it is: libpq gets a copy that nobody else can open.
class PassfileCopy {
 public:
  explicit PassfileCopy(std::string& path) {
    struct stat file{};
    int from = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (from >= 0 && ::fstat(from, &file) == 0 && S_ISREG(file.st_mode) &&
        (file.st_mode & (S_IRWXG | S_IRWXO)) == S_IRGRP) {
      copy_ = ::memfd_create("passfile", MFD_CLOEXEC);
      ::fchmod(copy_, S_IRUSR);
      if (::sendfile(copy_, from, nullptr, static_cast<size_t>(file.st_size)) == file.st_size)
        path = absl::StrCat("/proc/self/fd/", copy_);
    }
    if (from >= 0) ::close(from);
  }
  ~PassfileCopy() {
    if (copy_ >= 0) ::close(copy_);
  }
  PassfileCopy(const PassfileCopy&) = delete;
  PassfileCopy& operator=(const PassfileCopy&) = delete;

 private:
  int copy_ = -1;
};

}  // namespace

absl::StatusOr<Keywords> ParseDsn(const std::string& dsn) {
  char* why = nullptr;
  PQconninfoOption* options = PQconninfoParse(dsn.c_str(), &why);
  if (options == nullptr) {
    std::string text = why ? why : "out of memory";
    PQfreemem(why);
    return absl::InvalidArgumentError(absl::StrCat("pg_dsn: ", text));
  }
  Keywords keywords;
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

PGconn* Connect(Keywords keywords, decltype(&PQconnectdbParams) connect) {
  PassfileCopy copy(keywords["passfile"]);
  std::vector<const char*> names, values;
  for (const auto& [name, value] : keywords) {
    if (value.empty()) continue;
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  return connect(names.data(), values.data(), 0);
}

std::vector<Keywords> EachServer(const Keywords& keywords) {
  std::vector<Keywords> servers(CountServers(keywords), keywords);
  for (const char* name : kListed) {
    std::vector<std::string> values = Listed(keywords, name);
    for (size_t i = 0; i < servers.size() && values.size() == servers.size(); ++i)
      servers[i][name] = values[i];
  }
  return servers;
}

}  // namespace tamarack::pg
