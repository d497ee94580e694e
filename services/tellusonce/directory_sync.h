#pragma once

#include "platform/rpc/client.h"
#include "platform/work/worker.h"
#include "services/tellusonce/change_repository.h"
#include "services/tellusonce/delivery_repository.h"

namespace tamarack::tellusonce {

// Carries to identity what it must know of us: new addresses, so that the `address` claim follows
// what people told, and ministries' readings, so that the person sees them. What it cannot carry
// yet is tried again, and keeps nothing else waiting. Any number may run against one database.
class DirectorySync {
 public:
  DirectorySync(boost::asio::any_io_executor executor, ChangeRepository& changes,
                DeliveryRepository& deliveries, rpc::Client& identity,
                prometheus::Registry& registry);

  void Start();
  // Begins nothing more. Any thread.
  void AskToStop();
  // Off the loop, which must still run.
  void Stop();

 private:
  work::Worker addresses_;
  work::Worker readings_;
};

}  // namespace tamarack::tellusonce
