#pragma once

#include "fixture.h"
#include "gateway/plugin/reloader.h"
#include "generic_server.h"
#include "tests/support/compile_proto.h"
#include "tests/support/eventually.h"

#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tamarack::gateway {

using testing::Eventually;
using testing::kPatience;

// A gateway alone, with its configuration in a folder of its own, that takes what changes there.
class Plugged {
 public:
  // One connection that is kept.
  class Client {
   public:
    explicit Client(int port, std::string host = "localhost") : host_(std::move(host)) {
      socket_.connect({asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)});
    }
    Answer Send(const std::string& method, const std::string& target,
                const std::string& headers = "", const std::string& body = "") {
      std::string text = method + " " + target + " HTTP/1.1\r\nHost: " + host_ + "\r\n" + headers +
                         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      asio::write(socket_, asio::buffer(text));
      Answer answer;
      size_t end = asio::read_until(socket_, asio::dynamic_buffer(buffer_), "\r\n\r\n");
      answer.status = std::stoi(buffer_.substr(9, 3));
      answer.head = buffer_.substr(0, end - 2);
      buffer_.erase(0, end);
      std::string size = answer.Header("content-length");
      size_t length = size.empty() ? 0 : std::stoul(size);
      if (buffer_.size() < length)
        asio::read(socket_, asio::dynamic_buffer(buffer_),
                   asio::transfer_exactly(length - buffer_.size()));
      answer.body = buffer_.substr(0, length);
      buffer_.erase(0, length);
      return answer;
    }

