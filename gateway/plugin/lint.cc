#include "gateway/plugin/lint.h"

#include "gateway/codec/scalars.h"
#include "gateway/request/csrf.h"
#include "platform/base/status.h"

#include <absl/strings/str_split.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>

namespace tamarack::gateway {

using api::v1::MethodPolicy;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Body = Route::Body;

namespace {

// What the gateway answers itself, so that a route there would never be reached.
constexpr std::array<std::string_view, 10> kOwnPaths = {
    "/openapi.json", "/openapi/", "/assets/",   "/.well-known/api-catalog", "/reference",
    "/reference/",   "/problems", "/problems/", "/{lang}/reference",        "/{lang}/problems"};
// What a plug-in is not trusted with is not for anybody to pass over.
constexpr std::array<std::string_view, 7> kTrust = {
    "body-limit", "cookie", "foreign-path", "hidden-header", "page-origin", "scope", "session"};
// They are part of what is kept of each caller, and go to identity with each.
constexpr size_t kScopesMax = 100;

// Whether who answers there is believed to be the site: its front door, what clients and
// authorities ask of a host (RFC 8615, RFC 9309), whatever path nobody else has.
bool SpeaksForSite(std::string_view path) {
  for (std::string_view of_site : {"/.well-known/", "/oauth2/", "/robots.txt", "/favicon.ico"}) {
    if (path.starts_with(of_site)) return true;
  }
  bool has_name = false;
  for (absl::string_view segment : absl::StrSplit(ToAbsl(path), '/', absl::SkipEmpty()))
    has_name = has_name || (segment.front() != '{' && segment.front() != '*');
  return !has_name;
}

class Linter {
 public:
  explicit Linter(const std::vector<std::string>& paths) : paths_(paths) {}

  std::vector<Finding> Run(const RouteTable& table) {
    std::map<const google::protobuf::MethodDescriptor*, const Route*> first;
    std::set<const google::protobuf::MethodDescriptor*> gets;
    for (const auto& route : table.routes()) {
      if (route->http_method == "GET") gets.insert(route->method);
    }
    for (const auto& route : table.routes()) {
      CheckRoute(*route);
      auto [known, is_first] = first.emplace(route->method, route.get());
      if (is_first) {
        CheckMethod(*route);
        if (route->policy.get_has_effect() && !gets.contains(route->method))
          Add(*route, "get-effect", "get_has_effect on a method without GET says nothing", false);
      } else {
        CheckAdditional(*known->second, *route);
      }
    }
    return std::move(findings_);
  }

 private:
  void Add(const Route& route, const char* rule, std::string_view what, bool is_error = true) {
    findings_.push_back({rule,
                         absl::StrCat(route.method->full_name(), " (", route.http_method, " ",
                                      route.path, "): ", ToAbsl(what)),
                         is_error});
  }

  static bool TakesNoBody(const Route& route) {
    return route.http_method == "GET" || route.http_method == "HEAD" ||
           route.http_method == "DELETE";
  }

  void CheckRoute(const Route& route) {
    if (TakesNoBody(route) && route.body != Body::kNone)
      Add(route, "get-body", "GET and DELETE have no body");
    if (route.body_field != nullptr && route.body_field->is_repeated())
      Add(route, "repeated-body", "the body is a repeated field, to which nothing can be added");
    for (std::string_view own : kOwnPaths) {
      bool is_below = own.ends_with('/') && route.path.starts_with(own);
      if (route.path == own || is_below) Add(route, "own-path", "the gateway answers there itself");
    }
    if (!IsWithin(*ParseTemplate(route.path), paths_))
      Add(route, "foreign-path", "is not below a path of this back end");
    if (route.plugin != nullptr && paths_.empty() && SpeaksForSite(route.path))
      Add(route, "foreign-path", "speaks for the whole site: only where `paths` says so");
    if (route.IsSafe() && route.policy.idempotency() != MethodPolicy::IDEMPOTENCY_UNSPECIFIED)
      Add(route, "get-idempotency", "a GET has no effect that a key could guard", false);
    if (route.http_method == "PATCH" && route.body == Body::kField && !HasMask(route))
      Add(route, "patch-mask", "a PATCH without a FieldMask cannot clear a field", false);
  }

