#pragma once

#include "platform/http/server.h"
#include "tests/integration/platform/net_support.h"
#include "tests/support/eventually.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace tamarack::test {

inline const std::string kHost = "Host: test\r\n";

// A server whose handler answers with the method, the target and the body.
struct HttpServerFixture {
  LoopThread loop;
  Gate gate{loop.executor()};
  Gate later{loop.executor()};
  http::ServerOptions options;
  std::unique_ptr<http::Server> server;
  testing::Count reads;  // Bodies that the handler has asked for.
  int pieces =
      0;  // That the source of /flood was asked for; to be read once the server is drained.

  RawClient Connect() {
    if (!server) {
      server = std::make_unique<http::Server>(
          loop.executor(), options, [this](http::Request request) { return Handle(request); });
    }
    return RawClient(server->port());
  }
  ~HttpServerFixture() {
    if (server) server->Drain(std::chrono::seconds(5));
  }
  asio::awaitable<http::Response> Handle(http::Request request) {
    http::Response response;
    if (request.headers.Has("x-effect")) request.note_effect();
    if (request.target == "/refused") {
      response.status = 401;
      co_return response;
    }
    if (request.read_body) {
      std::string client(request.headers.Get("x-client").value_or(""));
      ++reads;
      http::Refusal refusal = co_await request.read_body(
          {request.target == "/upload" ? uint64_t{2} << 20 : uint64_t{4} << 10, client},
          request.body);
      response.status = refusal ? refusal.status : 200;
      if (refusal) co_return response;
    }
    if (request.target == "/throw") throw std::runtime_error("on purpose");
    if (request.target == "/split") response.headers.Add("X", "a\r\nY: b");
    if (request.target == "/wait" || request.target == "/big") co_await gate.Pass();
    if (request.target == "/wait-later") co_await later.Pass();
    if (request.target == "/big") {
      response.shared_body = std::make_shared<const std::string>(64 << 20, 'b');
    }
    if (request.target == "/trailer") {
      response.body = request.headers.Has("x-trailer") ? "merged" : "dropped";
      co_return response;
    }
    if (request.target == "/stream") response.body_source = Pieces();
    if (request.target == "/broken") {
      response.body_source = [n = 0]() mutable -> Async<std::optional<std::string>> {
        if (n++ == 0) co_return "one";
        co_return absl::UnavailableError("on purpose");
      };
    }
    if (request.target == "/flood") {
      response.body_source = [this]() -> Async<std::optional<std::string>> {
        ++pieces;
        co_return std::string(64 << 10, 'f');
      };
    }
    if (request.target == "/peer") response.headers.Add("X-Peer", request.remote_address);
    response.body = request.method + " " + request.target + " " + request.body;
    co_return response;
  }
  // `one`, nothing for a while, and after the gate `two`.
  http::BodySource Pieces() {
    return [this, n = 0]() mutable -> Async<std::optional<std::string>> {
      switch (n++) {
        case 0:
          co_return "one";
        case 1:
          co_return "";
        case 2:
          co_await gate.Pass();
          co_return "two";
        default:
          co_return std::nullopt;
      }
    };
  }
};

inline std::string Get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + "\r\n";
}

inline std::string Post(const std::string& target, size_t body_bytes) {
  return "POST " + target + " HTTP/1.1\r\n" + kHost +
         "Content-Length: " + std::to_string(body_bytes) + "\r\n\r\n" +
         std::string(body_bytes, 'b');
}

}  // namespace tamarack::test
