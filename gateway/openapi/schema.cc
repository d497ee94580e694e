#include "gateway/openapi/schema.h"

#include "gateway/codec/scalars.h"
#include "gateway/openapi/comment.h"
#include "gateway/openapi/example.h"
#include "tamarack/api/v1/policy.pb.h"

#include <boost/json/array.hpp>

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

void AddTextRules(const FieldDescriptor& field, const api::v1::FieldRules& rules,
                  json::object& schema) {
  bool is_text = field.type() == FieldDescriptor::TYPE_STRING && !field.is_repeated();
  uint32_t min_len = rules.min_len() > 0 ? rules.min_len() : rules.required() && is_text ? 1 : 0;
  if (min_len > 0) schema["minLength"] = min_len;
  if (rules.max_len() > 0) schema["maxLength"] = rules.max_len();
  if (!rules.pattern().empty()) schema["pattern"] = "^(?:" + rules.pattern() + ")$";
  if (!rules.in().empty()) {
    json::array values;
    for (const std::string& value : rules.in()) values.emplace_back(value);
    schema["enum"] = std::move(values);
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
  AddTextRules(field, rules, is_list ? schema["items"].as_object() : schema);
  if (is_list && rules.required()) schema["minItems"] = 1;
  if (rules.has_min() && !IsTextIn(style_, field)) schema["minimum"] = rules.min();
  if (rules.has_max() && !IsTextIn(style_, field)) schema["maximum"] = rules.max();
  if (rules.max_items() > 0)
    schema[field.is_map() ? "maxProperties" : "maxItems"] = rules.max_items();
  if (rules.json_string()) schema["type"] = "string";
  if (rules.null_when_unset() && style_ == JsonStyle::kOurs) AddNull(schema);
  if (rules.sensitive()) schema["x-sensitive"] = true;
  if (auto example = GivenExample(field, style_))
    schema["examples"] = json::array{*std::move(example)};
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
