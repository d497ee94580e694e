#include "gateway/gateway.h"

#include "gateway/page_bundle.h"
#include "gateway/request/accept.h"
#include "gateway/response/cors.h"
#include "gateway/streaming/format.h"
#include "platform/base/status.h"
#include "platform/http/list.h"
#include "platform/pages/page_bundle.h"

#include <absl/strings/str_join.h>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <tuple>

namespace tamarack::gateway {

namespace {

constexpr std::string_view kAssetsPrefix = "/assets/";

// Pages say their language in the path: a variable bound to the field `lang` is `en` or `fr`.
const std::string* PathLanguage(const Router::Match& match) {
  for (const auto& [variable, value] : match.variables) {
    if (variable->field_path.size() == 1 && variable->field_path[0] == "lang") return &value;
  }
  return nullptr;
}

// What follows the language, for the link to the other one. A path without language that leads
// nowhere leads nowhere in either; empty for the others.
std::string PathAfterLanguage(const Visit& visit, const Route* route) {
  bool has_language = visit.path.starts_with("/en/") || visit.path.starts_with("/fr/");
  if (!visit.path.starts_with('/') || (!has_language && route != nullptr)) return {};
  std::string path(visit.path.substr(has_language ? 3 : 0));
  if (!visit.query.empty()) absl::StrAppend(&path, "?", ToAbsl(visit.query));
  return path;
}

// Whether nobody has asked for it yet: a browser or a preview guesses that somebody will.
bool IsFetchedAhead(const http::Request& request) {
  for (const char* name : {"sec-purpose", "purpose", "x-purpose", "x-moz"}) {
    std::string header = request.headers.Join(name);
    std::string_view list = header;
    for (http::Weighted purpose; http::NextWeighted(list, purpose);) {
      if (http::EqualsIgnoreCase(purpose.value, "prefetch") ||
          http::EqualsIgnoreCase(purpose.value, "preview"))
        return true;
    }
  }
  return false;
}

// Whoever fetched ahead asks again when somebody follows the link.
Problem FetchedAhead(Language language) {
  Problem problem{ProblemKind::kPermissionDenied};
  problem.detail = Describe({Reason::kFetchedAhead}, language);
  return problem;
}

// True unless the caller takes none of the forms that the answer could have. What a
// google.api.HttpBody holds shows only later, and is the caller's whatever its type.
bool IsAcceptable(const Visit& visit, const Route& route) {
  if (route.gives_http_body) return true;
  std::string accept = visit.request.headers.Join("accept");
  return route.method->server_streaming() ? NegotiateStreamFormat(accept).has_value()
                                          : MediaTypeQuality(accept, "application/json") > 0;
}

// The route among them whose answers the asking web site may read, or else any.
const Route* ReaderAmong(const std::vector<const Route*>& near, const http::Request& request) {
  std::string_view origin = request.headers.Get("origin").value_or("");
  auto found =
      std::ranges::find_if(near, [&](const Route* route) { return AllowsOrigin(*route, origin); });
  return found != near.end() ? *found : near.front();
}

// Where people come who typed the host alone.
bool IsFrontDoor(const Visit& visit) {
  return visit.is_safe() && visit.wants_html &&
         (visit.path == "/" || visit.path == "/en/" || visit.path == "/fr/");
}

// Whether anything of the origin is at the path; takes the methods that are another's out of the
// match.
bool KeepToOrigin(const RouteTable& routes, const PathSegments& path, std::string_view pages_origin,
                  Router::Match& match) {
  if (match.kind == Router::Match::Kind::kFound)
    return routes.route(match.target).IsAt(pages_origin);
  if (match.kind == Router::Match::Kind::kNotFound) return false;
  bool has_own = false;
  std::erase_if(match.allowed, [&](const std::string& method) {
    const Route* route = routes.Find(method, path);
    has_own = has_own || (route != nullptr && route->IsAt(pages_origin));
    return route != nullptr && !route->IsAt(pages_origin);
  });
  return has_own;
}

// Of what is no page, a browser opens what answers with bytes of its own: other sites' forms.
bool FailsAsPage(const Visit& visit, const Route* route) {
  return visit.wants_html && (route == nullptr || route->policy.page() || route->gives_http_body);
}

}  // namespace

// A request and what is known about it; a streaming answer outlives its handler.
struct Gateway::RequestContext {
  RequestContext(http::Request received, const TrustedProxies& proxies,
                 std::shared_ptr<const Snapshot> snapshot)
      : request(std::move(received)), visit(request, proxies) {
    observation.snapshot = std::move(snapshot);
  }
  http::Request request;
  Visit visit;
  Observation observation;
};

Gateway::Gateway(GatewayOptions options, std::shared_ptr<const Snapshot> snapshot,
                 Authenticator* authenticator, Assets assets, pages::Brand brand,
                 prometheus::Registry& registry)
    : options_(std::move(options)),
      is_https_(options_.public_url.starts_with("https://")),
      proxies_(options_.trusted_proxies, options_.forwarded_header),
      snapshot_(std::move(snapshot)),
      authenticator_(authenticator),
      waiting_(std::make_shared<NetworkBudget>(options_.waiting)),
      assets_(std::move(assets)),
      home_(brand.home),
      error_pages_(pages::PageBundle(), brand),
      renderer_(PageBundle(), std::move(brand)),
      own_pages_(renderer_, options_.public_url),
      telemetry_(registry) {}

boost::asio::awaitable<http::Response> Gateway::Handle(http::Request request) {
  auto context = std::make_shared<RequestContext>(std::move(request), proxies_, snapshot_);
  Observation& observation = context->observation;
  http::Response response = co_await Dispatch(context->visit, observation);
  auto state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none) observation.is_cancelled = true;
  if (observation.route != nullptr)
    AddCorsHeaders(context->visit.request, *observation.route, response);
  response.headers.Set("X-Request-Id", context->visit.request_id);
  for (const auto& [name, value] : observation.headers) response.headers.Add(name, value);
  if (response.body_source) {
    RecordAtEnd(std::move(context), response);
  } else {
    telemetry_.Record(context->visit, observation, response);
  }
  co_return response;
}

