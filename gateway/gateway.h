#pragma once

#include "gateway/authentication.h"
#include "gateway/limits/rate_limits.h"
#include "gateway/plugin/snapshot.h"
#include "gateway/problem/problem.h"
#include "gateway/reference/own_pages.h"
#include "gateway/request/visit.h"
#include "gateway/response/assets.h"
#include "gateway/response/conclude.h"
#include "gateway/routing/binding.h"
#include "gateway/telemetry.h"
#include "platform/base/network_budget.h"
#include "platform/http/message.h"
#include "platform/http/server.h"
#include "platform/pages/pages.h"

#include <prometheus/registry.h>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tamarack::gateway {

struct GatewayOptions {
  std::string public_url;
  std::string sign_in_path = "/{lang}/sign-in";
  std::vector<std::string> trusted_proxies;
  bool is_open = false;                               // Nobody is asked who they are.
  std::chrono::milliseconds heartbeat{15'000};        // Longest silence of a stream of events.
  std::shared_ptr<RateLimits> rate_limits = nullptr;  // None: callers may ask without limit.
  ForwardedHeader forwarded_header = ForwardedHeader::kXForwarded;
  NetworkBudget::Limits waiting{2048, 256};  // Requests that wait for identity.
};

// The life of a request: route, authenticate, bind, call, print. It knows no service: everything
// comes from the snapshot. One per loop; used on the loop's executor only.
class Gateway {
 public:
  // `authenticator` may be null if `options.is_open`.
  Gateway(GatewayOptions options, std::shared_ptr<const Snapshot> snapshot,
          Authenticator* authenticator, Assets assets, pages::Brand brand,
          prometheus::Registry& registry);

  boost::asio::awaitable<http::Response> Handle(http::Request request);

  // Requests from now on are served by `snapshot`; those that have begun end with theirs.
  void Use(std::shared_ptr<const Snapshot> snapshot) { snapshot_ = std::move(snapshot); }

  // What the HTTP server in front needs to know of its handler.
  void Configure(http::ServerOptions& options);

 private:
  using Early = std::optional<http::Response>;  // An answer that ends the request, or nothing.

  struct RequestContext;
  void RecordAtEnd(std::shared_ptr<RequestContext> context, http::Response& response);
  boost::asio::awaitable<http::Response> Dispatch(Visit& visit, Observation& observation);
  boost::asio::awaitable<http::Response> Serve(const Visit& visit, const Route& route,
                                               const Router::Match& match,
                                               Observation& observation);
  boost::asio::awaitable<http::Response> ServeStream(const Visit& visit, const Route& route,
                                                     CallRequest call, Backend& backend,
                                                     AdaptiveLimit::Permit& running);
  // See Admission.
  boost::asio::awaitable<Early> Admit(const Visit& visit, const Route& route,
                                      Observation& observation);
  Early TakeRoom(const Visit& visit, const Route& route, Observation& observation) const;
  bool RoomAt(const Route& route, const Observation& observation) const;
  http::Response Shed(const Visit& visit, const Route& route, Observation& observation) const;
  Early FindCredential(const Visit& visit, const Snapshot& snapshot, const Route& route,
                       Credential* credential) const;
  Early CheckCaller(const Visit& visit, const Route& route,
                    const absl::StatusOr<CallerPtr>& resolved) const;
  boost::asio::awaitable<Early> ReadBody(const Visit& visit, const Route& route,
                                         Observation& observation, std::string* body);
  // The slot of a stranger whose body has come.
  boost::asio::awaitable<Early> TakeSlot(const Visit& visit, const Route& route,
                                         Observation& observation);
  Early RefuseUnknown(const Visit& visit, const Route& route, const Credential& credential) const;
  boost::asio::awaitable<void> ChargeFailure(const Visit& visit, const Route& route) const;
  Early NotAuthenticated(const Visit& visit, const Route& route, const absl::Status& status) const;
  // Errors that the HTTP server itself finds: `head` is null, or has its target and language only,
  // where it could not be read.
  http::Response ServerError(int status, const http::Request* head);
  Early CheckBound(const Visit& visit, const Route& route, const Bound& bound) const;
  Early AddIdempotencyKey(const Visit& visit, const Route& route, Metadata* metadata) const;
  Early CheckCoding(const Visit& visit, const Route& route) const;
  Early CheckConditions(const Visit& visit, const Route& route) const;
  Early AddPassedHeaders(const Visit& visit, const Route& route, Metadata* metadata) const;
  Metadata MakeMetadata(const Visit& visit, const Route& route, const Caller* caller,
                        std::string_view csrf_token) const;
  http::Response PrintAnswer(const Visit& visit, const Route& route, CallResult& result) const;
  // ReadHints, without what the route's plug-in may not say.
  AnswerHints HintsOf(const Visit& visit, const Route& route, const Metadata& metadata) const;
  bool MayLeadTo(const Visit& visit, const Route& route, std::string_view location) const;
  bool MaySend(const Visit& visit, const Route& route, const http::Response& response) const;
  // Files, documents and pages of our own; null when the path is none of theirs.
  const http::Response* FindOwn(const Visit& visit, std::string_view pages_origin,
                                const std::shared_ptr<const Snapshot>& snapshot);
  http::Response LeadHome(const Visit& visit) const;
  http::Response AnswerOptions(http::Headers headers) const;
  // An error in the shape of the route's API, or as a page for a browser on a page. `route` may be
  // null: then it is as the routes near the path say, for scripts of other sites too.
  http::Response Fail(const Visit& visit, const Route* route, const Problem& problem) const;
  // The page of ours that led here, else the one whose form was sent here; empty when unknown.
  std::string PageBefore(const Visit& visit) const;
  http::Response Refuse(const Visit& visit, const Route& route, const InputError& error) const;

  GatewayOptions options_;
  bool is_https_;
  TrustedProxies proxies_;
  std::shared_ptr<const Snapshot> snapshot_;
  Authenticator* authenticator_;
  std::shared_ptr<NetworkBudget> waiting_;
  Assets assets_;
  pages::Bilingual home_;
  pages::Renderer error_pages_;  // For everybody: under the name that all services share.
  pages::Renderer renderer_;     // For developers.
  OwnPages own_pages_;
  Telemetry telemetry_;
  runtime::OffloadPool pool_;
  Concluder concluder_{pool_};
};

}  // namespace tamarack::gateway
