#include "platform/rpc/server.h"

#include "platform/rpc/channel.h"
#include "platform/telemetry/log.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace tamarack::rpc {
namespace {

// No method of ours may take longer (`timeout_ms` of its policy): what is under way on a connection
// that is too old is finished.
constexpr std::chrono::seconds kCallTimeMax{60};

int Milliseconds(std::chrono::milliseconds time) {
  return static_cast<int>(time.count());
}

// Under which name the health service tells who is about to end, and nothing else.
constexpr char kTakesCalls[] = "calls";

// gRPC's reflection registers itself with every server of a program that is linked with it.
class WithoutReflection final : public grpc::ServerBuilderOption {
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins,
                  [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
  }
};

// Judges every call by the certificate of its connection, before anything else sees it: on gRPC's
// threads.
class PeerCheck final : public grpc::AuthMetadataProcessor {
 public:
  explicit PeerCheck(Peers peers) : peers_(std::move(peers)) {}
  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata*,
                       OutputMetadata*) override {
    std::vector<std::string> names;
    for (const auto& value : context->FindPropertyValues(GRPC_PEER_DNS_PROPERTY_NAME))
      names.push_back(Peers::DnsName({value.data(), value.size()}));
    for (const auto& value : context->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME))
      if (std::string uri(value.data(), value.size()); Peers::IsUri(uri)) names.push_back(uri);
    std::string_view path;
    std::vector<std::string_view> keys;
    for (const auto& [key, value] : metadata) {
      keys.emplace_back(key.data(), key.size());
      if (key == ":path") path = {value.data(), value.size()};
    }
    absl::Status status = peers_.CheckCall(names, path, keys);
    if (status.ok()) return grpc::Status::OK;
    telemetry::Log(telemetry::Level::kWarning, "peer refused",
                   {{"peer", names.empty() ? std::string() : names.front()},
                    {"method", path},
                    {"error", std::string(status.message())}});
    return {grpc::StatusCode::PERMISSION_DENIED, std::string(status.message())};
  }

 private:
  const Peers peers_;
};

std::shared_ptr<grpc::ServerCredentials> Credentials(const ServerSecurity& security) {
  const auto* tls = std::get_if<PeerTls>(&security);
  if (tls == nullptr) return grpc::InsecureServerCredentials();
  grpc::experimental::TlsServerCredentialsOptions options(WatchTls(tls->files));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  auto credentials = grpc::experimental::TlsServerCredentials(options);
  credentials->SetAuthMetadataProcessor(std::make_shared<PeerCheck>(tls->peers));
  return credentials;
}

}  // namespace

Server::Server(const std::string& address, const std::vector<grpc::Service*>& services,
               const ServerSecurity& security, const ServerOptions& options) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  if (!options.has_reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  // Two processes must never share a port by accident.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address, Credentials(security), &port_);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             Milliseconds(options.connection_age_max));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(kCallTimeMax));
  for (auto* service : services) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  if (!server_ || port_ == 0) throw std::runtime_error("cannot listen on " + address);
  server_->GetHealthCheckService()->SetServingStatus(kTakesCalls, true);
}

void Server::SetServing(bool is_serving) {
  server_->GetHealthCheckService()->SetServingStatus("", is_serving);
}

void Server::Drain(std::chrono::milliseconds limit, std::chrono::milliseconds notice) {
  // Shutdown, not SetServingStatus: nobody says otherwise any more.
  server_->GetHealthCheckService()->Shutdown();
  std::this_thread::sleep_for(notice);
  server_->Shutdown(std::chrono::system_clock::now() + limit);
  server_->Wait();
}

}  // namespace tamarack::rpc
