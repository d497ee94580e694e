#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

namespace tamarack::pg {

// The keywords of a libpq connection string. INVALID_ARGUMENT when libpq cannot read it, when it
// has not one port for all hosts or one for each, or when a password stands in it or in the
// environment (PGPASSWORD), where others may see it: passwords come from a file, `passfile=/path`
// in the string, one line `host:port:database:user:password`, mode 0600.
absl::StatusOr<std::map<std::string, std::string>> ParseDsn(const std::string& dsn);

// The keywords of each server that `host`, `hostaddr` and `port` name, in their order. libpq would
// try them itself, but stay at one that does not answer until its time is over for all of them, and
// block on the DNS names of a list.
std::vector<std::map<std::string, std::string>> EachServer(
    const std::map<std::string, std::string>& keywords);

}  // namespace tamarack::pg
