#pragma once

#include <re2/re2.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>

// As much of JSON Schema (2020-12) as our OpenAPI documents use of field rules.
namespace tamarack::tests {

namespace json = boost::json;

inline bool HasType(const json::value& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_bool();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  bool is_whole = value.is_int64() || value.is_uint64();
  return type == "integer" ? is_whole : is_whole || value.is_double();
}

inline long double NumberOf(const json::value& value) {
  if (value.is_int64()) return static_cast<long double>(value.get_int64());
  if (value.is_uint64()) return static_cast<long double>(value.get_uint64());
  return static_cast<long double>(value.get_double());
}

inline size_t CountCodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

inline bool IsValid(const json::value& value, const json::object& schema,
                    const json::object& schemas);

inline bool IsValidContainer(const json::value& value, const json::object& schema,
                             const json::object& schemas) {
  auto limit = [&](const char* name, bool is_most, size_t size) {
    const json::value* found = schema.if_contains(name);
    if (found == nullptr) return true;
    auto bound = static_cast<size_t>(NumberOf(*found));
    return is_most ? size <= bound : size >= bound;
  };
  if (const json::array* list = value.if_array()) {
    if (!limit("minItems", false, list->size()) || !limit("maxItems", true, list->size()))
      return false;
    return std::ranges::all_of(*list, [&](const json::value& item) {
      return IsValid(item, schema.at("items").as_object(), schemas);
    });
  }
  const json::object& object = value.get_object();
  if (!limit("minProperties", false, object.size()) || !limit("maxProperties", true, object.size()))
    return false;
  if (const json::value* required = schema.if_contains("required")) {
    for (const json::value& name : required->as_array())
      if (!object.contains(name.as_string())) return false;
  }
  for (const auto& [name, member] : object) {
    const json::value* properties = schema.if_contains("properties");
    const json::value* own = properties ? properties->as_object().if_contains(name)
                                        : schema.if_contains("additionalProperties");
    if (own != nullptr && own->is_object() && !IsValid(member, own->as_object(), schemas))
      return false;
  }
  return true;
}

// Whether `value` keeps `schema`; `schemas` are what `#/components/schemas/` refers to.
inline bool IsValid(const json::value& value, const json::object& schema,
                    const json::object& schemas) {
  if (const json::value* reference = schema.if_contains("$ref")) {
    std::string name(reference->as_string());
    return IsValid(value, schemas.at(name.substr(name.rfind('/') + 1)).as_object(), schemas);
  }
  if (const json::value* type = schema.if_contains("type")) {
    if (!HasType(value, std::string(type->as_string()))) return false;
  }
  if (const json::value* values = schema.if_contains("enum")) {
    if (std::ranges::find(values->as_array(), value) == values->as_array().end()) return false;
  }
  if (const json::value* only = schema.if_contains("const"); only && *only != value) return false;
  if (const json::value* other = schema.if_contains("not")) {
    const json::value& refused = other->as_object().at("const");
    bool is_number = value.is_number() && refused.is_number();
    if (is_number ? NumberOf(value) == NumberOf(refused) : value == refused) return false;
  }
  if (value.is_number()) {
    const json::value* min = schema.if_contains("minimum");
    const json::value* max = schema.if_contains("maximum");
    if (min != nullptr && NumberOf(value) < NumberOf(*min)) return false;
    if (max != nullptr && NumberOf(value) > NumberOf(*max)) return false;
  }
  if (value.is_string()) {
    std::string text(value.get_string());
    size_t length = CountCodePoints(text);
    const json::value* min = schema.if_contains("minLength");
    const json::value* max = schema.if_contains("maxLength");
    const json::value* pattern = schema.if_contains("pattern");
    if (min != nullptr && length < static_cast<size_t>(NumberOf(*min))) return false;
    if (max != nullptr && length > static_cast<size_t>(NumberOf(*max))) return false;
    if (pattern != nullptr &&
        !re2::RE2::PartialMatch(text, re2::RE2(std::string(pattern->as_string()))))
      return false;
  }
  if (value.is_array() || value.is_object()) return IsValidContainer(value, schema, schemas);
  return true;
}

}  // namespace tamarack::tests
