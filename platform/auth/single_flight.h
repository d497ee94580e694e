// One run of an asynchronous step for all who want its result at the same time.
#pragma once

#include "platform/base/status.h"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace tamarack::auth {

// The step runs apart from its callers, so one that gives up takes nothing from the others.
// Lives on one loop.
class SingleFlight {
 public:
  explicit SingleFlight(boost::asio::any_io_executor executor);
  ~SingleFlight();

  // Joins the run under way, or begins one with `step`; its status. `step` must stay valid until
  // then.
  AsyncStatus Run(std::function<AsyncStatus()> step);

  // Begins a run unless one is under way, and does not wait.
  void Start(std::function<AsyncStatus()> step);

  bool is_running() const;

 private:
  struct Flight;
  struct Shared;
  // The run under way, or the one begun with `step`, which may be over already.
  std::shared_ptr<Flight> Join(std::function<AsyncStatus()> step);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace tamarack::auth
