#include "gateway/response/location.h"

#include "gateway/codec/field_tree.h"
#include "gateway/codec/wire.h"
#include "gateway/codec/wire_to_json.h"
#include "platform/base/url.h"

namespace tamarack::gateway {
namespace {

// The value at a dotted path as plain text.
std::string ReadField(std::string_view path, std::string_view wire, const MessagePlan& plan) {
  size_t dot = path.find('.');
  const auto* field = plan.type->FindFieldByName(std::string(path.substr(0, dot)));
  if (field == nullptr) return {};
  if (dot == std::string_view::npos) {
    std::string text, flaw;
    if (!WireFieldToJson(wire, plan, field->number(), text, &flaw).ok()) return {};
    if (text == "null" || !flaw.empty()) return {};  // not set; the string would have quotes
    // Identifiers hold nothing that JSON escapes.
    return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : text;
  }
  const MessagePlan* inner_plan = plan.fields[plan.by_number.at(field->number())].message;
  std::string inner;
  WireField part;
  for (WireReader reader(wire); !reader.AtEnd() && reader.Next(&part);) {
    if (part.number == field->number()) inner += part.bytes;
  }
  return inner_plan ? ReadField(path.substr(dot + 1), inner, *inner_plan) : std::string();
}

}  // namespace

std::string FillLocation(std::string_view location, std::string_view wire,
                         const MessagePlan& plan) {
  std::string out;
  while (true) {
    size_t open = location.find('{');
    size_t close = location.find('}', open);
    out += location.substr(0, open);
    if (close == std::string_view::npos) return out;
    out += PercentEncodePath(ReadField(location.substr(open + 1, close - open - 1), wire, plan));
    location.remove_prefix(close + 1);
  }
}

}  // namespace tamarack::gateway
