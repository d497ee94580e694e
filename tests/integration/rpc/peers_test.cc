// Mutual TLS between processes: who connects at all, and who may call and say what.
#include "door.grpc.pb.h"
#include "platform/rpc/channel.h"
#include "platform/rpc/server.h"
#include "tests/integration/platform/certificates.h"
#include "tests/support/eventually.h"

#include <grpcpp/generic/generic_stub.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

namespace tamarack::rpc {
namespace {

using door::v1::Door;
using grpc::StatusCode;
using test::Certificate;
using Metadata = std::map<std::string, std::string>;

class DoorService final : public Door::CallbackService {
  grpc::ServerUnaryReactor* Open(grpc::CallbackServerContext* context, const door::v1::Visit*,
                                 door::v1::Entry* entry) override {
    return Answer(context, entry);
  }
  grpc::ServerUnaryReactor* Lock(grpc::CallbackServerContext* context, const door::v1::Visit*,
                                 door::v1::Entry* entry) override {
    return Answer(context, entry);
  }
  static grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                          door::v1::Entry* entry) {
    for (const auto& [key, value] : context->client_metadata()) {
      if (key.starts_with("x-tamarack-"))
        entry->set_platform_metadata(entry->platform_metadata() + 1);
    }
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// A folder with everybody's files, and a server in the role `identity`.
struct Fixture {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("peers-" + std::to_string(::getpid()));
  Certificate authority{"authority"}, stranger{"authority"};
  DoorService door;

  Fixture() {
    std::filesystem::create_directories(folder);
    test::Replace(folder / "ca.pem", authority.CertificatePem());
    test::Replace(folder / "stranger.pem", stranger.CertificatePem());
    WritePair("identity", "identity", authority);
  }
  ~Fixture() { std::filesystem::remove_all(folder); }

  void WritePair(const std::string& file, const std::string& name, const Certificate& issuer) {
    test::Replace(folder / (file + ".pair"), Certificate(name.c_str(), &issuer).PairPem());
  }
  TlsFiles FilesOf(const std::string& name, const std::string& ca = "ca.pem") const {
    std::string pair = name.empty() ? "" : folder / (name + ".pair");
    return {folder / ca, pair, pair};
  }
  std::shared_ptr<grpc::Channel> Connect(int port, TlsFiles files,
                                         const std::string& server_name = "identity") const {
    ChannelOptions options;
    options.tls = ChannelTls{std::move(files), server_name};
    return OpenChannel("127.0.0.1:" + std::to_string(port), options);
  }
};

// What came of one call of "Open" or "Lock".
grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& method = "Open",
                  const Metadata& metadata = {}, int* platform_metadata = nullptr) {
  auto stub = Door::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  door::v1::Entry entry;
  auto status =
      method == "Open" ? stub->Open(&context, {}, &entry) : stub->Lock(&context, {}, &entry);
  if (platform_metadata != nullptr) *platform_metadata = entry.platform_metadata();
  return status;
}

// A call that has no message to speak of, such as gRPC's own services take.
StatusCode CallEmpty(const std::shared_ptr<grpc::Channel>& channel, const std::string& path) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  grpc::CompletionQueue queue;
  grpc::Slice nothing;
  grpc::ByteBuffer request(&nothing, 1), response;
  grpc::Status status;
  auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  return status.error_code();
}

using testing::Eventually;

TEST_CASE_METHOD(Fixture, "each peer calls what is meant for it and says what is its own",
                 "[rpc][peers]") {
  Server server("127.0.0.1:0", {&door},
                PeerTls{FilesOf("identity"), *Peers::Parse("tellusonce=spiffe://here/tell")});
  struct Case {
    const char* name;
    const char* method;
    Metadata metadata;
    StatusCode code;
    int heard;
  };
  const Metadata from_browser{{"x-tamarack-cookie-session", "s"},
                              {"x-tamarack-client-ip", "1.2.3.4"}};
  const Metadata between{{"x-tamarack-language", "fr"}, {"x-tamarack-idempotency-key", "k"}};
  auto c = GENERATE_COPY(values<Case>({
      {"gateway", "Open", from_browser, StatusCode::OK, 2},
      {"gateway", "Lock", from_browser, StatusCode::OK, 2},
      {"GateWay", "Lock", from_browser, StatusCode::OK, 2},
      {"notify", "Open", between, StatusCode::OK, 2},
      {"notify", "Open", from_browser, StatusCode::PERMISSION_DENIED, 0},
      {"notify", "Open", {{"x-tamarack-csrf-token", "t"}}, StatusCode::PERMISSION_DENIED, 0},
      {"notify", "Open", {{"x-tamarack-header-dpop", "t"}}, StatusCode::PERMISSION_DENIED, 0},
      {"notify", "Lock", {}, StatusCode::PERMISSION_DENIED, 0},
      {"payments", "Open", {}, StatusCode::PERMISSION_DENIED, 0},
      {"gateway.evil.example", "Open", {}, StatusCode::PERMISSION_DENIED, 0},
      {"spiffe://here/tell", "Open", between, StatusCode::OK, 2},
      {"spiffe://elsewhere/tell", "Open", {}, StatusCode::PERMISSION_DENIED, 0},
      {"tellusonce", "Open", {}, StatusCode::PERMISSION_DENIED, 0},  // It has another name here.
  }));
  INFO(c.name << " " << c.method);
  WritePair("caller", c.name, authority);
  int heard = 0;
  auto status = Call(Connect(server.port(), FilesOf("caller")), c.method, c.metadata, &heard);
  CHECK(status.error_code() == c.code);
  CHECK(heard == c.heard);
}

TEST_CASE_METHOD(Fixture, "who does not show a certificate of our authority does not connect",
                 "[rpc][peers]") {
  Server server("127.0.0.1:0", {&door}, PeerTls{FilesOf("identity"), Peers()});
  WritePair("gateway", "gateway", authority);
  WritePair("forged", "gateway", stranger);
  REQUIRE(Call(Connect(server.port(), FilesOf("gateway"))).ok());
  CHECK(Call(Connect(server.port(), FilesOf(""))).error_code() == StatusCode::UNAVAILABLE);
  CHECK(Call(Connect(server.port(), FilesOf("forged"))).error_code() == StatusCode::UNAVAILABLE);
  CHECK(Call(OpenChannel("127.0.0.1:" + std::to_string(server.port()))).error_code() ==
        StatusCode::UNAVAILABLE);
  // Nor is a server believed that is another, or that another authority vouches for.
  CHECK(Call(Connect(server.port(), FilesOf("gateway"), "notify")).error_code() ==
        StatusCode::UNAVAILABLE);
  CHECK(Call(Connect(server.port(), FilesOf("gateway", "stranger.pem"))).error_code() ==
        StatusCode::UNAVAILABLE);
}

TEST_CASE_METHOD(Fixture, "descriptors are told only where that is wanted", "[rpc][peers]") {
  const std::string path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  Server closed("127.0.0.1:0", {&door}, PlainText());
  Server open("127.0.0.1:0", {&door}, PlainText(), {.has_reflection = true});
  auto connect = [](int port) { return OpenChannel("127.0.0.1:" + std::to_string(port)); };
  CHECK(CallEmpty(connect(closed.port()), path) == StatusCode::UNIMPLEMENTED);
  CHECK(CallEmpty(connect(open.port()), path) == StatusCode::OK);
  Server peers("127.0.0.1:0", {&door}, PeerTls{FilesOf("identity"), Peers()},
               {.has_reflection = true});
  WritePair("notify", "notify", authority);
  WritePair("gateway", "gateway", authority);
  const std::string health = "/grpc.health.v1.Health/Check";
  auto as = [&](const char* name, const std::string& method) {
    return CallEmpty(Connect(peers.port(), FilesOf(name)), method);
  };
  CHECK(as("notify", path) == StatusCode::PERMISSION_DENIED);
  CHECK(as("gateway", path) == StatusCode::OK);
  // Whether it serves, everybody may know.
  for (const char* name : {"notify", "gateway"}) CHECK(as(name, health) == StatusCode::OK);
}

TEST_CASE_METHOD(Fixture, "authority and certificates change under calls, and none fails",
                 "[rpc][peers]") {
  Certificate after{"authority after"};
  auto write_ca = [&](const std::string& text) { test::Replace(folder / "ca.pem", text); };
  WritePair("gateway", "gateway", authority);
  WritePair("gateway-after", "gateway", after);
  test::Replace(folder / "after.pem", after.CertificatePem());
  Server server("127.0.0.1:0", {&door}, PeerTls{FilesOf("identity"), Peers()});
  std::atomic<bool> is_over{false};
  std::atomic<int> kept_calls{0}, new_calls{0}, failed{0};
  std::thread caller([&] {
    auto kept = Connect(server.port(), FilesOf("gateway"));
    while (!is_over) {
      failed += !Call(kept).ok();
      ++kept_calls;
      failed += !Call(Connect(server.port(), FilesOf("gateway"))).ok();
      ++new_calls;
    }
  });
  auto is_called_on = [&] {
    int before = new_calls;
    return Eventually([&] { return new_calls > before + 5; });
  };
  CHECK(is_called_on());
  // Both authorities are known to all before either side shows a certificate of the new one.
  write_ca(authority.CertificatePem() + after.CertificatePem());
  CHECK(Eventually([&] { return Call(Connect(server.port(), FilesOf("gateway-after"))).ok(); }));
  WritePair("identity", "identity", after);
  CHECK(Eventually(
      [&] { return Call(Connect(server.port(), FilesOf("gateway", "after.pem"))).ok(); }));
  WritePair("gateway", "gateway", after);
  CHECK(is_called_on());
  WritePair("left", "gateway", authority);
  write_ca(after.CertificatePem());
  CHECK(Eventually([&] { return !Call(Connect(server.port(), FilesOf("left"))).ok(); }));
  CHECK(is_called_on());
  is_over = true;
  caller.join();
  CHECK(failed == 0);
  CHECK(kept_calls > 10);
}

}  // namespace
}  // namespace tamarack::rpc
