#pragma once

#include <absl/status/statusor.h>
#include <libpq-fe.h>

#include <map>
#include <string>
#include <vector>

namespace tamarack::pg {

using Keywords = std::map<std::string, std::string>;

// The keywords of a libpq connection string. INVALID_ARGUMENT when libpq cannot read it, when it
// has not one port for all hosts or one for each, or when a password stands in it or in the
// environment (PGPASSWORD), where others may see it: passwords come from a file, `passfile=/path`
// in the string, one line `host:port:database:user:password`, which at most its owner and group may
// read.
absl::StatusOr<Keywords> ParseDsn(const std::string& dsn);

// What `connect`, PQconnectdbParams or PQconnectStartParams, makes of the keywords. Null when there
// is no memory. The passfile is read anew each time.
PGconn* Connect(Keywords keywords, decltype(&PQconnectdbParams) connect);

// The keywords of each server that `host`, `hostaddr` and `port` name, in their order. libpq would
// try them itself, but stay at one that does not answer until its time is over for all of them, and
// block on the DNS names of a list.
std::vector<Keywords> EachServer(const Keywords& keywords);

}  // namespace tamarack::pg
