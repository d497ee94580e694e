#include "platform/curl/multi.h"
#include "platform/http/client.h"
#include "platform/http/server.h"
#include "tests/integration/platform/net_support.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>

namespace asio = boost::asio;
namespace http = tamarack::http;
using namespace std::chrono_literals;
using absl::StatusCode;
using tamarack::test::Gate;
using tamarack::test::LoopThread;

namespace {

http::ClientOptions AnyAddress() {
  http::ClientOptions options;
  options.policy.allow_private = true;
  return options;
}

// Our client against our server; the server's handler describes the request it got.
struct Fixture {
  LoopThread server_loop;
  LoopThread loop;
  Gate gate{server_loop.executor()};
  http::Server server;
  std::optional<tamarack::curl::Multi> curl;

  explicit Fixture(size_t connections_max = 100)
      : server(server_loop.executor(), ServerOptions(connections_max),
               [this](http::Request request) { return Handle(std::move(request)); }) {
    loop.Do([this] { curl.emplace(loop.executor()); });
  }
  ~Fixture() {
    loop.Do([this] { curl.reset(); });
    server.Drain(5s);
  }
  static http::ServerOptions ServerOptions(size_t connections_max) {
    http::ServerOptions options;
    options.connections_max = connections_max;
    return options;
  }
  asio::awaitable<http::Response> Handle(http::Request request) {
    http::Response response;
    if (request.target == "/wait") co_await gate.Pass();
    if (request.target == "/large") response.body = std::string(5000, 'l');
    if (request.target == "/redirect") {
      response.status = 302;
      response.headers.Add("Location", "/elsewhere");
    }
    if (request.target == "/echo") {
      response.headers = {{"X-Two", "a"}, {"x-two", "b"}};
      response.body = request.method + "|" + request.body;
      for (const auto& [name, value] : request.headers) response.body += "|" + name + ": " + value;
    }
    co_return response;
  }
  http::ClientRequest To(const std::string& target, const std::string& host = "127.0.0.1") {
    http::ClientRequest request;
    request.url = "http://" + host + ":" + std::to_string(server.port()) + target;
    return request;
  }
  absl::StatusOr<http::ClientResponse> Send(http::ClientRequest request,
                                            http::ClientOptions options = AnyAddress()) {
    http::Client client(*curl, std::move(options));
    return loop.Run(client.Send(std::move(request)));
  }
};

struct OneConnectionFixture : Fixture {
  OneConnectionFixture() : Fixture(1) {}
};

// A server that answers one request with these bytes, and then closes or waits for the client to.
class OneAnswer {
 public:
  enum class Then { kClose, kWait, kDrip };
  explicit OneAnswer(std::string answer, Then then = Then::kClose)
      : thread_([this, answer = std::move(answer), then] {
          asio::ip::tcp::socket socket(io_);
          acceptor_.accept(socket);
          std::string head;
          boost::system::error_code ignored;  // the client closes when it has enough
          asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n", ignored);
          asio::write(socket, asio::buffer(answer), ignored);
          if (then == Then::kWait) asio::read(socket, asio::dynamic_buffer(head), ignored);
          while (then == Then::kDrip && !ignored) {
            asio::write(socket, asio::buffer("x", 1), ignored);
            asio::steady_timer pause(io_, 100ms);
            pause.wait();
          }
        }) {
    loop_.Do([this] { curl_.emplace(loop_.executor()); });
  }
  ~OneAnswer() {
    loop_.Do([this] { curl_.reset(); });
    thread_.join();
  }
  absl::StatusOr<http::ClientResponse> Ask(std::chrono::milliseconds timeout) {
    http::ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    request.timeout = timeout;
    request.head_only = true;
    http::Client client(*curl_, AnyAddress());
    return loop_.Run(client.Send(std::move(request)));
  }

