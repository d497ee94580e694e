#pragma once

#include "platform/auth/access_token.h"
#include "platform/base/clock.h"
#include "platform/crypto/encoding.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/json_struct.h"
#include "tamarack/api/v1/credential_service.grpc.pb.h"
#include "tests/support/eventually.h"
#include "toy.grpc.pb.h"

#include <absl/strings/match.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <boost/json/serialize.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace tamarack::gateway {

// Fails as the request says; `hang` waits until the caller gives up.
inline grpc::Status FailAsTold(grpc::ServerContext* context, const toy::v1::FailRequest& request,
                               testing::Count* hanging = nullptr) {
  if (request.hang() && hanging) ++*hanging;
  if (request.hang()) testing::Eventually([&] { return context->IsCancelled(); });
  if (request.hang() && hanging) --*hanging;
  absl::Status status(static_cast<absl::StatusCode>(request.code()), request.message());
  if (!request.field().empty()) status = rpc::InvalidField(request.field(), request.message());
  if (request.http_status() != 0 || request.has_members()) {
    status = rpc::WithHttp(status, request.http_status(), rpc::FromStruct(request.members()));
  }
  return rpc::ToGrpc(status);
}

// The kites. Written against plain gRPC: the gateway must serve what owes nothing to this platform.
class Kites final : public toy::v1::KiteService::Service {
 public:
  std::atomic<int> written{0};  // Messages that gRPC took from WatchKites.
  std::atomic<int> tickets{0};  // Given so far.
  testing::Count hanging;       // Streams that wait for their caller to give up.

 private:
  using Context = grpc::ServerContext;
  using Status = grpc::Status;

  Status GetKite(Context*, const toy::v1::GetKiteRequest* request, toy::v1::Kite* kite) override {
    if (request->name() == "kites/404")
      return {grpc::StatusCode::NOT_FOUND, "there is no such kite"};
    kite->set_name(request->name());
    kite->mutable_create_time()->set_seconds(1);
    if (request->name() == "kites/tagged") kite->set_etag("v7");
    if (request->name() == "kites/version-br") {
      kite->set_etag("v7-br");
      kite->set_note(std::string(3000, 'n'));
    }
    if (request->name() == "kites/weak") kite->set_etag("W/\"v7\"");
    return Status::OK;
  }
  Status ListKites(Context*, const toy::v1::ListKitesRequest* request,
                   toy::v1::ListKitesResponse* response) override {
    response->set_asked(request->ShortDebugString());
    response->add_kites()->set_name("kites/1");
    return Status::OK;
  }
  Status CreateKite(Context* context, const toy::v1::CreateKiteRequest* request,
                    toy::v1::Kite* kite) override {
    *kite = request->kite();
    kite->set_name("kites/é 1");
    auto key = context->client_metadata().find("x-tamarack-idempotency-key");
    if (key != context->client_metadata().end())
      kite->set_note({key->second.data(), key->second.size()});
    return Status::OK;
  }
  Status UpdateKite(Context* context, const toy::v1::UpdateKiteRequest* request,
                    toy::v1::Kite* kite) override {
    const auto& metadata = context->client_metadata();
    auto match = metadata.find("x-tamarack-header-if-match");
    std::string tag = request->kite().name() == "kites/version-br" ? "\"v7-br\"" : "\"v7\"";
    if (match != metadata.end() && match->second != "*" &&
        !absl::StrContains(std::string(match->second.data(), match->second.size()), tag))
      return {grpc::StatusCode::ABORTED, "the kite has changed"};
    auto none = metadata.find("x-tamarack-header-if-none-match");
    if (none != metadata.end() && (none->second == "*" || none->second == tag))
      return {grpc::StatusCode::ALREADY_EXISTS, "there is such a kite"};
    *kite = request->kite();
    return Status::OK;
  }
  Status DeleteKite(Context*, const toy::v1::GetKiteRequest*, google::protobuf::Empty*) override {
    return Status::OK;
  }
  Status LandKite(Context*, const toy::v1::LandKiteRequest* request, toy::v1::Kite* kite) override {
    kite->set_name(request->name());
    kite->set_note(request->reason());
    return Status::OK;
  }
  Status Echo(Context*, const toy::v1::AllTypes* request, toy::v1::AllTypes* response) override {
    *response = *request;
    return Status::OK;
  }
  Status Inspect(Context* context, const toy::v1::InspectRequest*,
                 toy::v1::InspectResponse* response) override {
    CopyMetadata(*context, response);
    return Status::OK;
  }
  Status WhoAmI(Context* context, const google::protobuf::Empty*,
                toy::v1::InspectResponse* response) override {
    CopyMetadata(*context, response);
    return Status::OK;
  }
  Status Fail(Context* context, const toy::v1::FailRequest* request,
              google::protobuf::Empty*) override {
    return FailAsTold(context, *request);
  }
  Status Upload(Context*, const google::api::HttpBody* request,
                google::api::HttpBody* response) override {
    *response = *request;
    return Status::OK;
  }
  Status TakeTicket(Context*, const google::protobuf::Empty*, toy::v1::Kite* kite) override {
    kite->set_name("tickets/" + std::to_string(++tickets));
    return Status::OK;
  }
  Status Page(Context* context, const toy::v1::PageRequest* request,
              google::api::HttpBody* page) override {
    if (request->name() == "fails")
      return {static_cast<grpc::StatusCode>(request->age()), "as it was told"};
    return Render(*context, *request, page);
  }
  Status Account(Context* context, const toy::v1::PageRequest* request,
                 google::api::HttpBody* page) override {
    if (request->name() == "ended") return {grpc::StatusCode::UNAUTHENTICATED, "the session ended"};
    return Render(*context, *request, page);
  }

