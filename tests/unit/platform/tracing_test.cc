#include "platform/base/task.h"
#include "platform/telemetry/metrics.h"
#include "platform/telemetry/span.h"
#include "platform/telemetry/traced_executor.h"
#include "platform/tracing/exporter.h"
#include "platform/tracing/otlp.h"

#include <prometheus/registry.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace tamarack::tracing {
namespace {

namespace asio = boost::asio;
using telemetry::TraceContext;

const TraceContext kCall{"4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", 1};

std::chrono::system_clock::time_point At(int64_t microseconds) {
  return std::chrono::system_clock::time_point(std::chrono::microseconds(microseconds));
}

struct Kept : telemetry::SpanSink {
  explicit Kept(double ratio) { telemetry::SetSpanSink(this, ratio); }
  ~Kept() override { telemetry::SetSpanSink(nullptr); }
  void Take(telemetry::Span span) override { spans.push_back(std::move(span)); }
  std::vector<telemetry::Span> spans;
};

int SampledOf1000(bool is_sampled_before) {
  int sampled = 0;
  for (int i = 0; i < 1000; ++i) {
    TraceContext trace = telemetry::NewTrace(is_sampled_before);
    telemetry::Sample(trace);
    sampled += trace.flags & 1;
  }
  return sampled;
}

// What a coroutine sees of the trace, at its begin and after it has waited for something.
std::vector<std::string> SeenOn(const asio::any_io_executor& executor, asio::io_context& io) {
  std::vector<std::string> seen;
  auto look = [&]() -> asio::awaitable<void> {
    for (const auto& trace : telemetry::TracesOf(co_await asio::this_coro::executor))
      seen.push_back(trace.trace_id);
  };
  auto task = [&]() -> asio::awaitable<void> {
    co_await look();
    asio::steady_timer timer(io, std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    co_await look();
  };
  asio::co_spawn(executor, task, asio::detached);
  io.restart();
  io.run();
  return seen;
}

}  // namespace

TEST_CASE("OTLP: spans are written as its JSON") {
  telemetry::Span root{.context = kCall,
                       .name = "GET /v1/payments/{payment_id}",
                       .kind = telemetry::SpanKind::kServer,
                       .start = At(1'700'000'000'000'001),
                       .end = At(1'700'000'000'250'000),
                       .attributes = {{"http.route", "/v1/payments/{payment_id}"},
                                      {"http.response.status_code", int64_t{503}}},
                       .is_error = true};
  telemetry::Span child{.context = {kCall.trace_id, "1111111111111111", 1},
                        .parent_span_id = kCall.span_id,
                        .name = "say \"hi\"",
                        .kind = telemetry::SpanKind::kClient,
                        .start = At(1),
                        .end = At(2),
                        .links = {{"ffffffffffffffffffffffffffffffff", "2222222222222222", 1}}};
  std::vector<telemetry::Span> spans{root, child};
  CHECK(EncodeSpans({"payments", "0.3.0", "i-1"}, spans) ==
        R"({"resourceSpans":[{"resource":{"attributes":[)"
        R"({"key":"service.namespace","value":{"stringValue":"tamarack"}},)"
        R"({"key":"service.name","value":{"stringValue":"payments"}},)"
        R"({"key":"service.version","value":{"stringValue":"0.3.0"}},)"
        R"({"key":"service.instance.id","value":{"stringValue":"i-1"}}]},)"
        R"("scopeSpans":[{"scope":{"name":"tamarack"},"spans":[)"
        R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
        R"("name":"GET /v1/payments/{payment_id}","kind":2,)"
        R"("startTimeUnixNano":"1700000000000001000","endTimeUnixNano":"1700000000250000000",)"
        R"("attributes":[{"key":"http.route","value":{"stringValue":"/v1/payments/{payment_id}"}},)"
        R"({"key":"http.response.status_code","value":{"intValue":"503"}}],)"
        R"("status":{"code":2}},)"
        R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"1111111111111111",)"
        R"("parentSpanId":"00f067aa0ba902b7","name":"say \"hi\"","kind":3,)"
        R"("startTimeUnixNano":"1000","endTimeUnixNano":"2000",)"
        R"("links":[{"traceId":"ffffffffffffffffffffffffffffffff","spanId":"2222222222222222"}]})"
        R"(]}]}]})");
}

TEST_CASE("Traces: the ratio decides of those that nobody records so far") {
  CHECK(SampledOf1000(false) == 0);  // nobody takes them
  Kept none(0);
  CHECK(SampledOf1000(false) == 0);
  CHECK(SampledOf1000(true) == 1000);
  Kept all(1);
  CHECK(SampledOf1000(false) == 1000);
  Kept half(0.5);
  int sampled = SampledOf1000(false);
  CHECK(sampled > 350);
  CHECK(sampled < 650);
}

TEST_CASE("Traces: those not sampled are not recorded, and a span never ends before its start") {
  TraceContext unsampled = kCall;
  unsampled.flags = 0;
  CHECK_FALSE(telemetry::IsRecorded(kCall));
  Kept kept(1);
  CHECK(telemetry::IsRecorded(kCall));
  CHECK_FALSE(telemetry::IsRecorded(unsampled));
  auto later = std::chrono::system_clock::now() + std::chrono::hours(1);
  telemetry::Record({.context = kCall, .start = later});
  REQUIRE(kept.spans.size() == 1);
  CHECK(kept.spans[0].end == later);
}

TEST_CASE("Traces: a coroutine finds its trace, whether or not its task is told from others") {
  asio::io_context io;
  auto traced = telemetry::WithTraces(io.get_executor(), {kCall});
  const std::vector<std::string> twice{kCall.trace_id, kCall.trace_id};
  const bool before = TellsTasks().exchange(false);
  CHECK(SeenOn(TaskExecutor(traced), io) == twice);
  CHECK_FALSE(IsTask(TaskExecutor(traced)));
  CHECK(SeenOn(TaskExecutor(io.get_executor()), io).empty());
  TellsTasks() = true;
  CHECK(SeenOn(TaskExecutor(traced), io) == twice);
  CHECK(SeenOn(TaskExecutor(io.get_executor()), io).empty());
  auto task = TaskExecutor(traced);
  CHECK(IsTask(task));
  CHECK(asio::any_io_executor(task) == task);
  CHECK(TaskExecutor(traced) != task);
  TellsTasks() = before;
}

TEST_CASE("Traces: what does not fit the exporter's queue is dropped and counted") {
  asio::io_context io;
  prometheus::Registry registry;
  Exporter exporter(io.get_executor(), registry,
                    {.endpoint = "http://127.0.0.1:1", .sample_ratio = 1, .queue_max = 3});
  for (int i = 0; i < 5; ++i) telemetry::Record({.context = kCall, .name = "span"});
  auto& dropped = telemetry::Counter(registry, "tamarack_spans_dropped_total", "");
  CHECK(dropped.Value() == 2);
}

}  // namespace tamarack::tracing
