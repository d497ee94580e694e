// This process's own access token, for its calls to other services.
#pragma once

#include "platform/base/status.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace tamarack::auth {

struct IssuedToken {
  std::string access_token;
  std::chrono::seconds expires_in{0};
};

// Runs one client_credentials exchange at identity.
using ExchangeCredentials = std::function<Async<IssuedToken>()>;

// Caches the token; from 60 s before it expires it is renewed in the background while callers still
// get it. Callers that find none wait for the same exchange. Lives on one loop
// and must outlive it.
class TokenSource {
 public:
  TokenSource(
      boost::asio::any_io_executor executor, ExchangeCredentials exchange,
      std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now);
  ~TokenSource();
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;

  // A token good for some seconds more.
  Async<std::string> Token();

  // Forgets the token: call it after UNAUTHENTICATED.
  void Invalidate();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tamarack::auth