  static bool HasMask(const Route& route) {
    const Descriptor& request = *route.method->input_type();
    for (int i = 0; i < request.field_count(); ++i) {
      const Descriptor* type = request.field(i)->message_type();
      if (type != nullptr && type->full_name() == "google.protobuf.FieldMask") return true;
    }
    return false;
  }

  // AIP-127: the bindings of a method differ in their paths, not in what they take.
  void CheckAdditional(const Route& first, const Route& route) {
    if (TakesNoBody(first) || TakesNoBody(route)) return;
    if (first.body != route.body || first.body_field != route.body_field)
      Add(route, "additional-body", "another body than " + first.path, false);
  }

  void CheckMethod(const Route& route) {
    const MethodPolicy& policy = route.policy;
    int status = policy.success_status();
    if (status != 0 && (status < 200 || status > 299))
      Add(route, "success-status", "success_status is not from 200 to 299");
    if (policy.timeout_ms() < 0 || policy.body_bytes_max() < 0)
      Add(route, "negative-limit", "timeout_ms and body_bytes_max are not negative");
    CheckScopes(route);
    // As the proto has it: of a plug-in some of it is gone by now.
    const auto& asked = route.method->options().GetExtension(api::v1::policy);
    for (const std::string& name : asked.pass_headers()) {
      if (IsCredentialHeader(name))
        Add(route, "credential", "asks for the caller's header " + name);
    }
    for (const std::string& name : asked.pass_cookies()) {
      if (name == kSessionCookie) Add(route, "credential", "asks for the platform's session");
    }
    if (route.plugin != nullptr) CheckPlugin(route, asked);
    CheckLocation(route);
    CheckRules(*route.method->input_type());
  }

  void CheckScopes(const Route& route) {
    for (const std::string& scope : route.policy.scopes()) {
      if (!RE2::FullMatch(scope, "[a-z0-9][a-z0-9._-]{0,63}"))
        Add(route, "scope", "a scope is of a-z, 0-9, `.`, `_` and `-`, and of 64 at most");
      if (scopes_.insert(scope).second && scopes_.size() == kScopesMax + 1)
        Add(route, "scope", "asks for more than 100 scopes together with the methods before it");
    }
  }

  void CheckPlugin(const Route& route, const MethodPolicy& asked) {
    const Plugin& plugin = *route.plugin;
    if (asked.access() == MethodPolicy::SESSION) {
      Add(route, "session",
          "sessions are the platform's own: a plug-in signs people in by OpenID Connect");
    }
    if (asked.body_bytes_max() > plugin.body_bytes_max)
      Add(route, "body-limit", "asks for larger bodies than its entry's body_bytes_max");
    for (const std::string& name : asked.pass_headers()) {
      if (IsHiddenFrom(plugin, name))
        Add(route, "hidden-header", "asks for " + name + ", which its entry does not let it see");
    }
    if (asked.page() && plugin.pages_origin.empty())
      Add(route, "page-origin", "a plug-in's pages need a pages_origin in its entry");
    for (const std::string& name : asked.pass_cookies()) {
      if (std::ranges::find(plugin.cookies, name) == plugin.cookies.end())
        Add(route, "cookie", "asks for the cookie " + name + ", which its entry does not name");
    }
  }

