// The back end of the gateway's benchmark: an echo method, and an identity that lets everybody in.
#include "echo.grpc.pb.h"
#include "platform/auth/access_token.h"
#include "platform/base/clock.h"
#include "platform/crypto/encoding.h"
#include "tamarack/api/v1/credential_service.grpc.pb.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <boost/json/serialize.hpp>

#include <cstdio>

namespace {

using namespace tamarack;  // NOLINT: a program of one page

class Echoes final : public bench::echo::v1::EchoService::CallbackService {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const bench::echo::v1::EchoMessage* request,
                                 bench::echo::v1::EchoMessage* response) override {
    *response = *request;
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class Credentials final : public api::v1::CredentialService::Service {
  grpc::Status Exchange(grpc::ServerContext*, const api::v1::ExchangeRequest*,
                        api::v1::ExchangeResponse* response) override {
    auth::Principal principal;
    principal.subject = principal.client_id = "bench";
    principal.scopes.insert("bench");
    principal.mode = "sandbox";
    int64_t now = UnixSeconds(SystemClock()());
    auto claims =
        boost::json::serialize(auth::ToClaims(principal, {"bench", "tamarack", now, 300}));
    response->set_access_token("e30." + crypto::Base64UrlEncode(claims) + ".c2ln");
    response->mutable_expire_time()->set_seconds(now + 300);
    return grpc::Status::OK;
  }
};

}  // namespace

int main() {
  Echoes echo;
  Credentials credentials;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&echo);
  builder.RegisterService(&credentials);
  auto server = builder.BuildAndStart();
  std::printf("%d\n", port);
  std::fflush(stdout);
  server->Wait();
}