  Status WatchKites(Context* context, const toy::v1::WatchKitesRequest* request,
                    grpc::ServerWriter<toy::v1::Kite>* writer) override {
    auto last = context->client_metadata().find("x-tamarack-last-event-id");
    std::string note = last == context->client_metadata().end()
                           ? ""
                           : "after " + std::string(last->second.data(), last->second.size()) + " ";
    for (int i = 1; i <= request->count(); ++i) {
      toy::v1::Kite kite;
      kite.set_name("kites/" + std::to_string(i));
      bool is_broken = request->padding() < 0;
      kite.set_note(is_broken ? "\xff"
                              : note + std::string(static_cast<size_t>(request->padding()), 'n'));
      if (!writer->Write(kite)) break;
      ++written;
    }
    return FailAsTold(context, request->end(), &hanging);
  }
  Status Download(Context* context, const toy::v1::WatchKitesRequest* request,
                  grpc::ServerWriter<google::api::HttpBody>* writer) override {
    for (int i = 1; i <= request->count(); ++i) {
      google::api::HttpBody piece;
      piece.set_content_type("text/csv");
      piece.set_data("line " + std::to_string(i) + "\n");
      writer->Write(piece);
    }
    return FailAsTold(context, request->end(), &hanging);
  }

  static Status Render(Context& context, const toy::v1::PageRequest& request,
                       google::api::HttpBody* page) {
    auto token = context.client_metadata().find("x-tamarack-csrf-token");
    std::string text = token == context.client_metadata().end()
                           ? ""
                           : std::string(token->second.data(), token->second.size());
    bool has_caller = context.client_metadata().contains("authorization");
    page->set_content_type("text/html; charset=utf-8");
    page->set_data("<html><p>" + request.name() + "</p>csrf=" + text +
                   (has_caller ? " known" : "") + "</html>");
    context.AddTrailingMetadata("x-tamarack-http-csp-form-action", "https://rp.example");
    if (!request.location().empty()) {
      context.AddTrailingMetadata("x-tamarack-http-status", "303");
      context.AddTrailingMetadata("x-tamarack-http-location", request.location());
      context.AddTrailingMetadata("x-tamarack-http-set-cookie", "a=1; Path=/");
      context.AddTrailingMetadata("x-tamarack-http-set-cookie", "b=2; Path=/");
      context.AddTrailingMetadata("x-tamarack-http-x-powered-by", "toys");
    }
    return Status::OK;
  }
  static void CopyMetadata(const Context& context, toy::v1::InspectResponse* response) {
    for (const auto& [key, value] : context.client_metadata()) {
      (*response->mutable_metadata())[std::string(key.data(), key.size())] =
          std::string(value.data(), value.size());
    }
  }
};

