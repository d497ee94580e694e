#pragma once

#include "platform/rpc/client.h"
#include "services/tellusonce/change_repository.h"
#include "services/tellusonce/delivery_repository.h"

#include <memory>

namespace tamarack::tellusonce {

// Carries to identity what it must know of us: new addresses, so that the `address` claim follows
// what people told, and ministries' readings, so that the person sees them. Looks by itself every
// second; what it cannot carry yet is tried again.
class DirectorySync {
 public:
  DirectorySync(boost::asio::any_io_executor executor, ChangeRepository& changes,
                DeliveryRepository& deliveries, rpc::Client& identity);
  ~DirectorySync();

  void Start();
  // Off the loop, which must still run.
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::tellusonce
