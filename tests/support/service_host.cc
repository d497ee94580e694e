#include "tests/support/service_host.h"

#include "platform/auth/access_token.h"
#include "platform/base/task.h"
#include "platform/crypto/key.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/server.h"
#include "platform/runtime/offload.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <future>
#include <stdexcept>
#include <thread>

namespace tamarack::testing {
namespace asio = boost::asio;
using MessageStub =
    grpc::TemplatedGenericStub<google::protobuf::Message, google::protobuf::Message>;

struct ServiceHost::State {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;
  absl::StatusOr<crypto::Key> key = crypto::Key::Generate(crypto::Algorithm::kEs256, "test");
  std::unique_ptr<rpc::Server> server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<MessageStub> stub;
};

auth::Principal ServiceCaller(std::string service_id, std::set<std::string, std::less<>> scopes) {
  auth::Principal principal;
  principal.client_id = "client-of-" + service_id;
  principal.subject = principal.client_id;
  principal.service_id = service_id;
  principal.ministry_id = "ministry-of-" + service_id;
  principal.scopes = std::move(scopes);
  principal.mode = "live";
  return principal;
}

auth::Principal PersonCaller(std::string subject) {
  auth::Principal principal;
  principal.client_id = "browser";
  principal.subject = std::move(subject);
  principal.is_session = true;
  principal.mode = "live";
  principal.auth_time_seconds = 1;
  principal.acr = "1";
  return principal;
}

std::string Answer::Http(const std::string& header) const {
  auto found = metadata.find("x-tamarack-http-" + header);
  return found == metadata.end() ? std::string() : found->second;
}

ServiceHost::ServiceHost(std::span<const pg::Migration> migrations)
    : state_(std::make_unique<State>()), registry_(std::make_shared<prometheus::Registry>()) {
  TellsTasks() = true;
  database_ = std::make_unique<Database>(migrations);
  pool_ = std::make_unique<pg::Pool>(executor(), database_->runtime_dsn(), 4);
  std::string jwks = crypto::KeySet({*state_->key}).Jwks();
  auth::VerifierOptions options;
  options.issuer = kTestIssuer;
  options.audience = kTestAudience;
  verifier_ = std::make_unique<auth::TokenVerifier>(
      executor(), options, [jwks]() -> Async<std::string> { co_return jwks; });
  interceptor_ = std::make_unique<rpc::Interceptor>(executor(), verifier_.get(), *registry_);
  state_->thread = std::thread([io = &state_->io] { io->run(); });
}

ServiceHost::~ServiceHost() {
  Stop();
}

asio::any_io_executor ServiceHost::executor() {
  return state_->io.get_executor();
}

std::string ServiceHost::Serve(const std::vector<grpc::Service*>& services) {
  state_->server = std::make_unique<rpc::Server>("127.0.0.1:0", services, rpc::PlainText());
  std::string address = "127.0.0.1:" + std::to_string(state_->server->port());
  state_->channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  state_->stub = std::make_unique<MessageStub>(state_->channel);
  return address;
}

void ServiceHost::Stop() {
  if (state_->server) state_->server->Drain(std::chrono::seconds(1));
  state_->server.reset();
  state_->work.reset();
  state_->io.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

std::string ServiceHost::Token(const auth::Principal& principal) const {
  auth::TokenTerms terms;
  terms.issuer = kTestIssuer;
  terms.audience = kTestAudience;
  terms.issued_at_seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  auto token = auth::MintAccessToken(*state_->key, principal, terms);
  if (!token.ok()) throw std::runtime_error(std::string(token.status().message()));
  return *token;
}

Answer ServiceHost::CallInto(const std::string& method, const google::protobuf::Message& request,
                             google::protobuf::Message& response, const auth::Principal* caller,
                             const std::map<std::string, std::string>& metadata) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  if (caller != nullptr) context.AddMetadata("authorization", "Bearer " + Token(*caller));
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
  std::promise<grpc::Status> done;
  state_->stub->UnaryCall(&context, method, grpc::StubOptions(), &request, &response,
                          [&done](grpc::Status status) { done.set_value(std::move(status)); });
  Answer answer;
  answer.status = rpc::FromGrpc(done.get_future().get());
  for (const auto& [name, value] : context.GetServerTrailingMetadata()) {
    answer.metadata.emplace(std::string(name.data(), name.size()),
                            std::string(value.data(), value.size()));
  }
  return answer;
}

void ServiceHost::RunAndWait(const std::function<void(std::function<void()>)>& start) {
  auto done = std::make_shared<std::promise<void>>();
  start([done] { done->set_value(); });
  if (done->get_future().wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
    throw std::runtime_error("waited for 30 s");
  }
}

}  // namespace tamarack::testing
