#include "gateway/plugin/reflection.h"

#include "gateway/codec/wire.h"
#include "gateway/routing/descriptor_limits.h"
#include "platform/base/status.h"
#include "platform/rpc/errors.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include <map>
#include <set>
#include <vector>

namespace tamarack::gateway {

using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using Files = std::map<std::string, FileDescriptorProto>;  // By name.

namespace {

constexpr std::chrono::milliseconds kAnswerTime{1000};
constexpr std::chrono::seconds kSilence{10};
constexpr size_t kFilesMax = 1000;

// Fields of ServerReflectionRequest and ServerReflectionResponse (grpc.reflection.v1).
constexpr int kFileByFilename = 3, kFileContainingSymbol = 4, kListServices = 7;
constexpr int kFileDescriptorResponse = 4, kListServicesResponse = 6, kErrorResponse = 7;

// The length-delimited fields `number` of a message.
std::vector<std::string> Bytes(std::string_view wire, int number) {
  std::vector<std::string> values;
  WireField field;
  for (WireReader reader(wire); !reader.AtEnd() && reader.Next(&field);) {
    if (field.number == number && field.type == WireType::kBytes) values.emplace_back(field.bytes);
  }
  return values;
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return {};
  std::string text;
  for (const grpc::Slice& slice : slices)
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

// One reflection stream: a question and an answer at a time, on a completion queue of its own.
class Conversation {
 public:
  Conversation(std::shared_ptr<grpc::Channel> channel, bool is_alpha) : stub_(std::move(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + kAnswerTime);
    std::string version = is_alpha ? "v1alpha" : "v1";
    stream_ = stub_.PrepareCall(
        &context_, "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo",
        &queue_);
    stream_->StartCall(this);
    is_open_ = Wait();
  }
  ~Conversation() {
    context_.TryCancel();
    if (!is_finished_) Finish().IgnoreError();
    queue_.Shutdown();
    while (Wait()) continue;
  }

  // The answer's field `wanted`.
  absl::StatusOr<std::string> Ask(int question, std::string_view value, int wanted) {
    std::string wire;
    AppendBytes(question, value, wire);
    grpc::Slice slice(wire);
    grpc::ByteBuffer request(&slice, 1), response;
    if (is_open_) stream_->Write(request, this);
    if (!is_open_ || !Wait()) return Finish();
    stream_->Read(&response, this);
    if (!Wait()) return Finish();
    std::string answer = ToString(response);
    if (auto error = Bytes(answer, kErrorResponse); !error.empty())
      return absl::NotFoundError(absl::StrCat("reflection does not know ", ToAbsl(value)));
    auto values = Bytes(answer, wanted);
    if (values.size() != 1) return absl::InvalidArgumentError("not an answer of reflection");
    return values[0];
  }

 private:
  bool Wait() {
    void* tag = nullptr;
    bool is_ok = false;
    return queue_.Next(&tag, &is_ok) && is_ok;
  }
  // Why the stream has ended.
  absl::Status Finish() {
    grpc::Status status;
    stream_->Finish(&status, this);
    Wait();
    is_open_ = false;
    is_finished_ = true;
    return status.ok() ? absl::UnavailableError("reflection has ended") : rpc::FromGrpc(status);
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  bool is_open_ = false;
  bool is_finished_ = false;
};

// `room` is how many bytes more may be held.
absl::Status AddFiles(const std::string& answer, Files* files, size_t* room) {
  for (const std::string& bytes : Bytes(answer, 1)) {
    FileDescriptorProto file;
    if (!file.ParseFromString(bytes)) return absl::InvalidArgumentError("not a file descriptor");
    if (files->size() >= kFilesMax) return absl::InvalidArgumentError("too many files");
    if (bytes.size() > *room) return absl::InvalidArgumentError("the descriptors are too large");
    *room -= bytes.size();
    files->emplace(file.name(), std::move(file));
  }
  return absl::OkStatus();
}

// Servers may answer with a file alone or with all that it imports.
absl::StatusOr<std::string> MissingImport(const Files& files) {
  for (const auto& [name, file] : files) {
    for (const std::string& import : file.dependency()) {
      if (!files.contains(import)) return import;
    }
  }
  return absl::NotFoundError("");
}

void AppendInOrder(const std::string& name, const Files& files, std::set<std::string>* done,
                   FileDescriptorSet* set) {
  if (!done->insert(name).second) return;
  const FileDescriptorProto& file = files.at(name);
  for (const std::string& import : file.dependency()) AppendInOrder(import, files, done, set);
  *set->add_file() = file;
}

absl::StatusOr<FileDescriptorSet> FetchAll(Conversation& conversation) {
  auto list = conversation.Ask(kListServices, "*", kListServicesResponse);
  if (!list.ok()) return list.status();
  Files files;
  size_t room = kDescriptorBytesMax;
  for (const std::string& service : Bytes(*list, 1)) {
    auto names = Bytes(service, 1);
    if (names.size() != 1 || names[0].starts_with("grpc.")) continue;
    auto answer = conversation.Ask(kFileContainingSymbol, names[0], kFileDescriptorResponse);
    if (!answer.ok()) return answer.status();
    if (auto status = AddFiles(*answer, &files, &room); !status.ok()) return status;
  }
  for (auto missing = MissingImport(files); missing.ok(); missing = MissingImport(files)) {
    auto answer = conversation.Ask(kFileByFilename, *missing, kFileDescriptorResponse);
    if (!answer.ok()) return answer.status();
    if (auto status = AddFiles(*answer, &files, &room); !status.ok()) return status;
    if (!files.contains(*missing))
      return absl::InvalidArgumentError("reflection gives another file than " + *missing);
  }
  FileDescriptorSet set;
  std::set<std::string> done;
  for (const auto& [name, file] : files) AppendInOrder(name, files, &done, &set);
  if (set.file().empty()) return absl::NotFoundError("reflection names no service");
  return set;
}

}  // namespace

Reflection::Reflection(const std::string& address, const rpc::ChannelOptions& options)
    : address_(address), options_(options), channel_(rpc::OpenChannel(address, options)) {}

void Reflection::Connect(const std::vector<Reflection*>& all, std::chrono::milliseconds limit) {
  auto end = std::chrono::system_clock::now() + limit;
  // gRPC connects only while somebody waits: one queue waits for all.
  grpc::CompletionQueue queue;
  size_t waiting = 0;
  auto watch = [&](Reflection* reflection) {
    grpc_connectivity_state state = reflection->channel_->GetState(true);
    if (state == GRPC_CHANNEL_READY) return;
    reflection->channel_->NotifyOnStateChange(state, end, &queue, reflection);
    ++waiting;
  };
  for (Reflection* reflection : all) watch(reflection);
  void* tag = nullptr;
  bool has_changed = false;  // Else its time is over.
  while (waiting > 0 && queue.Next(&tag, &has_changed)) {
    --waiting;
    if (has_changed) watch(static_cast<Reflection*>(tag));
  }
  queue.Shutdown();
  while (queue.Next(&tag, &has_changed)) continue;
}

absl::StatusOr<FileDescriptorSet> Reflection::Fetch() {
  if (channel_->GetState(false) != GRPC_CHANNEL_READY)
    return absl::UnavailableError("no connection");
  if (std::chrono::steady_clock::now() < silent_until_) return silence_;
  absl::StatusOr<FileDescriptorSet> set;
  for (int attempt = 0; attempt < 2; ++attempt) {
    Conversation conversation(channel_, is_alpha_);
    set = FetchAll(conversation);
    if (!absl::IsUnimplemented(set.status())) break;
    is_alpha_ = !is_alpha_;
  }
  if (absl::IsDeadlineExceeded(set.status())) {
    silence_ = absl::UnavailableError("reflection gives no answer");
    silent_until_ = std::chrono::steady_clock::now() + kSilence;
    return silence_;
  }
  return set;
}

}  // namespace tamarack::gateway
