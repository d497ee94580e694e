#include "platform/postgres/connection.h"

#include "platform/base/resolve.h"
#include "platform/postgres/dsn.h"
#include "platform/postgres/error.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstring>

namespace tamarack::pg {
namespace asio = boost::asio;
using asio::posix::stream_descriptor;

namespace {

// An empty slot: a caller's cancellation does not reach these waits.
auto Shielded() {
  return asio::bind_cancellation_slot(asio::cancellation_slot(),
                                      asio::as_tuple(asio::use_awaitable));
}

// After these the session is of no use: stale plans or statements, or a server that became a
// standby.
bool PoisonsSession(const absl::Status& error) {
  std::string state = SqlState(error);
  return state == "0A000" || state == "26000" || state == "25006";
}

// Parameters travel as C strings.
bool HoldsNul(const BoundStatement& bound) {
  return std::ranges::any_of(bound.params.values(), [](const std::optional<std::string>& value) {
    return value && value->find('\0') != std::string::npos;
  });
}

}  // namespace

// Bounds one connect or one round trip. statement_timeout ends slow statements; this ends the wait
// for a server or a network that says nothing at all.
class Connection::Watchdog {
 public:
  Watchdog(Connection& connection, std::chrono::milliseconds limit) : timer_(connection.watchdog_) {
    connection.is_timed_out_ = false;
    timer_.expires_after(limit);
    timer_.async_wait([weak = connection.weak_from_this()](boost::system::error_code error) {
      auto self = weak.lock();
      // A timer set anew for the next round trip makes a completion already under way void.
      if (error || !self || self->watchdog_.expiry() > asio::steady_timer::clock_type::now()) {
        return;
      }
      self->is_timed_out_ = true;
      if (self->socket_.is_open()) self->socket_.cancel();
    });
  }
  ~Watchdog() { timer_.expires_at(asio::steady_timer::time_point::max()); }

