#include "platform/rpc/json_struct.h"

#include <cmath>

namespace tamarack::rpc {
namespace json = boost::json;
namespace pb = google::protobuf;

pb::Struct ToStruct(const json::object& object) {
  pb::Struct message;
  for (const auto& member : object) {
    (*message.mutable_fields())[std::string(member.key())] = ToValue(member.value());
  }
  return message;
}

json::object FromStruct(const pb::Struct& message) {
  json::object object;
  for (const auto& [key, value] : message.fields()) object[key] = FromValue(value);
  return object;
}

pb::Value ToValue(const json::value& value) {
  pb::Value message;
  if (value.is_null()) {
    message.set_null_value(pb::NULL_VALUE);
  } else if (value.is_bool()) {
    message.set_bool_value(value.get_bool());
  } else if (value.is_number()) {
    message.set_number_value(value.to_number<double>());
  } else if (value.is_string()) {
    message.set_string_value(std::string(value.get_string()));
  } else if (value.is_array()) {
    auto* list = message.mutable_list_value();
    for (const auto& element : value.get_array()) *list->add_values() = ToValue(element);
  } else {
    *message.mutable_struct_value() = ToStruct(value.get_object());
  }
  return message;
}

json::value FromValue(const pb::Value& message) {
  constexpr double kExactMax = 9007199254740992.0;  // 2^53
  switch (message.kind_case()) {
    case pb::Value::kBoolValue:
      return message.bool_value();
    case pb::Value::kNumberValue: {
      double number = message.number_value();
      if (std::nearbyint(number) == number && std::fabs(number) <= kExactMax) {
        return static_cast<int64_t>(number);
      }
      return number;
    }
    case pb::Value::kStringValue:
      return json::value(message.string_value());
    case pb::Value::kListValue: {
      json::array array;
      for (const auto& element : message.list_value().values()) array.push_back(FromValue(element));
      return array;
    }
    case pb::Value::kStructValue:
      return FromStruct(message.struct_value());
    default:
      return nullptr;
  }
}

}  // namespace tamarack::rpc
