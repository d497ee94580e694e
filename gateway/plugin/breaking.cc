#include "gateway/plugin/breaking.h"

#include "platform/base/status.h"

#include <algorithm>
#include <map>
#include <set>

namespace tamarack::gateway {

using api::v1::FieldRules;
using api::v1::MethodPolicy;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

namespace {

enum class Direction { kRequest, kResponse };

std::string RouteName(const Route& route) {
  return absl::StrCat(route.http_method, " ", route.path);
}

// For limits of which 0 is none.
bool IsLowered(uint64_t before, uint64_t after) {
  return after != 0 && (before == 0 || after < before);
}

class Comparison {
 public:
  std::vector<Finding> Run(const RouteTable& before, const RouteTable& after) {
    std::map<std::pair<std::string, std::string>, const Route*> routes;
    for (const auto& route : after.routes())
      routes[{route->http_method, Pattern(*route)}] = route.get();
    for (const auto& route : before.routes()) {
      auto found = routes.find({route->http_method, Pattern(*route)});
      if (found == routes.end()) {
        Add("route-removed", RouteName(*route), "is gone (" + route->method->full_name() + ")");
      } else {
        Compare(*route, *found->second);
      }
    }
    return std::move(findings_);
  }

 private:
  // A message that is both asked and answered is looked at twice.
  void Add(const char* rule, std::string_view where, std::string_view what, bool is_error = true) {
    std::string text = absl::StrCat(ToAbsl(where), ": ", ToAbsl(what));
    if (told_.insert(text).second) findings_.push_back({rule, std::move(text), is_error});
  }

  // Names of path variables are fields, which are compared as such.
  static std::string Pattern(const Route& route) { return ParseTemplate(route.path)->Pattern(); }

  void Compare(const Route& before, const Route& after) {
    std::string name = RouteName(before);
    if (before.method->full_name() != after.method->full_name())
      Add("method-changed", name, "is now served by " + after.method->full_name());
    if (PathFields(before) != PathFields(after))
      Add("path-changed", name, "its variables fill other fields");
    if (before.body != after.body || NameOf(before.body_field) != NameOf(after.body_field))
      Add("body-changed", name, "takes another body");
    if (NameOf(before.response_field) != NameOf(after.response_field))
      Add("body-changed", name, "gives another response_body");
    if (before.method->server_streaming() != after.method->server_streaming())
      Add("streaming-changed", name, "streams differently");
    if (before.http_method == "GET" && before.IsSafe() && !after.IsSafe())
      Add("head-removed", name, "get_has_effect takes its HEAD away");
    ComparePolicies(name, before.policy, after.policy);
    if (before.gives_http_body != after.gives_http_body ||
        before.takes_http_body != after.takes_http_body)
      return Add("body-changed", name, "is or was a google.api.HttpBody");
    // Not recursive: types may hold one another in a chain of any length.
    pending_ = {{before.method->input_type(), after.method->input_type(), Direction::kRequest},
                {before.method->output_type(), after.method->output_type(), Direction::kResponse}};
    while (!pending_.empty()) {
      Types types = pending_.back();
      pending_.pop_back();
      CompareTypes(*types.before, *types.after, types.direction);
    }
  }

  static std::string NameOf(const FieldDescriptor* field) { return field ? field->name() : ""; }
  static std::string PathFields(const Route& route) {
    std::string names;
    for (const auto& path : route.path_fields) {
      for (const FieldDescriptor* field : path) absl::StrAppend(&names, field->name(), ".");
      names += ' ';
    }
    return names;
  }

  void ComparePolicies(const std::string& name, const MethodPolicy& before,
                       const MethodPolicy& after) {
    if (before.access() != after.access() && after.access() != MethodPolicy::PUBLIC)
      Add("access-narrowed", name,
          absl::StrCat("access was ", MethodPolicy::Access_Name(before.access()), ", is ",
                       MethodPolicy::Access_Name(after.access())));
    std::set<std::string> scopes(after.scopes().begin(), after.scopes().end());
    bool is_narrower = before.scopes().empty() && !scopes.empty();
    for (const std::string& scope : before.scopes())
      is_narrower = is_narrower || (!scopes.empty() && !scopes.contains(scope));
    if (is_narrower) Add("scopes-narrowed", name, "scopes that were enough no longer are");
    if (before.idempotency() != MethodPolicy::REQUIRED &&
        after.idempotency() == MethodPolicy::REQUIRED)
      Add("idempotency-required", name, "Idempotency-Key is now required");
    // 0 stands for the gateway's default of 1 MiB.
    auto limit = [](int64_t bytes) { return bytes > 0 ? bytes : int64_t{1} << 20; };
    if (limit(after.body_bytes_max()) < limit(before.body_bytes_max()))
      Add("limit-lowered", name, "takes smaller bodies");
    for (const std::string& parameter : before.ignore_query()) {
      if (std::ranges::count(after.ignore_query(), parameter) == 0)
        Add("parameter-refused", name, "no longer ignores the parameter " + parameter);
    }
    if (before.success_status() != after.success_status())
      Add("status-changed", name, "success has another status", false);
  }

