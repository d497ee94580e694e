#include "platform/rpc/message_rules.h"

#include "platform/base/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

namespace tamarack::rpc {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

bool IsWellKnown(const Descriptor& type) {
  return type.file()->package() == "google.protobuf";
}

// The one field of a wrapper (google.protobuf.StringValue); null for other types.
const FieldDescriptor* WrappedIn(const Descriptor& type) {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
    case Descriptor::WELLKNOWNTYPE_FLOATVALUE:
    case Descriptor::WELLKNOWNTYPE_INT64VALUE:
    case Descriptor::WELLKNOWNTYPE_UINT64VALUE:
    case Descriptor::WELLKNOWNTYPE_INT32VALUE:
    case Descriptor::WELLKNOWNTYPE_UINT32VALUE:
    case Descriptor::WELLKNOWNTYPE_STRINGVALUE:
    case Descriptor::WELLKNOWNTYPE_BYTESVALUE:
    case Descriptor::WELLKNOWNTYPE_BOOLVALUE:
      return type.FindFieldByNumber(1);
    default:
      return nullptr;
  }
}

MessageRules::Field Compile(const FieldDescriptor& field) {
  const auto& options = field.options().GetExtension(api::v1::rules);
  MessageRules::Field compiled{&field, options.required(), options.max_items()};
  if (!field.is_repeated()) compiled.items_max = 0;
  compiled.scalar = field.is_map() ? field.message_type()->map_value() : &field;
  if (const Descriptor* type = compiled.scalar->message_type()) {
    compiled.scalar = WrappedIn(*type);
    compiled.is_wrapped = compiled.scalar != nullptr;
  }
  if (compiled.scalar == nullptr) return compiled;
  auto values = std::make_unique<const ValueRules>(field, *compiled.scalar);
  if (values->is_needed()) compiled.values = std::move(values);
  return compiled;
}

}  // namespace

MessageRules* RuleBook::Enter(const Descriptor& type,
                              std::vector<std::pair<const Descriptor*, MessageRules*>>* added) {
  auto& rules = rules_[&type];
  if (!rules) {
    rules = std::make_unique<MessageRules>();
    added->emplace_back(&type, rules.get());
  }
  return rules.get();
}

// Not recursive: types may hold one another in a chain of any length, or themselves.
const MessageRules* RuleBook::Get(const Descriptor& type) {
  if (auto known = rules_.find(&type); known != rules_.end())
    return known->second->is_live ? known->second.get() : nullptr;
  std::vector<std::pair<const Descriptor*, MessageRules*>> added;
  MessageRules* result = Enter(type, &added);
  std::unordered_map<const MessageRules*, std::vector<MessageRules*>> holders;
  std::vector<MessageRules*> live;
  auto enliven = [&](MessageRules* rules) {
    if (!std::exchange(rules->is_live, true)) live.push_back(rules);
  };
  for (size_t i = 0; i < added.size(); ++i) {
    auto [of, rules] = added[i];
    if (IsWellKnown(*of)) continue;
    for (int f = 0; f < of->field_count(); ++f) {
      MessageRules::Field field = Compile(*of->field(f));
      if (field.scalar == nullptr) {
        const FieldDescriptor* value =
            of->field(f)->is_map() ? of->field(f)->message_type()->map_value() : of->field(f);
        MessageRules* message = Enter(*value->message_type(), &added);
        field.message = message;
        holders[message].push_back(rules);
        if (message->is_live) enliven(rules);
      }
      if (field.AsksItself()) enliven(rules);
      if (field.AsksItself() || field.message != nullptr) rules->fields.push_back(std::move(field));
    }
  }
  while (!live.empty()) {
    const MessageRules* rules = live.back();
    live.pop_back();
    for (MessageRules* holder : holders[rules]) enliven(holder);
  }
  for (auto& [of, rules] : added) {
    for (MessageRules::Field& field : rules->fields) {
      if (field.message != nullptr && !field.message->is_live) field.message = nullptr;
    }
    std::erase_if(rules->fields, [](const auto& field) {
      return !field.AsksItself() && field.message == nullptr;
    });
  }
  return result->is_live ? result : nullptr;
}

std::string PathOf(const FieldPlace& place) {
  std::string path = place.above != nullptr ? PathOf(*place.above) + "." : "";
  path += place.field->name();
  if (place.item == FieldPlace::Item::kElement) absl::StrAppend(&path, "[", place.index, "]");
  if (place.item == FieldPlace::Item::kEntry) absl::StrAppend(&path, "[", ToAbsl(place.key), "]");
  return path;
}

}  // namespace tamarack::rpc