 private:
  asio::steady_timer& timer_;
};

Connection::Connection(asio::any_io_executor executor,
                       std::shared_ptr<const ConnectionSettings> settings)
    : socket_(executor),
      watchdog_(executor),
      settings_(std::move(settings)),
      conn_(nullptr, &PQfinish) {}

Connection::~Connection() {
  Close();
}

void Connection::Close() {
  if (socket_.is_open()) socket_.release();  // libpq owns and closes the descriptor
  conn_.reset();
  prepared_.clear();
  is_busy_ = false;
}

AsyncStatus Connection::EnsureConnected(bool& opened) {
  opened = false;
  if (IsIdle() && !IsStale()) co_return absl::OkStatus();
  Close();
  opened = true;
  absl::Status status = co_await Connect();
  if (!status.ok()) Close();
  co_return status;
}

// A server that went away has closed the socket: ask before the next caller's statement finds out.
bool Connection::IsStale() {
  for (;;) {
    char octet;
    ssize_t got = recv(PQsocket(conn_.get()), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got == 0) return true;
    if (got < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
    // A notice or a changed parameter, or the server's last words.
    if (!PQconsumeInput(conn_.get()) || PQisBusy(conn_.get())) return true;
    if (PQstatus(conn_.get()) != CONNECTION_OK) return true;
  }
}

// One after the other: with target_session_attrs a standby refuses, and who does not answer takes
// no more than its share of the time.
AsyncStatus Connection::Connect() {
  absl::Status status;
  for (const auto& server : settings_->servers) {
    status = co_await ConnectTo(server);
    if (status.ok()) break;
    Close();
  }
  co_return status;
}

AsyncStatus Connection::ConnectTo(std::map<std::string, std::string> keywords) {
  if (const auto& host = keywords["host"];
      !host.empty() && host[0] != '/' && keywords["hostaddr"].empty()) {
    // libpq would block the loop on DNS; it still needs `host` to check certificates.
    CO_ASSIGN_OR_RETURN(keywords["hostaddr"], co_await Resolve(host));
  }
  Watchdog watchdog(*this, settings_->connect_timeout / settings_->servers.size());
  conn_.reset(pg::Connect(std::move(keywords), &PQconnectStartParams));
  if (!conn_) co_return absl::ResourceExhaustedError("postgres: out of memory");
  PQsetNoticeProcessor(conn_.get(), [](void*, const char*) {}, nullptr);
  for (auto poll = PGRES_POLLING_WRITING; poll != PGRES_POLLING_OK;
       poll = PQconnectPoll(conn_.get())) {
    if (poll == PGRES_POLLING_FAILED || PQstatus(conn_.get()) == CONNECTION_BAD) co_return Lost();
    Rebind();
    CO_RETURN_IF_ERROR(co_await WaitFor(poll == PGRES_POLLING_READING
                                            ? stream_descriptor::wait_read
                                            : stream_descriptor::wait_write));
  }
  Rebind();
  if (PQsetnonblocking(conn_.get(), 1) != 0 || !PQenterPipelineMode(conn_.get())) co_return Lost();
  co_return absl::OkStatus();
}

Async<std::vector<Rows>> Connection::Execute(std::span<const BoundStatement> statements) {
  if (std::ranges::any_of(statements, HoldsNul))
    co_return FromSqlState("22021", "a parameter holds U+0000, at which it would end");
  if (!IsQuiet()) {
    Close();
    co_return absl::UnavailableError("postgres: connection lost");
  }
  is_busy_ = true;  // stays so if this frame dies half-way: the connection is then dropped
  Watchdog watchdog(*this, settings_->answer_timeout);
  CO_ASSIGN_OR_RETURN(auto steps, Send(statements));
  CO_RETURN_IF_ERROR(co_await Flush());
  co_return co_await Receive(steps, statements);
}

absl::StatusOr<std::vector<Connection::Step>> Connection::Send(
    std::span<const BoundStatement> statements) {
  std::vector<Step> steps;
  steps.reserve(statements.size() * 2);
  for (size_t i = 0; i < statements.size(); ++i) {
    if (!SendOne(statements[i], i, steps)) return Lost();
  }
  if (!PQpipelineSync(conn_.get())) return Lost();
  return steps;
}

bool Connection::SendOne(const BoundStatement& bound, size_t index, std::vector<Step>& steps) {
  const Statement& statement = bound.statement;
  auto known = prepared_.find(statement.name);
  bool is_prepared = known != prepared_.end() && (known->second == statement.sql ||
                                                  std::strcmp(known->second, statement.sql) == 0);
  for (const Step& step : steps) {
    is_prepared |= step.prepares && std::strcmp(step.prepares->name, statement.name) == 0 &&
                   std::strcmp(step.prepares->sql, statement.sql) == 0;
  }
  if (!is_prepared) {
    // Of two texts under one name the second fails here, as it should: 42P05.
    if (!PQsendPrepare(conn_.get(), statement.name, statement.sql, 0, nullptr)) return false;
    steps.push_back({&statement, index});
  }
  std::vector<const char*> values;
  values.reserve(bound.params.values().size());
  for (const auto& value : bound.params.values())
    values.push_back(value ? value->c_str() : nullptr);
  steps.push_back({nullptr, index});
  return PQsendQueryPrepared(conn_.get(), statement.name, static_cast<int>(values.size()),
                             values.data(), nullptr, nullptr, 0) != 0;
}

AsyncStatus Connection::Flush() {
  for (;;) {
    int pending = PQflush(conn_.get());
    if (pending < 0) co_return Lost();
    if (pending == 0) co_return absl::OkStatus();
    // The server may be waiting for us to read before it reads on.
    CO_RETURN_IF_ERROR(co_await WaitForEither());
    if (!PQconsumeInput(conn_.get())) co_return Lost();
  }
}

Async<std::vector<Rows>> Connection::Receive(std::span<const Step> steps,
                                             std::span<const BoundStatement> statements) {
  std::vector<Rows> rows;
  rows.reserve(statements.size());
  absl::Status failure;
  for (size_t step = 0;;) {
    while (PQisBusy(conn_.get())) {
      CO_RETURN_IF_ERROR(co_await WaitFor(stream_descriptor::wait_read));
      if (!PQconsumeInput(conn_.get())) co_return Lost();
    }
    Result result(PQgetResult(conn_.get()), &PQclear);
    if (PQstatus(conn_.get()) == CONNECTION_BAD) {
      absl::Status last_words = result ? FromResult(result.get()) : absl::OkStatus();
      absl::Status lost = Lost();
      co_return SqlState(last_words).empty() ? lost : last_words;
    }
    if (!result) {  // ends each step; the sync has none
      if (++step > steps.size()) co_return Lost();
      continue;
    }
    ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      if (const Statement* made = steps[step].prepares) {
        prepared_.emplace(made->name, made->sql);
      } else {
        rows.emplace_back(result.release());
      }
    } else if (failure.ok() && status != PGRES_PIPELINE_ABORTED) {
      failure = FromResult(result.get());
    }
  }
  is_busy_ = false;
  if (PoisonsSession(failure)) Close();
  if (!failure.ok()) co_return failure;
  if (rows.size() != statements.size()) co_return Lost();
  co_return rows;
}

AsyncStatus Connection::WaitFor(stream_descriptor::wait_type direction) {
  auto [error] = co_await socket_.async_wait(direction, Shielded());
  if (error) co_return Lost();
  co_return absl::OkStatus();
}

AsyncStatus Connection::WaitForEither() {
  auto [order, read, write] =
      co_await asio::experimental::make_parallel_group(
          [this](auto token) {
            return socket_.async_wait(stream_descriptor::wait_read, std::move(token));
          },
          [this](auto token) {
            return socket_.async_wait(stream_descriptor::wait_write, std::move(token));
          })
          .async_wait(asio::experimental::wait_for_one(), Shielded());
  if (order[0] == 0 ? read : write) co_return Lost();
  co_return absl::OkStatus();
}

// libpq may close its socket and open another of the same number, so the number proves nothing.
void Connection::Rebind() {
  if (socket_.is_open()) socket_.release();
  if (int fd = PQsocket(conn_.get()); fd >= 0) socket_.assign(fd);
}

absl::Status Connection::Lost() {
  std::string why = is_timed_out_ ? "no answer" : conn_ ? PQerrorMessage(conn_.get()) : "";
  while (!why.empty() && why.back() == '\n') why.pop_back();
  Close();
  return absl::UnavailableError(absl::StrCat("postgres: ", why.empty() ? "connection lost" : why));
}

}  // namespace tamarack::pg
