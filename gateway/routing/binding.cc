#include "gateway/routing/binding.h"

#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/scalars.h"
#include "gateway/codec/wire.h"
#include "platform/base/status.h"
#include "platform/http/media_type.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

#include <algorithm>

namespace tamarack::gateway {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Giver = FieldTree::Giver;
using Source = InputError::Source;

namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

// Lower-case media type without parameters; empty for one that we cannot read. Neither JSON (RFC
// 8259 section 11) nor forms know a charset, so that whatever is named means nothing, except that
// such a body may really be in UTF-16 or UTF-32, which we do not read.
std::string EssenceOfText(std::string_view content_type) {
  auto type = http::ParseMediaType(content_type);
  if (!type) return "";
  const std::string* charset = type->Find("charset");
  bool is_wide = charset != nullptr && (absl::StartsWithIgnoreCase(*charset, "utf-16") ||
                                        absl::StartsWithIgnoreCase(*charset, "utf-32"));
  return is_wide ? "" : std::move(type->essence);
}

bool IsJson(std::string_view media_type) {
  return media_type == "application/json" ||
         (media_type.starts_with("application/") && media_type.ends_with("+json"));
}

// Appends one scalar at the end of a field path, with the messages around it. Several occurrences
// of a message merge, so every parameter brings its own.
Refusal AppendAtPath(const Route::FieldPath& path, std::string_view text, std::string& wire) {
  std::vector<size_t> open;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    AppendFieldTag(*path[i], wire);
    open.push_back(OpenLength(wire));
  }
  const FieldDescriptor& leaf = *path.back();
  AppendFieldTag(leaf, wire);
  ScalarText value{ScalarText::Kind::kParameter, text};
  Refusal refusal;
  if (leaf.message_type() != nullptr) {
    open.push_back(OpenLength(wire));
    refusal = EncodeScalarMessage(*leaf.message_type(), value, wire);
  } else {
    refusal = EncodeScalar(leaf, value, wire);
  }
  for (auto start = open.rbegin(); start != open.rend(); ++start) CloseLength(*start, wire);
  return refusal;
}

// Binds the parameters of a query or a form to the fields of one message, which they name as the
// proto or JSON does; as the proto alone where unknown ones are ignored, for there a parameter of
// some other name means nothing (RFC 6749 section 3.1).
class ParameterBinder {
 public:
  ParameterBinder(const Descriptor& type, Source source, bool takes_json_names, FieldTree& given,
                  std::string& wire)
      : type_(type),
        source_(source),
        takes_json_names_(takes_json_names),
        given_(given),
        wire_(wire) {}

  Refusal Bind(const std::string& name, std::string_view value) {
    auto refuse = [&](Reason reason, std::string argument = {}) -> Refusal {
      return InputError{reason, source_, Where(name), std::move(argument)};
    };
    // As deep as JSON may be, so that nothing behind walks deeper.
    if (std::count(name.begin(), name.end(), '.') >= kJsonDepthMax)
      return InputError{Reason::kTooDeep, source_, Where(name.substr(0, name.find('.'))),
                        std::to_string(kJsonDepthMax)};
    Route::FieldPath path;
    const Descriptor* message = &type_;
    FieldTree* node = &given_;
    for (absl::string_view part : absl::StrSplit(name, '.')) {
      const FieldDescriptor* field = message ? FieldOf(*message, std::string(part)) : nullptr;
      if (field == nullptr) return refuse(Reason::kUnknownParameter);
      if (node->OneofRival(field))
        return refuse(Reason::kOneofConflict, field->real_containing_oneof()->name());
      path.push_back(field);
      node = node->Add(field);
      if (node->giver() == Giver::kPath) return refuse(Reason::kPathCollision);
      bool may_descend =
          field->message_type() != nullptr && !field->is_repeated() &&
          field->message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
      message = may_descend ? field->message_type() : nullptr;
    }
    const FieldDescriptor& leaf = *path.back();
    if (leaf.message_type() != nullptr && !IsScalarMessage(*leaf.message_type()))
      return refuse(Reason::kNotMappable);
    if (node->giver() == Giver::kParameter && !leaf.is_repeated())
      return refuse(Reason::kRepeatedParameter);
    node->set_giver(Giver::kParameter);
    // Browsers send every input of a form: an empty one that cannot be text means that nothing was
    // entered.
    bool is_text =
        leaf.type() == FieldDescriptor::TYPE_STRING || leaf.type() == FieldDescriptor::TYPE_BYTES;
    if (source_ == Source::kBody && value.empty() && !is_text) return {};
    Refusal refusal = AppendAtPath(path, value, wire_);
    if (refusal) {
      refusal->source = source_;
      refusal->where = Where(name);
    }
    return refusal;
  }

