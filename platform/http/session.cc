#include "platform/http/session.h"

#include "platform/http/date.h"
#include "platform/http/incoming.h"
#include "platform/http/request_head.h"
#include "platform/telemetry/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

namespace tamarack::http {
namespace asio = boost::asio;
using telemetry::Level;

namespace {

constexpr size_t kLingerBytesMax = 16 << 20;
constexpr std::chrono::milliseconds kLookForPeerTime{200};
constexpr std::chrono::milliseconds kNewcomerTime{500};  // For a first request while stopping.

// A socket for both families sees IPv4 peers as ::ffff:192.0.2.1; nobody else knows them so.
std::string AddressText(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

}  // namespace

const std::string& ServerContext::Date() {
  std::time_t now = std::time(nullptr);
  if (now != date_time_) {
    date_time_ = now;
    date_ = FormatHttpDate(now);
  }
  return date_;
}

Response ServerContext::ErrorResponse(int status, const std::string& reason,
                                      const Request* head) const {
  if (options.on_error) return options.on_error(status, reason, head);
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.body = reason + "\n";
  return response;
}

Session::Session(asio::ip::tcp::socket socket, std::shared_ptr<ServerContext> context)
    : context_(std::move(context)),
      connection_(std::move(socket), context_->tls ? context_->tls->current() : nullptr),
      timer_(connection_.socket().get_executor()) {
  boost::system::error_code error;
  connection_.socket().set_option(asio::ip::tcp::no_delay(true), error);
  auto peer = connection_.socket().remote_endpoint(error);
  if (!error) remote_address_ = AddressText(peer.address());
}

void Session::Start(std::function<void()> done) {
  auto finish = [self = shared_from_this(), done = std::move(done)](std::exception_ptr error) {
    if (error) telemetry::Log(Level::kError, "http session failed");
    self->timer_.cancel();
    self->connection_.Finish();
    self->connection_.Close();
    done();
  };
  asio::co_spawn(connection_.socket().get_executor(), Run(),
                 asio::bind_cancellation_slot(cancel_.slot(), std::move(finish)));
}

void Session::Refuse() {
  if (connection_.has_tls()) return;  // a handshake first would cost what we have not got
  Response response = context_->ErrorResponse(503, "too many connections", nullptr);
  std::string text = FormatResponseHead(response, context_->Date(), {true, false});
  text += response.body;
  boost::system::error_code ignored;
  auto& socket = connection_.socket();
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);  // fits the empty send buffer
  socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

void Session::CloseIfIdle() {
  if (!is_idle_) return;
  if (is_new_) {
    Arm(Clock::now() + kNewcomerTime, OnTime::kStopReading);
  } else {
    connection_.Cancel();
  }
}

void Session::Abort() {
  cancel_.emit(asio::cancellation_type::terminal);
  connection_.Close();
}

asio::awaitable<void> Session::Run() {
  // Cancellation reaches handlers as an error of what they await, never as an exception.
  co_await asio::this_coro::throw_if_cancelled(false);
  bool goes_on = co_await Handshake();
  while (goes_on) goes_on = co_await ServeOne();
}

asio::awaitable<bool> Session::Handshake() {
  if (!connection_.has_tls()) co_return true;
  Arm(Clock::now() + context_->options.header_timeout, OnTime::kClose);
  auto error = co_await connection_.Handshake();
  Disarm();
  if (!error) client_certificate_sha256_ = connection_.ClientCertificateSha256();
  co_return !error;
}

asio::awaitable<bool> Session::ServeOne() {
  bool has_byte = co_await AwaitFirstByte();
  if (!has_byte) co_return false;
  is_new_ = false;
  const ServerOptions& options = context_->options;
  Incoming incoming(context_->bodies);
  RequestParser& parser = incoming.parser;
  Request& request = incoming.request;
  Arm(incoming.begin + options.header_timeout, OnTime::kStopReading);
  Refusal refusal = co_await ReadHead(incoming);
  if (!refusal && !parser.is_done()) {
    if (options.handler_reads_bodies) {
      request.read_body = [this, &incoming](BodyLimits limits, std::string& body) {
        return ReadBody(incoming, std::move(limits), body);
      };
    } else {
      refusal = co_await ReadBody(incoming, {options.body_bytes_max}, request.body);
    }
  }
  Disarm();
  if (refusal) {
    co_await RefuseRequest(refusal, request);
    co_return false;
  }
  bool is_head = request.method == "HEAD";
  bool http10 = request.version < 11;
  Response response = co_await Handle(std::move(request));
  incoming.DropBody();  // gone with the request; the answer may take as long as it likes
  if (is_cut_off_) co_return false;
  uint64_t unread = parser.is_done() ? 0 : incoming.BytesToSkip().value_or(0);
  bool has_known_end = !response.body_source || !http10;
  bool keep = parser.keep_alive() && (parser.is_done() || unread > 0) && response.keep_alive &&
              has_known_end && !is_peer_gone_ && !IsLast();
  bool is_stream = response.body_source && !is_head && MayHaveBody(response.status);
  bool sent = is_stream ? co_await SendStream(response, {!keep, http10})
                        : co_await Send(response, is_head, {!keep, http10});
  if (sent && keep && unread > 0) co_return co_await Skip(unread);
  // The peer may have sent more before it learns that this was the last answer.
  if (sent && !keep && (parser.keep_alive() || !parser.is_done())) co_await Linger();
  co_return sent&& keep;
}

// True when no further request is served on this connection because the server is to end.
bool Session::IsLast() const {
  return context_->is_stopped || (context_->is_draining && buffer_.size() == 0);
}

asio::awaitable<bool> Session::AwaitFirstByte() {
  if (buffer_.size() > 0) co_return true;
  if (context_->is_stopped && !is_new_) co_return false;
  const ServerOptions& options = context_->options;
  auto time = !is_new_               ? options.idle_timeout
              : context_->is_stopped ? kNewcomerTime
                                     : options.header_timeout;
  Arm(Clock::now() + time, OnTime::kStopReading);
  is_idle_ = true;
  Refusal refusal = co_await Fill(kHeadChunk);
  is_idle_ = false;
  co_return !refusal;
}

asio::awaitable<Refusal> Session::ReadHead(Incoming& incoming) {
  const ServerOptions& options = context_->options;
  HeadLimits limits{options.header_bytes_max, options.headers_max, options.target_bytes_max};
  size_t head_size = 0;
  for (;;) {
    while (Buffered().starts_with("\r\n")) buffer_.consume(2);  // RFC 9112 section 2.2
    if (Refusal refusal = FindHead(Buffered(), limits, head_size)) {
      incoming.request.target = TargetIn(Buffered());
      if (incoming.request.target.empty()) incoming.request.target = "/";
      if (std::string languages = LanguagesIn(Buffered()); !languages.empty())
        incoming.request.headers.Add("Accept-Language", std::move(languages));
      co_return refusal;
    }
    if (head_size > 0) break;
    if (Refusal refusal = co_await Fill(kHeadChunk)) co_return refusal;
  }
  Request& request = incoming.request;
  request.remote_address = remote_address_;
  request.tls = connection_.has_tls();
  request.client_certificate_sha256 = client_certificate_sha256_;
  Refusal refusal = incoming.parser.ReadHead(Buffered().substr(0, head_size), request);
  buffer_.consume(head_size);
  auto expect = request.headers.Get("expect");
  if (refusal || !expect || request.version < 11) co_return refusal;
  if (!EqualsIgnoreCase(*expect, "100-continue")) co_return Refusal{417, "unknown expectation"};
  incoming.waits_for_continue = !incoming.parser.is_done() && buffer_.size() == 0;
  co_return Refusal{};
}

asio::awaitable<Response> Session::Handle(Request request) {
  std::optional<Response> response;
  const std::string& method = request.method;
  may_be_half_closed_ = method != "GET" && method != "HEAD" && method != "OPTIONS";
  request.note_effect = [this] { may_be_half_closed_ = true; };
  WatchPeer();
  try {
    response = co_await context_->handler(std::move(request));
  } catch (const std::exception& error) {
    telemetry::Log(Level::kError, "http handler threw", {{"error", error.what()}});
  } catch (...) {
    telemetry::Log(Level::kError, "http handler threw");
  }
  Disarm();
  may_be_half_closed_ = false;
  if (response && !IsSendable(*response)) {
    telemetry::Log(Level::kError, "http response refused", {{"status", response->status}});
    response.reset();
  }
  co_return response ? *std::move(response)
                     : context_->ErrorResponse(500, "internal error", nullptr);
}

// Reads once. Refuses when the time of the phase is over, or the peer has gone.
asio::awaitable<Refusal> Session::Fill(size_t bytes) {
  boost::system::error_code error = asio::error::timed_out;
  if (!is_late_) {
    auto [read_error, count] = co_await connection_.Read(buffer_.prepare(bytes));
    buffer_.commit(count);
    error = read_error;
  }
  if (is_late_) co_return Refusal{408, "request took too long"};
  co_return error ? Refusal{Refusal::kGone} : Refusal{};
}

asio::awaitable<bool> Session::Send(const Response& response, bool is_head,
                                    const ResponseHeadOptions& options) {
  std::string head = FormatResponseHead(response, context_->Date(), options);
  const std::string& body = response.shared_body ? *response.shared_body : response.body;
  bool has_body = !is_head && MayHaveBody(response.status);
  Connection::Buffers buffers = {asio::buffer(head),
                                 asio::buffer(body.data(), has_body ? body.size() : 0)};
  Arm(Clock::now() + context_->options.write_timeout, OnTime::kClose);
  auto [error, sent] = co_await connection_.Write(buffers);
  Disarm();
  co_return !error;
}

asio::awaitable<void> Session::RefuseRequest(const Refusal& refusal, const Request& head) {
  if (refusal.status == Refusal::kGone) co_return;
  bool has_head = !head.target.empty();
  Response response =
      context_->ErrorResponse(refusal.status, refusal.reason, has_head ? &head : nullptr);
  bool sent = co_await Send(response, head.method == "HEAD", {true, false});
  if (sent) co_await Linger();
}

// Reads on for a moment: closing with unread input would reset the connection, and the peer might
// lose our answer.
asio::awaitable<void> Session::Linger() {
  connection_.Finish();
  Arm(Clock::now() + kLingerTime, OnTime::kStopReading);
  is_idle_ = true;
  for (size_t total = 0; total < kLingerBytesMax;) {
    buffer_.consume(buffer_.size());
    if (Refusal refusal = co_await Fill(kBodyChunk)) break;
    total += buffer_.size();
  }
  is_idle_ = false;
}

// What shall happen when. One wait serves many phases: only an earlier time than that of the wait
// disturbs the reactor.
void Session::Arm(Clock::time_point when, OnTime action) {
  is_late_ = false;
  deadline_ = when;
  on_time_ = action;
  if (when < wakes_at_) WakeAt(when);
}

void Session::Disarm() {
  deadline_ = Clock::time_point::max();
}

void Session::WakeAt(Clock::time_point when) {
  wakes_at_ = when;
  timer_.expires_at(when);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error) return;  // another wait has taken its place, or the session is over
    self->wakes_at_ = Clock::time_point::max();
    if (self->deadline_ > Clock::now()) {
      if (self->deadline_ != Clock::time_point::max()) self->WakeAt(self->deadline_);
    } else {
      self->OnDeadline();
    }
  });
}

