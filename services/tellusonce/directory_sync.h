#pragma once

#include "platform/rpc/client.h"
#include "services/tellusonce/change_repository.h"

#include <memory>

namespace tamarack::tellusonce {

// Carries new addresses to identity's directory, so that the `address` claim follows what people told. Looks by itself
// every second; a change it cannot carry yet is tried again.
class DirectorySync {
 public:
  DirectorySync(boost::asio::any_io_executor executor, ChangeRepository& changes, rpc::Client& identity);
  ~DirectorySync();

  void Start();
  // Off the loop, which must still run.
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::tellusonce
