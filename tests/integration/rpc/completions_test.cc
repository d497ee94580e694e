#include "platform/rpc/completions.h"

#include "platform/rpc/channel.h"
#include "platform/rpc/client.h"
#include "platform/rpc/grpc_epoll.h"
#include "tests/support/loop.h"

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

namespace asio = boost::asio;
using google::protobuf::StringValue;
using namespace std::chrono_literals;
using namespace tamarack;  // NOLINT

namespace {

// Answers /test/Echo with what it got, /test/Refuse with UNAUTHENTICATED, knows nothing of health,
// and answers anything else never.
class Echoes final : public grpc::CallbackGenericService {
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(const std::string& method) : answers_(method == "/test/Echo") {
      if (method == "/test/Refuse") refusal_ = {grpc::StatusCode::UNAUTHENTICATED, "who are you?"};
      if (method.starts_with("/grpc.health")) refusal_ = {grpc::StatusCode::UNIMPLEMENTED, ""};
      StartRead(&message_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Cancelled();
      if (!refusal_.ok() && !is_finished_.exchange(true)) return Finish(refusal_);
      if (answers_) StartWriteAndFinish(&message_, {}, grpc::Status::OK);
    }
    void OnCancel() override {
      if (!answers_) Cancelled();
    }
    void OnDone() override { delete this; }

   private:
    void Cancelled() {  // Both tell of it.
      if (!is_finished_.exchange(true)) Finish(grpc::Status::CANCELLED);
    }

    std::atomic<bool> is_finished_ = false;
    bool answers_;
    grpc::Status refusal_;
    grpc::ByteBuffer message_;
  };
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Reactor(context->method());
  }
};

struct Server {
  Echoes echoes;
  int port = 0;
  std::unique_ptr<grpc::Server> server;

  Server() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterCallbackGenericService(&echoes);
    server = builder.BuildAndStart();
  }
};

// A server in a process of its own, as behind the gateway; it ends with this one. Forked before
// anything here has used gRPC, which does not survive a fork.
int RemotePort() {
  static const int port = [] {
    int pipes[2];
    if (pipe(pipes) != 0) std::abort();
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      Server server;
      if (write(pipes[1], &server.port, sizeof server.port) < 0) std::abort();
      server.server->Wait();
    }
    int read_port = 0;
    if (read(pipes[0], &read_port, sizeof read_port) != sizeof read_port) std::abort();
    return read_port;
  }();
  return port;
}

std::string Address(int port) {
  return "127.0.0.1:" + std::to_string(port);
}

// Of this process's connections to that port, how many are corked.
int CorkedConnections(int port) {
  int count = 0;
  for (int descriptor : rpc::DescriptorsIn(rpc::FindGrpcEpoll())) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    int is_corked = 0;
    socklen_t flag_size = sizeof is_corked;
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (ntohs(peer.sin_port) != port) continue;
    REQUIRE(getsockopt(descriptor, IPPROTO_TCP, TCP_CORK, &is_corked, &flag_size) == 0);
    count += is_corked;
  }
  return count;
}

asio::awaitable<absl::Status> Echo(rpc::Client& client, std::string method = "/test/Echo",
                                   std::chrono::milliseconds timeout = 1h) {
  StringValue request;
  request.set_value("hello");
  rpc::CallOptions options;
  options.timeout = timeout;
  auto answer = co_await client.Call<StringValue>(std::move(method), request, options);
  if (!answer.ok()) co_return answer.status();
  co_return answer->value() == "hello" ? absl::OkStatus() : absl::InternalError("not the same");
}

// A call that its caller may cancel.
asio::awaitable<grpc::Status> Cancellable(grpc::GenericStub& stub) {
  co_await asio::this_coro::throw_if_cancelled(false);
  grpc::ClientContext context;
  grpc::ByteBuffer request, response;
  grpc::Slice slice("hello");
  request = grpc::ByteBuffer(&slice, 1);
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call;
  auto start = [&](grpc::CompletionQueue* queue, void* tag) {
    call = stub.PrepareUnaryCall(&context, "/test/Never", request, queue);
    call->StartCall();
    call->Finish(&response, &status, tag);
  };
  co_await rpc::Completions::Of(co_await asio::this_coro::executor).Await(context, start);
  co_return status;
}

}  // namespace