 private:
  const FieldDescriptor* FieldOf(const Descriptor& message, const std::string& name) const {
    return takes_json_names_ ? FindField(message, name) : message.FindFieldByName(name);
  }

  // Fields of a form get a pointer, as those of JSON do.
  std::string Where(const std::string& name) const {
    if (source_ != Source::kBody) return name;
    return "/" + absl::StrReplaceAll(name, {{".", "/"}, {"~", "~0"}, {"/", "~1"}});
  }

  const Descriptor& type_;
  Source source_;
  bool takes_json_names_;
  FieldTree& given_;
  std::string& wire_;
};

class Binder {
 public:
  Binder(const Route& route, const BindInput& input) : route_(route), input_(input) {}

  Bound Run(const Router::Match& match) {
    if (auto refusal = BindPath(match)) return Refused(*std::move(refusal));
    if (auto refusal = BindQuery()) return Refused(*std::move(refusal));
    if (!input_.body.empty()) {
      if (auto refusal = BindBody()) return Refused(*std::move(refusal));
    }
    return std::move(bound_);
  }

 private:
  Bound Refused(InputError error) {
    bound_.outcome = Bound::Outcome::kRefused;
    bound_.error = std::move(error);
    return std::move(bound_);
  }

  Refusal BindPath(const Router::Match& match) {
    for (size_t i = 0; i < match.variables.size(); ++i) {
      const Route::FieldPath& path = route_.path_fields[i];
      Refusal refusal = AppendAtPath(path, match.variables[i].second, bound_.wire);
      if (refusal) {
        refusal->source = Source::kPath;
        refusal->where = absl::StrJoin(match.variables[i].first->field_path, ".");
        return refusal;
      }
      FieldTree* node = &given_;
      for (const FieldDescriptor* field : path) node = node->Add(field);
      node->set_giver(Giver::kPath);
    }
    return {};
  }

  Refusal BindQuery() {
    if (input_.query.empty()) return {};
    Parameters parameters;
    auto is_ignored = [this](const std::string& name) {
      return IsIgnored(name) && !Takes(*route_.method->input_type(), name);
    };
    if (auto refusal = SplitParameters(input_.query, Source::kQuery, &parameters, is_ignored))
      return refusal;
    ParameterBinder binder(*route_.method->input_type(), Source::kQuery, !IgnoresUnknown(), given_,
                           bound_.wire);
    for (const auto& [name, value] : parameters) {
      Refusal refusal = IsForBody(name)
                            ? InputError{Reason::kUnknownParameter, Source::kQuery, name, {}}
                            : binder.Bind(name, value);
      if (refusal && (refusal->reason != Reason::kUnknownParameter || !IsIgnored(name)))
        return refusal;
    }
    return {};
  }

  // With `body: "*"` nothing is left for the query, with `body: "field"` that field is not.
  bool IsForBody(const std::string& name) const {
    if (route_.body == Route::Body::kWhole) return true;
    return route_.body == Route::Body::kField &&
           FindField(*route_.method->input_type(), name.substr(0, name.find('.'))) ==
               route_.body_field;
  }

  static bool Takes(const Descriptor& type, const std::string& name) {
    return FindField(type, name.substr(0, name.find('.'))) != nullptr;
  }

  bool IsIgnored(const std::string& name) const {
    return IgnoresUnknown() || std::ranges::count(route_.policy.ignore_query(), name) > 0;
  }

  bool IgnoresUnknown() const { return std::ranges::count(route_.policy.ignore_query(), "*") > 0; }