class StatusCodes final : public toy::v1::StatusCodeService::Service {
  grpc::Status FailNotify(grpc::ServerContext* context, const toy::v1::FailRequest* request,
                          google::protobuf::Empty*) override {
    return FailAsTold(context, *request);
  }
};
class Codes final : public toy::v1::CodeService::Service {
  grpc::Status FailPay(grpc::ServerContext* context, const toy::v1::FailRequest* request,
                       google::protobuf::Empty*) override {
    return FailAsTold(context, *request);
  }
};
class Oauths final : public toy::v1::OauthService::Service {
 public:
  testing::Count hanging;  // Calls that wait for their caller to give up.

 private:
  grpc::Status FailOauth(grpc::ServerContext* context, const toy::v1::FailRequest* request,
                         google::protobuf::Empty*) override {
    return FailAsTold(context, *request, &hanging);
  }
};

// Knows the keys `reader`, `writer` and `admin` and the session `person`; is not there for
// `broken` and does not know the gateway for `stranger`.
class Credentials final : public api::v1::CredentialService::Service {
 public:
  std::atomic<int> exchanges{0};

 private:
  grpc::Status Exchange(grpc::ServerContext*, const api::v1::ExchangeRequest* request,
                        api::v1::ExchangeResponse* response) override {
    ++exchanges;
    const std::string& key = request->bearer();
    if (key == "broken") return {grpc::StatusCode::UNAVAILABLE, "database 10.9.8.7 is down"};
    if (key == "stranger") return {grpc::StatusCode::FAILED_PRECONDITION, "wrong secret"};
    auth::Principal principal;
    if (request->session() == "person") {
      principal.is_session = true;
      principal.subject = "person-1";
      principal.client_id = "gateway";
    } else if (key == "reader" || key == "writer" || key == "admin") {
      principal.subject = principal.client_id = key;
      if (key != "reader") principal.scopes.insert("toy.write");
      if (key == "admin") principal.scopes.insert("toy.admin");
    } else {
      return rpc::ToGrpc(rpc::WithHttp(absl::UnauthenticatedError("The key is not known."), 0,
                                       {{"hint", "check it"}}));
    }
    principal.mode = "sandbox";
    int64_t now = UnixSeconds(Now());
    auto claims = boost::json::serialize(
        auth::ToClaims(principal, {"http://issuer", request->audience(), now, 300}));
    response->set_access_token("e30." + crypto::Base64UrlEncode(claims) + ".c2ln");
    response->mutable_expire_time()->set_seconds(now + 300);
    return grpc::Status::OK;
  }
};

// All of them on one port.
struct ToyServer {
  Kites kites;
  StatusCodes status_codes;
  Codes codes;
  Oauths oauths;
  Credentials credentials;
  int port = 0;
  std::unique_ptr<grpc::Server> server;

  ToyServer() {
    // As identity has one: gRPC prints a line where there is none.
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{
             &kites, &status_codes, &codes, &oauths, &credentials}) {
      builder.RegisterService(service);
    }
    server = builder.BuildAndStart();
    grpc::EnableDefaultHealthCheckService(false);
  }
  ~ToyServer() { server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1)); }
};

}  // namespace tamarack::gateway