void Session::OnDeadline() {
  deadline_ = Clock::time_point::max();
  switch (on_time_) {
    case OnTime::kClose:
      connection_.Close();
      return;
    case OnTime::kStopReading:
      is_late_ = true;  // also for a read that has just ended
      connection_.Cancel();
      return;
    case OnTime::kLookForPeer:
      if (IsPeerThere()) return WatchPeer();
      is_peer_gone_ = true;
      cancel_.emit(asio::cancellation_type::terminal);
  }
}

// Notices, while the handler works, that nobody waits for its answer. Looks now and then: input
// that waits (pipelined requests, or TLS saying goodbye) would hide the end of the connection from
// a wait for input, and such a wait costs every request more than it is worth.
//
// Who has shut its writing side may have gone or may only have said all (RFC 9112 section 9.6). A
// request that changes something is done and answered all the same; one that reads is not worth it.
void Session::WatchPeer() {
  Arm(Clock::now() + kLookForPeerTime, OnTime::kLookForPeer);
}

bool Session::IsPeerThere() {
  tcp_info state{};
  socklen_t size = sizeof state;
  getsockopt(connection_.socket().native_handle(), IPPROTO_TCP, TCP_INFO, &state, &size);
  return state.tcpi_state == TCP_ESTABLISHED ||
         (state.tcpi_state == TCP_CLOSE_WAIT && may_be_half_closed_);
}

std::string_view Session::Buffered() const {
  auto bytes = buffer_.data();
  return {static_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tamarack::http
