// A back end that does not keep up: who is refused, and how.
#include "fixture.h"

#include <vector>

namespace tamarack::gateway {
namespace {

// Requests that the back end does not answer until their connections are closed.
struct Overloaded : Fixture {
  asio::io_context context;
  std::vector<asio::ip::tcp::socket> hanging;

  void Hang(size_t count) {
    const std::string body = R"({"hang":true})";
    while (hanging.size() < count) {
      auto socket = Connect(context);
      socket.set_option(asio::socket_base::linger(true, 0));  // reset: nobody waits for an answer
      asio::write(socket, asio::buffer("POST /oauth/fail HTTP/1.1\r\nHost: localhost\r\n"
                                       "Content-Type: application/json\r\nContent-Length: " +
                                       std::to_string(body.size()) + "\r\n\r\n" + body));
      hanging.push_back(std::move(socket));
    }
    REQUIRE(toy.oauths.hanging.Becomes(static_cast<int>(count)));
  }
  int Create() const { return PostJson("/toy/v1/kites", R"({"colour":"red"})", kWriter).status; }
};

TEST_CASE_METHOD(Overloaded, "under overload bulk is refused first, critical requests last",
                 "[gateway]") {
  AdaptiveLimitOptions limit;
  Hang(static_cast<size_t>(limit.initial * 0.5));
  Answer bulk = Get("/toy/v1/kites", "Accept-Language: fr\r\n");
  CHECK(bulk.status == 503);
  CHECK(bulk.Header("Retry-After") == "1");
  CHECK(Show(bulk.Json().if_contains("type")) ==
        "http://localhost:8080/problems/temporary-reduced-capacity");
  CHECK(Show(bulk.Json().if_contains("title")) == "Capacité temporairement réduite");
  CHECK(Get("/toy/v1/kites/7", kWriter).status == 200);

  Hang(static_cast<size_t>(limit.initial * 0.8));
  CHECK(Get("/toy/v1/kites/7", kWriter).status == 503);
  CHECK(Create() == 201);
  std::string metrics = telemetry::SerializeMetrics(registry);
  CHECK(metrics.find("tamarack_gateway_shed_total{priority=\"bulk\"} 1") != std::string::npos);
  CHECK(metrics.find("tamarack_gateway_shed_total{priority=\"default\"} 1") != std::string::npos);

  for (asio::ip::tcp::socket& socket : hanging) socket.close();
  REQUIRE(toy.oauths.hanging.Becomes(0));
  int status = 0;
  for (int i = 0; i < 1000 && status != 200; ++i) status = Get("/toy/v1/kites").status;
  CHECK(status == 200);
}

}  // namespace
}  // namespace tamarack::gateway
