#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>

namespace tamarack::pg {

// The keywords of a libpq connection string. INVALID_ARGUMENT when libpq cannot read it, or when a
// password stands in it or in the environment (PGPASSWORD), where others may see it: passwords come
// from a file, `passfile=/path` in the string, one line `host:port:database:user:password`, mode
// 0600.
absl::StatusOr<std::map<std::string, std::string>> ParseDsn(const std::string& dsn);

}  // namespace tamarack::pg