  void CompareTypes(const Descriptor& before, const Descriptor& after, Direction direction) {
    if (!compared_.insert({&before, direction}).second) return;
    for (int i = 0; i < before.field_count(); ++i) {
      const FieldDescriptor& field = *before.field(i);
      const FieldDescriptor* now = after.FindFieldByName(field.name());
      if (now == nullptr) {
        Add("field-removed", field.full_name(), "is gone");
      } else {
        CompareFields(field, *now, direction);
      }
    }
    for (int i = 0; direction == Direction::kRequest && i < after.field_count(); ++i) {
      const FieldDescriptor& field = *after.field(i);
      if (before.FindFieldByName(field.name()) == nullptr && RulesOf(field).required())
        Add("field-required", field.full_name(), "is new and required");
    }
  }

  static const FieldRules& RulesOf(const FieldDescriptor& field) {
    return field.options().GetExtension(api::v1::rules);
  }

  // Messages of ours may be renamed, as long as their fields are the same; google's have JSON forms
  // of their own.
  static std::string TypeOf(const FieldDescriptor& field) {
    const Descriptor* type = field.message_type();
    bool is_well_known = type != nullptr && type->full_name().starts_with("google.");
    return is_well_known ? type->full_name() : field.type_name();
  }

  void CompareFields(const FieldDescriptor& before, const FieldDescriptor& after,
                     Direction direction) {
    const std::string& name = before.full_name();
    if (TypeOf(before) != TypeOf(after))
      return Add("field-type", name, absl::StrCat("was ", TypeOf(before), ", is ", TypeOf(after)));
    if (before.number() != after.number()) Add("field-number", name, "has another number");
    if (before.json_name() != after.json_name())
      Add("field-json-name", name, "has another JSON name, " + after.json_name());
    bool was_in_oneof = before.real_containing_oneof() != nullptr;
    bool is_in_oneof = after.real_containing_oneof() != nullptr;
    if (before.is_repeated() != after.is_repeated() || before.is_map() != after.is_map()) {
      Add("field-label", name, "was or is repeated");
    } else if (was_in_oneof != is_in_oneof) {
      Add("field-oneof", name, "has moved into or out of a oneof");
    } else if (before.has_presence() != after.has_presence()) {
      Add("field-presence", name, "is printed differently when it is not set", false);
    }
    CompareRules(name, RulesOf(before), RulesOf(after), direction);
    if (before.message_type() != nullptr)
      pending_.push_back({before.message_type(), after.message_type(), direction});
    if (before.enum_type() != nullptr) CompareEnums(*before.enum_type(), *after.enum_type());
  }

  void CompareRules(const std::string& name, const FieldRules& before, const FieldRules& after,
                    Direction direction) {
    if (before.json_string() != after.json_string() ||
        before.null_when_unset() != after.null_when_unset())
      Add("field-json-form", name, "is read or printed in another form");
    if (direction == Direction::kResponse) return;
    if (!before.required() && after.required()) Add("field-required", name, "is now required");
    bool is_narrower = IsLowered(before.max_len(), after.max_len()) ||
                       after.min_len() > before.min_len() ||
                       IsLowered(before.max_items(), after.max_items()) ||
                       (after.has_min() && (!before.has_min() || after.min() > before.min())) ||
                       (after.has_max() && (!before.has_max() || after.max() < before.max())) ||
                       (before.in().empty() && !after.in().empty());
    for (const std::string& value : before.in())
      is_narrower =
          is_narrower || (!after.in().empty() && std::ranges::count(after.in(), value) == 0);
    if (is_narrower) Add("rule-narrowed", name, "values that were accepted no longer are");
    // Which of two patterns allows more cannot be told; one where there was none allows less.
    if (before.pattern() != after.pattern() && !after.pattern().empty())
      Add("pattern-changed", name, "has another pattern", before.pattern().empty());
  }

  void CompareEnums(const EnumDescriptor& before, const EnumDescriptor& after) {
    if (!compared_enums_.insert(&before).second) return;
    for (int i = 0; i < before.value_count(); ++i) {
      const auto& value = *before.value(i);
      const auto* now = after.FindValueByName(value.name());
      if (now == nullptr) {
        Add("enum-value", value.full_name(), "is gone");
      } else if (now->number() != value.number()) {
        Add("enum-value", value.full_name(), "has another number");
      }
    }
  }

  struct Types {
    const Descriptor* before;
    const Descriptor* after;
    Direction direction;
  };

  std::vector<Finding> findings_;
  std::set<std::string> told_;
  std::vector<Types> pending_;
  std::set<std::pair<const Descriptor*, Direction>> compared_;
  std::set<const EnumDescriptor*> compared_enums_;
};

}  // namespace

std::vector<Finding> FindBreaking(const RouteTable& before, const RouteTable& after) {
  return Comparison().Run(before, after);
}

}  // namespace tamarack::gateway
