#include "gateway/streaming/upstream.h"

#include "platform/rpc/channel.h"
#include "platform/rpc/errors.h"

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <mutex>
#include <utility>

namespace tamarack::gateway {
namespace asio = boost::asio;

namespace {

std::string ToString(grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return {};
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

Metadata ToMetadata(const std::multimap<grpc::string_ref, grpc::string_ref>& received) {
  Metadata metadata;
  for (const auto& [key, value] : received) {
    metadata.emplace_back(std::string(key.data(), key.size()),
                          std::string(value.data(), value.size()));
  }
  return metadata;
}

}  // namespace

// What has arrived, on the caller's executor.
struct UpstreamStream::Inbox {
  explicit Inbox(const asio::any_io_executor& executor) : wake(executor) {}
  asio::steady_timer wake;
  bool has_message = false;
  bool has_ended = false;
  std::string message;
  Metadata initial;
  Metadata trailing;
  absl::Status status;
  bool may_have_arrived = true;
};

// gRPC's side of the call: runs on its threads and lives until it is done with it. The mutex is
// held for a few instructions only; it makes sure that nothing is posted to the executor once the
// caller has let go, since the loop may then be gone.
class UpstreamStream::Reactor : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Reactor(std::shared_ptr<Inbox> inbox, std::shared_ptr<grpc::Channel> channel)
      : stub_(std::move(channel)), inbox_(std::move(inbox)) {}

  void Begin(std::shared_ptr<Reactor> self, const CallRequest& call) {
    self_ = std::move(self);
    context_.set_deadline(std::chrono::system_clock::now() + call.timeout);
    for (const auto& [key, value] : call.metadata) context_.AddMetadata(key, value);
    grpc::Slice slice(call.wire);
    request_ = grpc::ByteBuffer(&slice, 1);
    stub_.PrepareBidiStreamingCall(&context_, call.grpc_path, grpc::StubOptions(), this);
    AddHold();  // reads begin outside of reactions
    StartWriteLast(&request_, grpc::WriteOptions());
    StartCall();
  }
  // Reads one message, unless a read is running or none can follow.
  void Read() {
    {
      std::lock_guard lock(mutex_);
      if (is_reading_ || !is_held_) return;
      is_reading_ = true;
    }
    StartRead(&response_);
  }
  void Cancel() { context_.TryCancel(); }
  void Abandon() {
    bool lets_go = false;
    {
      std::lock_guard lock(mutex_);
      inbox_.reset();
      lets_go = is_held_ && !is_reading_;
      if (lets_go) is_held_ = false;
    }
    Cancel();
    if (lets_go) RemoveHold();
  }

 private:
  void OnReadDone(bool ok) override {
    bool lets_go = false;
    {
      std::lock_guard lock(mutex_);
      is_reading_ = false;
      lets_go = is_held_ && (!ok || !inbox_);
      if (lets_go) is_held_ = false;
      if (ok && inbox_) {
        Metadata initial;
        if (!std::exchange(has_initial_, true)) {
          initial = ToMetadata(context_.GetServerInitialMetadata());
        }
        asio::post(inbox_->wake.get_executor(), [inbox = inbox_, message = ToString(response_),
                                                 initial = std::move(initial)]() mutable {
          if (!initial.empty()) inbox->initial = std::move(initial);
          inbox->message = std::move(message);
          inbox->has_message = true;
          inbox->wake.cancel();
        });
      }
    }
    if (lets_go) RemoveHold();
  }
  void OnDone(const grpc::Status& status) override {
    auto self = std::move(self_);
    std::lock_guard lock(mutex_);
    if (!inbox_) return;
    asio::post(inbox_->wake.get_executor(),
               [inbox = inbox_, ended = rpc::FromGrpc(status), peer = context_.peer(),
                trailing = ToMetadata(context_.GetServerTrailingMetadata())]() mutable {
                 inbox->status = std::move(ended);
                 inbox->trailing = std::move(trailing);
                 inbox->may_have_arrived = HasConnection(peer);
                 inbox->has_ended = true;
                 inbox->wake.cancel();
               });
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, response_;
  std::shared_ptr<Reactor> self_;  // Until gRPC is done.
  bool has_initial_ = false;
  std::mutex mutex_;
  std::shared_ptr<Inbox> inbox_;  // Null once the caller has let go.
  bool is_reading_ = false;
  bool is_held_ = true;
};

UpstreamStream::UpstreamStream(asio::any_io_executor executor,
                               std::shared_ptr<grpc::Channel> channel, const CallRequest& request)
    : inbox_(std::make_shared<Inbox>(executor)),
      reactor_(std::make_shared<Reactor>(inbox_, std::move(channel))) {
  rpc::KeepCallbackThreads();
  reactor_->Begin(reactor_, request);
}

UpstreamStream::~UpstreamStream() {
  reactor_->Abandon();
}

asio::awaitable<UpstreamStream::Event> UpstreamStream::Next(Clock::time_point until) {
  if (!inbox_->has_message && !inbox_->has_ended) reactor_->Read();
  while (!inbox_->has_message && !inbox_->has_ended) {
    inbox_->wake.expires_at(until);
    auto [error] = co_await inbox_->wake.async_wait(asio::as_tuple(asio::use_awaitable));
    auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      reactor_->Cancel();
      until = Clock::time_point::max();
    } else if (!error && !inbox_->has_message && !inbox_->has_ended) {
      co_return Event::kTimeout;
    }
  }
  co_return std::exchange(inbox_->has_message, false) ? Event::kMessage : Event::kEnd;
}

const std::string& UpstreamStream::message() const {
  return inbox_->message;
}
std::string UpstreamStream::TakeMessage() {
  return std::move(inbox_->message);
}
const Metadata& UpstreamStream::initial() const {
  return inbox_->initial;
}
const absl::Status& UpstreamStream::status() const {
  return inbox_->status;
}
const Metadata& UpstreamStream::trailing() const {
  return inbox_->trailing;
}
bool UpstreamStream::may_have_arrived() const {
  return inbox_->may_have_arrived;
}

}  // namespace tamarack::gateway
