#include "platform/telemetry/traced_executor.h"

#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>

#include <memory>
#include <utility>

namespace tamarack::telemetry {
namespace {

namespace asio = boost::asio;
using Inner = asio::any_io_executor;
using Traces = std::shared_ptr<const std::vector<TraceContext>>;

// All that Asio asks of an executor is asked of the one inside.
class TracedExecutor {
 public:
  TracedExecutor(Inner inner, Traces traces)
      : inner_(std::move(inner)), traces_(std::move(traces)) {}

  const std::vector<TraceContext>& traces() const { return *traces_; }

  template <class Function>
  void execute(Function&& function) const {
    inner_.execute(std::forward<Function>(function));
  }
  template <class Property>
    requires asio::can_query<const Inner&, Property>::value
  decltype(auto) query(const Property& property) const {
    return asio::query(inner_, property);
  }
  template <class Property>
    requires asio::can_require<const Inner&, Property>::value
  TracedExecutor require(const Property& property) const {
    return {asio::require(inner_, property), traces_};
  }
  template <class Property>
    requires asio::can_prefer<const Inner&, Property>::value
  TracedExecutor prefer(const Property& property) const {
    return {asio::prefer(inner_, property), traces_};
  }
  friend bool operator==(const TracedExecutor& a, const TracedExecutor& b) noexcept {
    return a.traces_ == b.traces_ && a.inner_ == b.inner_;
  }

 private:
  Inner inner_;
  Traces traces_;
};

}  // namespace

Inner WithTraces(Inner executor, std::vector<TraceContext> traces) {
  return TracedExecutor(std::move(executor),
                        std::make_shared<const std::vector<TraceContext>>(std::move(traces)));
}

std::span<const TraceContext> TracesOf(const Inner& executor) {
  if (const auto* traced = executor.target<TracedExecutor>()) return traced->traces();
  // A task that can be told from others is a strand on it (platform/base/task.h).
  const auto* strand = executor.target<asio::strand<Inner>>();
  if (strand == nullptr) return {};
  // A copy of the executor inside: what it points to lives on in the strand.
  const Inner inner = strand->get_inner_executor();
  const auto* traced = inner.target<TracedExecutor>();
  return traced == nullptr ? std::span<const TraceContext>() : traced->traces();
}

}  // namespace tamarack::telemetry
