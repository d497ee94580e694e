#include "platform/tracing/exporter.h"

#include "platform/base/id.h"
#include "platform/config/build_info.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

#include <absl/flags/flag.h>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

ABSL_FLAG(std::string, otlp_endpoint, "",
          "http(s)://host:4318 of a collector that takes OTLP over HTTP; empty: no traces");
ABSL_FLAG(double, trace_sample_ratio, 0.01,
          "share of the requests that bring no sampled trace of which one is made, 0 to 1");

namespace tamarack::tracing {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

// What OTLP says may be sent again; else the collector will never take it.
bool MayTakeLater(const absl::StatusOr<http::ClientResponse>& answer) {
  if (!answer.ok()) return true;
  constexpr int kLater[] = {429, 502, 503, 504};
  return std::ranges::find(kLater, answer->status) != std::end(kLater);
}

// Its address is our own configuration.
http::ClientOptions OptionsOfClient() {
  http::ClientOptions options;
  options.policy.allow_private = true;
  return options;
}

}  // namespace

Exporter::Exporter(asio::any_io_executor executor, prometheus::Registry& registry,
                   ExporterOptions options)
    : options_(std::move(options)),
      curl_(executor),
      client_(curl_, OptionsOfClient()),
      sent_(telemetry::Counter(registry, "tamarack_spans_sent_total",
                               "Spans that the collector took")),
      dropped_(telemetry::Counter(registry, "tamarack_spans_dropped_total",
                                  "Spans that did not fit the queue or were refused")),
      tasks_(std::move(executor)) {
  telemetry::SetSpanSink(this, options_.sample_ratio);
}

Exporter::~Exporter() {
  telemetry::SetSpanSink(nullptr);
}

void Exporter::Start() {
  tasks_.Spawn([this] { return Run(); });
}

void Exporter::Take(telemetry::Span span) {
  if (queue_.size() >= options_.queue_max) return Drop(1);
  queue_.push_back(std::move(span));
}

void Exporter::Drop(size_t spans) {
  dropped_.Increment(static_cast<double>(spans));
}

asio::awaitable<void> Exporter::Run() {
  auto pause = options_.interval;
  while (!co_await runtime::IsAskedToEnd()) {
    co_await runtime::SleepFor(pause);
    bool is_taken = true;
    while (is_taken && !IsEmpty() && !co_await runtime::IsAskedToEnd())
      is_taken = co_await SendOne(options_.request_timeout);
    pause = is_taken ? options_.interval : std::min(pause * 2, options_.pause_max);
  }
  co_await Flush();
}

asio::awaitable<void> Exporter::Flush() {
  // It has been asked to end; what it sends now is to arrive all the same.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const auto end = steady_clock::now() + options_.flush_time;
  for (bool is_taken = true; is_taken && !IsEmpty();) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now());
    is_taken = left.count() > 0 && co_await SendOne(left);
  }
  Drop(queue_.size() + (batch_ ? batch_->spans : 0));
  queue_.clear();
  batch_.reset();
}

asio::awaitable<bool> Exporter::SendOne(std::chrono::milliseconds timeout) {
  if (!batch_) {
    auto count = std::min(queue_.size(), options_.batch_max);
    auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<telemetry::Span> spans(std::make_move_iterator(queue_.begin()),
                                       std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    batch_ = Batch{EncodeSpans(options_.resource, spans), count};
  }
  http::ClientRequest request;
  request.method = "POST";
  request.url = options_.endpoint + "/v1/traces";
  request.headers = {{"content-type", "application/json"}};
  request.body = batch_->body;
  request.timeout = timeout;
  request.head_only = true;
  auto answer = co_await client_.Send(std::move(request));
  const bool is_later = MayTakeLater(answer);
  const bool is_taken = answer.ok() && answer->status / 100 == 2;
  // Once, not for every batch.
  if (!std::exchange(is_out_of_reach_, !is_taken) && !is_taken &&
      !absl::IsCancelled(answer.status()))
    telemetry::Log(
        telemetry::Level::kWarning, "spans not taken",
        {{"status", answer.ok() ? answer->status : 0}, {"error", answer.status().message()}});
  if (is_later) co_return false;
  if (is_taken) sent_.Increment(static_cast<double>(batch_->spans));
  if (!is_taken) Drop(batch_->spans);
  batch_.reset();
  co_return true;
}

void CheckFlagsOrExit() {
  auto refuse = [](const char* flag, std::string_view why) {
    std::fprintf(stderr, "--%s: %.*s\n", flag, static_cast<int>(why.size()), why.data());
    std::exit(2);
  };
  double ratio = absl::GetFlag(FLAGS_trace_sample_ratio);
  if (!(ratio >= 0 && ratio <= 1)) refuse("trace_sample_ratio", "from 0 to 1");
  const std::string endpoint = absl::GetFlag(FLAGS_otlp_endpoint);
  if (endpoint.empty()) return;
  absl::Status checked = http::CheckUrl(endpoint, OptionsOfClient().policy);
  if (!checked.ok()) refuse("otlp_endpoint", ToStd(checked.message()));
}

std::unique_ptr<Exporter> ExporterOfFlags(asio::any_io_executor executor,
                                          prometheus::Registry& registry,
                                          const std::string& service) {
  ExporterOptions options;
  options.endpoint = absl::GetFlag(FLAGS_otlp_endpoint);
  options.sample_ratio = absl::GetFlag(FLAGS_trace_sample_ratio);
  if (options.endpoint.empty()) return nullptr;
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  options.resource = {service, std::string(config::ThisBuild().version), NewUuid()};
  return std::make_unique<Exporter>(std::move(executor), registry, std::move(options));
}

}  // namespace tamarack::tracing
