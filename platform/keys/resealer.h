#pragma once

#include "platform/keys/keyed_column.h"

#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace tamarack::keys {

// Makes what was made with earlier versions of a keyring anew with the version in use, in the
// background: table after table, some blocks of it in a transaction, rows that others have locked
// passed over until the next round. One that is killed leaves rows that are of one version or the
// other. Rows that cannot be read stay and are reported. Of all processes on a database one does
// it, by an advisory lock that ends with its connection; `tamarack_keyring_rows_left` tells how
// many rows of a column are not yet of the version in use, and is NaN at the others; of columns
// that are made anew: `keys list` counts the others as well. Lives on one loop; all must outlive
// it.
class Resealer {
 public:
  struct Outcome {
    int64_t rows_left = 0;
    int64_t rows_renewed = 0;
  };

  // `pool` has one connection, which is the resealer's own.
  Resealer(boost::asio::any_io_executor executor, pg::Pool& pool, const crypto::Keyring& ring,
           std::vector<KeyedColumn> columns, prometheus::Registry& registry);
  ~Resealer();

  void Start();
  // When the ring has changed.
  void Wake();
  // From now on begins nothing. What runs may be dropped: its transaction is then rolled back.
  // Any thread.
  void Stop();

  // One round over everything, as Start does again and again. ABORTED when it is another process's
  // to do. A column that fails does not keep it from the others.
  Async<Outcome> Round();
  // How long Start waits after a round, when the pause before was `before`: an hour when all is
  // done, a minute while rows are made anew, and twice as long each time, up to an hour, when none
  // was.
  static std::chrono::minutes PauseAfter(const absl::StatusOr<Outcome>& round,
                                         std::chrono::minutes before);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::keys
