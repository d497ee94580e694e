// How a server of the platform lets go of its callers: none loses a call by it.
#include "platform/rpc/server.h"
#include "door.grpc.pb.h"
#include "health.grpc.pb.h"
#include "platform/rpc/channel.h"
#include "tests/support/eventually.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <set>
#include <string>
#include <thread>

namespace tamarack::rpc {
namespace {

using namespace std::chrono_literals;
using door::v1::Door;

// Notes by which connection each call came.
class DoorService final : public Door::CallbackService {
 public:
  std::set<std::string> peers;

 private:
  grpc::ServerUnaryReactor* Open(grpc::CallbackServerContext* context, const door::v1::Visit*,
                                 door::v1::Entry*) override {
    peers.insert(context->peer());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

grpc::Status Open(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 10s);
  door::v1::Entry entry;
  return Door::NewStub(channel)->Open(&context, {}, &entry);
}

bool IsServing(const std::shared_ptr<grpc::Channel>& channel, const std::string& service = "") {
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse health;
  grpc::Status status =
      grpc::health::v1::Health::NewStub(channel)->Check(&context, request, &health);
  return status.ok() && health.status() == grpc::health::v1::HealthCheckResponse::SERVING;
}

}  // namespace

TEST_CASE("Server: a connection that is old is ended, and no call with it", "[server]") {
  DoorService door;
  Server server("127.0.0.1:0", {&door}, PlainText(), {.connection_age_max = 1s});
  auto channel = OpenChannel("127.0.0.1:" + std::to_string(server.port()));
  // For as long as it takes, and at most a minute.
  int failed = 0;
  for (auto end = std::chrono::steady_clock::now() + 60s;
       door.peers.size() < 3 && std::chrono::steady_clock::now() < end;)
    failed += Open(channel).ok() ? 0 : 1;
  CHECK(door.peers.size() == 3);
  CHECK(failed == 0);
  server.Drain(5s);
}

TEST_CASE("Server: while it gives notice it says so, and serves whoever calls", "[server]") {
  DoorService door;
  Server server("127.0.0.1:0", {&door}, PlainText());
  auto channel = OpenChannel("127.0.0.1:" + std::to_string(server.port()));
  CHECK(IsServing(channel));
  // Who is not ready is called all the same by whoever wants to know what it answers.
  server.SetServing(false);
  CHECK_FALSE(IsServing(channel));
  CHECK(IsServing(channel, "calls"));
  server.SetServing(true);
  CHECK(IsServing(channel));
  std::thread drainer([&] { server.Drain(5s, 2s); });
  REQUIRE(testing::Eventually([&] { return !IsServing(channel); }));
  CHECK_FALSE(IsServing(channel, "calls"));
  // A check of readiness that succeeds meanwhile changes nothing.
  server.SetServing(true);
  CHECK_FALSE(IsServing(channel));
  CHECK(Open(channel).ok());
  drainer.join();
  CHECK_FALSE(Open(channel).ok());
}

}  // namespace tamarack::rpc
