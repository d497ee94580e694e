#include "platform/webhooks/retry.h"

#include "platform/webhooks/cloud_event.h"

#include <catch2/catch.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace webhooks = tamarack::webhooks;
using tamarack::http::ClientResponse;
using webhooks::DeliveryState;

namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);

webhooks::Verdict Answered(int status, int attempt = 1, const char* retry_after = nullptr) {
  ClientResponse response;
  response.status = status;
  if (retry_after != nullptr) response.headers.Add("Retry-After", retry_after);
  return webhooks::Judge(response, attempt, 0, 1, kNow);
}

}  // namespace

TEST_CASE("Ten attempts span 75 hours, 35 minutes and 5 seconds", "[webhooks]") {
  absl::Duration span = absl::ZeroDuration();
  for (int attempt = 1; attempt < webhooks::kAttemptsMax; ++attempt) {
    span += webhooks::RetryGap(attempt, 0, 1);
  }
  CHECK(span == absl::Hours(75) + absl::Minutes(35) + absl::Seconds(5));
  CHECK(webhooks::RetryGap(webhooks::kAttemptsMax, 0, 1) == absl::InfiniteDuration());
}

TEST_CASE("Jitter moves a gap by up to a fifth, and scale shortens it", "[webhooks]") {
  CHECK(webhooks::RetryGap(1, 1, 1) == absl::Seconds(6));
  CHECK(webhooks::RetryGap(1, -1, 1) == absl::Seconds(4));
  CHECK(webhooks::RetryGap(2, 0, 0.001) == absl::Milliseconds(300));
}

TEST_CASE("Any 2xx delivers", "[webhooks]") {
  for (int status : {200, 201, 202, 204, 299}) {
    CHECK(Answered(status).state == DeliveryState::kDelivered);
    CHECK(Answered(status).error.empty());
  }
}

TEST_CASE("Everything else is tried again, and parked after the last attempt", "[webhooks]") {
  for (int status : {100, 199, 301, 302, 308, 400, 401, 404, 429, 500, 503}) {
    CAPTURE(status);
    auto verdict = Answered(status);
    CHECK(verdict.state == DeliveryState::kPending);
    CHECK(verdict.status == status);
    CHECK(verdict.error == (status / 100 == 3 ? "redirect" : "http"));
    CHECK(verdict.retry_in == absl::Seconds(5));
    CHECK(Answered(status, webhooks::kAttemptsMax).state == DeliveryState::kParked);
  }
}

TEST_CASE("410 parks at once and disables the endpoint", "[webhooks]") {
  auto verdict = Answered(410);
  CHECK(verdict.state == DeliveryState::kParked);
  CHECK(verdict.disable_endpoint);
  CHECK_FALSE(Answered(404).disable_endpoint);
}

TEST_CASE("Retry-After of 429 and 503 is honoured, within a day", "[webhooks]") {
  CHECK(Answered(429, 1, "120").retry_in == absl::Minutes(2));
  CHECK(Answered(429, 1, "120").pause_endpoint == absl::Minutes(2));
  CHECK(Answered(503, 1, "Mon, 24 Nov 2025 16:01:00 GMT").pause_endpoint == absl::Minutes(1));
  CHECK(Answered(503, 1, "1").retry_in == absl::Seconds(5));  // the schedule is slower
  CHECK(Answered(429, 1, "999999999").retry_in == absl::Hours(24));
  CHECK(Answered(429, 1, "99999999999999999999").retry_in == absl::Hours(24));
  CHECK(Answered(429, 1, std::string(400, '9').c_str()).retry_in == absl::Hours(24));
  CHECK(Answered(429, 1, "00000000000000000000120").retry_in == absl::Minutes(2));
  CHECK(Answered(503, 1, "Monday, 24-Nov-25 16:01:00 GMT").pause_endpoint == absl::Minutes(1));
  CHECK(Answered(503, 1, "Mon Nov 24 16:01:00 2025").pause_endpoint == absl::Minutes(1));
  CHECK(Answered(429, 1, "-5").retry_in == absl::Seconds(5));
  CHECK(Answered(429, 1, "soon").pause_endpoint == absl::ZeroDuration());
  CHECK(Answered(500, 1, "120").retry_in == absl::Seconds(5));
}

TEST_CASE("Failures without an answer are told apart", "[webhooks]") {
  auto error = [](absl::Status status) { return webhooks::Judge(status, 1, 0, 1, kNow).error; };
  CHECK(error(absl::DeadlineExceededError("")) == "timeout");
  CHECK(error(absl::UnavailableError("")) == "connect");
  CHECK(error(absl::FailedPreconditionError("")) == "refused_address");
  CHECK(error(absl::InvalidArgumentError("")) == "bad_endpoint");
  CHECK(error(absl::ResourceExhaustedError("")) == "response_too_large");
  CHECK(error(absl::DataLossError("")) == "bad_response");
}

TEST_CASE("What an answer says of the endpoint", "[webhooks]") {
  using tamarack::work::Contact;
  for (int status : {200, 301, 404, 410, 429}) CHECK(Answered(status).contact == Contact::kReached);
  for (int status : {500, 503, 599}) CHECK(Answered(status).contact == Contact::kFailed);
  auto contact = [](absl::Status status) { return webhooks::Judge(status, 1, 0, 1, kNow).contact; };
  CHECK(contact(absl::DeadlineExceededError("")) == Contact::kFailed);
  CHECK(contact(absl::UnavailableError("")) == Contact::kFailed);
  CHECK(contact(absl::FailedPreconditionError("")) == std::nullopt);
  CHECK(contact(absl::InvalidArgumentError("")) == std::nullopt);
  CHECK(webhooks::WithoutSecret().contact == std::nullopt);
}

TEST_CASE("In an outage even the last attempt is made again, after what else waits", "[webhooks]") {
  auto verdict = Answered(503, webhooks::kAttemptsMax, "120");
  REQUIRE(verdict.state == DeliveryState::kParked);
  webhooks::BecomeOutage(verdict, 1);
  CHECK(verdict.state == DeliveryState::kPending);
  CHECK(verdict.is_outage);
  CHECK(verdict.retry_in == absl::Seconds(120));
  verdict = Answered(500);
  webhooks::BecomeOutage(verdict, 1);
  CHECK(verdict.retry_in == absl::Seconds(30));
  CHECK(webhooks::OutageMax(1) == absl::Hours(75) + absl::Minutes(35) + absl::Seconds(5));
}

TEST_CASE("A CloudEvent carries the required attributes and the data as it was", "[webhooks]") {
  webhooks::StoredEvent event{"id-1", "ca.tamarack.x.v1", "/payments", "s\"1",
                              kNow,   R"({"a": 1.50})"};
  std::string body = webhooks::CloudEventBody(event);
  auto json = boost::json::parse(body).as_object();
  CHECK(json.at("specversion") == "1.0");
  CHECK(json.at("id") == "id-1");
  CHECK(json.at("type") == "ca.tamarack.x.v1");
  CHECK(json.at("source") == "/payments");
  CHECK(json.at("subject") == "s\"1");
  CHECK(json.at("time") == "2025-11-24T16:00:00Z");
  CHECK_FALSE(json.contains("sequence"));
  CHECK(json.at("partitionkey") == "s\"1");
  CHECK(json.at("datacontenttype") == "application/json");
  CHECK(body.ends_with(R"(,"data":{"a": 1.50}})"));
  CHECK(body == webhooks::CloudEventBody(event));
}
