#include "platform/redis/redis.h"

#include "tests/support/captured_stderr.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace tamarack::redis {
namespace {

namespace asio = boost::asio;
using absl::StatusCode;

struct Fixture {
  testing::Loop loop;
  Client redis{loop.executor(), testing::RedisAddress()};
  Client other{loop.executor(), testing::RedisAddress()};

  Fixture() { REQUIRE(Call("FLUSHALL").ok()); }
  template <class... A>
  absl::StatusOr<Reply> Call(std::string_view name, const A&... args) {
    return loop.Await(redis.Command(name, args...));
  }
  // Publishes until somebody listens.
  void Publish(const std::string& channel, const std::string& text) {
    loop.RunUntil([&] { return loop.Await(other.Command("PUBLISH", channel, text))->Int() > 0; });
  }
};

TEST_CASE_METHOD(Fixture, "Command: nil, numbers, text and arrays come back", "[redis]") {
  std::string octets("\0\r\n\xff", 4);
  CHECK(Call("SET", "key", octets, "PX", 60'000, "NX")->Text() == "OK");
  CHECK(Call("SET", "key", "other", "NX")->IsNil());
  CHECK(Call("GETDEL", "key")->Text() == octets);
  CHECK(Call("GET", "key")->IsNil());
  CHECK(Call("INCRBY", "n", int64_t{5'000'000'000})->Int() == 5'000'000'000);
  CHECK(Call("GET", "n")->Int() == 5'000'000'000);
  REQUIRE(loop.Await(redis.Command({"RPUSH", "list", "a", "", "c"})).ok());
  auto list = Call("LRANGE", "list", 0, -1);
  REQUIRE(list->Items().size() == 3);
  CHECK(list->Items()[0].Text() == "a");
  CHECK_FALSE(list->Items()[1].IsNil());
  CHECK(Call("LRANGE", "none", 0, -1)->Items().empty());
  std::string big(1 << 20, 'x');
  REQUIRE(Call("SET", "big", big).ok());
  CHECK(Call("GET", "big")->Text() == big);
}

TEST_CASE_METHOD(Fixture, "Command: an error reply is a status", "[redis]") {
  REQUIRE(Call("SET", "text", "a").ok());
  CHECK(Call("LPUSH", "text", "b").status().code() == StatusCode::kFailedPrecondition);
  CHECK(Call("NONSENSE").status().code() == StatusCode::kInternal);
  CHECK(Call("PING")->Text() == "PONG");
}

TEST_CASE_METHOD(Fixture, "Command: 5000 at once keep their order", "[redis]") {
  std::vector<int64_t> seen;
  auto body = [&]() -> asio::awaitable<void> {
    auto n = co_await redis.Command("INCR", "counter");
    seen.push_back(n.ok() ? n->Int() : -1);
  };
  for (int i = 0; i < 5000; ++i) asio::co_spawn(loop.io(), body(), asio::detached);
  loop.RunUntil([&] { return seen.size() == 5000; });
  CHECK(std::ranges::is_sorted(seen));
  CHECK(seen.back() == 5000);
}

TEST_CASE_METHOD(Fixture, "Eval: runs, also after Redis forgot the script", "[redis]") {
  constexpr Script kTake{"return {redis.call('INCRBY', KEYS[1], ARGV[1]), ARGV[2], false}"};
  for (int i = 1; i <= 3; ++i) {
    auto reply = loop.Await(redis.Eval(kTake, {"bucket"}, {"10", "x"}));
    REQUIRE(reply.ok());
    CHECK(reply->Items()[0].Int() == 10 * i);
    CHECK(reply->Items()[1].Text() == "x");
    CHECK(reply->Items()[2].IsNil());
    if (i == 2) CHECK(Call("SCRIPT", "FLUSH").ok());
  }
  CHECK(loop.Await(redis.Eval(Script{"return nonsense("}, {})).status().code() ==
        StatusCode::kInternal);
}

TEST_CASE_METHOD(Fixture, "Command: a connection that was killed is opened again", "[redis]") {
  auto id = Call("CLIENT", "ID");
  REQUIRE(loop.Await(other.Command("CLIENT", "KILL", "ID", id->Int())).ok());
  absl::StatusOr<Reply> again;
  // The loss is noticed by the first command at the latest.
  loop.RunUntil([&] { return (again = Call("CLIENT", "ID")).ok(); });
  CHECK(again->Int() != id->Int());
}

TEST_CASE_METHOD(Fixture, "Command: what is under way when the connection breaks gets UNAVAILABLE",
                 "[redis]") {
  auto id = Call("CLIENT", "ID");
  std::vector<StatusCode> codes;
  auto body = [&]() -> asio::awaitable<void> {
    auto reply = co_await redis.Command("BLPOP", "nothing", 0);
    codes.push_back(reply.status().code());
  };
  asio::co_spawn(loop.io(), body(), asio::detached);
  loop.RunUntil(
      [&] { return loop.Await(other.Command("CLIENT", "KILL", "ID", id->Int()))->Int() == 1; });
  loop.RunUntil([&] { return !codes.empty(); });
  CHECK(codes.front() == StatusCode::kUnavailable);
}

TEST_CASE_METHOD(Fixture, "Command: no answer in time is DEADLINE_EXCEEDED, then it goes on",
                 "[redis]") {
  Client hasty(loop.executor(), testing::RedisAddress(),
               ClientOptions{.connect_timeout = std::chrono::milliseconds(500),
                             .command_timeout = std::chrono::milliseconds(50)});
  REQUIRE(loop.Await(hasty.Command("PING")).ok());
  auto stuck = loop.Await(hasty.Command("BLPOP", "nothing", 0));
  CHECK(stuck.status().code() == StatusCode::kDeadlineExceeded);
  loop.RunUntil([&] { return loop.Await(hasty.Command("PING")).ok(); });
}

TEST_CASE_METHOD(Fixture, "Command: where nobody listens UNAVAILABLE, at once", "[redis]") {
  Client nobody(loop.executor(), "unix:/nonexistent/redis.sock");
  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    CHECK(loop.Await(nobody.Command("PING")).status().code() == StatusCode::kUnavailable);
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
  Client refused(loop.executor(), "localhost:1");
  CHECK(loop.Await(refused.Command("PING")).status().code() == StatusCode::kUnavailable);
  Client unreadable(loop.executor(), "localhost");
  CHECK(loop.Await(unreadable.Command("PING")).status().code() == StatusCode::kInvalidArgument);
}

// Accepts connections, says `greeting` and closes them.
struct Closing {
  explicit Closing(asio::io_context& io, std::string greeting_)
      : greeting(std::move(greeting_)), acceptor(io, {asio::ip::make_address("127.0.0.1"), 0}) {
    Accept();
  }
  void Accept() {
    acceptor.async_accept([this](boost::system::error_code error, asio::ip::tcp::socket socket) {
      if (error) return;
      ++accepted;
      asio::write(socket, asio::buffer(greeting), error);
      socket.close(error);
      Accept();
    });
  }
  std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  }

  std::string greeting;
  asio::ip::tcp::acceptor acceptor;
  int accepted = 0;
};

TEST_CASE_METHOD(Fixture, "Command: a server that accepts and closes is left alone, too",
                 "[redis]") {
  auto greeting = GENERATE("", "-ERR max number of clients reached\r\n", "-LOADING wait\r\n");
  CAPTURE(greeting);
  Closing server(loop.io(), greeting);
  // So long that a second try within the test is no back-off.
  Client client(loop.executor(), server.address(),
                ClientOptions{.backoff_min = std::chrono::hours(1)});
  CHECK_FALSE(loop.Await(client.Command("PING")).ok());
  loop.RunUntil([&] { return server.accepted == 1; });
  loop.RunUntil([&] {
    return loop.Await(client.Command("PING")).status().message() ==
           "redis: down, and not tried again yet";
  });
  for (int i = 0; i < 100; ++i) CHECK_FALSE(loop.Await(client.Command("PING")).ok());
  CHECK(server.accepted <= 2);  // the end of the first may be noticed after the second's begin
}

TEST_CASE_METHOD(Fixture, "Subscribe: messages arrive, also after the connection was killed",
                 "[redis]") {
  std::vector<std::string> a, a2, b;
  int reconnects = 0;
  redis.Subscribe("a", [&](std::string_view text) { a.emplace_back(text); }, [&] { ++reconnects; });
  Publish("a", "one");
  loop.RunUntil([&] { return a.size() == 1; });
  redis.Subscribe("b", [&](std::string_view text) { b.emplace_back(text); });
  redis.Subscribe("a", [&](std::string_view text) { a2.emplace_back(text); });
  Publish("b", "two");
  Publish("a", "three");
  loop.RunUntil([&] { return b.size() == 1 && a.size() == 2 && a2.size() == 1; });
  CHECK(reconnects == 0);
  REQUIRE(loop.Await(other.Command("CLIENT", "KILL", "TYPE", "pubsub"))->Int() == 1);
  loop.RunUntil([&] { return reconnects == 1; });
  Publish("b", "four");
  Publish("a", "five");
  loop.RunUntil([&] { return b.size() == 2 && a.size() == 3 && a2.size() == 2; });
  CHECK(a == std::vector<std::string>{"one", "three", "five"});
}

TEST_CASE_METHOD(Fixture, "Client: may go away with commands and subscriptions open", "[redis]") {
  std::vector<StatusCode> codes;
  bool heard = false;
  auto brief = std::make_unique<Client>(loop.executor(), testing::RedisAddress());
  auto body = [&]() -> asio::awaitable<void> {
    auto reply = co_await brief->Command("BLPOP", "nothing", 0);
    codes.push_back(reply.status().code());
  };
  brief->Subscribe("x", [&](std::string_view) { heard = true; });
  Publish("x", "hello");
  loop.RunUntil([&] { return heard; });
  asio::co_spawn(loop.io(), body(), asio::detached);
  loop.RunUntil([&] {
    return loop.Await(other.Command("INFO", "clients"))->Text().find("blocked_clients:1") !=
           std::string::npos;
  });
  brief.reset();
  loop.RunUntil([&] { return !codes.empty(); });
  CHECK(codes.front() == StatusCode::kUnavailable);
  // Redis notices the closed socket a moment later.
  loop.RunUntil([&] { return loop.Await(other.Command("PUBLISH", "x", "hello?"))->Int() == 0; });
}

// A Redis that asks everybody for a password, and a file to keep one in.
struct Guarded : Fixture {
  std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("redis-password-" + std::to_string(::getpid()));

  Guarded() {
    REQUIRE(Call("ACL", "SETUSER", "gate", "on", ">gates", "~*", "&*", "+@all").ok());
    REQUIRE(Call("CONFIG", "SET", "requirepass", "secret").ok());
  }
  ~Guarded() {
    CHECK(Call("CONFIG", "SET", "requirepass", "").ok());
    CHECK(Call("ACL", "DELUSER", "gate").ok());
    std::filesystem::remove(file);
  }
  Client Connect(const std::string& username, const std::string& password) {
    std::ofstream(file) << password << '\n';
    return Client(loop.executor(), testing::RedisAddress(),
                  ClientOptions{.username = username, .password_file = file});
  }
};

TEST_CASE_METHOD(Guarded,
                 "AUTH: who has no good password is refused, which is not our caller's fault",
                 "[redis]") {
  Client none(loop.executor(), testing::RedisAddress());
  auto refused = loop.Await(none.Command("PING")).status();
  CHECK(refused.code() == StatusCode::kUnavailable);
  CHECK(refused.message().find("NOAUTH") != absl::string_view::npos);
  auto [username, password, is_let_in] = GENERATE(table<std::string, std::string, bool>({
      {"", "secret", true},
      {"default", "secret", true},
      {"gate", "gates", true},
      {"", "guess", false},
      {"gate", "secret", false},
      {"nobody", "secret", false},
  }));
  INFO(username << " " << password);
  Client client = Connect(username, password);
  CHECK(loop.Await(client.Command("PING")).ok() == is_let_in);
}

TEST_CASE_METHOD(Guarded, "AUTH: a new password is taken from the file, for commands and messages",
                 "[redis]") {
  Client client = Connect("", "guess");
  std::vector<std::string> heard;
  client.Subscribe("news", [&](std::string_view text) { heard.emplace_back(text); });
  CHECK(loop.Await(client.Command("PING")).status().code() == StatusCode::kUnavailable);
  std::ofstream(file) << "secret";
  loop.RunUntil([&] { return loop.Await(client.Command("PING")).ok(); });
  loop.RunUntil([&] {
    CHECK(Call("PUBLISH", "news", "hello").ok());
    return !heard.empty();
  });
  CHECK(heard.front() == "hello");
}

TEST_CASE_METHOD(Guarded, "Subscribe: who may not listen says so, and hears as soon as they may",
                 "[redis]") {
  REQUIRE(Call("ACL", "SETUSER", "gate", "resetchannels").ok());
  Client client = Connect("gate", "gates");
  std::vector<std::string> heard;
  {
    testing::CapturedStderr log;
    client.Subscribe("news", [&](std::string_view text) { heard.emplace_back(text); });
    loop.RunUntil([&] { return log.Text().find("refuses a subscription") != std::string::npos; });
    CHECK(log.Text().find("NOPERM") != std::string::npos);
  }
  CHECK(loop.Await(client.Command("PING")).ok());
  REQUIRE(Call("ACL", "SETUSER", "gate", "&news").ok());
  loop.RunUntil([&] {
    CHECK(Call("PUBLISH", "news", "hello").ok());
    return !heard.empty();
  });
}

TEST_CASE_METHOD(Guarded, "AUTH: a password file that is missing says so", "[redis]") {
  Client client(loop.executor(), testing::RedisAddress(),
                ClientOptions{.password_file = "/nonexistent/password"});
  auto status = loop.Await(client.Command("PING")).status();
  CHECK(status.code() == StatusCode::kUnavailable);
  CHECK(status.message().find("/nonexistent/password") != absl::string_view::npos);
}

}  // namespace
}  // namespace tamarack::redis
