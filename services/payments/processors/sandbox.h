#pragma once

#include "platform/http/client.h"
#include "services/payments/processors/processor.h"

#include <prometheus/registry.h>
#include <boost/json/object.hpp>

#include <chrono>
#include <string>

namespace tamarack::payments {

// The sandbox card processor (services/payments/sandbox), reached over HTTP. `client` must outlive
// it.
class SandboxProcessor final : public Processor {
 public:
  SandboxProcessor(http::Client& client, std::string url, std::chrono::milliseconds timeout,
                   prometheus::Registry& registry);

  std::string_view name() const override { return "sandbox"; }
  Async<ProcessorAnswer> Authorise(const AuthorisationRequest& request) override;
  Async<ProcessorAnswer> Capture(std::string reference, int64_t amount_cents) override;
  Async<ProcessorAnswer> Release(std::string reference) override;
  Async<ProcessorAnswer> Query(std::string reference) override;

 private:
  Async<ProcessorAnswer> Call(std::string operation, std::string method, std::string path,
                              std::string body);

  http::Client& client_;
  std::string url_;
  std::chrono::milliseconds timeout_;
  prometheus::Registry& registry_;
};

}  // namespace tamarack::payments