  Refusal BindBody() {
    if (route_.body == Route::Body::kNone) {
      // Many HTTP libraries send an empty object with every POST.
      bool is_nothing =
          route_.http_method == "POST" && absl::StripAsciiWhitespace(ToAbsl(input_.body)) == "{}";
      return is_nothing ? Refusal() : InputError{Reason::kBodyNotAllowed};
    }
    auto kind = KindOfBody(route_, input_.content_type);
    if (!kind) {
      bound_.outcome = Bound::Outcome::kUnsupportedMediaType;
      return {};
    }
    if (*kind == BodyKind::kRaw) return BindHttpBody();
    if (*kind == BodyKind::kForm) return BindForm();
    if (route_.body == Route::Body::kWhole)
      return JsonToWire(input_.body, *route_.request_plan, &given_, bound_.wire);
    std::vector<std::string> paths;
    Refusal refusal =
        JsonFieldToWire(input_.body, *route_.body_plan, given_.Find(route_.body_field), bound_.wire,
                        DerivesMask() ? &paths : nullptr);
    if (!refusal && !paths.empty()) {
      std::string mask;
      for (const std::string& path : paths) AppendBytes(1, path, mask);
      AppendBytes(route_.mask_field->number(), mask, bound_.wire);
    }
    return refusal;
  }

  // AIP-134: what a PATCH leaves out stays as it is, unless a mask says otherwise.
  bool DerivesMask() const {
    if (route_.mask_field == nullptr) return false;
    const FieldTree* given = given_.Find(route_.mask_field);
    return given == nullptr || given->giver() == Giver::kNobody;
  }

  Refusal BindHttpBody() {
    std::string body;
    AppendBytes(1, input_.content_type, body);
    AppendBytes(2, input_.body, body);
    if (route_.body == Route::Body::kWhole) {
      bound_.wire += body;
    } else {
      AppendBytes(route_.body_field->number(), body, bound_.wire);
    }
    return {};
  }

  Refusal BindForm() {
    bool is_whole = route_.body == Route::Body::kWhole;
    const Descriptor* type =
        is_whole ? route_.method->input_type() : route_.body_field->message_type();
    auto is_ignored = [&](const std::string& name) {
      return IsIgnored(name) && !Takes(*type, name);
    };
    if (auto refusal = SplitParameters(input_.body, Source::kBody, &bound_.form, is_ignored))
      return refusal;
    std::string inner;
    ParameterBinder binder(*type, Source::kBody, !IgnoresUnknown(),
                           is_whole ? given_ : *given_.Add(route_.body_field), inner);
    for (const auto& [name, value] : bound_.form) {
      // The token against cross-site requests is the gateway's; a message need not have a field for
      // it.
      if (name == "csrf_token" && type->FindFieldByName(name) == nullptr) continue;
      Refusal refusal = binder.Bind(name, value);
      if (!refusal) continue;
      // RFC 6749 section 3.2: what is not known is ignored in forms too.
      if (refusal->reason == Reason::kUnknownParameter) {
        if (IsIgnored(name)) continue;
        refusal->reason = Reason::kUnknownField;
      }
      return refusal;
    }
    if (is_whole) {
      bound_.wire += inner;
    } else {
      AppendBytes(route_.body_field->number(), inner, bound_.wire);
    }
    return {};
  }

  const Route& route_;
  const BindInput& input_;
  FieldTree given_;
  Bound bound_;
};

}  // namespace

Bound BindRequest(const Route& route, const Router::Match& match, const BindInput& input) {
  return Binder(route, input).Run(match);
}

std::optional<BodyKind> KindOfBody(const Route& route, std::string_view content_type) {
  std::optional<BodyKind> none;
  if (route.takes_http_body) return IsUtf8(content_type) ? BodyKind::kRaw : none;
  if (content_type == "application/json") return BodyKind::kJson;
  std::string media_type = EssenceOfText(content_type);
  if (media_type != kForm) return IsJson(media_type) ? BodyKind::kJson : none;
  const FieldDescriptor* field = route.body_field;  // Null: the whole message.
  bool has_fields = field == nullptr || (field->message_type() != nullptr && !field->is_repeated());
  return has_fields ? BodyKind::kForm : none;
}

}  // namespace tamarack::gateway