// A streaming answer outlives its handler: what it refers to ends with its source, which is when it
// is recorded.
void Gateway::RecordAtEnd(std::shared_ptr<RequestContext> context, http::Response& response) {
  struct Recorded {
    Telemetry& telemetry;
    std::shared_ptr<RequestContext> context;
    http::Response head;
    http::BodySource source;  // Goes before what it refers to.

    ~Recorded() { telemetry.Record(context->visit, context->observation, head); }
    Async<std::optional<std::string>> Next() {
      auto piece = co_await source();
      context->observation.is_cancelled = absl::IsCancelled(piece.status());
      if (piece.ok() && piece->has_value()) context->observation.bytes_streamed += (*piece)->size();
      co_return piece;
    }
  };
  http::Response head;
  head.status = response.status;
  auto recorded = std::make_shared<Recorded>(telemetry_, std::move(context), std::move(head),
                                             std::move(response.body_source));
  response.body_source = [recorded] { return recorded->Next(); };
}

boost::asio::awaitable<http::Response> Gateway::Dispatch(Visit& visit, Observation& observation) {
  const Snapshot& snapshot = *observation.snapshot;
  std::string_view pages_origin =
      snapshot.PagesOriginOf(visit.request.headers.Get("host").value_or(""));
  visit.origin = pages_origin.empty() ? options_.public_url : pages_origin;
  if (visit.is_insecure && is_https_) co_return Fail(visit, nullptr, {ProblemKind::kHttpsRequired});
  if (visit.path == "*") co_return AnswerOptions({});  // `OPTIONS *` asks whether we are there
  if (!visit.path.starts_with('/')) co_return Fail(visit, nullptr, {ProblemKind::kInvalidRequest});
  PathSegments segments;
  if (auto refusal = SplitPath(visit.path, &segments)) {
    co_return Fail(visit, nullptr, FromRefusal(*refusal, visit.language));
  }
  if (const http::Response* own = FindOwn(visit, pages_origin, observation.snapshot)) {
    bool is_read = visit.request.method == "GET" || visit.request.method == "HEAD";
    if (is_read) co_return *own;
    constexpr char kReads[] = "GET, HEAD, OPTIONS";
    if (visit.request.method == "OPTIONS") co_return AnswerOptions({{"Allow", kReads}});
    Problem problem{ProblemKind::kMethodNotAllowed};
    problem.headers.Set("Allow", kReads);
    co_return Fail(visit, nullptr, problem);
  }

  Router::Match match = snapshot.routes->router().Find(visit.request.method, segments);
  if (!KeepToOrigin(*snapshot.routes, segments, pages_origin, match)) {
    if (pages_origin.empty() && IsFrontDoor(visit)) co_return LeadHome(visit);
    co_return Fail(visit, nullptr, {ProblemKind::kNotFound});
  }
  if (match.kind == Router::Match::Kind::kWrongMethod) {
    std::string allow = absl::StrJoin(match.allowed, ", ");
    if (IsPreflight(visit.request)) {
      auto method = *visit.request.headers.Get("access-control-request-method");
      const Route* route = snapshot.routes->Find(method, segments);
      if (route != nullptr && !route->IsAt(pages_origin)) route = nullptr;
      co_return AnswerOptions(AnswerPreflight(visit.request, route, allow));
    }
    if (visit.request.method == "OPTIONS") co_return AnswerOptions({{"Allow", allow}});
    Problem problem{ProblemKind::kMethodNotAllowed};
    problem.headers.Set("Allow", allow);
    co_return Fail(visit, nullptr, problem);
  }
  const Route& route = snapshot.routes->route(match.target);
  observation.route = &route;
  if (!route.IsSafe() && visit.request.note_effect) visit.request.note_effect();
  if (const std::string* language = PathLanguage(match)) {
    if (*language != "en" && *language != "fr")
      co_return Fail(visit, &route, {ProblemKind::kNotFound});
    visit.language = *language == "fr" ? Language::kFrench : Language::kEnglish;
  }
  // What it says is English (RFC 6749 section 5.2), the words of refusals included.
  if (route.service.error_shape() == api::v1::ServicePolicy::OAUTH && !FailsAsPage(visit, &route))
    visit.language = Language::kEnglish;
  http::Response response;
  if (route.lifecycle.sunset && *route.lifecycle.sunset <= Now()) {
    response = Fail(visit, &route, {ProblemKind::kGone});
  } else if (route.policy.get_has_effect() && IsFetchedAhead(visit.request)) {
    response = Fail(visit, &route, FetchedAhead(visit.language));
  } else if (!IsAcceptable(visit, route)) {
    response = Fail(visit, &route, {ProblemKind::kNotAcceptable});
  } else {
    response = co_await Serve(visit, route, match, observation);
  }
  for (const auto& [name, value] : route.lifecycle.headers) response.headers.Add(name, value);
  co_return response;
}

