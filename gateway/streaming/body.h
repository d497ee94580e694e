#pragma once

#include "gateway/routing/route_table.h"
#include "gateway/streaming/format.h"
#include "gateway/streaming/upstream.h"
#include "platform/base/status.h"
#include "platform/telemetry/log.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tamarack::gateway {

// The body of a streaming answer: takes one message from the service each time the client's
// connection has room for it, prints it and frames it.
class StreamBody {
 public:
  // Prints an error of the service as the route's API does.
  using PrintProblem = std::function<std::string(const absl::Status&)>;

  // `first` is what `upstream` has told already. `route` and its back end outlive the body.
  StreamBody(std::unique_ptr<UpstreamStream> upstream, UpstreamStream::Event first,
             StreamFormat format, const Route& route, telemetry::LogContext log_context,
             std::chrono::milliseconds heartbeat, PrintProblem print_problem);

  // The next piece; see http::BodySource. An error when the body can only be cut off: the client
  // has gone, or raw bytes break off.
  Async<std::optional<std::string>> Next();

 private:
  absl::StatusOr<std::string> Piece(UpstreamStream::Event event);
  absl::StatusOr<std::string> Message();
  absl::StatusOr<std::string> Fail(const absl::Status& status);

  std::unique_ptr<UpstreamStream> upstream_;
  std::optional<UpstreamStream::Event> pending_;
  StreamFramer framer_;
  const Route& route_;
  telemetry::LogContext log_context_;  // Of the visit, which outlives the body.
  std::chrono::milliseconds heartbeat_;
  PrintProblem print_problem_;
  bool has_ended_ = false;
  bool has_told_flaw_ = false;  // Once a stream: it may have any number of messages.
};

}  // namespace tamarack::gateway
