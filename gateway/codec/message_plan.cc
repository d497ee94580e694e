#include "gateway/codec/message_plan.h"

#include "gateway/codec/scalars.h"
#include "tamarack/api/v1/policy.pb.h"

namespace tamarack::gateway {

using google::protobuf::FieldDescriptor;

namespace {

bool Is64Bit(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
}

}  // namespace

std::string JsonName(const FieldDescriptor& field) {
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
  result->plans = this;
  result->style = style_;
  bool is_canonical = style_ == JsonStyle::kProtoJson;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const auto& rules = field->options().GetExtension(api::v1::rules);
    MessagePlan::Field entry{field,
                             "\"" + (is_canonical ? field->json_name() : JsonName(*field)) + "\":"};
    entry.null_when_unset = !is_canonical && rules.null_when_unset();
    const FieldDescriptor* value = field->is_map() ? field->message_type()->map_value() : field;
    entry.json_string = rules.json_string() || (is_canonical && Is64Bit(*value));
    entry.is_map = field->is_map();
    entry.wire_type = WireTypeOf(*field);
    entry.is_packable = field->is_packable();
    result->by_number.emplace(field->number(), result->fields.size());
    if (value->message_type() != nullptr) entry.message = Get(*value->message_type());
    result->fields.push_back(std::move(entry));
  }
  // A proto name wins over another field's JSON name.
  for (size_t i = 0; i < result->fields.size(); ++i)
    result->by_name.emplace(result->fields[i].field->name(), i);
  for (size_t i = 0; i < result->fields.size(); ++i)
    result->by_name.emplace(result->fields[i].field->json_name(), i);
  return result;
}

const MessagePlan* MessagePlans::FindByUrl(std::string_view url, const MessagePlan& any) const {
  size_t slash = url.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return nullptr;
  const auto* type =
      any.type->file()->pool()->FindMessageTypeByName(std::string(url.substr(slash + 1)));
  auto found = plans_.find(type);
  return found == plans_.end() ? nullptr : found->second.get();
}

}  // namespace tamarack::gateway