TEST_CASE("calls are answered on the loop's own thread", "[rpc]") {
  int port = RemotePort();
  testing::Loop loop;
  rpc::Client client(Address(port));
  for (int i = 0; i < 200; ++i) REQUIRE(loop.Await(Echo(client)).ok());
  CHECK_FALSE(rpc::Completions::Of(loop.executor()).uses_thread());
}

TEST_CASE("calls of one turn of the loop travel together", "[rpc]") {
  int port = RemotePort();
  testing::Loop loop;
  rpc::Client client(Address(port));
  int asked = 0, answered = 0, corked = 0;
  auto ask = [&] {
    ++asked;
    asio::co_spawn(loop.io(), Echo(client), [&](std::exception_ptr, const absl::Status& status) {
      answered += status.ok() ? 1 : 0;
    });
    asio::post(loop.io(), [&] { corked += CorkedConnections(port); });
  };
  // The connection is corked once it is open and has been found.
  loop.RunUntil([&] {
    if (corked == 0 && asked == answered) ask();
    return corked > 0 && asked == answered;
  });
  corked = 0;
  for (int i = 0; i < 32; ++i) ask();
  loop.RunUntil([&] { return asked == answered; });
  CHECK(corked == 32);
  CHECK(CorkedConnections(port) == 0);
}

TEST_CASE("a call to where nobody listens fails at once", "[rpc]") {
  RemotePort();
  testing::Loop loop;
  rpc::Client client(Address(1));
  for (int i = 0; i < 3; ++i) CHECK(absl::IsUnavailable(loop.Await(Echo(client))));
}

TEST_CASE("a deadline ends a call that nobody answers", "[rpc]") {
  int port = RemotePort();
  testing::Loop loop;
  rpc::Client client(Address(port));
  for (int i = 0; i < 20; ++i)
    CHECK(absl::IsDeadlineExceeded(loop.Await(Echo(client, "/test/Never", 5ms))));
  CHECK(loop.Await(Echo(client)).ok());
  CHECK_FALSE(rpc::Completions::Of(loop.executor()).uses_thread());
}

TEST_CASE("a call that was refused has the time that is left when it is made again", "[rpc]") {
  int port = RemotePort();
  testing::Loop loop;
  int refused = 0;
  // Until the first call's time is certainly over.
  rpc::Client client(Address(port), nullptr, [&] {
    ++refused;
    auto end = std::chrono::system_clock::now() + 1s;
    std::this_thread::sleep_until(end);
  });
  CHECK(absl::IsDeadlineExceeded(loop.Await(Echo(client, "/test/Refuse", 1s))));
  CHECK(refused == 1);
}

TEST_CASE("cancelling the caller cancels its call", "[rpc]") {
  int port = RemotePort();
  testing::Loop loop;
  grpc::GenericStub stub(rpc::OpenChannel(Address(port)));
  asio::cancellation_signal signal;
  std::optional<grpc::Status> status;
  asio::co_spawn(
      loop.io(), Cancellable(stub),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, grpc::Status ended) {
        status = std::move(ended);
      }));
  loop.io().poll();
  signal.emit(asio::cancellation_type::terminal);
  loop.RunUntil([&] { return status.has_value(); });
  CHECK(status->error_code() == grpc::StatusCode::CANCELLED);
}

TEST_CASE("the loop may end while a call runs", "[rpc]") {
  int port = RemotePort();
  grpc::GenericStub stub(rpc::OpenChannel(Address(port)));
  bool has_ended = false;
  {
    testing::Loop loop;
    asio::co_spawn(loop.io(), Cancellable(stub),
                   [&](std::exception_ptr, grpc::Status) { has_ended = true; });
    loop.io().poll();
  }
  CHECK_FALSE(has_ended);
}

TEST_CASE("where somebody else polls gRPC too, a thread takes over", "[rpc]") {
  RemotePort();
  Server server;
  testing::Loop loop;
  rpc::Client client(Address(server.port));
  rpc::Completions& completions = rpc::Completions::Of(loop.executor());
  for (int i = 0; i < 10'000 && !completions.uses_thread(); ++i)
    REQUIRE(loop.Await(Echo(client)).ok());
  REQUIRE(completions.uses_thread());
  for (int i = 0; i < 300; ++i) REQUIRE(loop.Await(Echo(client)).ok());
}