const http::Response* Gateway::FindOwn(const Visit& visit, std::string_view pages_origin,
                                       const std::shared_ptr<const Snapshot>& snapshot) {
  if (visit.path.starts_with(kAssetsPrefix)) {
    const http::Response* file =
        assets_.Find(visit.path.substr(kAssetsPrefix.size()), visit.request);
    if (file != nullptr) return file;
  }
  if (!pages_origin.empty()) return nullptr;
  const http::Response* document = snapshot->documents.Find(visit.path, visit.request);
  if (document != nullptr) return document;
  return own_pages_.Find(visit.path, visit.language, snapshot);
}

http::Response Gateway::LeadHome(const Visit& visit) const {
  bool is_french = visit.path == "/fr/" || (visit.path == "/" && visit.language_tag() == "fr");
  http::Response response;
  response.status = 303;
  response.headers.Set("Location", home_.In(is_french ? "fr" : "en"));
  response.headers.Set("Vary", "Accept, Accept-Language");
  AddSecurityHeaders("", is_https_, response);
  return response;
}

http::Response Gateway::AnswerOptions(http::Headers headers) const {
  http::Response response;
  response.status = 204;
  response.headers = std::move(headers);
  AddSecurityHeaders("", is_https_, response);
  return response;
}

http::Response Gateway::Fail(const Visit& visit, const Route* route, const Problem& problem) const {
  // Where there is no route, those near it say what an error looks like and who may read it.
  std::vector<const Route*> near;
  if (route == nullptr && visit.path.starts_with('/')) {
    PathSegments segments;
    std::ignore = SplitPath(visit.path, &segments);  // what is before a bad segment counts
    near = snapshot_->routes->RoutesNear(segments);
  }
  http::Response response;
  if (FailsAsPage(visit, route)) {
    std::string go_back = PageBefore(visit);
    bool is_safe = route != nullptr ? route->IsSafe() : visit.is_safe();
    auto error =
        problem.kind == ProblemKind::kCrossSite
            ? pages::StaleFormPage(visit.language_tag(), visit.request_id, go_back)
        : !is_safe && MayHaveHappened(problem.kind)
            ? pages::OutcomeUnknownPage(visit.language_tag(), visit.request_id, go_back)
            : pages::ErrorPage(StatusOf(problem), visit.language_tag(), visit.request_id, go_back);
    if (std::string path = PathAfterLanguage(visit, route); !path.empty()) error.Path(path);
    auto page = error_pages_.Render(error);
    response.status = StatusOf(problem);
    response.headers = problem.headers;
    response.headers.Set("Content-Type", page.content_type());
    response.headers.Set("Content-Language", std::string(visit.language_tag()));
    response.body = std::move(*page.mutable_data());
  } else {
    ProblemStyle style;
    style.language = visit.language;
    style.public_url = options_.public_url;
    style.request_id = visit.request_id;
    style.trace_id = visit.trace.trace_id;
    if (route != nullptr) {
      style.method_name = route->method->name();
      style.service = &route->service;
    } else {
      style.service = CommonService(near);
    }
    response = RenderProblem(problem, style);
  }
  response.headers.Set("Vary", "Accept, Accept-Language");
  // Where our own sentence asks for it; a service that says 503 in its own words sets its own time.
  bool invites = response.status == 503 && problem.detail.empty() &&
                 problem.kind != ProblemKind::kOutcomeUnknown;
  if (invites && !response.headers.Has("Retry-After")) response.headers.Set("Retry-After", "1");
  AddSecurityHeaders("", is_https_, response);
  if (!near.empty()) AddCorsHeaders(visit.request, *ReaderAmong(near, visit.request), response);
  return response;
}

