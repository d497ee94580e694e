#include "gateway/openapi/schema.h"

#include "gateway/codec/scalars.h"
#include "gateway/openapi/comment.h"
#include "gateway/openapi/example.h"
#include "tamarack/api/v1/policy.pb.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <limits>

namespace tamarack::gateway {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

json::object WellKnown(const Descriptor& type) {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return {{"type", "string"}, {"format", "date-time"}};
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$"}};
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return {{"type", "string"}};
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      return {{"type", "object"}, {"additionalProperties", true}};
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return {{"type", "array"}, {"items", json::object()}};
    default:
      return {};  // Value and Any: anything.
  }
}

std::string SchemaName(const Descriptor& type, JsonStyle style) {
  // No proto can give another type that name.
  return type.full_name() + (style == JsonStyle::kProtoJson ? "-ProtoJson" : "");
}

void AddNull(json::object& schema) {
  if (json::value* values = schema.if_contains("enum")) values->get_array().emplace_back(nullptr);
  if (json::value* type = schema.if_contains("type")) {
    json::value with_null = json::array{*type, "null"};
    *type = std::move(with_null);
    return;
  }
  json::object reference = std::move(schema);
  schema = {{"anyOf", json::array{std::move(reference), json::object{{"type", "null"}}}}};
}

// What a text of base64 is long, with padding or without.
uint32_t Base64Length(uint32_t bytes, bool is_padded) {
  uint64_t length = is_padded ? (uint64_t{bytes} + 2) / 3 * 4 : (uint64_t{bytes} * 4 + 2) / 3;
  return static_cast<uint32_t>(std::min<uint64_t>(length, std::numeric_limits<uint32_t>::max()));
}

void AddTextRules(const api::v1::FieldRules& rules, bool is_missing_if_empty, bool is_bytes,
                  json::object& schema) {
  uint32_t min_len = rules.min_len(), max_len = rules.max_len();
  if (is_bytes) {
    min_len = Base64Length(min_len, false);
    max_len = Base64Length(max_len, true);
  }
  if (is_missing_if_empty) min_len = std::max<uint32_t>(min_len, 1);
  if (min_len > 0) schema["minLength"] = min_len;
  if (max_len > 0) schema["maxLength"] = max_len;
  if (!rules.pattern().empty()) schema["pattern"] = "^(?:" + rules.pattern() + ")$";
  if (!rules.in().empty()) {
    json::array values;
    for (const std::string& value : rules.in()) values.emplace_back(value);
    schema["enum"] = std::move(values);
  }
}

// What the type allows at most stands there already. JSON Schema has no range of numbers in texts.
void AddRange(const api::v1::FieldRules& rules, json::object& schema) {
  bool is_text = schema["type"] == "string";
  auto reaches = [&](const char* name, auto is_beyond) {
    const json::value* own = schema.if_contains(name);
    return own == nullptr || is_beyond(own->as_int64());
  };
  if (rules.has_min() && reaches("minimum", [&](int64_t own) { return rules.min() > own; }))
    schema[is_text ? "x-minimum" : "minimum"] = rules.min();
  if (rules.has_max() && reaches("maximum", [&](int64_t own) { return rules.max() < own; }))
    schema[is_text ? "x-maximum" : "maximum"] = rules.max();
}

// Of a field whose default value is the same as none.
void RefuseDefault(const FieldDescriptor& field, const api::v1::FieldRules& rules,
                   json::object& schema) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      json::array names;
      for (const json::value& name : schema["enum"].as_array()) {
        const auto* value = field.enum_type()->FindValueByName(std::string(name.as_string()));
        if (value->number() != 0) names.push_back(name);
      }
      schema["enum"] = std::move(names);
      break;
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      schema["const"] = true;
      break;
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
    default: {
      bool is_out_of_range =
          (rules.has_min() && rules.min() > 0) || (rules.has_max() && rules.max() < 0);
      if (!is_out_of_range && schema["type"] != "string") schema["not"] = {{"const", 0}};
    }
  }
}

}  // namespace

std::string NameIn(JsonStyle style, const FieldDescriptor& field) {
  return style == JsonStyle::kProtoJson ? field.json_name() : JsonName(field);
}

bool IsTextIn(JsonStyle style, const FieldDescriptor& field) {
  bool is_long = field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
                 field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
  return (is_long && style == JsonStyle::kProtoJson) ||
         field.options().GetExtension(api::v1::rules).json_string();
}

