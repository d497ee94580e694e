#include "gateway/openapi/example.h"

#include "gateway/codec/scalars.h"
#include "gateway/openapi/schema.h"
#include "platform/base/status.h"
#include "tamarack/api/v1/policy.pb.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_replace.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace tamarack::gateway {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

// Types may hold themselves; nobody reads further down than this.
constexpr int kDepthMax = 4;

std::optional<json::value> Message(const Descriptor& type, const FieldFilter& is_wanted,
                                   JsonStyle style, int depth);

const api::v1::FieldRules& RulesOf(const FieldDescriptor& field) {
  return field.options().GetExtension(api::v1::rules);
}

// The field's name in words, as long as the rules want it.
std::string Words(const FieldDescriptor& field) {
  const auto& rules = RulesOf(field);
  std::string text = absl::StrReplaceAll(field.name(), {{"_", " "}});
  while (text.size() < rules.min_len()) text += " " + text;
  if (rules.max_len() > 0 && text.size() > rules.max_len()) text.resize(rules.max_len());
  return text;
}

json::value Integer(const FieldDescriptor& field, JsonStyle style) {
  const auto& rules = RulesOf(field);
  int64_t number = rules.has_min() ? std::max<int64_t>(rules.min(), 1) : 1;
  if (rules.has_max()) number = std::min(number, rules.max());
  if (IsTextIn(style, field)) return json::string(std::to_string(number));
  return number;
}

std::optional<json::value> WellKnown(const Descriptor& type) {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return "2026-01-31T14:05:00Z";
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return "1.5s";
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return "name";
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return json::array();
    default:
      return json::object();  // Struct; Value and Any take one as well.
  }
}

bool TakesAnyJson(const Descriptor& type) {
  return type.well_known_type() == Descriptor::WELLKNOWNTYPE_STRUCT ||
         type.well_known_type() == Descriptor::WELLKNOWNTYPE_LISTVALUE ||
         type.well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE;
}

// An optional value without an example of its own: whether one made up is taken, nobody can tell.
bool IsLeftOut(const FieldDescriptor& field) {
  return field.has_optional_keyword() && field.message_type() == nullptr &&
         !RulesOf(field).required() && RulesOf(field).example().empty();
}

// A `rules.example` as JSON.
json::value FromText(const FieldDescriptor& field, const std::string& text, JsonStyle style) {
  if (const Descriptor* message = field.message_type(); message != nullptr) {
    if (IsWrapper(*message)) return FromText(*message->FindFieldByNumber(1), text, style);
    boost::system::error_code error;
    json::value free = TakesAnyJson(*message) ? json::parse(text, error) : json::value(nullptr);
    return error || free.is_null() ? json::value(json::string(text)) : free;
  }
  int64_t integer = 0;
  double number = 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      if (!IsTextIn(style, field) && absl::SimpleAtoi(text, &integer)) return integer;
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (absl::SimpleAtod(text, &number)) return number;
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      return text == "true";
    default:
      break;
  }
  return json::string(text);
}

std::optional<json::value> Single(const FieldDescriptor& field, JsonStyle style, int depth) {
  const auto& rules = RulesOf(field);
  if (!rules.example().empty()) return FromText(field, rules.example(), style);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return Integer(field, style);
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return 1.5;
    case FieldDescriptor::CPPTYPE_BOOL:
      return true;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto& type = *field.enum_type();
      return json::string(type.value(type.value_count() > 1 ? 1 : 0)->name());
    }
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) return "AQID";
      if (!rules.in().empty()) return json::string(rules.in(0));
      if (!rules.pattern().empty()) return std::nullopt;
      return json::string(Words(field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Message(*field.message_type(), {}, style, depth + 1);
  }
  return std::nullopt;
}

std::optional<json::value> Field(const FieldDescriptor& field, JsonStyle style, int depth) {
  if (field.is_map()) {
    auto value = Single(*field.message_type()->map_value(), style, depth);
    if (!value) return json::object();
    // A key is a number or a boolean as text, too.
    const FieldDescriptor& key = *field.message_type()->map_key();
    bool is_text = key.type() == FieldDescriptor::TYPE_STRING;
    bool is_boolean = key.type() == FieldDescriptor::TYPE_BOOL;
    return json::object{{is_text ? "key" : is_boolean ? "true" : "1", *std::move(value)}};
  }
  auto value = Single(field, style, depth);
  if (!field.is_repeated()) return value;
  if (!value) return RulesOf(field).required() ? value : json::value(json::array());
  return json::array{*std::move(value)};
}

std::optional<json::value> Message(const Descriptor& type, const FieldFilter& is_wanted,
                                   JsonStyle style, int depth) {
  if (IsWrapper(type)) return Single(*type.FindFieldByNumber(1), style, depth);
  if (type.well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED) return WellKnown(type);
  if (depth > kDepthMax) return std::nullopt;
  json::object object;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (is_wanted && !is_wanted(field)) continue;
    const auto* oneof = field.real_containing_oneof();
    if (oneof != nullptr && oneof->field(0) != &field) continue;
    if (IsLeftOut(field)) {
      if (RulesOf(field).null_when_unset()) object[NameIn(style, field)] = nullptr;
    } else if (auto value = Field(field, style, depth)) {
      object[NameIn(style, field)] = *std::move(value);
    } else if (RulesOf(field).required()) {
      return std::nullopt;
    }
  }
  return object;
}

}  // namespace

std::optional<json::value> GivenExample(const FieldDescriptor& field, JsonStyle style) {
  const std::string& text = RulesOf(field).example();
  if (text.empty()) return std::nullopt;
  json::value value = FromText(field, text, style);
  return field.is_repeated() ? json::value(json::array{std::move(value)}) : value;
}

std::optional<json::value> ExampleOf(const FieldDescriptor& field, JsonStyle style) {
  return Field(field, style, 0);
}

std::optional<json::value> ExampleOf(const Descriptor& type, const FieldFilter& is_wanted,
                                     JsonStyle style) {
  return Message(type, is_wanted, style, 0);
}

}  // namespace tamarack::gateway