std::string Gateway::PageBefore(const Visit& visit) const {
  auto is_page = [&](std::string_view target) {
    std::string_view path = target.substr(0, target.find('?'));
    PathSegments segments;
    bool is_path = path.starts_with('/') && !path.starts_with("//");
    if (!is_path || SplitPath(path, &segments)) return false;
    Router::Match match = snapshot_->routes->router().Find("GET", segments);
    return match.kind == Router::Match::Kind::kFound &&
           snapshot_->routes->route(match.target).policy.page();
  };
  std::string_view referer = visit.request.headers.Get("referer").value_or("");
  bool is_ours = !visit.origin.empty() && referer.starts_with(visit.origin);
  if (is_ours) referer.remove_prefix(visit.origin.size());
  if (is_ours && is_page(referer)) return std::string(referer);
  return !visit.is_safe() && is_page(visit.path) ? std::string(visit.path) : std::string();
}

http::Response Gateway::Refuse(const Visit& visit, const Route& route,
                               const InputError& error) const {
  return Fail(visit, &route, FromRefusal(error, visit.language));
}

void Gateway::Configure(http::ServerOptions& options) {
  options.handler_reads_bodies = true;
  options.on_error = [this](int status, const std::string&, const http::Request* head) {
    return ServerError(status, head);
  };
}

http::Response Gateway::ServerError(int status, const http::Request* head) {
  http::Request unread;
  unread.target = "/";
  Visit visit(head ? *head : unread, proxies_);
  visit.origin = options_.public_url;
  Problem problem{KindOfHttpStatus(status), status};
  PathSegments segments;
  const Route* route = visit.path.starts_with('/') && !SplitPath(visit.path, &segments)
                           ? snapshot_->routes->Find(visit.request.method, segments)
                           : nullptr;
  http::Response response = Fail(visit, route, problem);
  if (route != nullptr) AddCorsHeaders(visit.request, *route, response);
  response.headers.Set("X-Request-Id", visit.request_id);
  telemetry_.Record(visit, {}, response);
  return response;
}

}  // namespace tamarack::gateway
