#include "platform/redis/link.h"

#include "platform/config/flags.h"
#include "platform/telemetry/log.h"

#include <boost/asio/post.hpp>

#include <charconv>

namespace tamarack::redis {
namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using std::chrono::steady_clock;

namespace {

// hiredis frees its reply when the callback returns, so everything is copied out.
Reply Copy(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return Reply(static_cast<int64_t>(reply.integer));
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      return Reply(std::string(reply.str, static_cast<size_t>(reply.len)));
    case REDIS_REPLY_ARRAY: {
      std::vector<Reply> items;
      items.reserve(reply.elements);
      for (size_t i = 0; i < reply.elements; ++i) items.push_back(Copy(*reply.element[i]));
      return Reply(std::move(items));
    }
    default:
      return Reply();
  }
}

}  // namespace

absl::StatusOr<Address> ParseAddress(const std::string& text) {
  constexpr std::string_view kUnix = "unix:";
  Address address;
  if (text.starts_with(kUnix)) {
    address.path = text.substr(kUnix.size());
    if (address.path.starts_with("/")) return address;
    return absl::InvalidArgumentError("redis: want unix:/path or host:port");
  }
  size_t colon = text.rfind(':');
  if (colon != std::string::npos) {
    address.host = text.substr(0, colon);
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), address.port);
  }
  if (address.host.starts_with("[") && address.host.ends_with("]")) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (address.host.empty() || address.port < 1 || address.port > 65535) {
    return absl::InvalidArgumentError("redis: want unix:/path or host:port");
  }
  return address;
}

absl::Status FromErrorReply(std::string_view text) {
  using enum absl::StatusCode;
  std::string_view word = text.substr(0, text.find(' '));
  auto code = kInternal;
  if (word == "LOADING" || word == "BUSY" || word == "READONLY" || word == "MASTERDOWN" ||
      word == "CLUSTERDOWN" || word == "TRYAGAIN" || word == "NOREPLICAS" || word == "NOAUTH" ||
      word == "NOPERM" || word == "WRONGPASS") {
    code = kUnavailable;
  } else if (word == "OOM") {
    code = kResourceExhausted;
  } else if (word == "WRONGTYPE") {
    code = kFailedPrecondition;
  } else if (word == "NOSCRIPT") {
    code = kNotFound;
  }
  return absl::Status(code, absl::StrCat("redis: ", ToAbsl(text)));
}

struct Link::Pending {
  Handler handler;
};

absl::Status Link::Open(Address address, std::function<void(bool)> on_closed) {
  absl::StatusOr<std::string> password = std::string();
  if (!options_.password_file.empty()) {
    password = config::ReadSecretFile(options_.password_file);
    if (!password.ok())
      return absl::UnavailableError(absl::StrCat("redis: ", password.status().message()));
  }
  context_ = address.path.empty() ? redisAsyncConnect(address.host.c_str(), address.port)
                                  : redisAsyncConnectUnix(address.path.c_str());
  if (context_ == nullptr || context_->err) {
    absl::Status status = WhyClosed();
    if (context_) redisAsyncFree(std::exchange(context_, nullptr));
    return status;
  }
  on_closed_ = std::move(on_closed);
  if (address.path.empty()) redisEnableKeepAlive(&context_->c);  // a subscriber only listens
  socket_.assign(context_->c.fd);
  context_->ev.data = this;
  context_->ev.addRead = [](void* self) { Self(self)->WantRead(); };
  context_->ev.delRead = [](void* self) { Self(self)->is_reading_ = false; };
  context_->ev.addWrite = [](void* self) { Self(self)->WantWrite(); };
  context_->ev.delWrite = [](void* self) { Self(self)->is_writing_ = false; };
  context_->ev.cleanup = [](void* self) { Self(self)->Cleanup(); };
  // Setting the callback also arms the first write, by which hiredis learns that it is connected.
  redisAsyncSetConnectCallback(context_, [](const redisAsyncContext* context, int status) {
    Self(context->ev.data)->was_connected_ = status == REDIS_OK;
  });
  if (!password->empty()) Authenticate(*password);
  return absl::OkStatus();
}

// Commands may follow at once: Redis takes them in order.
void Link::Authenticate(const std::string& password) {
  std::vector<std::string> args{"AUTH"};
  if (!options_.username.empty()) args.push_back(options_.username);
  args.push_back(password);
  Send(args, [weak = weak_from_this()](absl::StatusOr<Reply> reply) {
    auto self = weak.lock();
    if (reply.ok() || !self || !self->context_) return;
    telemetry::Log(telemetry::Level::kError, "redis refuses our password",
                   {{"error", std::string(reply.status().message())}});
    self->was_connected_ = false;
    self->Close();
  });
}

void Link::Close() {
  if (context_) redisAsyncFree(context_);  // answers all that is under way, then calls Cleanup
}

