#pragma once

#include "gateway/config/config.h"
#include "gateway/gateway.h"
#include "gateway/plugin/check.h"
#include "gateway/plugin/loader.h"
#include "platform/http/server.h"
#include "platform/rpc/client.h"
#include "platform/telemetry/metrics.h"
#include "toy_server.h"

#include <absl/strings/ascii.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace tamarack::gateway {

namespace asio = boost::asio;

// An HTTP answer as it came over the socket.
struct Answer {
  int status = 0;
  std::string head;
  std::string body;  // The chunks' contents, if it came in chunks.
  bool has_last_chunk = false;

  // The first value of a header; empty when there is none.
  std::string Header(const std::string& name) const {
    std::string lower = absl::AsciiStrToLower(head);
    size_t at = lower.find("\r\n" + absl::AsciiStrToLower(name) + ": ");
    if (at == std::string::npos) return "";
    at += name.size() + 4;
    return head.substr(at, head.find("\r\n", at) - at);
  }
  boost::json::object Json() const {
    INFO(body);
    boost::json::error_code error;
    auto value = boost::json::parse(body, error);
    REQUIRE_FALSE(error);
    return value.as_object();
  }
};

inline std::string Show(const boost::json::value* value) {
  if (value == nullptr) return "(absent)";
  return value->is_string() ? std::string(value->get_string().c_str())
                            : boost::json::serialize(*value);
}

// The real gateway in front of the toy service, over real sockets. The gateway gets a descriptor
// set file and an address, nothing else.
struct Fixture {
  static constexpr char kOrigin[] = "http://localhost:8080";

  ToyServer toy;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  prometheus::Registry registry;
  rpc::Client identity{"127.0.0.1:" + std::to_string(toy.port)};
  Authenticator authenticator{
      io.get_executor(),
      [this](api::v1::ExchangeRequest request) -> Async<api::v1::ExchangeResponse> {
        co_return co_await identity.Call<api::v1::ExchangeResponse>(
            "/tamarack.api.v1.CredentialService/Exchange", request);
      },
      {"gateway", "secret"}};
  std::shared_ptr<RateLimits> rate_limits;
  std::shared_ptr<const Snapshot> snapshot;
  std::unique_ptr<Gateway> gateway = MakeGateway();
  std::unique_ptr<http::Server> server = MakeServer();
  std::thread thread{[this] { io.run(); }};

  Fixture() = default;
  using MakeRateLimits =
      std::function<std::shared_ptr<RateLimits>(asio::any_io_executor, prometheus::Registry&)>;
  explicit Fixture(const MakeRateLimits& make) : rate_limits(make(io.get_executor(), registry)) {}
  ~Fixture() {
    server->Drain(std::chrono::seconds(1));
    work.reset();
    io.stop();
    thread.join();
  }

  std::unique_ptr<Gateway> MakeGateway() {
    namespace fs = std::filesystem;
    fs::path folder = fs::temp_directory_path() / ("gateway-test-" + std::to_string(::getpid()));
    fs::create_directories(folder / "assets");
    std::ofstream(folder / "assets" / "site.css") << std::string(2000, ' ') << "p{}";
    std::ofstream(folder / "assets" / "app.0123abcd.js") << "1";
    std::ofstream(folder / "secret") << "secret";
    std::string address = "127.0.0.1:" + std::to_string(toy.port);
    std::ofstream(folder / "gateway.json")
        << R"({"public_url": "http://localhost:8080", "assets_dir": "assets", "backends": [{"name": "toy", "address": ")"
        << address
        << R"(", "platform": true, "lint_ignore": ["repeated-body"], "cors_origins": ["https://app.example"], "descriptor_set": ")"
        << TAMARACK_BINARY_DIR << R"(/descriptors/test_support.binpb"}],)"
        << R"("credentials": {"address": ")" << address << R"(", "client_secret_file": "secret"}})";
    auto config = LoadConfig((folder / "gateway.json").string());
    if (!config.ok()) throw std::runtime_error(std::string(config.status().message()));
    auto loaded = Loader((folder / "gateway.json").string(), *config).Load(true);
    if (std::string problems = StartProblems(loaded->report); !problems.empty())
      throw std::runtime_error(problems);
    snapshot = loaded->snapshot;
    auto made =
        std::make_unique<Gateway>(GatewayOptions{config->public_url,
                                                 config->sign_in_path,
                                                 {},
                                                 false,
                                                 std::chrono::milliseconds(20),
                                                 rate_limits},
                                  snapshot, &authenticator, *Assets::Load(config->assets_dir),
                                  pages::DefaultBrand(), registry);
    fs::remove_all(folder);
    return made;
  }

  http::ServerOptions Options(http::ServerOptions options = {}) {
    gateway->Configure(options);
    return options;
  }
  std::unique_ptr<http::Server> MakeServer(http::ServerOptions options = {}) {
    return std::make_unique<http::Server>(
        io.get_executor(), Options(std::move(options)),
        [this](http::Request request) { return gateway->Handle(std::move(request)); });
  }

  asio::ip::tcp::socket Connect(asio::io_context& context) const {
    asio::ip::tcp::socket socket(context);
    socket.connect(
        {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(server->port())});
    return socket;
  }

  // Sends raw bytes on a connection of their own and reads to its end.
  Answer Raw(const std::string& bytes) const {
    asio::io_context context;
    auto socket = Connect(context);
    boost::system::error_code error;
    asio::write(socket, asio::buffer(bytes), error);
    std::string text;
    asio::read(socket, asio::dynamic_buffer(text), error);
    Answer answer;
    size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos || text.size() < 12) return answer;
    answer.status = std::stoi(text.substr(9, 3));
    answer.head = text.substr(0, end + 2);
    answer.body = text.substr(end + 4);
    if (answer.Header("transfer-encoding") == "chunked") Unchunk(answer);
    return answer;
  }

  static void Unchunk(Answer& answer) {
    std::string rest = std::exchange(answer.body, {});
    for (size_t size; !rest.empty() && !answer.has_last_chunk; rest.erase(0, size + 2)) {
      size_t line = rest.find("\r\n");
      size = std::stoul(rest, nullptr, 16);
      rest.erase(0, line + 2);
      answer.body += rest.substr(0, size);
      answer.has_last_chunk = size == 0;
    }
  }

  // `headers` are lines that end in \r\n.
  Answer Send(const std::string& method, const std::string& target, const std::string& headers = "",
              const std::string& body = "") const {
    std::string length =
        body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return Raw(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
               headers + length + "\r\n" + body);
  }
  Answer Get(const std::string& target, const std::string& headers = "") const {
    return Send("GET", target, headers);
  }
  Answer PostJson(const std::string& target, const std::string& body,
                  const std::string& headers = "") const {
    return Send("POST", target, "Content-Type: application/json\r\n" + headers, body);
  }
  Answer PostForm(const std::string& target, const std::string& body,
                  const std::string& headers = "") const {
    return Send("POST", target, "Content-Type: application/x-www-form-urlencoded\r\n" + headers,
                body);
  }
};

inline const std::string kWriter = "Authorization: Bearer writer\r\n";

}  // namespace tamarack::gateway
