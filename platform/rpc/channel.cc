#include "platform/rpc/channel.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/channel_arguments.h>

namespace tamarack::rpc {
namespace {

constexpr unsigned int kCertificateRefreshSeconds = 2;
constexpr int kWindowBytes = 256 << 10;  // On its way in each call, at most.

std::shared_ptr<grpc::ChannelCredentials> Credentials(const std::optional<ChannelTls>& tls) {
  if (!tls) return grpc::InsecureChannelCredentials();
  namespace experimental = grpc::experimental;
  experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(WatchTls(*tls));
  options.watch_root_certs();
  if (!tls->cert_file.empty()) options.watch_identity_key_cert_pairs();
  return experimental::TlsCredentials(options);
}

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  // gRPC's own back-off grows to two minutes. The least of it is also what connecting may take.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A name is looked up again when one of its addresses fails, but by default not within 30 s.
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.keepalive.count()) * 1000);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  arguments.SetMaxReceiveMessageSize(options.message_bytes_max);
  // Channels of equal arguments would share connections, which would tie back ends to each other.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // What would cost more than it gives: a list of calls that nobody reads, and pings that measure
  // the bandwidth in order to choose the window.
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  // Nobody who can write our DNS zone may change how we call.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetServiceConfigJSON(options.service_config);
  if (options.tls && !options.tls->server_name.empty())
    arguments.SetSslTargetNameOverride(options.tls->server_name);
  return grpc::CreateCustomChannel(address, Credentials(options.tls), arguments);
}

std::shared_ptr<grpc::experimental::CertificateProviderInterface> WatchTls(const TlsFiles& files) {
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key_file, files.cert_file, files.ca_file, kCertificateRefreshSeconds);
}

void KeepCallbackThreads() {
  struct Keeper {
    grpc::GenericStub stub{grpc::CreateChannel("ipv4:127.0.0.1:0", nullptr)};
    grpc::ClientContext context;
    grpc::Slice nothing;
    grpc::ByteBuffer request{&nothing, 1}, response;
  };
  static Keeper* const keeper = [] {
    auto* made = new Keeper();
    made->stub.UnaryCall(&made->context, "/", grpc::StubOptions(), &made->request, &made->response,
                         [](const grpc::Status&) {});
    return made;
  }();
  static_cast<void>(keeper);
}

}  // namespace tamarack::rpc
