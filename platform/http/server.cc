#include "platform/http/server.h"

#include "platform/base/open_files.h"
#include "platform/http/session.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>

#include <future>
#include <stdexcept>
#include <unordered_set>

namespace tamarack::http {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // when descriptors have run out
constexpr std::chrono::seconds kAbortGrace{1};          // for handlers to notice their cancellation

tcp::endpoint ParseAddress(asio::any_io_executor executor, const std::string& address) {
  size_t colon = address.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("want host:port, not " + address);
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  tcp::resolver resolver(executor);
  auto found = resolver.resolve(host, address.substr(colon + 1), tcp::resolver::passive, error);
  if (error || found.empty()) throw std::runtime_error("cannot resolve " + address);
  return found.begin()->endpoint();
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(asio::any_io_executor executor, ServerOptions given, Handler handler)
      : acceptor_(executor),
        timer_(executor),
        tasks_(executor),
        context_(std::make_shared<ServerContext>(std::move(given), std::move(handler))) {
    const ServerOptions& options = context_->options;
    tcp::endpoint endpoint = ParseAddress(executor, options.address);
    try {
      acceptor_.open(endpoint.protocol());
      acceptor_.set_option(tcp::acceptor::reuse_address(true));
      int on = 1;
      if (options.reuse_port) {
        setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
      }
      acceptor_.bind(endpoint);
      acceptor_.listen();
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error("cannot listen on " + options.address + ": " +
                               error.code().message());
    }
    port_ = acceptor_.local_endpoint().port();
    if (!options.tls.certificate_file.empty()) {
      auto loaded = LoadTls(options.tls);
      if (!loaded.ok()) throw std::runtime_error(std::string(loaded.status().message()));
      context_->tls = std::make_shared<TlsReloader>(executor, options.tls, *std::move(loaded));
    }
    BoundConnections();
  }

  void Start() {
    if (context_->tls) context_->tls->Start();
    tasks_.Spawn([self = shared_from_this()] { return Accept(self); });
  }

  asio::any_io_executor executor() { return acceptor_.get_executor(); }
  int port() const { return port_; }

  // Begins to drain; `done` gets true if no session had to be aborted.
  void Drain(std::chrono::milliseconds limit, std::chrono::milliseconds notice,
             std::shared_ptr<std::promise<bool>> done) {
    context_->is_draining = true;
    timer_.expires_after(notice);
    timer_.async_wait([self = shared_from_this(), limit, done](boost::system::error_code) {
      self->DrainNow(limit, done);
    });
  }

  // Takes no more connections and requests; running requests go on.
  void Stop() {
    context_->is_draining = context_->is_stopped = true;
    if (context_->tls) context_->tls->Stop();
    for (Session* session : sessions_) session->CloseIfIdle();
    if (acceptor_.is_open()) AcceptPending();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  // One more than there are descriptors for could not even be refused.
  void BoundConnections() {
    size_t& connections_max = context_->options.connections_max;
    if (connections_max <= ConnectionsWithinLimit()) return;
    connections_max = ConnectionsWithinLimit();
    telemetry::Log(telemetry::Level::kWarning, "fewer connections: the limit of open files is low",
                   {{"connections_max", connections_max}});
  }

  void DrainNow(std::chrono::milliseconds limit, std::shared_ptr<std::promise<bool>> done) {
    Stop();
    on_empty_ = [done] { done->set_value(true); };
    if (NotifyIfEmpty()) return;
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this(), done](boost::system::error_code error) {
      if (!error) self->AbortAll(done);
    });
  }

  // Those that have connected already: closing the listener would reset them.
  void AcceptPending() {
    boost::system::error_code error;
    acceptor_.non_blocking(true, error);
    while (!error) {
      tcp::socket socket(acceptor_.get_executor());
      acceptor_.accept(socket, error);
      if (!error) Serve(std::move(socket));
    }
  }

  static asio::awaitable<void> Accept(std::shared_ptr<Impl> self) {
    bool is_failing = false;
    while (self->acceptor_.is_open() && !co_await runtime::IsAskedToEnd()) {
      auto [error, socket] =
          co_await self->acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (!error) {
        is_failing = false;
        self->Serve(std::move(socket));
      } else if (error != asio::error::operation_aborted) {
        // Said once for as long as it lasts: the next tries come many times a second.
        if (!std::exchange(is_failing, true))
          telemetry::Log(telemetry::Level::kError, "accept failed", {{"error", error.message()}});
        co_await runtime::SleepFor(kAcceptPause);
      }
    }
  }

  void Serve(tcp::socket socket) {
    auto session = std::make_shared<Session>(std::move(socket), context_);
    if (sessions_.size() >= context_->options.connections_max) {
      session->Refuse();
      return;
    }
    sessions_.insert(session.get());
    session->Start([self = shared_from_this(), key = session.get()] {
      self->sessions_.erase(key);
      self->NotifyIfEmpty();
    });
  }

  bool NotifyIfEmpty() {
    if (!sessions_.empty() || !on_empty_) return false;
    timer_.cancel();
    std::exchange(on_empty_, nullptr)();
    return true;
  }

  void AbortAll(std::shared_ptr<std::promise<bool>> done) {
    if (sessions_.empty()) return;
    telemetry::Log(telemetry::Level::kWarning, "requests cut off while draining",
                   {{"connections", sessions_.size()}});
    auto give_up = [done] { done->set_value(false); };
    on_empty_ = give_up;
    auto sessions = sessions_;  // Abort() may end one right away
    for (Session* session : sessions) session->Abort();
    timer_.expires_after(kAbortGrace);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && self->on_empty_) std::exchange(self->on_empty_, nullptr)();
    });
  }

  tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  runtime::TaskGroup tasks_;
  std::shared_ptr<ServerContext> context_;
  std::unordered_set<Session*> sessions_;
  std::function<void()> on_empty_;
  int port_ = 0;
};

Server::Server(asio::any_io_executor executor, ServerOptions options, Handler handler)
    : impl_(std::make_shared<Impl>(executor, std::move(options), std::move(handler))) {
  impl_->Start();
}

Server::~Server() {
  asio::post(impl_->executor(), [impl = impl_] { impl->Stop(); });
}

int Server::port() const {
  return impl_->port();
}

bool Server::Drain(std::chrono::milliseconds limit, std::chrono::milliseconds notice) {
  auto done = std::make_shared<std::promise<bool>>();
  asio::post(impl_->executor(),
             [impl = impl_, limit, notice, done] { impl->Drain(limit, notice, done); });
  return done->get_future().get();
}

}  // namespace tamarack::http
