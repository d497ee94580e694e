#include "platform/postgres/dsn.h"

#include <absl/strings/str_cat.h>
#include <libpq-fe.h>

#include <cstdlib>

namespace tamarack::pg {

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
  return keywords;
}

}  // namespace tamarack::pg
