// Goal: we can follow a change to what its subscribers were sent, and they cannot find out by a
// trace id that two events are of one change.
#include "platform/telemetry/span.h"
#include "platform/telemetry/traced_executor.h"
#include "tests/integration/webhooks/fixture.h"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <optional>
#include <set>

namespace tamarack::webhooks {
namespace {

struct Traced : Fixture, telemetry::SpanSink {
  const telemetry::TraceContext call = telemetry::NewTrace(true);
  std::vector<telemetry::Span> spans;

  Traced() { telemetry::SetSpanSink(this, 1); }
  ~Traced() override { telemetry::SetSpanSink(nullptr); }
  void Take(telemetry::Span span) override { spans.push_back(std::move(span)); }

  // As a call does whose trace is recorded: one change, told to two tenants.
  bool AppendInCall() {
    auto append = [](Traced& f) -> AsyncStatus {
      std::vector<Event> events{MakeEvent(1, "s1", "mto"), MakeEvent(1, "s2", "moh")};
      CO_ASSIGN_OR_RETURN(auto tx, co_await f.pool.Begin());
      CO_RETURN_IF_ERROR((co_await f.outbox.Append(tx, std::span<const Event>(events))).status());
      co_return co_await tx.Commit();
    };
    std::optional<absl::Status> status;
    asio::co_spawn(telemetry::WithTraces(loop.executor(), {call}), append(*this),
                   [&](std::exception_ptr, absl::Status result) { status = std::move(result); });
    loop.RunUntil([&] { return status.has_value(); });
    return status->ok();
  }
  std::vector<telemetry::Span> Attempts() const {
    std::vector<telemetry::Span> attempts;
    for (const auto& span : spans)
      if (span.name == "webhook") attempts.push_back(span);
    return attempts;
  }
};

}  // namespace

TEST_CASE_METHOD(Traced, "Each attempt is a trace of its own, with a link that stays with us",
                 "[webhooks]") {
  Subscribe(receiver.url(), "mto");
  Subscribe(second.url(), "moh");
  receiver.status = [](size_t n) { return n == 1 ? 500 : 204; };
  REQUIRE(AppendInCall());
  Dispatch();
  WaitUntilFinished();
  REQUIRE(receiver.received.size() == 2);
  REQUIRE(second.received.size() == 1);
  auto attempts = Attempts();
  REQUIRE(attempts.size() == 3);
  std::set<std::string> traces{call.trace_id};
  for (const auto& attempt : attempts) {
    REQUIRE(attempt.links.size() == 1);
    CHECK(attempt.links[0].trace_id == call.trace_id);
    CHECK(attempt.links[0].span_id == call.span_id);
    CHECK(attempt.parent_span_id.empty());
    traces.insert(attempt.context.trace_id);
  }
  CHECK(traces.size() == 4);  // The call's and one for each attempt.
  CHECK(std::ranges::count_if(attempts, &telemetry::Span::is_error) == 1);
  std::set<std::string> sent;
  for (const auto* to : {&receiver, &second}) {
    for (const Received& got : to->received) {
      auto trace = telemetry::ParseTraceparent(got.traceparent);
      REQUIRE(trace);
      sent.insert(trace->trace_id);
      CHECK(trace->flags == 0);  // That the origin was recorded would tell that they are of one.
      CHECK(got.body.find(call.trace_id) == std::string::npos);
    }
  }
  CHECK(sent.size() == 3);
  CHECK_FALSE(sent.contains(call.trace_id));
}

TEST_CASE_METHOD(Traced, "An event of a call that is not recorded has no trace to lead back to",
                 "[webhooks]") {
  Subscribe(receiver.url());
  REQUIRE(Append({MakeEvent(1)}).ok());
  Dispatch();
  WaitUntilFinished();
  CHECK(Attempts().empty());
  CHECK(database.Execute("SELECT count(traceparent) FROM event") == "0");
  REQUIRE(receiver.received.size() == 1);
  auto trace = telemetry::ParseTraceparent(receiver.received[0].traceparent);
  REQUIRE(trace);
  CHECK(trace->flags == 0);
}

}  // namespace tamarack::webhooks
