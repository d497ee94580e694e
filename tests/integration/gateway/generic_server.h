#pragma once

#include "gateway/codec/wire.h"

#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tamarack::gateway {

// A ministry's gRPC service that nobody compiled: every method answers with the request it got, and
// server reflection v1 with whatever descriptors it is given. (Of v1alpha gRPC's own plug-in takes
// care, and finds no service here.)
class GenericServer final : public grpc::CallbackGenericService {
 public:
  // What a call meets instead of its echo.
  using Failure = std::function<grpc::Status(const std::string& method)>;

  explicit GenericServer(
      int port = 0,
      std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials(),
      const std::string& host = "127.0.0.1") {
    grpc::ServerBuilder builder;
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(host + ":" + std::to_string(port), credentials, &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
    if (!server_) throw std::runtime_error("the port is taken");
  }
  ~GenericServer() override { Stop(); }

  // Ends every call and connection.
  void Stop() { server_->Shutdown(std::chrono::system_clock::now()); }
  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  grpc::Server& server() { return *server_; }

  void Reflect(google::protobuf::FileDescriptorSet files) {
    std::lock_guard lock(mutex_);
    files_ = std::move(files);
  }
  void FailWith(Failure failure) {
    std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }
  // What every answer is from now on: headers (as initial and trailing metadata) and, where it is
  // not empty, a message in place of the echo.
  void AnswerWith(std::multimap<std::string, std::string> said, std::string message = "") {
    std::lock_guard lock(mutex_);
    said_ = std::move(said);
    message_ = std::move(message);
  }
  // From now on calls are taken and not answered.
  void Hold() { is_holding_ = true; }
  // From now on reflection reads questions and never answers.
  void FallSilent() { is_silent_ = true; }
  // How often a method was called.
  int Calls(const std::string& method) {
    std::lock_guard lock(mutex_);
    return calls_[method];
  }
  std::multimap<std::string, std::string> LastMetadata() {
    std::lock_guard lock(mutex_);
    return metadata_;
  }
  std::chrono::system_clock::time_point LastDeadline() {
    std::lock_guard lock(mutex_);
    return deadline_;
  }

 private:
  using Reactor = grpc::ServerGenericBidiReactor;

  struct Echo final : Reactor {
    Echo(grpc::Status with, std::string answer) : status(std::move(with)), own(std::move(answer)) {
      StartRead(&message);
    }
    void OnReadDone(bool is_ok) override {
      if (is_ok && status.ok()) {
        if (grpc::Slice slice(own); !own.empty()) message = grpc::ByteBuffer(&slice, 1);
        StartWriteAndFinish(&message, {}, status);
      } else {
        Finish(status);
      }
    }
    void OnDone() override { delete this; }
    grpc::Status status;
    std::string own;
    grpc::ByteBuffer message;
  };
  struct Reflection final : Reactor {
    explicit Reflection(GenericServer& server_of) : server(server_of) { StartRead(&message); }
    void OnReadDone(bool is_ok) override {
      if (!is_ok) return Finish(grpc::Status::OK);
      if (server.is_silent_) return;
      message = server.AnswerReflection(message);
      StartWrite(&message);
    }
    void OnWriteDone(bool is_ok) override {
      if (is_ok) StartRead(&message);
    }
    void OnCancel() override {
      if (server.is_silent_) Finish(grpc::Status::CANCELLED);
    }
    void OnDone() override { delete this; }
    GenericServer& server;
    grpc::ByteBuffer message;
  };
  struct Held final : Reactor {
    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }
  };
  struct Unknown final : Reactor {
    Unknown() { Finish({grpc::StatusCode::UNIMPLEMENTED, "unknown method"}); }
    void OnDone() override { delete this; }
  };

  Reactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    std::lock_guard lock(mutex_);
    const std::string& method = context->method();
    ++calls_[method];
    if (method == "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
      return new Reflection(*this);
    if (method.starts_with("/grpc.")) return new Unknown;
    metadata_.clear();
    for (const auto& [key, value] : context->client_metadata())
      metadata_.emplace(std::string(key.data(), key.size()),
                        std::string(value.data(), value.size()));
    deadline_ = context->deadline();
    if (is_holding_) return new Held;
    for (const auto& [key, value] : said_) {
      context->AddInitialMetadata(key, value);
      context->AddTrailingMetadata(key, value);
    }
    return new Echo(failure_ ? failure_(method) : grpc::Status::OK, message_);
  }

  grpc::ByteBuffer AnswerReflection(const grpc::ByteBuffer& request) {
    std::lock_guard lock(mutex_);
    grpc::Slice slice;
    request.DumpToSingleSlice(&slice).ok();
    std::string_view wire(reinterpret_cast<const char*>(slice.begin()), slice.size());
    WireField question;
    for (WireReader reader(wire); !reader.AtEnd() && reader.Next(&question);) continue;
    std::string inner, answer;
    if (question.number == 7) {
      for (const auto& file : files_.file()) {
        for (const auto& service : file.service()) {
          std::string name;
          AppendBytes(1, file.package() + "." + service.name(), name);
          AppendBytes(1, name, inner);
        }
      }
      AppendBytes(6, inner, answer);
    } else {
      for (const auto& file : files_.file()) {
        bool has_symbol = false;
        for (const auto& service : file.service())
          has_symbol = has_symbol || file.package() + "." + service.name() == question.bytes;
        if (question.number == 3 ? file.name() == question.bytes : has_symbol)
          AppendBytes(1, file.SerializeAsString(), inner);
      }
      AppendBytes(4, inner, answer);
    }
    grpc::Slice out(answer);
    return {&out, 1};
  }

  std::mutex mutex_;
  google::protobuf::FileDescriptorSet files_;
  Failure failure_;
  std::multimap<std::string, std::string> said_;
  std::string message_;
  std::map<std::string, int> calls_;
  std::multimap<std::string, std::string> metadata_;
  std::chrono::system_clock::time_point deadline_;
  std::atomic<bool> is_silent_{false}, is_holding_{false};
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace tamarack::gateway
