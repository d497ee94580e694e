#pragma once

#include "platform/base/status.h"
#include "platform/rpc/tls.h"

#include <google/protobuf/message.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tamarack::rpc {

struct Context;

// Gives the access token that goes with a call (auth::TokenSource), or none.
using TokenFunction = std::function<Async<std::string>()>;

struct CallOptions {
  std::chrono::milliseconds timeout = std::chrono::seconds(5);  // for all of it, a repeat included
  // The call on whose behalf this one is made: its trace, request id and remaining time go along.
  const Context* on_behalf_of = nullptr;
  // Goes along as `x-tamarack-idempotency-key`.
  std::string idempotency_key = {};
};

// Where a server is, and how it is reached.
struct Target {
  // Without `tls` in plain text.
  Target(std::string address_of,  // NOLINT(google-explicit-constructor): an address is a target.
         std::optional<ChannelTls> tls_of = std::nullopt)
      : address(std::move(address_of)), tls(std::move(tls_of)) {}
  std::string address;
  std::optional<ChannelTls> tls;
};

// A gRPC channel to one back end, called from coroutines. One per back end and process; it
// reconnects by itself.
class Client {
 public:
  // `on_refused` is told when the back end calls our token invalid, so that a new one is fetched,
  // with which the call is made once more: a key may be withdrawn before its tokens end, and
  // whoever refuses a token has done nothing.
  Client(const Target& target, TokenFunction token = nullptr,
         std::function<void()> on_refused = nullptr);
  ~Client();

  // Calls "/package.Service/Method". Errors arrive with the details the service gave them.
  template <class Response>
  Async<Response> Call(std::string method, const google::protobuf::Message& request,
                       CallOptions options = {}) {
    Response response;
    CO_RETURN_IF_ERROR(co_await CallInto(std::move(method), request, response, std::move(options)));
    co_return response;
  }

 private:
  AsyncStatus CallInto(std::string method, const google::protobuf::Message& request,
                       google::protobuf::Message& response, CallOptions options);
  AsyncStatus CallOnce(const std::string& method, const google::protobuf::Message& request,
                       google::protobuf::Message& response, const CallOptions& options,
                       std::chrono::system_clock::time_point deadline);

  struct Channel;
  std::unique_ptr<Channel> channel_;
  TokenFunction token_;
  std::function<void()> on_refused_;
};

}  // namespace tamarack::rpc
