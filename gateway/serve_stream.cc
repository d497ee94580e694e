// What the gateway does with a call whose method streams its answer.
#include "gateway/call/call_problem.h"
#include "gateway/gateway.h"
#include "gateway/streaming/body.h"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace tamarack::gateway {
namespace asio = boost::asio;
using Event = UpstreamStream::Event;

namespace {

constexpr std::chrono::seconds kStreamTimeDefault{3600};

std::chrono::milliseconds TimeOf(const Route& route) {
  int seconds = route.policy.stream_seconds_max();
  return seconds > 0 ? std::chrono::seconds(seconds) : kStreamTimeDefault;
}

StreamFormat FormatOf(const Visit& visit, const Route& route) {
  if (route.gives_http_body) return StreamFormat::kRaw;
  return NegotiateStreamFormat(visit.request.headers.Join("accept")).value_or(StreamFormat::kArray);
}

}  // namespace

// The head waits for the first message or status, so that an error before it is an ordinary
// answer. Events may be rare, so theirs waits for one heartbeat at most.
asio::awaitable<http::Response> Gateway::ServeStream(const Visit& visit, const Route& route,
                                                     CallRequest call, Backend& backend,
                                                     AdaptiveLimit::Permit& running) {
  StreamFormat format = FormatOf(visit, route);
  std::chrono::milliseconds wait = call.timeout;
  bool is_events = format == StreamFormat::kEvents;
  if (is_events) wait = std::min(wait, options_.heartbeat);
  call.timeout = TimeOf(route);
  auto last_event_id = visit.request.headers.Get("last-event-id");
  if (route.event_id_field != nullptr && last_event_id && IsMetadataSafe(*last_event_id)) {
    call.metadata.emplace_back("x-tamarack-last-event-id", *last_event_id);
  }
  auto upstream =
      std::make_unique<UpstreamStream>(co_await asio::this_coro::executor, backend.channel(), call);
  Event first = co_await upstream->Next(UpstreamStream::Clock::now() + wait);
  if (first == Event::kEnd && !upstream->status().ok()) {
    CallResult failed{upstream->status(),
                      {},
                      upstream->trailing(),
                      upstream->may_have_arrived(),
                      call.wire.size()};
    co_return PrintAnswer(visit, route, failed);
  }
  if (first == Event::kTimeout && !is_events) {
    CallResult late{absl::DeadlineExceededError(""), {}, {}};
    co_return PrintAnswer(visit, route, late);
  }

  running.Began(AdaptiveLimit::Time::clock::now());
  AnswerHints hints = HintsOf(visit, route, upstream->initial());
  http::Response response;
  int status = route.policy.success_status();
  response.status = hints.status != 0 ? hints.status : status > 0 ? status : 200;
  response.headers = std::move(hints.headers);
  std::string type(format == StreamFormat::kRaw ? ReadHttpBody(upstream->message()).content_type
                                                : MediaTypeOf(format));
  if (!type.empty()) response.headers.Set("Content-Type", type);
  if (!MaySend(visit, route, response)) co_return Fail(visit, &route, {ProblemKind::kInternal});
  if (is_events) response.headers.Set("X-Accel-Buffering", "no");  // nginx would hold events back
  AddSecurityHeaders(hints.form_action, is_https_, response);
  auto print_problem = [this, &visit, &route](const absl::Status& error) {
    return Fail(visit, &route, ProblemOfCall(visit, route, {error, {}, {}})).body;
  };
  auto body = std::make_shared<StreamBody>(std::move(upstream), first, format, route,
                                           visit.log_context(), options_.heartbeat, print_problem);
  response.body_source = [body] { return body->Next(); };
  co_return response;
}

}  // namespace tamarack::gateway
