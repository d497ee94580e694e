#include "platform/work/sweeper.h"

#include "platform/telemetry/log.h"

#include <algorithm>
#include <utility>

namespace tamarack::work {

class Sweeper::State : public BackgroundTask {
 public:
  State(boost::asio::any_io_executor executor, Sweep sweep)
      : BackgroundTask(std::move(executor)), sweep_(std::move(sweep)) {}

 private:
  std::chrono::milliseconds Patience() const override { return patience_; }

  boost::asio::awaitable<Next> Turn() override {
    auto done = co_await sweep_.batch(sweep_.batch_max);
    if (!done.ok()) {
      telemetry::Log(telemetry::Level::kWarning, "sweep failed",
                     {{"sweep", sweep_.name}, {"error", done.status().message()}});
      patience_ = std::min(sweep_.every, kAfterFailure);
      co_return Next::kRest;
    }
    total_ += *done;
    bool has_more = *done >= sweep_.batch_max;
    patience_ = has_more ? sweep_.pause : sweep_.every;
    if (!has_more && total_ > 0) {
      telemetry::Log(telemetry::Level::kInfo, "swept",
                     {{"sweep", sweep_.name}, {"rows", std::exchange(total_, 0)}});
    }
    co_return Next::kWait;
  }

  static constexpr std::chrono::milliseconds kAfterFailure{60'000};
  const Sweep sweep_;
  std::chrono::milliseconds patience_{0};
  int64_t total_ = 0;
};

Sweeper::Sweeper(boost::asio::any_io_executor executor, Sweep sweep)
    : Background(std::make_shared<State>(std::move(executor), std::move(sweep))) {}

}  // namespace tamarack::work
