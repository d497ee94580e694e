#pragma once

// A service of the platform inside a test: real gRPC on a free port, a real database, callers with
// tokens of the test's own issuer.
//
//   struct Fixture {
//     testing::ServiceHost host{notify::Migrations()};
//     notify::TemplateRepository templates{host.pool()};
//     std::unique_ptr<grpc::Service> service = notify::MakeTemplateService(host.interceptor(),
//     templates); Fixture() { host.Serve({service.get()}); }
//   };
//   auto answer = host.Call<v1::Template>("/tamarack.notify.v1.TemplateService/GetTemplate",
//   request, caller);
//
// Handlers run on the host's own thread; calls and assertions on the test's.

#include "platform/auth/principal.h"
#include "platform/postgres/migrate.h"
#include "platform/postgres/postgres.h"
#include "platform/rpc/unary.h"
#include "tests/support/database.h"

#include <google/protobuf/message.h>
#include <grpcpp/impl/service_type.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tamarack::testing {

inline constexpr char kTestIssuer[] = "http://issuer.test";
// Of every service that a host serves; its callers' tokens are for it.
inline constexpr char kTestAudience[] = "service-under-test";

// A ministry's service with these scopes.
auth::Principal ServiceCaller(std::string service_id, std::set<std::string, std::less<>> scopes);
// A signed-in person's browser session.
auth::Principal PersonCaller(std::string subject);

// What a call brought back besides its message.
struct Answer {
  absl::Status status;
  std::multimap<std::string, std::string> metadata;  // trailing

  // Value of `x-tamarack-http-<header>`, or "".
  std::string Http(const std::string& header) const;
};

class ServiceHost {
 public:
  explicit ServiceHost(std::span<const pg::Migration> migrations = {});
  // Stops the server and the loop; what was made for the service must live until then, so call
  // Stop() first when members declared later are used by it.
  ~ServiceHost();

  boost::asio::any_io_executor executor();
  pg::Pool& pool() { return *pool_; }
  Database& database() { return *database_; }
  rpc::Interceptor& interceptor() { return *interceptor_; }
  prometheus::Registry& registry() { return *registry_; }

  // Listens; returns the address.
  std::string Serve(const std::vector<grpc::Service*>& services);
  void Stop();

  // A signed token for the principal.
  std::string Token(const auth::Principal& principal) const;

  // Calls "/package.Service/Method" as `caller` (nullptr: without a token). `metadata` goes along.
  template <class Response>
  absl::StatusOr<Response> Call(const std::string& method, const google::protobuf::Message& request,
                                const auth::Principal* caller,
                                const std::map<std::string, std::string>& metadata = {},
                                Answer* answer = nullptr) {
    Response response;
    Answer got = CallInto(method, request, response, caller, metadata);
    absl::Status status = got.status;
    if (answer != nullptr) *answer = std::move(got);
    if (!status.ok()) return status;
    return response;
  }

  // Runs a coroutine on the host's loop and waits for its result.
  template <class T>
  T Await(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    RunAndWait([&](std::function<void()> done) {
      boost::asio::co_spawn(executor(), std::move(work),
                            [&result, done](std::exception_ptr, T value) {
                              result.emplace(std::move(value));
                              done();
                            });
    });
    return *std::move(result);
  }

 private:
  struct State;
  Answer CallInto(const std::string& method, const google::protobuf::Message& request,
                  google::protobuf::Message& response, const auth::Principal* caller,
                  const std::map<std::string, std::string>& metadata);
  void RunAndWait(const std::function<void(std::function<void()>)>& start);

  std::unique_ptr<State> state_;
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<pg::Pool> pool_;
  std::unique_ptr<auth::TokenVerifier> verifier_;
  std::unique_ptr<rpc::Interceptor> interceptor_;
};

}  // namespace tamarack::testing
