#include "gateway/reference/field_list.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <vector>

namespace tamarack::gateway {

namespace json = boost::json;

namespace {

constexpr std::string_view kSchemas = "#/components/schemas/";

// Rules as a reader takes them in, next to the type: `1 to 255 characters`.
std::vector<std::string> RulesOf(const json::object& schema) {
  std::vector<std::string> rules;
  auto range = [&](const char* least, const char* most, const char* unit) {
    const json::value* from = Member(schema, least);
    const json::value* to = Member(schema, most);
    if (from == nullptr && to == nullptr) return;
    std::string text = from && to
                           ? absl::StrCat(json::serialize(*from), " to ", json::serialize(*to))
                       : to ? absl::StrCat("at most ", json::serialize(*to))
                            : absl::StrCat("at least ", json::serialize(*from));
    rules.push_back(absl::StrCat(text, unit));
  };
  range("minLength", "maxLength", " characters");
  range("minimum", "maximum", "");
  range("minItems", "maxItems", " elements");
  range("minProperties", "maxProperties", " members");
  if (const json::value* values = Member(schema, "enum")) {
    std::vector<std::string> names;
    for (const json::value& value : values->as_array()) {
      if (value.is_string()) names.emplace_back(value.as_string());
    }
    rules.push_back(absl::StrCat("one of ", absl::StrJoin(names, ", ")));
  }
  if (std::string pattern = TextMember(schema, "pattern"); !pattern.empty())
    rules.push_back(absl::StrCat("like ", pattern));
  return rules;
}

// Comments are typed with the apostrophe of the keyboard.
std::string WithApostrophes(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"'", "’"}});
}

}  // namespace

const json::value* Member(const json::object& object, std::string_view name) {
  return object.if_contains(json::string_view(name));
}

std::string TextMember(const json::object& object, std::string_view name) {
  const json::value* value = Member(object, name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

void AddPieces(pages::Scope& scope, std::string_view text) {
  bool is_code = false;
  for (absl::string_view piece : absl::StrSplit(ToAbsl(text), '`')) {
    std::string shown = is_code ? std::string(piece) : WithApostrophes(piece);
    if (!piece.empty())
      scope.Add("PIECE").Set("PIECE_TEXT", shown).Show(is_code ? "CODE" : "PLAIN");
    is_code = !is_code;
  }
}

std::string PlainText(std::string_view text) {
  return absl::StrReplaceAll(WithApostrophes(ToAbsl(text)), {{"`", ""}});
}

std::string ShortTypeName(std::string_view full_name) {
  std::vector<absl::string_view> parts = absl::StrSplit(ToAbsl(full_name), '.');
  auto first = std::find_if(parts.begin(), parts.end(), [](absl::string_view part) {
    return !part.empty() && absl::ascii_isupper(static_cast<unsigned char>(part[0]));
  });
  return first == parts.end() ? std::string(full_name) : absl::StrJoin(first, parts.end(), ".");
}

std::string TypeAnchor(std::string_view full_name) {
  return absl::StrCat("schema-", ToAbsl(full_name));
}

TypeName TypeOf(const json::object& schema) {
  std::string reference = TextMember(schema, "$ref");
  if (!reference.empty()) {
    std::string_view name = std::string_view(reference).substr(kSchemas.size());
    return {ShortTypeName(name), TypeAnchor(name)};
  }
  if (const json::value* choices = Member(schema, "anyOf")) {  // What may be null.
    TypeName type = TypeOf(choices->as_array()[0].as_object());
    type.text += " or null";
    return type;
  }
  const json::value* type = Member(schema, "type");
  if (type == nullptr) return {"any value", ""};
  if (type->is_array()) {
    json::object bare = schema;
    bare["type"] = type->as_array()[0];
    TypeName inner = TypeOf(bare);
    inner.text += " or null";
    return inner;
  }
  std::string name(type->as_string());
  if (name == "array") {
    TypeName element = TypeOf(schema.at("items").as_object());
    return {absl::StrCat("list of ", element.text), element.anchor};
  }
  const json::value* values = Member(schema, "additionalProperties");
  if (name == "object" && values != nullptr && values->is_object()) {
    TypeName value = TypeOf(values->as_object());
    return {absl::StrCat("object with values of ", value.text), value.anchor};
  }
  std::string format = TextMember(schema, "format");
  if (format.empty()) format = TextMember(schema, "contentEncoding");
  return {format.empty() ? name : absl::StrCat(name, " (", format, ")"), ""};
}

void FillField(pages::Scope& row, std::string_view name, const json::object& schema,
               std::string_view description, bool is_required, std::string_view where) {
  row.Set("FIELD_NAME", name);
  if (!where.empty())
    row.Show(absl::StrCat("IN_", absl::AsciiStrToUpper(absl::string_view(ToAbsl(where)))));
  TypeName type = TypeOf(schema);
  row.Set("TYPE", type.text).Show(type.anchor.empty() ? "UNLINKED" : "LINKED");
  if (!type.anchor.empty()) row.Set("TYPE_HREF", type.anchor);
  if (is_required) row.Show("REQUIRED");
  std::vector<std::string> rules = RulesOf(schema);
  if (const json::value* items = Member(schema, "items")) {
    for (std::string& rule : RulesOf(items->as_object())) rules.push_back(std::move(rule));
  }
  if (!rules.empty()) row.Add("RULE").Set("RULE_TEXT", absl::StrJoin(rules, "; "));
  if (!description.empty()) AddPieces(row.Add("ABOUT"), description);
}

void AddProperties(pages::Scope& scope, std::string_view section, const json::object& schema) {
  const json::value* properties = Member(schema, "properties");
  if (properties == nullptr) return;
  const json::value* required = Member(schema, "required");
  for (const auto& property : properties->as_object()) {
    bool is_required =
        required != nullptr &&
        std::any_of(required->as_array().begin(), required->as_array().end(),
                    [&](const json::value& name) { return name.as_string() == property.key(); });
    const json::object& value = property.value().as_object();
    FillField(scope.Add(section), property.key(), value, TextMember(value, "description"),
              is_required);
  }
}

}  // namespace tamarack::gateway