void SchemaBook::AddRules(const FieldDescriptor& field, json::object& schema) const {
  const auto& rules = field.options().GetExtension(api::v1::rules);
  bool is_list = field.is_repeated() && !field.is_map();
  json::object& value = field.is_map() ? schema["additionalProperties"].as_object()
                        : is_list      ? schema["items"].as_object()
                                       : schema;
  const FieldDescriptor* scalar = field.is_map() ? field.message_type()->map_value() : &field;
  if (const Descriptor* type = scalar->message_type())
    scalar = IsWrapper(*type) ? type->FindFieldByNumber(1) : nullptr;
  if (scalar != nullptr) AddValueRules(field, *scalar, value);
  if (field.is_repeated()) {
    if (rules.required()) schema[is_list ? "minItems" : "minProperties"] = 1;
    if (rules.max_items() > 0) schema[is_list ? "maxItems" : "maxProperties"] = rules.max_items();
  }
  if (rules.null_when_unset() && style_ == JsonStyle::kOurs) AddNull(schema);
  if (rules.sensitive()) schema["x-sensitive"] = true;
  if (auto example = GivenExample(field, style_))
    schema["examples"] = json::array{*std::move(example)};
}

// As rpc::ValueRules has it: `scalar` is what holds a value of `field`.
void SchemaBook::AddValueRules(const FieldDescriptor& field, const FieldDescriptor& scalar,
                               json::object& schema) const {
  const auto& rules = field.options().GetExtension(api::v1::rules);
  bool is_missing_if_default = rules.required() && !field.is_repeated() && !field.has_presence();
  if (scalar.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    bool is_bytes = scalar.type() == FieldDescriptor::TYPE_BYTES;
    bool is_missing_if_empty =
        is_missing_if_default || (rules.required() && !field.is_repeated() && !is_bytes);
    return AddTextRules(rules, is_missing_if_empty, is_bytes, schema);
  }
  if (rules.json_string()) schema["type"] = "string";
  if (scalar.cpp_type() != FieldDescriptor::CPPTYPE_ENUM) AddRange(rules, schema);
  if (is_missing_if_default) RefuseDefault(field, rules, schema);
}

json::object SchemaBook::Singular(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return {{"type", "integer"}, {"format", "int32"}};
    case FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}, {"minimum", 0}, {"maximum", 4294967295}};
    case FieldDescriptor::CPPTYPE_INT64:
      if (style_ == JsonStyle::kProtoJson) return {{"type", "string"}, {"format", "int64"}};
      return {{"type", "integer"}, {"format", "int64"}};
    case FieldDescriptor::CPPTYPE_UINT64:
      if (style_ == JsonStyle::kProtoJson) return {{"type", "string"}, {"format", "uint64"}};
      return {{"type", "integer"}, {"minimum", 0}};
    case FieldDescriptor::CPPTYPE_FLOAT:
      return {{"type", "number"}, {"format", "float"}};
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return {{"type", "number"}, {"format", "double"}};
    case FieldDescriptor::CPPTYPE_BOOL:
      return {{"type", "boolean"}};
    case FieldDescriptor::CPPTYPE_ENUM: {
      json::array names;
      for (int i = 0; i < field.enum_type()->value_count(); ++i)
        names.emplace_back(field.enum_type()->value(i)->name());
      return {{"type", "string"}, {"enum", std::move(names)}};
    }
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES)
        return {{"type", "string"}, {"contentEncoding", "base64"}};
      return {{"type", "string"}};
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Message(*field.message_type());
  }
  return {};
}

json::object SchemaBook::Field(const FieldDescriptor& field) {
  json::object schema;
  if (field.is_map()) {
    schema = {{"type", "object"},
              {"additionalProperties", Singular(*field.message_type()->map_value())}};
  } else if (field.is_repeated()) {
    schema = {{"type", "array"}, {"items", Singular(field)}};
  } else {
    schema = Singular(field);
  }
  AddRules(field, schema);
  if (std::string comment = CommentOf(field); !comment.empty()) schema["description"] = comment;
  if (field.options().deprecated()) schema["deprecated"] = true;
  return schema;
}

json::object SchemaBook::Message(const Descriptor& type) {
  if (IsWrapper(type)) return Singular(*type.FindFieldByNumber(1));
  if (type.well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED) return WellKnown(type);
  std::string name = SchemaName(type, style_);
  if (schemas_.emplace(name, json::object()).second) pending_.emplace_back(&type, style_);
  return {{"$ref", "#/components/schemas/" + name}};
}

// Not recursive: types may hold themselves, or one another in a chain of any length.
json::object& SchemaBook::schemas() {
  while (!pending_.empty()) {
    auto [type, style] = pending_.back();
    pending_.pop_back();
    Use(style);
    json::object schema = Object(*type, [](const FieldDescriptor&) { return true; });
    if (std::string comment = CommentOf(*type); !comment.empty()) schema["description"] = comment;
    schemas_[SchemaName(*type, style)] = std::move(schema);
  }
  return schemas_;
}

void SchemaBook::AddProperty(const FieldDescriptor& field, json::object& properties,
                             json::array& required) {
  std::string name = NameIn(style_, field);
  properties[name] = Field(field);
  if (field.options().GetExtension(api::v1::rules).required()) required.emplace_back(name);
}

json::object SchemaBook::MakeObject(json::object properties, json::array required) {
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

}  // namespace tamarack::gateway
