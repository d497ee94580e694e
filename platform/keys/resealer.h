#pragma once

#include "platform/keys/keyed_column.h"

#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <vector>

namespace tamarack::keys {

// Makes what was made with earlier versions of a keyring anew with the version in use, in the
// background: table after table, some blocks of it in a transaction, rows that others have locked
// passed over until the next round. So any number of processes may do it at once, and one that is
// killed leaves rows that are of one version or the other. Rows that cannot be read stay and are
// reported. `keyring_rows_left` tells how many rows of a column are not yet of the version in use,
// of columns that are made anew; `keys list` counts the others as well. Lives on one loop; all must
// outlive it.
class Resealer {
 public:
  Resealer(boost::asio::any_io_executor executor, pg::Pool& pool, const crypto::Keyring& ring,
           std::vector<KeyedColumn> columns, prometheus::Registry& registry);
  ~Resealer();

  void Start();
  // When the ring has changed.
  void Wake();
  // Returns when it has stopped. Off the loop, which still runs.
  void Stop();

  // One round over everything, as Start does again and again: how many rows are left.
  Async<int64_t> Round();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::keys
