#pragma once

#include <google/protobuf/descriptor.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace tamarack::gateway {

// The field's name in JSON: the proto's own, unless it sets `json_name` to something that is not
// its camel case
// (`links [json_name = "_links"]`).
std::string JsonName(const google::protobuf::FieldDescriptor& field);

// How one message type is printed, worked out once when a descriptor set is loaded: field rules are
// options, and looking an option up costs more than printing a field.
struct MessagePlan {
  struct Field {
    const google::protobuf::FieldDescriptor* field;
    std::string key;                       // `"name":`
    const MessagePlan* message = nullptr;  // Of a message field, or of the values of a map.
    bool null_when_unset = false;
    bool json_string = false;
  };
  const google::protobuf::Descriptor* type = nullptr;
  std::vector<Field> fields;                  // In the order of declaration.
  std::unordered_map<int, size_t> by_number;  // → index in `fields`.
};

// Plans for every message type reachable from those asked for. Immutable once all are asked for.
class MessagePlans {
 public:
  const MessagePlan* Get(const google::protobuf::Descriptor& type);

 private:
  std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<MessagePlan>> plans_;
};

}  // namespace tamarack::gateway
