// Goal: whoever verifies tokens keeps the published keys as documented, and is sent them again only
// when they have changed. Method: the gateway in front of the real identity.
#include "tests/integration/access/gateway_world.h"
#include "tests/support/eventually.h"

#include <catch2/catch.hpp>

namespace tamarack::access {
namespace {

struct KeysWorld : GatewayWorld {
  KeysWorld() {
    gateway = MakeGateway({{"identity", address}});
    // Until those of next are there, too, which nobody waits for.
    REQUIRE(testing::Eventually([&] {
      keys.Renew();
      return (*host.Await(keys.Get()))->published.keys().size() == 4;
    }));
  }

  http::Response Keys(const std::string& etag) {
    Probe probe;
    probe.http_method = "GET";
    probe.target = "/oauth2/jwks";
    http::Headers headers;
    if (!etag.empty()) headers.Set("If-None-Match", etag);
    return Send(probe, headers);
  }
};

TEST_CASE_METHOD(KeysWorld, "Published keys have a tag, and are not sent again to who has them",
                 "[access]") {
  http::Response first = Keys("");
  REQUIRE(first.status == 200);
  CHECK(first.headers.Get("Cache-Control") == "public, max-age=2");
  std::string etag(first.headers.Get("ETag").value_or(""));
  CHECK(etag.starts_with('"'));
  http::Response again = Keys(etag);
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(again.headers.Get("ETag") == etag);
  CHECK(again.headers.Get("Cache-Control") == "public, max-age=2");

  host.database().Execute("DELETE FROM signing_key WHERE activated_at IS NULL");
  keys.Renew();
  http::Response changed = Keys(etag);
  CHECK(changed.status == 200);
  CHECK(changed.body != first.body);
  CHECK(changed.headers.Get("ETag") != etag);
}

}  // namespace
}  // namespace tamarack::access
