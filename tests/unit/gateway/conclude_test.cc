// Goal: a large answer is hashed and compressed beside the loop, a small one at once. Method: a
// pool whose one thread is busy until the test lets it go, and a loop that the test turns by hand.
#include "gateway/response/conclude.h"
#include "tests/unit/gateway/fixture.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <list>

namespace tamarack::gateway {
namespace {

namespace asio = boost::asio;

struct Fixture {
  struct Exchange {
    http::Request request;
    http::Response response;
    std::optional<Verdict> verdict = {};

    std::string Header(const char* name) const {
      return std::string(response.headers.Get(name).value_or(""));
    }
  };

  std::shared_ptr<const RouteTable> routes = ToyRoutes();
  const Route& route = **std::ranges::find_if(
      routes->routes(), [](const auto& one) { return !one->gives_http_body; });
  asio::io_context io;
  runtime::OffloadPool pool{1};
  Concluder concluder{pool, 1};
  std::promise<void> gate;
  std::list<Exchange> exchanges;

  Fixture() {
    auto busy = [this]() -> asio::awaitable<void> {
      co_await pool.Run([opened = gate.get_future().share()] {
        opened.wait();
        return 0;
      });
    };
    asio::co_spawn(io, busy(), asio::detached);
    Turn();
  }
  ~Fixture() { Open(); }

  // Runs what can run without the pool.
  void Turn() {
    io.restart();
    io.poll();
  }
  void Open() {
    if (!std::exchange(is_open_, true)) gate.set_value();
    io.restart();
    io.run();
  }

  const Exchange& Begin(const std::string& method, size_t size, const std::string& accept = "br") {
    Exchange& one = exchanges.emplace_back();
    one.request.method = method;
    one.request.headers.Add("Accept-Encoding", accept);
    one.response.headers.Add("Content-Type", "application/json");
    one.response.body = "\"" + std::string(size, 'x') + "\"";
    auto conclude = [this, &one]() -> asio::awaitable<void> {
      one.verdict = co_await concluder.Conclude(one.request, route, "", one.response);
    };
    asio::co_spawn(io, conclude, asio::detached);
    Turn();
    return one;
  }

 private:
  bool is_open_ = false;
};

constexpr size_t kSmall = Concluder::kSmallBytesMax - 2, kLarge = kSmall + 1;

TEST_CASE_METHOD(Fixture, "a large answer waits for a thread, and the loop for none", "[gateway]") {
  const Exchange& large = Begin("GET", kLarge);
  CHECK_FALSE(large.verdict);
  const Exchange& small = Begin("GET", kSmall);
  REQUIRE(small.verdict == Verdict::kGoOn);
  CHECK(small.Header("content-encoding") == "br");
  CHECK(small.Header("etag").ends_with(";br\""));
  Open();
  REQUIRE(large.verdict == Verdict::kGoOn);
  CHECK(large.Header("content-encoding") == "br");
  CHECK(large.Header("etag").ends_with(";br\""));
  CHECK(large.response.body.size() < 1024);
}

TEST_CASE_METHOD(Fixture, "a large answer goes out as it is when too many wait for a thread",
                 "[gateway]") {
  const Exchange& first = Begin("GET", kLarge);
  const Exchange& second = Begin("GET", kLarge);
  REQUIRE(second.verdict == Verdict::kGoOn);
  CHECK(second.response.body.size() == kLarge + 2);
  CHECK(second.Header("content-encoding").empty());
  CHECK(second.Header("vary") == "Accept-Encoding");
  Open();
  REQUIRE(first.verdict == Verdict::kGoOn);
  // Nor does the loop hash it meanwhile.
  CHECK_FALSE(first.Header("etag").empty());
  CHECK(second.Header("etag").empty());
}

TEST_CASE_METHOD(Fixture, "an answer that no condition is for is not hashed, however large",
                 "[gateway]") {
  for (const char* method : {"POST", "PATCH", "DELETE"}) {
    CAPTURE(method);
    const Exchange& one = Begin(method, kLarge, "identity");
    REQUIRE(one.verdict == Verdict::kGoOn);  // There was nothing to do.
    CHECK(one.Header("etag").empty());
  }
  CHECK_FALSE(Begin("GET", kLarge, "identity").verdict);
}

}  // namespace
}  // namespace tamarack::gateway
