#pragma once

#include "gateway/codec/message_plan.h"
#include "gateway/problem/problem.h"
#include "gateway/routing/lifecycle.h"
#include "gateway/routing/plugin.h"
#include "gateway/routing/router.h"
#include "platform/rpc/message_rules.h"
#include "tamarack/api/v1/policy.pb.h"

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <string>
#include <vector>

namespace tamarack::gateway {

// One HTTP binding of one method, with everything that a request needs to know about it.
struct Route {
  enum class Body { kNone, kWhole, kField };
  using FieldPath = std::vector<const google::protobuf::FieldDescriptor*>;

  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string grpc_path;  // `/package.Service/Method`
  std::string http_method;
  std::string path;  // The template as written.
  size_t backend = 0;
  std::string audience;  // Of the token that goes along; see Config.
  api::v1::MethodPolicy policy;
  api::v1::ServicePolicy service;
  Lifecycle lifecycle;

  Body body = Body::kNone;
  const google::protobuf::FieldDescriptor* body_field = nullptr;
  const google::protobuf::FieldDescriptor* response_field = nullptr;
  const MessagePlan* request_plan = nullptr;
  const MessagePlan::Field* body_plan = nullptr;  // Of `body_field`.
  // What field rules ask of the request; null: nothing, or the back end asks for it itself (it is
  // the platform's own).
  const rpc::MessageRules* request_rules = nullptr;
  // Of PATCH with a message in `body_field`: the one FieldMask of the request, which names the
  // members that the body holds unless it is given.
  const google::protobuf::FieldDescriptor* mask_field = nullptr;
  const MessagePlan* response_plan = nullptr;
  uint64_t body_bytes_max = 1 << 20;                                  // Above: 413.
  const google::protobuf::FieldDescriptor* event_id_field = nullptr;  // Of a stream's messages.
  bool takes_http_body = false;  // The body goes into a google.api.HttpBody as it is.
  bool gives_http_body = false;
  // Web sites whose scripts may call it; empty for what people's sessions open.
  std::vector<std::string> allowed_origins;
  std::vector<FieldPath> path_fields;  // In the order of the template's variables.
  RequestShape shape;
  std::shared_ptr<const Plugin> plugin;  // Null: the back end is the platform's own.

  // Whether it is to be found at this origin of ours: pages of a plug-in at theirs alone, what else
  // it has there too, and all else at the public one.
  bool IsAt(std::string_view pages_origin) const {
    bool has_pages = plugin != nullptr && !plugin->pages_origin.empty();
    if (!pages_origin.empty()) return has_pages && plugin->pages_origin == pages_origin;
    return plugin == nullptr || !policy.page();
  }
  // Whether it changes nothing (RFC 9110 section 9.2.1).
  bool IsSafe() const;
  // Whether doing it twice is as doing it once, the answer included.
  bool IsRepeatable() const;
};

// Whether a request header holds what the caller proves itself by.
bool IsCredentialHeader(std::string_view name);
// Whether an entry in pass_headers is one that the plug-in is not shown, because its own entry does
// not name it.
bool IsHiddenFrom(const Plugin& plugin, std::string_view header);

// What a method that authenticates its clients itself finds under this name in pass_headers: never
// a header of the caller's, but what the caller's TLS connection showed, in base64url (RFC 8705).
inline constexpr std::string_view kClientCertificate = "client-certificate-sha256";

// Whose errors look like those of a path near these routes: all agree on a shape. Null where they
// do not, or there are none.
const api::v1::ServicePolicy* CommonService(const std::vector<const Route*>& near);

// The descriptor set of one back end.
struct BackendDescriptors {
  std::string name;
  google::protobuf::FileDescriptorSet files;
  std::string audience = {};
  std::vector<std::string> allowed_origins = {};  // For cors.h.
  // Methods without a policy are PUBLIC: for a gateway that asks nobody who they are.
  bool is_open = false;
  std::shared_ptr<const Plugin> plugin = {};  // As in Route.
  std::vector<std::string> paths = {};        // See IsWithin; what is elsewhere gets no route.
};

// Every route of every back end: built from descriptors alone, immutable, shared by the requests
// that began with it.
class RouteTable {
 public:
  // Refuses the whole, with a reason, when a template, a field path or a descriptor is wrong or two
  // routes are equal. `notes` says which methods get no route and why.
  static absl::StatusOr<std::shared_ptr<const RouteTable>> Build(
      const std::vector<BackendDescriptors>& backends, std::vector<std::string>* notes);

  const Router& router() const { return router_; }
  // The route of a request's path and method; null when there is none.
  const Route* Find(std::string_view method, const PathSegments& path) const;
  // The routes below the longest known beginning of a path that no route has.
  std::vector<const Route*> RoutesNear(const PathSegments& path) const;
  const Route& route(int target) const { return *routes_[static_cast<size_t>(target)]; }
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }
  // By `Route::backend`.
  const std::vector<std::string>& backend_names() const { return backend_names_; }

 private:
  absl::Status CheckPlugins() const;
  absl::Status AddBackend(size_t index, const BackendDescriptors& backend,
                          std::vector<std::string>* notes);
  absl::Status AddMethod(size_t index, const google::protobuf::MethodDescriptor& method,
                         const BackendDescriptors& backend, std::vector<std::string>* notes);
  absl::Status AddRoute(Route route, std::string_view http_method, const std::string& path_template,
                        const std::string& body, const std::string& response_body,
                        bool checks_rules);

  std::vector<std::string> backend_names_;
  std::vector<std::unique_ptr<google::protobuf::DescriptorPool>> pools_;
  void PlanForAny(const google::protobuf::Descriptor& type);
  MessagePlans& PlansOf(const Route& route);

  MessagePlans plans_;
  MessagePlans proto_json_plans_{JsonStyle::kProtoJson};
  rpc::RuleBook rules_;
  Router router_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace tamarack::gateway
