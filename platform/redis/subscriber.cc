#include "platform/redis/subscriber.h"

#include "platform/base/resolve.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tamarack::redis {
namespace asio = boost::asio;

void Subscriber::Add(std::string channel, std::function<void(std::string_view)> on_message,
                     std::function<void()> on_reconnect) {
  auto existing = channels_.find(channel);
  bool is_new = existing == channels_.end();
  bool was_subscribed = !is_new && existing->second.was_subscribed;
  channels_.emplace(channel,
                    Channel{std::move(on_message), std::move(on_reconnect), was_subscribed});
  if (!std::exchange(is_running_, true)) {
    tasks_.Spawn([self = shared_from_this()] { return self->Run(); });
  } else if (is_new && link_ && link_->is_alive()) {
    Send({channel});
  }
}

void Subscriber::Close() {
  is_closed_ = true;
  if (link_) link_->Close();
  wake_.cancel();
}

// Connects, waits until the link is dead, waits some more, and again. The timer doubles as the
// signal that the link died.
asio::awaitable<void> Subscriber::Run() {
  while (!is_closed_ && !co_await runtime::IsAskedToEnd()) {
    absl::Status status;
    auto address = ParseAddress(address_);
    status = address.status();
    if (status.ok() && address->path.empty()) {
      auto host = co_await Resolve(address->host);
      status = host.status();
      if (host.ok()) address->host = *std::move(host);
    }
    if (is_closed_) co_return;
    if (status.ok()) status = Open(*address);
    if (status.ok()) {
      wake_.expires_at(asio::steady_timer::time_point::max());
      co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (is_closed_ || co_await runtime::IsAskedToEnd()) co_return;
    wake_.expires_after(backoff_.Next());
    co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

absl::Status Subscriber::Open(Address address) {
  link_ = std::make_shared<Link>(executor_, options_);
  absl::Status status = link_->Open(std::move(address), [weak = weak_from_this()](bool) {
    if (auto self = weak.lock()) self->wake_.cancel();
  });
  if (!status.ok()) return status;
  std::vector<std::string> names;
  for (auto it = channels_.begin(); it != channels_.end(); it = channels_.upper_bound(it->first)) {
    names.push_back(it->first);
  }
  Send(std::move(names));
  return absl::OkStatus();
}

void Subscriber::Send(std::vector<std::string> channels) {
  // Posted: a callback must not run inside hiredis, where it could not use or close this client.
  link_->Subscribe(channels, [this, weak = weak_from_this()](const std::string& kind,
                                                             std::string name, std::string text) {
    asio::post(executor_, [weak, kind, name = std::move(name), text = std::move(text)] {
      if (auto self = weak.lock()) self->Deliver(kind, name, text);
    });
  });
}

void Subscriber::Deliver(const std::string& kind, const std::string& name,
                         const std::string& text) {
  if (kind == "subscribe") backoff_.Reset();
  auto [begin, end] = channels_.equal_range(name);
  for (auto it = begin; it != end && !is_closed_; ++it) {
    Channel& channel = it->second;
    if (kind == "message") channel.on_message(text);
    if (kind == "subscribe" && std::exchange(channel.was_subscribed, true) &&
        channel.on_reconnect) {
      channel.on_reconnect();
    }
  }
}

}  // namespace tamarack::redis
