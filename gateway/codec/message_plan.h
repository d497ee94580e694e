#pragma once

#include "gateway/codec/wire.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>
#include <google/protobuf/descriptor.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tamarack::gateway {

// How messages are written as JSON.
enum class JsonStyle {
  kOurs,       // Proto field names, 64-bit integers as numbers, every field without presence.
  kProtoJson,  // As protobuf's JSON mapping says: lowerCamel names, 64-bit integers as strings,
               // no fields with their default value.
};

// The field's name in our JSON: the proto's own, unless it sets `json_name` to something that is
// not its camel case (`links [json_name = "_links"]`).
std::string JsonName(const google::protobuf::FieldDescriptor& field);

class MessagePlans;

// How one message type is read and printed, worked out once when a descriptor set is loaded: field
// rules are options, and looking an option up costs more than printing a field.
struct MessagePlan {
  struct Field {
    const google::protobuf::FieldDescriptor* field;
    std::string key;                       // `"name":`
    const MessagePlan* message = nullptr;  // Of a message field, or of the values of a map.
    bool null_when_unset = false;
    bool json_string = false;
    bool is_map = false;
    WireType wire_type = WireType::kVarint;  // Of a single value.
    bool is_packable = false;                // May come as one length-delimited run of values.
  };
  // The field of this proto name or JSON name; null if there is none.
  const Field* Find(std::string_view name) const {
    auto found = by_name.find(absl::string_view(name.data(), name.size()));
    return found == by_name.end() ? nullptr : &fields[found->second];
  }

  const google::protobuf::Descriptor* type = nullptr;
  const MessagePlans* plans = nullptr;  // All of the same style.
  JsonStyle style = JsonStyle::kOurs;
  std::vector<Field> fields;                  // In the order of declaration.
  std::unordered_map<int, size_t> by_number;  // → index in `fields`.
  absl::flat_hash_map<std::string, size_t> by_name;
};

// Plans for every message type reachable from those asked for. Immutable once all are asked for.
class MessagePlans {
 public:
  explicit MessagePlans(JsonStyle style = JsonStyle::kOurs) : style_(style) {}

  const MessagePlan* Get(const google::protobuf::Descriptor& type);

  // The plan of the type that a google.protobuf.Any names (`type.googleapis.com/package.Type`),
  // from the descriptors that `any` comes from; null when it is not known there.
  const MessagePlan* FindByUrl(std::string_view url, const MessagePlan& any) const;

 private:
  // The plan of `type`; a new one is empty and added to `added`.
  const MessagePlan* Enter(const google::protobuf::Descriptor& type,
                           std::vector<MessagePlan*>& added);
  void Fill(MessagePlan& plan, std::vector<MessagePlan*>& added);

  JsonStyle style_;
  std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<MessagePlan>> plans_;
};

}  // namespace tamarack::gateway
