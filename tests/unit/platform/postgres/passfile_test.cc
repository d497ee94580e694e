#include "platform/postgres/dsn.h"

#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <fstream>
#include <memory>

namespace tamarack::pg {
namespace {

TEST_CASE("a passfile may be readable by its group, as in a Kubernetes volume, and by nobody else",
          "[postgres]") {
  auto [mode, is_read] = GENERATE(table<mode_t, bool>(
      {{0600, true}, {0440, true}, {0640, true}, {0444, false}, {0660, false}}));
  INFO(mode);
  char path[] = "/tmp/passfile-XXXXXX";
  ::close(::mkstemp(path));
  std::ofstream(path) << "elsewhere:*:*:*:wrong\n*:5432:a:b:a\\:secret\n";
  ::chmod(path, mode);
  // Nothing listens there: what libpq would send is all that is asked.
  std::unique_ptr<PGconn, void (*)(PGconn*)> conn(
      Connect({{"host", "/nonexistent"}, {"dbname", "a"}, {"user", "b"}, {"passfile", path}},
              &PQconnectStartParams),
      &PQfinish);
  ::unlink(path);
  REQUIRE(conn);
  CHECK(std::string(PQpass(conn.get())) == (is_read ? "a:secret" : ""));
}

}  // namespace
}  // namespace tamarack::pg