 private:
  LoopThread loop_;
  std::optional<tamarack::curl::Multi> curl_;
  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::thread thread_;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "A client sends method, headers and body, and reads the answer") {
  auto request = To("/echo");
  request.method = "PATCH";
  request.headers = {{"X-One", "1"}, {"X-Empty", ""}, {"Content-Type", "application/json"}};
  request.body = std::string("{\0}", 3);
  auto response = Send(request);
  REQUIRE(response.ok());
  CHECK(response->status == 200);
  CHECK(response->headers.GetAll("X-TWO") == std::vector<std::string_view>{"a", "b"});
  CHECK_THAT(response->body, Catch::StartsWith("PATCH|" + request.body + "|"));
  CHECK_THAT(response->body, Catch::Contains("|X-One: 1"));
  CHECK_THAT(response->body, Catch::Contains("|X-Empty: "));
  CHECK_THAT(response->body, Catch::Contains("|Content-Type: application/json"));
  CHECK_THAT(response->body, !Catch::Contains("Expect"));
}

TEST_CASE_METHOD(Fixture, "Bodies are not called forms, and POST may be empty") {
  auto request = To("/echo");
  request.method = GENERATE("POST", "PUT", "DELETE", "GET");
  auto response = Send(request);
  REQUIRE(response.ok());
  CHECK_THAT(response->body, Catch::StartsWith(request.method + "||"));
  CHECK_THAT(response->body, !Catch::Contains("urlencoded"));
}

TEST_CASE_METHOD(Fixture, "HEAD ends without waiting for a body") {
  auto request = To("/large");
  request.method = "HEAD";
  auto response = Send(request);
  REQUIRE(response.ok());
  CHECK(response->body.empty());
  CHECK(response->headers.Get("Content-Length") == "5000");
}

TEST_CASE_METHOD(Fixture, "An answer too late is DEADLINE_EXCEEDED") {
  auto request = To("/wait");
  request.timeout = 500ms;  // enough to reach the handler even on a busy machine
  absl::Status status = Send(request).status();
  CHECK(status.code() == StatusCode::kDeadlineExceeded);
  CHECK(http::WasSent(status));
  CHECK_FALSE(gate.AwaitLeaving());  // and the server has noticed
}

TEST_CASE_METHOD(Fixture, "An answer too large is RESOURCE_EXHAUSTED") {
  auto request = To("/large");
  request.max_response_bytes = 5000;
  CHECK(Send(request).ok());
  request.max_response_bytes = 4999;
  CHECK(Send(request).status().code() == StatusCode::kResourceExhausted);
}

TEST_CASE("Who wants the head only gets it, whatever becomes of the body") {
  struct Case {
    const char* name;
    std::string answer;
    int status;
  };
  auto c = GENERATE(values<Case>({
      {"none", "HTTP/1.1 204 No Content\r\n\r\n", 204},
      {"cut off", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", 200},
      {"no chunk", "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 202},
      {"too long", "HTTP/1.1 200 OK\r\n\r\n" + std::string(2'000'000, 'x'), 200},
      {"refusal too long", "HTTP/1.1 410 Gone\r\n\r\n" + std::string(2'000'000, 'x'), 410},
      {"after a head too long",
       "HTTP/1.1 200 OK\r\nX-A: " + std::string(60'000, 'a') +
           "\r\nX-B: " + std::string(60'000, 'b') + "\r\n\r\n",
       200},
      {"refusal with a head too long",
       "HTTP/1.1 410 Gone\r\nX-A: " + std::string(99'000, 'a') + "\r\n\r\n", 410},
      {"after early hints", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\n\r\nx", 201},
  }));
  INFO(c.name);
  OneAnswer server(c.answer);
  auto response = server.Ask(5s);
  REQUIRE(response.status().ToString() == "OK");
  CHECK(response->status == c.status);
  CHECK(response->body.empty());
}

TEST_CASE("A body that never ends is given up after a head that came") {
  auto then = GENERATE(OneAnswer::Then::kWait, OneAnswer::Then::kDrip);
  auto [length, timeout] = GENERATE(table<const char*, std::chrono::milliseconds>(
      {{"10", 300ms}, {"100000", 300ms}, {"1000", 60s}, {"10000000", 60s}}));
  OneAnswer server(
      absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", length, "\r\nX-A: b\r\n\r\n12"), then);
  auto begin = std::chrono::steady_clock::now();
  auto response = server.Ask(timeout);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  REQUIRE(response.status().ToString() == "OK");
  CHECK(response->status == 200);
  CHECK(response->headers.Get("x-a") == "b");
}

TEST_CASE("What is no HTTP is told apart from nobody there") {
  auto answer =
      GENERATE(as<std::string>(), "garbage\r\n\r\n", "SSH-2.0-OpenSSH_9.2p1\r\n",
               "\x15\x03\x01\x00\x02", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n",
               "HTTP/1.1 99 Low\r\n\r\n", std::string("HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n", 29),
               "HTTP/1.1 103 Early Hints\r\nX-A: " + std::string(70'000, 'a') + "\r\n\r\n");
  INFO(answer.substr(0, 40));
  OneAnswer server(answer);
  auto status = server.Ask(5s).status();
  INFO(status.ToString());
  CHECK(status.code() ==
        (answer.size() > 60'000 ? StatusCode::kResourceExhausted : StatusCode::kDataLoss));
}

TEST_CASE("Half a head is no answer") {
  auto answer = GENERATE(as<std::string>(), "HTTP/1.1 200 OK\r\nContent-Le",
                         "HTTP/1.1 103 Early Hints\r\n\r\n", "");
  OneAnswer server(answer);
  absl::Status status = server.Ask(5s).status();
  CHECK(status.code() == StatusCode::kUnavailable);
  CHECK(http::WasSent(status));
}

TEST_CASE_METHOD(Fixture, "CheckUrl: what can never be called is told beforehand") {
  struct Case {
    const char* url;
    bool in_production;
    bool in_sandbox;
  };
  auto c = GENERATE(values<Case>({
      {"https://licences.example/hooks?key=1", true, true},
      {"http://licences.example:8080", true, true},
      {"https://93.184.216.34/", true, true},
      {"https://[2606:2800:220:1::1]/", true, true},
      {"http://localhost:9981/hook", false, true},
      {"http://LOCALHOST.:9981/hook", false, true},
      {"http://hooks.localhost/", false, true},
      {"http://127.0.0.1/", false, true},
      {"http://127.9.9.9:1/", false, true},
      {"HTTPS://Licences.Example/hooks", true, true},
      {"http://127.1/", false, false},
      {"http://2130706433/", false, false},
      {"https://1.2.3.999/", false, false},
      {"https://licences..example/", false, false},
      {"http://[::1]:8080/", false, true},
      {"http://[::ffff:127.0.0.1]/", false, true},
      {"http://10.0.0.1/", false, false},
      {"http://192.168.1.20/hook", false, false},
      {"http://169.254.169.254/latest/meta-data", false, false},
      {"http://[fd00::1]/", false, false},
      {"http://0.0.0.0/", false, false},
      {"http://licences.example:0/", false, false},
      {"ftp://licences.example/", false, false},
      {"mailto:a@licences.example", false, false},
      {"licences.example/hooks", false, false},
      {"https://me:secret@licences.example/", false, false},
      {"https://licences.example/#top", false, false},
      {"https://licences.example:99999/", false, false},
      {"", false, false},
  }));
  INFO(c.url);
  CHECK(http::CheckUrl(c.url, {}).ok() == c.in_production);
  CHECK(http::CheckUrl(c.url, {.allow_loopback = true}).ok() == c.in_sandbox);
  // A client leaves a fragment out.
  if (c.in_production || std::string_view(c.url).find('#') != std::string_view::npos) return;
  http::ClientRequest request;
  request.url = c.url;
  CHECK_FALSE(Send(request, {}).ok());
}

TEST_CASE_METHOD(Fixture, "A redirect is an answer, not an order") {
  auto response = Send(To("/redirect"));
  REQUIRE(response.ok());
  CHECK(response->status == 302);
  CHECK(response->headers.Get("location") == "/elsewhere");
}

TEST_CASE_METHOD(Fixture, "A private address is refused however it is written") {
  auto request = To("/echo", GENERATE("127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433",
                                      "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "10.0.0.1",
                                      "[64:ff9b::a00:1]", "169.254.169.254"));
  INFO(request.url);
  auto status = Send(request, {}).status();
  CHECK(status.code() == StatusCode::kFailedPrecondition);
}

TEST_CASE_METHOD(Fixture, "A private address is allowed where host and port are configured") {
  http::ClientOptions options;
  options.policy.allowed = {"localhost:" + std::to_string(server.port())};
  CHECK(Send(To("/echo", "localhost"), options).ok());
  CHECK(Send(To("/echo", "127.0.0.1"), options).status().code() == StatusCode::kFailedPrecondition);
}

TEST_CASE_METHOD(Fixture, "A connection kept by a trusting client does not serve a strict one") {
  REQUIRE(Send(To("/echo")).ok());
  CHECK(Send(To("/echo"), {}).status().code() == StatusCode::kFailedPrecondition);
}

TEST_CASE_METHOD(OneConnectionFixture, "Connections are kept unless the request wants its own") {
  REQUIRE(Send(To("/echo"))->status == 200);
  CHECK(Send(To("/echo"))->status == 200);
  auto request = To("/echo");
  request.reuse_connection = false;
  auto response = Send(request);
  CHECK((!response.ok() || response->status == 503));  // the server takes only one
}

TEST_CASE_METHOD(Fixture, "What is no sound request is INVALID_ARGUMENT and is not sent") {
  auto request = To("/echo");
  SECTION("scheme") {
    request.url = "file:///etc/passwd";
  }
  SECTION("other scheme") {
    request.url = "gopher://127.0.0.1/";
  }
  SECTION("no scheme") {
    request.url = "127.0.0.1/";
  }
  SECTION("space") {
    request.url = "http://127.0.0.1/a b";
  }
  SECTION("user") {
    request.url = "http://me:secret@127.0.0.1/";
  }
  SECTION("header value") {
    request.headers = {{"A", "b\r\nC: d"}};
  }
  SECTION("header name") {
    request.headers = {{"A b", "c"}};
  }
  SECTION("method") {
    request.method = "GET / HTTP/1.1\r\nA:";
  }
  CHECK(Send(request).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE_METHOD(Fixture, "A server that is not there is UNAVAILABLE") {
  auto request = To("/echo");
  server.Drain(1s);
  absl::Status status = Send(request).status();
  CHECK(status.code() == StatusCode::kUnavailable);
  CHECK_FALSE(http::WasSent(status));
  request.url = "http://no-such-host.invalid/";
  CHECK(Send(request).status().code() == StatusCode::kUnavailable);
}

TEST_CASE_METHOD(Fixture, "A cancelled caller gets CANCELLED and frees the connection") {
  http::Client client(*curl, AnyAddress());
  asio::cancellation_signal signal;
  std::promise<absl::StatusCode> code;
  auto body = [&]() -> asio::awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto response = co_await client.Send(To("/wait"));
    code.set_value(response.status().code());
  };
  loop.Do([&] {
    asio::co_spawn(loop.executor(), body(),
                   asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr) {}));
  });
  gate.AwaitEntry();
  loop.Do([&] { signal.emit(asio::cancellation_type::terminal); });
  CHECK(code.get_future().get() == StatusCode::kCancelled);
  CHECK_FALSE(gate.AwaitLeaving());
  CHECK(Send(To("/echo")).ok());
}

TEST_CASE_METHOD(Fixture, "Many requests run at once on one loop") {
  http::Client client(*curl, AnyAddress());
  std::vector<std::future<absl::StatusOr<http::ClientResponse>>> results;
  for (int i = 0; i < 50; ++i) {
    results.push_back(asio::co_spawn(loop.executor(), client.Send(To("/echo")), asio::use_future));
  }
  int ok = 0;
  for (auto& result : results) ok += result.get().ok();
  CHECK(ok == 50);
}

TEST_CASE_METHOD(Fixture, "Ending the loop ends its transfers") {
  http::Client client(*curl, AnyAddress());
  auto result = asio::co_spawn(loop.executor(), client.Send(To("/wait")), asio::use_future);
  gate.AwaitEntry();
  loop.Do([&] { curl.reset(); });
  CHECK(result.get().status().code() == StatusCode::kCancelled);
  CHECK_FALSE(gate.AwaitLeaving());
}
