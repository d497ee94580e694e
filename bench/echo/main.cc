// The back end of the gateway's benchmark: an echo method, and an identity that lets everybody in.
#include "bench/echo/sample.h"
#include "echo.grpc.pb.h"
#include "platform/auth/access_token.h"
#include "platform/base/clock.h"
#include "platform/crypto/encoding.h"
#include "platform/rpc/server.h"
#include "tamarack/api/v1/credential_service.grpc.pb.h"

#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <cstdio>

namespace {

using namespace tamarack;  // NOLINT: a program of one page
using bench::echo::v1::EchoMessage;

class Echoes final : public bench::echo::v1::EchoService::CallbackService {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoMessage* request,
                                 EchoMessage* response) override {
    *response = *request;
    return Finish(context);
  }
  grpc::ServerUnaryReactor* GetEcho(grpc::CallbackServerContext* context,
                                    const bench::echo::v1::GetEchoRequest* request,
                                    EchoMessage* response) override {
    *response = sample_;
    response->set_name(request->name());
    return Finish(context);
  }

 private:
  static grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context) {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  const EchoMessage sample_ = bench::Sample();
};

class Credentials final : public api::v1::CredentialService::Service {
  grpc::Status Exchange(grpc::ServerContext*, const api::v1::ExchangeRequest* request,
                        api::v1::ExchangeResponse* response) override {
    auth::Principal principal;
    principal.subject = principal.client_id = "bench";
    principal.scopes.insert("bench");
    principal.mode = "sandbox";
    int64_t now = UnixSeconds(SystemClock()());
    auto claims =
        boost::json::serialize(auth::ToClaims(principal, {"bench", request->audience(), now, 300}));
    response->set_access_token("e30." + crypto::Base64UrlEncode(claims) + ".c2ln");
    response->mutable_expire_time()->set_seconds(now + 300);
    return grpc::Status::OK;
  }
};

}  // namespace

// In plain text, unless certificates are given.
int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: bench-echo PORT [CA_FILE PAIR_FILE]\n");
    return 2;
  }
  Echoes echo;
  Credentials credentials;
  rpc::ServerSecurity security = rpc::PlainText();
  if (argc == 4) security = rpc::PeerTls{{argv[2], argv[3], argv[3]}, rpc::Peers()};
  rpc::Server server(std::string("127.0.0.1:") + argv[1], {&echo, &credentials}, security);
  pause();
}
