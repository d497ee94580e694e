#pragma once

#include "platform/base/status.h"
#include "platform/postgres/values.h"

#include <libpq-fe.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::pg {

// The keywords of a connection string, of each server that it names, and the time limits that libpq
// does not keep for us.
struct ConnectionSettings {
  std::vector<std::map<std::string, std::string>> servers;  // Tried in this order.
  std::chrono::milliseconds connect_timeout;                // Of all of them.
  std::chrono::milliseconds answer_timeout;  // longer than the server's own statement_timeout
};

// One libpq connection, always in pipeline mode; internal to the pool. Its waits ignore the
// caller's cancellation, so the caller must have throw_if_cancelled off.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::any_io_executor executor,
             std::shared_ptr<const ConnectionSettings> settings);
  ~Connection();

  // Opens it unless it is open; notices a connection that the server closed while nobody looked.
  // Sets `opened` when it was opened anew.
  AsyncStatus EnsureConnected(bool& opened);

  // Sends all statements, preparing what is new, and one sync: one round trip, one implicit
  // transaction.
  Async<std::vector<Rows>> Execute(std::span<const BoundStatement> statements);

  // Between statements, and in the given state of transaction.
  bool IsIdle() const { return IsQuiet() && State() == PQTRANS_IDLE; }
  bool IsInTransaction() const {
    return IsQuiet() && (State() == PQTRANS_INTRANS || State() == PQTRANS_INERROR);
  }
  void Close();

 private:
  class Watchdog;
  struct Step {
    const Statement* prepares;  // null when this step runs a statement
    size_t statement;
  };
  using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

  bool IsQuiet() const { return conn_ && !is_busy_ && PQstatus(conn_.get()) == CONNECTION_OK; }
  PGTransactionStatusType State() const { return PQtransactionStatus(conn_.get()); }
  bool IsStale();
  AsyncStatus Connect();
  AsyncStatus ConnectTo(std::map<std::string, std::string> keywords);
  absl::StatusOr<std::vector<Step>> Send(std::span<const BoundStatement> statements);
  bool SendOne(const BoundStatement& bound, size_t index, std::vector<Step>& steps);
  AsyncStatus Flush();
  Async<std::vector<Rows>> Receive(std::span<const Step> steps,
                                   std::span<const BoundStatement> statements);
  AsyncStatus WaitFor(boost::asio::posix::stream_descriptor::wait_type direction);
  AsyncStatus WaitForEither();
  void Rebind();
  absl::Status Lost();

  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer watchdog_;
  std::shared_ptr<const ConnectionSettings> settings_;
  std::unique_ptr<PGconn, void (*)(PGconn*)> conn_;
  std::map<std::string_view, const char*> prepared_;  // name to text
  bool is_busy_ = false;
  bool is_timed_out_ = false;
};

}  // namespace tamarack::pg
