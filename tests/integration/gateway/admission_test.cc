// Everybody who waits for identity finds room before they are let go: it is taken afterwards.
#include "plugged.h"

#include "platform/crypto/encoding.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cmath>

namespace tamarack::gateway {
namespace {

constexpr int kCallers = 100;

// An identity that answers nobody until so many have asked.
class Reluctant {
 public:
  explicit Reluctant(int patience) : patience_(patience) {}
  Async<api::v1::ExchangeResponse> Exchange() {
    ++waiting_;
    auto executor = co_await asio::this_coro::executor;
    while (waiting_ < patience_) {
      asio::steady_timer again(executor, std::chrono::milliseconds(1));
      co_await again.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    std::string claims = R"({"sub": "a", "client_id": "a", "mode": "sandbox"})";
    api::v1::ExchangeResponse response;
    response.set_access_token("e30." + crypto::Base64UrlEncode(claims) + ".c2ln");
    response.set_no_cache(true);
    co_return response;
  }
  int waiting() const { return waiting_; }
  void LetGo() { patience_ = 0; }

 private:
  std::atomic<int> patience_;
  std::atomic<int> waiting_ = 0;
};

// A gateway whose callers are asked who they are, and their connections.
struct World {
  GenericServer server;
  Reluctant identity;
  Plugged gateway;
  asio::io_context context;
  std::vector<asio::ip::tcp::socket> callers;

  explicit World(int patience, NetworkBudget::Limits waiting = GatewayOptions().waiting)
      : identity(patience),
        gateway(R"({"name": "t", "platform": true, "descriptor_set": "t.binpb", "address": ")" +
                    server.address() + R"("})",
                [this](api::v1::ExchangeRequest) { return identity.Exchange(); }) {
    gateway.waiting = waiting;
    gateway.WriteDescriptors(
        "t.binpb",
        Replaced(FishProto(R"(rpc Home(Fry) returns (Fry) {
                   option (google.api.http) = {get: "/home"};
                   option (tamarack.api.v1.policy) = {access: PUBLIC page: true};
                 })"),
                 "get: \"/t/{id}\"};\n    option (tamarack.api.v1.policy) = {access: PUBLIC}",
                 "get: \"/t/{id}\"};\n    option (tamarack.api.v1.policy) = {access: TOKEN}"));
    gateway.Start();
  }
  // One more, with a credential of its own.
  void Call() {
    auto& socket = callers.emplace_back(context);
    socket.connect(
        {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(gateway.port())});
    asio::write(socket, asio::buffer("GET /t/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                     "Authorization: Bearer " +
                                     std::to_string(callers.size()) + "\r\n\r\n"));
  }
  std::string Read(asio::ip::tcp::socket& caller) {
    std::string text;
    boost::system::error_code ended;
    asio::read(caller, asio::dynamic_buffer(text), ended);
    return text;
  }
  int StatusOf(asio::ip::tcp::socket& caller) { return std::stoi(Read(caller).substr(9, 3)); }
};

TEST_CASE("a back end gets no more than it has room for, however many wait for identity at once",
          "[gateway]") {
  World world(kCallers);
  world.server.Hold();
  for (int i = 0; i < kCallers; ++i) world.Call();
  // Those refused are answered; the others wait for the back end.
  int room = static_cast<int>(std::floor(AdaptiveLimitOptions().initial * 0.8));
  auto answered = [&] {
    return std::ranges::count_if(world.callers,
                                 [](auto& socket) { return socket.available() > 0; });
  };
  REQUIRE(Eventually([&] { return world.server.Calls("/t.Fish/Get") + answered() == kCallers; }));
  CHECK(world.server.Calls("/t.Fish/Get") == room);
}

TEST_CASE("so many may wait for identity, of one network and of all", "[gateway]") {
  auto [all, network, refusal] =
      GENERATE(table<uint64_t, uint64_t, int>({{100, 3, 429}, {3, 100, 503}}));
  World world(kCallers, {.all = all, .network = network});
  for (int i = 0; i < 3; ++i) {
    world.Call();
    REQUIRE(Eventually([&] { return world.identity.waiting() == i + 1; }));
  }
  world.Call();
  std::string refused = world.Read(world.callers.back());
  CHECK_THAT(refused, Catch::StartsWith("HTTP/1.1 " + std::to_string(refusal)));
  CHECK_THAT(refused, Catch::Contains("\r\nRetry-After: 1\r\n"));
  // What everybody may see is shown all the same, as nobody's.
  auto home = world.gateway.Connect();
  CHECK(home.Send("GET", "/home", "Cookie: __Host-tamarack-session=s\r\n").status == 200);
  CHECK(world.identity.waiting() == 3);  // Nobody was asked about either.
  world.identity.LetGo();
  for (int i = 0; i < 3; ++i) CHECK(world.StatusOf(world.callers[static_cast<size_t>(i)]) == 200);
  // Who waits no more leaves the place to others.
  world.Call();
  CHECK(world.StatusOf(world.callers.back()) == 200);
}

}  // namespace
}  // namespace tamarack::gateway