  void CheckLocation(const Route& route) {
    const std::string& location = route.policy.location();
    for (size_t open = 0; (open = location.find('{', open)) != std::string::npos; ++open) {
      size_t close = location.find('}', open);
      if (close == std::string::npos)
        return Add(route, "location-field", "location has a brace that is not closed");
      std::string path = location.substr(open + 1, close - open - 1);
      const Descriptor* type = route.method->output_type();
      for (absl::string_view name : absl::StrSplit(path, '.')) {
        const FieldDescriptor* field =
            type == nullptr ? nullptr : type->FindFieldByName(std::string(name));
        if (field == nullptr || field->is_repeated())
          return Add(route, "location-field", "the answer has no field `" + path + "`");
        type = field->message_type();
      }
      if (type != nullptr) Add(route, "location-field", "`" + path + "` is a message");
    }
  }

  // Every field that a request may hold. Not recursive: types may hold one another in a chain of
  // any length.
  void CheckRules(const Descriptor& request) {
    std::vector<const Descriptor*> pending{&request};
    while (!pending.empty()) {
      const Descriptor& type = *pending.back();
      pending.pop_back();
      if (seen_.insert(&type).second) CheckFields(type, pending);
    }
  }

  void CheckFields(const Descriptor& type, std::vector<const Descriptor*>& pending) {
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const auto& rules = field.options().GetExtension(api::v1::rules);
      auto refuse = [&](const char* rule, std::string_view what) {
        findings_.push_back({rule, absl::StrCat(field.full_name(), ": ", ToAbsl(what)), true});
      };
      if (re2::RE2 pattern(rules.pattern(), re2::RE2::Quiet); !pattern.ok())
        refuse("field-pattern", "the pattern is no RE2 expression: " + pattern.error());
      bool is_empty_range = rules.has_min() && rules.has_max() && rules.min() > rules.max();
      bool is_empty_length = rules.max_len() > 0 && rules.min_len() > rules.max_len();
      if (is_empty_range || is_empty_length) refuse("field-range", "no value is allowed");
      if (std::string misfit = Misfit(field, rules); !misfit.empty())
        refuse("field-rule", misfit + " says nothing of a field of this type");
      if (field.message_type() != nullptr) pending.push_back(field.message_type());
    }
  }

  // A rule that nobody could check, although the documents would tell of it.
  static std::string Misfit(const FieldDescriptor& field, const api::v1::FieldRules& rules) {
    const FieldDescriptor* value = field.is_map() ? field.message_type()->map_value() : &field;
    if (value->message_type() != nullptr && IsWrapper(*value->message_type()))
      value = value->message_type()->FindFieldByNumber(1);
    auto type = value->cpp_type();
    bool is_text = value->type() == FieldDescriptor::TYPE_STRING;
    bool is_number =
        type != FieldDescriptor::CPPTYPE_STRING && type != FieldDescriptor::CPPTYPE_BOOL &&
        type != FieldDescriptor::CPPTYPE_ENUM && type != FieldDescriptor::CPPTYPE_MESSAGE;
    bool has_length = rules.min_len() > 0 || rules.max_len() > 0;
    if (has_length && type != FieldDescriptor::CPPTYPE_STRING) return "min_len or max_len";
    if (!rules.pattern().empty() && !is_text) return "pattern";
    if (!rules.in().empty() && !is_text) return "in";
    if ((rules.has_min() || rules.has_max()) && !is_number) return "min or max";
    if (rules.max_items() > 0 && !field.is_repeated()) return "max_items";
    return "";
  }

  std::set<std::string> scopes_;  // of all methods so far
  const std::vector<std::string>& paths_;
  std::vector<Finding> findings_;
  std::set<const Descriptor*> seen_;
};

}  // namespace

std::vector<Finding> Lint(const RouteTable& table, const LintOptions& options) {
  std::vector<Finding> findings = Linter(options.paths).Run(table);
  for (Finding& finding : findings) {
    bool is_trust = std::ranges::find(kTrust, finding.rule) != kTrust.end();
    if (!is_trust && options.ignored.contains(finding.rule)) finding.is_error = false;
  }
  return findings;
}

}  // namespace tamarack::gateway
