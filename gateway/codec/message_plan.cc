#include "gateway/codec/message_plan.h"

#include "tamarack/api/v1/policy.pb.h"

namespace tamarack::gateway {

std::string JsonName(const google::protobuf::FieldDescriptor& field) {
  // Descriptor sets always hold a json_name: protoc fills in the camel case where the proto says
  // nothing.
  return field.json_name() == field.camelcase_name() ? field.name() : field.json_name();
}

const MessagePlan* MessagePlans::Get(const google::protobuf::Descriptor& type) {
  auto& plan = plans_[&type];
  if (plan) return plan.get();
  // Entered before its fields are, so that a recursive type finds itself.
  plan = std::make_unique<MessagePlan>();
  MessagePlan* result = plan.get();
  result->type = &type;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    const auto& rules = field->options().GetExtension(api::v1::rules);
    MessagePlan::Field entry{field, "\"" + JsonName(*field) + "\":", nullptr,
                             rules.null_when_unset(), rules.json_string()};
    result->by_number.emplace(field->number(), result->fields.size());
    const auto* message = field->is_map() ? field->message_type()->map_value()->message_type()
                                          : field->message_type();
    if (message != nullptr) entry.message = Get(*message);
    result->fields.push_back(std::move(entry));
  }
  return result;
}

}  // namespace tamarack::gateway
