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

// Not recursive: a back end's types may hold one another in a chain of any length.
const MessagePlan* MessagePlans::Get(const google::protobuf::Descriptor& type) {
  std::vector<MessagePlan*> added;
  const MessagePlan* result = Enter(type, added);
  while (!added.empty()) {
    MessagePlan* plan = added.back();
    added.pop_back();
    Fill(*plan, added);
  }
  return result;
}

const MessagePlan* MessagePlans::Enter(const google::protobuf::Descriptor& type,
                                       std::vector<MessagePlan*>& added) {
  auto& plan = plans_[&type];
  if (!plan) {
    plan = std::make_unique<MessagePlan>();
    plan->type = &type;
    plan->plans = this;
    plan->style = style_;
    added.push_back(plan.get());
  }
  return plan.get();
}

void MessagePlans::Fill(MessagePlan& plan, std::vector<MessagePlan*>& added) {
  const google::protobuf::Descriptor& type = *plan.type;
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
    plan.by_number.emplace(field->number(), plan.fields.size());
    if (value->message_type() != nullptr) entry.message = Enter(*value->message_type(), added);
    plan.fields.push_back(std::move(entry));
  }
  // A proto name wins over another field's JSON name.
  for (size_t i = 0; i < plan.fields.size(); ++i)
    plan.by_name.emplace(plan.fields[i].field->name(), i);
  for (size_t i = 0; i < plan.fields.size(); ++i)
    plan.by_name.emplace(plan.fields[i].field->json_name(), i);
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