void Link::Send(const std::vector<std::string>& args, Handler handler) {
  if (static_cast<int>(due_.size()) >= options_.pending_max) {
    return Complete(std::move(handler), absl::ResourceExhaustedError("redis: too many commands"));
  }
  auto pending = std::make_unique<Pending>(Pending{std::move(handler)});
  if (Write(args, &OnReply, pending.get()) != REDIS_OK) {
    return Complete(std::move(pending->handler), absl::UnavailableError("redis: connection lost"));
  }
  pending.release();  // hiredis' until OnReply
  due_.push_back(steady_clock::now() +
                 (was_connected_ ? options_.command_timeout : options_.connect_timeout));
  ArmTimer();
}

void Link::Subscribe(const std::vector<std::string>& channels, OnPush on_push) {
  on_push_ = std::move(on_push);
  std::vector<std::string> args{"SUBSCRIBE"};
  args.insert(args.end(), channels.begin(), channels.end());
  Write(args, &OnPushed, this);
}

int Link::Write(const std::vector<std::string>& args, redisCallbackFn* callback, void* context) {
  if (!context_) return REDIS_ERR;
  std::vector<const char*> argv;
  std::vector<size_t> lengths;
  for (const auto& arg : args) {
    argv.push_back(arg.data());
    lengths.push_back(arg.size());
  }
  return redisAsyncCommandArgv(context_, callback, context, static_cast<int>(argv.size()),
                               argv.data(), lengths.data());
}

void Link::OnReply(redisAsyncContext* context, void* raw, void* data) {
  std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
  auto* reply = static_cast<redisReply*>(raw);
  Link* link = Self(context->ev.data);
  if (!link->due_.empty()) link->due_.pop_front();
  if (reply == nullptr) return link->Complete(std::move(pending->handler), link->WhyClosed());
  if (reply->type == REDIS_REPLY_ERROR) {
    std::string_view text(reply->str, static_cast<size_t>(reply->len));
    return link->Complete(std::move(pending->handler), FromErrorReply(text));
  }
  link->has_worked_ = true;
  link->Complete(std::move(pending->handler), Copy(*reply));
}

void Link::OnPushed(redisAsyncContext* context, void* raw, void* self) {
  auto* reply = static_cast<redisReply*>(raw);
  // hiredis makes a refusal the error for which it ends the connection.
  if (reply == nullptr && context->err == REDIS_ERR_OTHER) {
    telemetry::Log(telemetry::Level::kError, "redis refuses a subscription",
                   {{"error", std::string(context->errstr)}});
  }
  if (reply == nullptr || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) return;
  Reply push = Copy(*reply);
  Self(self)->on_push_(push.Items()[0].Text(), push.Items()[1].Text(), push.Items()[2].Text());
}

// Posts, never resumes inline: a coroutine must not run inside a hiredis callback.
void Link::Complete(Handler handler, absl::StatusOr<Reply> reply) {
  asio::post(socket_.get_executor(),
             [handler = std::move(handler), reply = std::move(reply)]() mutable {
               std::move(handler)(std::move(reply));
             });
}

absl::Status Link::WhyClosed() const {
  if (is_timed_out_) return absl::DeadlineExceededError("redis: no answer in time");
  bool has_reason = context_ && context_->err;
  return absl::UnavailableError(
      absl::StrCat("redis: ", has_reason ? context_->errstr : "connection closed"));
}

void Link::WantRead() {
  if (std::exchange(is_reading_, true)) return;
  socket_.async_wait(stream_descriptor::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (!std::exchange(self->is_reading_, false) || error || !self->context_) {
                         return;
                       }
                       redisAsyncHandleRead(self->context_);  // may free context_
                       if (self->context_) self->WantRead();  // 0.14 never asks again by itself
                     });
}

void Link::WantWrite() {
  if (std::exchange(is_writing_, true)) return;
  socket_.async_wait(stream_descriptor::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (!std::exchange(self->is_writing_, false) || error || !self->context_) {
                         return;
                       }
                       redisAsyncHandleWrite(self->context_);
                     });
}

void Link::Cleanup() {
  context_ = nullptr;
  is_reading_ = is_writing_ = false;
  timer_.cancel();
  if (socket_.is_open()) socket_.release();  // hiredis closes the descriptor
  if (on_closed_) {
    asio::post(socket_.get_executor(), [on_closed = std::exchange(on_closed_, nullptr),
                                        has_worked = has_worked_] { on_closed(has_worked); });
  }
}

// One timer for all: set for the oldest command, it looks again when that has been answered.
void Link::ArmTimer() {
  if (is_timer_armed_ || due_.empty()) return;
  is_timer_armed_ = true;
  timer_.expires_at(due_.front());
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (!self) return;
    self->is_timer_armed_ = false;
    if (error || !self->context_) return;
    if (self->due_.empty() || self->due_.front() > steady_clock::now()) return self->ArmTimer();
    self->is_timed_out_ = true;
    self->Close();
  });
}

}  // namespace tamarack::redis
