#pragma once

#include "gateway/plugin/loader.h"

#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace tamarack::gateway {

// Keeps what is served up to date while the gateway runs: looks at configuration and descriptor
// sets when their folders change, at SIGHUP and every half second, and as often asks back ends by
// reflection. Snapshots are made off the loop, and `use` is told of them on it. One per process;
// destroy it while its loop exists.
class Reloader {
 public:
  using Use = std::function<void(std::shared_ptr<const Snapshot>)>;

  // `report` is of the first load.
  Reloader(boost::asio::any_io_executor executor, Loader loader, LoadReport report, Use use,
           prometheus::Registry& registry);
  // Waits for a look that is under way.
  ~Reloader();

  // The last report as JSON. On the loop.
  std::string Report() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::gateway
