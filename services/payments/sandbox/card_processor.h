#pragma once

#include "platform/http/message.h"
#include "services/payments/sandbox/card_book.h"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace tamarack::payments::sandbox {

// The sandbox card processor's HTTP interface:
//   POST /v1/authorisations {reference, order, amount, currency, card: {number, security_code,
//   expiry, holder}} GET  /v1/authorisations/{reference}      POST …/{reference}/capture      POST
//   …/{reference}/release GET  /v1/authorisations                  all of them, for checkers POST
//   /control {mode, count, delay_ms}    how the next `count` calls go (0: all until told
//   otherwise):
//        "normal", "decline", "delay", "drop" (does it, never answers), "refuse" (never does it,
//        never answers), "error", "forget" (404, as if it did not know the reference)
//   GET  /livez
class CardProcessor {
 public:
  explicit CardProcessor(const std::string& state_file) : book_(state_file) {}

  boost::asio::awaitable<http::Response> Handle(http::Request request);

 private:
  enum class Mode { kNormal, kDecline, kDelay, kDrop, kRefuse, kError, kForget };

  Mode TakeMode();
  http::Response Control(const std::string& body);
  boost::asio::awaitable<http::Response> Serve(std::string verb, std::string reference,
                                               std::string body);
  http::Response Perform(const std::string& verb, const std::string& reference,
                         Authorisation request, const Verdict& verdict);

  CardBook book_;
  Mode mode_ = Mode::kNormal;
  int left_ = 0;  // calls until normal again; 0: for ever
  std::chrono::milliseconds delay_{0};
};

}  // namespace tamarack::payments::sandbox
