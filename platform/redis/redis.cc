#include "platform/redis/redis.h"

#include "platform/base/resolve.h"
#include "platform/redis/commands.h"
#include "platform/redis/subscriber.h"

#include <absl/strings/escaping.h>
#include <openssl/sha.h>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <random>

namespace tamarack::redis {
namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

std::string Sha1Hex(std::string_view text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace

int64_t Reply::Int() const {
  if (kind_ != Kind::kText) return number_;
  int64_t number = 0;
  std::from_chars(text_.data(), text_.data() + text_.size(), number);
  return number;
}

milliseconds Backoff::Next() {
  thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int64_t> spread(next_.count() / 2, next_.count());
  milliseconds wait(spread(random));
  next_ = std::min(next_ * 2, options_.backoff_max);
  return wait;
}

Async<Reply> Commands::Run(std::vector<std::string> args) {
  auto self = shared_from_this();
  CO_RETURN_IF_ERROR(co_await Connect());
  auto initiate = [&](auto handler) { link_->Send(args, Link::Handler(std::move(handler))); };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(absl::StatusOr<Reply>)>(initiate,
                                                                       asio::use_awaitable);
}

AsyncStatus Commands::Connect() {
  if (link_ && link_->is_alive()) co_return absl::OkStatus();
  if (steady_clock::now() < not_before_) {
    co_return absl::UnavailableError("redis: down, and not tried again yet");
  }
  CO_ASSIGN_OR_RETURN(Address address, ParseAddress(address_));
  if (address.path.empty()) {
    auto host = co_await Resolve(address.host);
    if (!host.ok()) {
      Failed();
      co_return host.status();
    }
    address.host = *std::move(host);
    if (link_ && link_->is_alive()) co_return absl::OkStatus();  // another caller was quicker
  }
  link_ = std::make_shared<Link>(executor_, options_);
  auto on_closed = [weak = weak_from_this()](bool has_worked) {
    auto self = weak.lock();
    if (self && has_worked) self->backoff_.Reset();
    if (self && !has_worked) self->Failed();
  };
  absl::Status status = link_->Open(address, on_closed);
  if (!status.ok()) Failed();
  co_return status;
}

void Commands::Failed() {
  not_before_ = steady_clock::now() + backoff_.Next();
}

void Commands::Close() {
  if (link_) link_->Close();
}

Client::Client(asio::any_io_executor executor, std::string address, ClientOptions options)
    : commands_(std::make_shared<Commands>(executor, address, options)),
      subscriber_(std::make_shared<Subscriber>(executor, std::move(address), options)) {}

Client::~Client() {
  commands_->Close();
  subscriber_->Close();
}

Async<Reply> Client::Command(std::vector<std::string> args) {
  return commands_->Run(std::move(args));
}

AsyncStatus Client::Ping() {
  co_return (co_await Command("PING")).status();
}

Async<Reply> Client::Eval(const Script& script, std::vector<std::string> keys,
                          std::vector<std::string> args) {
  auto commands = commands_;
  std::string_view text = script.text;
  std::string& digest = digests_[text.data()];
  if (digest.empty()) digest = Sha1Hex(text);
  std::vector<std::string> command{"EVALSHA", digest, std::to_string(keys.size())};
  std::ranges::move(keys, std::back_inserter(command));
  std::ranges::move(args, std::back_inserter(command));
  auto reply = co_await commands->Run(command);
  if (reply.status().code() != absl::StatusCode::kNotFound) co_return reply;
  command[0] = "EVAL";  // a restarted Redis has forgotten its scripts
  command[1] = text;
  co_return co_await commands->Run(std::move(command));
}

void Client::Subscribe(std::string channel, std::function<void(std::string_view)> on_message,
                       std::function<void()> on_reconnect) {
  subscriber_->Add(std::move(channel), std::move(on_message), std::move(on_reconnect));
}

}  // namespace tamarack::redis
