// Everybody who waits for identity finds room before they are let go: it is taken afterwards.
#include "plugged.h"

#include "platform/crypto/encoding.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cmath>

namespace tamarack::gateway {
namespace {

constexpr int kCallers = 100;

// An identity that answers nobody until all have asked.
class Reluctant {
 public:
  Async<api::v1::ExchangeResponse> Exchange() {
    ++waiting_;
    auto executor = co_await asio::this_coro::executor;
    while (waiting_ < kCallers) {
      asio::steady_timer again(executor, std::chrono::milliseconds(1));
      co_await again.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    std::string claims = R"({"sub": "a", "client_id": "a", "mode": "sandbox"})";
    api::v1::ExchangeResponse response;
    response.set_access_token("e30." + crypto::Base64UrlEncode(claims) + ".c2ln");
    response.set_no_cache(true);
    co_return response;
  }

 private:
  int waiting_ = 0;
};

TEST_CASE("a back end gets no more than it has room for, however many wait for identity at once",
          "[gateway]") {
  GenericServer server;
  server.Hold();
  Reluctant identity;
  Plugged gateway(
      R"({"name": "t", "descriptor_set": "t.binpb", "address": ")" + server.address() + R"("})",
      [&](api::v1::ExchangeRequest) { return identity.Exchange(); });
  std::string proto = Replaced(
      FishProto(), "get: \"/t/{id}\"};\n    option (tamarack.api.v1.policy) = {access: PUBLIC}",
      "get: \"/t/{id}\"};\n    option (tamarack.api.v1.policy) = {access: TOKEN}");
  gateway.WriteDescriptors("t.binpb", proto);
  gateway.Start();
  asio::io_context context;
  std::vector<asio::ip::tcp::socket> callers;
  for (int i = 0; i < kCallers; ++i) {
    auto& socket = callers.emplace_back(context);
    socket.connect(
        {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(gateway.port())});
    asio::write(socket,
                asio::buffer("GET /t/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                             std::to_string(i) + "\r\n\r\n"));
  }
  // Those refused are answered; the others wait for the back end.
  int room = static_cast<int>(std::floor(AdaptiveLimitOptions().initial * 0.8));
  auto answered = [&] {
    return std::ranges::count_if(callers, [](auto& socket) { return socket.available() > 0; });
  };
  REQUIRE(Eventually([&] { return server.Calls("/t.Fish/Get") + answered() == kCallers; }));
  CHECK(server.Calls("/t.Fish/Get") == room);
}

}  // namespace
}  // namespace tamarack::gateway
