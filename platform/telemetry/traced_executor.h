#pragma once

#include "platform/telemetry/trace.h"

#include <boost/asio/any_io_executor.hpp>

#include <span>
#include <vector>

// Which traces a coroutine works for: its executor says so, to all that it awaits. So a statement
// finds its call's trace without any repository passing it on.
namespace tamarack::telemetry {

// An executor for a task that works for these traces: one for a call, several for a batch. Only for
// those that are recorded: it costs an allocation, and an indirection at each step.
boost::asio::any_io_executor WithTraces(boost::asio::any_io_executor executor,
                                        std::vector<TraceContext> traces);

// Empty when it has none. What they are lives as long as the executor.
std::span<const TraceContext> TracesOf(const boost::asio::any_io_executor& executor);

}  // namespace tamarack::telemetry
