#include "platform/auth/token_source.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace auth = tamarack::auth;
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// A source, the identity service it asks, and a clock that the test moves.
struct Fixture {
  asio::io_context io{1};
  std::chrono::steady_clock::time_point now{1h};
  int exchanges = 0;
  bool is_identity_down = false;
  std::chrono::seconds life = 300s;
  auth::TokenSource source{io.get_executor(), [this] { return Exchange(); },
                           [this] { return now; }};

  tamarack::Async<auth::IssuedToken> Exchange() {
    ++exchanges;
    asio::steady_timer timer(io, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    if (is_identity_down) co_return absl::UnavailableError("down");
    co_return auth::IssuedToken{"t" + std::to_string(exchanges), life};
  }
  std::vector<std::string> Tokens(size_t count) {
    std::vector<std::string> tokens(count);
    for (std::string& token : tokens) {
      asio::co_spawn(io, source.Token(), [&](std::exception_ptr, absl::StatusOr<std::string> got) {
        token = got.ok() ? *got : std::string(got.status().message());
      });
    }
    io.restart();
    io.run();
    return tokens;
  }
  std::string Token() { return Tokens(1).front(); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "Callers that come at once share one exchange", "[auth]") {
  CHECK(Tokens(3) == std::vector<std::string>{"t1", "t1", "t1"});
  CHECK(Token() == "t1");
  CHECK(exchanges == 1);
}

TEST_CASE_METHOD(Fixture, "A token is renewed from 60 s before its end, without a wait", "[auth]") {
  REQUIRE(Token() == "t1");
  now += 239s;
  CHECK(Token() == "t1");
  CHECK(exchanges == 1);
  now += 1s;
  CHECK(Token() == "t1");
  CHECK(exchanges == 2);
  CHECK(Token() == "t2");
}

TEST_CASE_METHOD(Fixture, "A failed renewal leaves a good token in use and is not repeated at once",
                 "[auth]") {
  REQUIRE(Token() == "t1");
  is_identity_down = true;
  now += 250s;
  CHECK(Token() == "t1");
  CHECK(Token() == "t1");
  CHECK(exchanges == 2);
  now += 50s;
  CHECK(Token() == "down");
  is_identity_down = false;
  CHECK(Token() == "t4");
}

TEST_CASE_METHOD(Fixture, "An invalidated token is fetched anew", "[auth]") {
  REQUIRE(Token() == "t1");
  source.Invalidate();
  CHECK(Token() == "t2");
}

TEST_CASE_METHOD(Fixture, "A token that expires at once is refused", "[auth]") {
  life = 0s;
  CHECK(Token() == "identity issued no usable token");
}
