#include "services/payments/processors/sandbox.h"

#include "platform/json/strict.h"
#include "platform/telemetry/metrics.h"

#include <absl/strings/str_format.h>
#include <boost/json/serialize.hpp>

#include <utility>

namespace tamarack::payments {
namespace {

absl::StatusOr<ProcessorAnswer> ReadAnswer(const http::ClientResponse& response) {
  using enum ProcessorAnswer::State;
  if (response.status == 404) return ProcessorAnswer{};
  if (response.status != 200) {
    std::string text = absl::StrCat("the processor answered ", response.status);
    bool is_about_itself =
        response.status >= 500 || response.status == 408 || response.status == 429;
    return is_about_itself ? absl::InternalError(text) : absl::FailedPreconditionError(text);
  }
  auto body = ParseStrictObject(response.body);
  if (!body.ok()) return absl::InternalError("the processor's answer is no JSON object");
  constexpr std::pair<std::string_view, ProcessorAnswer::State> kStates[] = {
      {"authorised", kAuthorised},
      {"declined", kDeclined},
      {"failed", kFailed},
      {"captured", kCaptured},
      {"released", kReleased}};
  for (const auto& [name, state] : kStates) {
    if (StringMember(*body, "state") != name) continue;
    return ProcessorAnswer{state, std::string(StringMember(*body, "provider_id")),
                           std::string(StringMember(*body, "reason"))};
  }
  return absl::InternalError("the processor's answer has no known state");
}

}  // namespace

SandboxProcessor::SandboxProcessor(http::Client& client, std::string url,
                                   std::chrono::milliseconds timeout,
                                   prometheus::Registry& registry)
    : client_(client), url_(std::move(url)), timeout_(timeout), registry_(registry) {}

Async<ProcessorAnswer> SandboxProcessor::Authorise(const AuthorisationRequest& request) {
  const Card& card = request.card;
  boost::json::object body{
      {"reference", request.reference},
      {"order", request.payment_id},
      {"amount", request.amount_cents},
      {"currency", request.currency},
      {"card", boost::json::object{
                   {"number", card.number},
                   {"security_code", card.security_code},
                   {"expiry", absl::StrFormat("%04d-%02d", card.expiry_year, card.expiry_month)},
                   {"holder", card.holder}}}};
  co_return co_await Call("authorise", "POST", "", boost::json::serialize(body));
}

Async<ProcessorAnswer> SandboxProcessor::Capture(std::string reference, int64_t) {
  co_return co_await Call("capture", "POST", "/" + reference + "/capture", "");
}

Async<ProcessorAnswer> SandboxProcessor::Release(std::string reference) {
  co_return co_await Call("release", "POST", "/" + reference + "/release", "");
}

Async<ProcessorAnswer> SandboxProcessor::Query(std::string reference) {
  co_return co_await Call("query", "GET", "/" + reference, "");
}

Async<ProcessorAnswer> SandboxProcessor::Call(std::string operation, std::string method,
                                              std::string path, std::string body) {
  auto begin = std::chrono::steady_clock::now();
  auto response = co_await client_.Send({.method = std::move(method),
                                         .url = url_ + "/v1/authorisations" + path,
                                         .headers = {{"content-type", "application/json"}},
                                         .body = std::move(body),
                                         .timeout = timeout_});
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  telemetry::DurationHistogram(
      registry_, "tamarack_payments_processor_duration_seconds",
      "Duration of calls to the card processor",
      {{"operation", operation}, {"result", response.ok() ? "answered" : "lost"}})
      .Observe(took.count());
  // What may not be connected to was not reached either, and refused nothing.
  if (absl::IsFailedPrecondition(response.status()))
    co_return absl::UnavailableError(response.status().message());
  if (!response.ok()) co_return response.status();
  co_return ReadAnswer(*response);
}

}  // namespace tamarack::payments