   private:
    std::string host_;
    asio::io_context io_;
    asio::ip::tcp::socket socket_{io_};
    std::string buffer_;
  };

  // `backends`: the members of the configuration's list, separated by commas. With `exchange`
  // callers are asked who they are.
  explicit Plugged(const std::string& backends, ExchangeFunction exchange = nullptr) {
    if (exchange)
      authenticator_ = std::make_unique<Authenticator>(io_.get_executor(), std::move(exchange),
                                                       AuthenticatorOptions{"gateway", "secret"});
    folder_ = std::filesystem::temp_directory_path() /
              ("gateway-plugged-" + std::to_string(::getpid()) + "-" + std::to_string(++count_));
    std::filesystem::create_directories(folder_);
    Configure(backends);
  }
  ~Plugged() {
    if (server_) server_->Drain(std::chrono::seconds(1));
    reloader_.reset();
    work_.reset();
    io_.stop();
    if (thread_.joinable()) thread_.join();
    std::filesystem::remove_all(folder_);
  }

  // Renamed into place, as whoever changes a file that is read meanwhile should.
  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / (name + ".new"), std::ios::binary) << bytes;
    std::filesystem::rename(folder_ / (name + ".new"), folder_ / name);
  }
  void WriteDescriptors(const std::string& name, const std::string& proto) {
    Write(name, Compile(name, proto).files.SerializeAsString());
  }
  void Configure(const std::string& backends) {
    std::string authentication =
        authenticator_
            ? R"("credentials": {"address": "127.0.0.1:1", "client_secret_file": "secret"})"
            : R"("authentication": "none")";
    Write("gateway.json", "{" + authentication +
                              R"(, "public_url": "http://localhost:8080", "backends": [)" +
                              backends + "]}");
  }

  void Start() {
    auto config = LoadConfig(config_file());
    INFO(config.status());
    REQUIRE(config.ok());
    Loader loader(config_file(), *config);
    auto loaded = loader.Load(true);
    REQUIRE(StartProblems(loaded->report) == "");
    GatewayOptions gateway_options{config->public_url, config->sign_in_path, {}, config->is_open};
    gateway_options.waiting = waiting;
    if (read_class) {
      RateLimitsOptions limits;
      limits.classes.Set("read", *read_class);
      gateway_options.rate_limits =
          std::make_shared<RateLimits>(io_.get_executor(), limits, registry_);
    }
    gateway_ =
        std::make_unique<Gateway>(std::move(gateway_options), loaded->snapshot,
                                  authenticator_.get(), Assets(), pages::DefaultBrand(), registry_);
    auto use = [this](std::shared_ptr<const Snapshot> snapshot) {
      gateway_->Use(std::move(snapshot));
      std::lock_guard lock(mutex_);
      ++uses_;
      used_.notify_all();
    };
    reloader_ = std::make_unique<Reloader>(io_.get_executor(), std::move(loader), loaded->report,
                                           use, registry_);
    http::ServerOptions options;
    gateway_->Configure(options);
    server_ = std::make_unique<http::Server>(
        io_.get_executor(), options,
        [this](http::Request request) { return gateway_->Handle(std::move(request)); });
    thread_ = std::thread([this] { io_.run(); });
  }

  // How often something new was served since the start.
  int uses() {
    std::lock_guard lock(mutex_);
    return uses_;
  }
  // Waits until that is so many times.
  bool AwaitUses(int count) {
    std::unique_lock lock(mutex_);
    return used_.wait_for(lock, kPatience, [&] { return uses_ >= count; });
  }

  Client Connect(const std::string& host = "localhost") const {
    return Client(server_->port(), host);
  }
  int Status(const std::string& method, const std::string& target) const {
    return Connect().Send(method, target).status;
  }
  // The last report, of the back end at `index` of the configuration.
  boost::json::object Report(size_t index = 0) {
    std::promise<std::string> text;
    asio::post(io_, [&] { text.set_value(reloader_->Report()); });
    auto report = boost::json::parse(text.get_future().get()).as_object();
    problems = boost::json::serialize(report.at("problems"));
    auto& backends = report.at("backends").as_array();
    return index < backends.size() ? backends[index].as_object() : boost::json::object();
  }
  std::string Metric(const std::string& name) const {
    std::string text = telemetry::SerializeMetrics(registry_);
    size_t at = text.find("\n" + name + " ");
    return at == std::string::npos
               ? ""
               : text.substr(at + name.size() + 2, text.find('\n', at + 1) - at - name.size() - 2);
  }

  int port() const { return server_->port(); }
  std::string config_file() const { return (folder_ / "gateway.json").string(); }
  const std::filesystem::path& folder() const { return folder_; }

  NetworkBudget::Limits waiting = GatewayOptions().waiting;
  std::optional<RateClass> read_class;  // Counted by this gateway alone.
  std::string problems;                 // Of the configuration as a whole, at the last Report().

 private:
  static inline int count_ = 0;
  std::mutex mutex_;
  std::condition_variable used_;
  int uses_ = 0;
  std::filesystem::path folder_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  prometheus::Registry registry_;
  std::unique_ptr<Authenticator> authenticator_;  // Null: nobody is asked.
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<Reloader> reloader_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

// A service `t.Fish` with GET and POST /fish/…; `more` goes among its methods.
inline std::string FishProto(const std::string& more = "", const std::string& package = "t") {
  return R"(
syntax = "proto3";
package )" +
         package + R"(;
import "google/api/annotations.proto";
import "tamarack/api/v1/policy.proto";
service Fish {
  rpc Get(Fry) returns (Fry) {
    option (google.api.http) = {get: "/)" +
         package + R"(/{id}"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
  rpc Create(Fry) returns (Fry) {
    option (google.api.http) = {post: "/)" +
         package + R"(" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
)" + more +
         R"(
}
message Fry {
  string id = 1;
  int32 size = 2;
}
)";
}

// One more method for FishProto.
inline std::string GetMethod(const std::string& name, const std::string& path) {
  return "rpc " + name + "(Fry) returns (Fry) {\n  option (google.api.http) = {get: \"" + path +
         "\"};\n  option (tamarack.api.v1.policy) = {access: PUBLIC};\n}\n";
}

}  // namespace tamarack::gateway
