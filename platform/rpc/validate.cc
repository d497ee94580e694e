#include "platform/rpc/validate.h"

#include "platform/rpc/message_rules.h"
#include "platform/rpc/timestamp.h"
#include "platform/text/text.h"

#include <absl/strings/str_cat.h>
#include <google/protobuf/descriptor.h>

#include <mutex>

namespace tamarack::rpc {
namespace {

namespace pb = google::protobuf;
using pb::FieldDescriptor;

// Rules of our own protos, whose descriptors stay; of others they are worked out each time.
const MessageRules* RulesOf(const pb::Descriptor& type, RuleBook* own) {
  if (type.file()->pool() != pb::DescriptorPool::generated_pool()) return own->Get(type);
  static std::mutex mutex;
  static auto& book = *new RuleBook();
  std::lock_guard lock(mutex);
  return book.Get(type);
}

// Shows a parsed message to CheckRules.
class MessageView {
 public:
  explicit MessageView(const pb::Message& message) : message_(message) {}

  size_t Count(const MessageRules::Field& field) const {
    const auto* reflection = message_.GetReflection();
    if (field.field->is_repeated())
      return static_cast<size_t>(reflection->FieldSize(message_, field.field));
    return reflection->HasField(message_, field.field) ? 1 : 0;
  }

  template <class TakeScalar, class TakeMessage>
  void ForEach(const MessageRules::Field& field, FieldPlace place, TakeScalar take_scalar,
               TakeMessage take_message) const {
    const auto* reflection = message_.GetReflection();
    bool is_message = field.message != nullptr;
    std::string scratch;
    if (!field.field->is_repeated()) {
      if (is_message) {
        take_message(place, MessageView(reflection->GetMessage(message_, field.field)));
      } else {
        take_scalar(place, Read(message_, *field.field, field, &scratch));
      }
      return;
    }
    std::string key;
    for (int i = 0; i < reflection->FieldSize(message_, field.field); ++i) {
      bool goes_on = true;
      if (field.field->is_map()) {
        const pb::Message& entry = reflection->GetRepeatedMessage(message_, field.field, i);
        const FieldDescriptor& value = *field.field->message_type()->map_value();
        place.item = FieldPlace::Item::kEntry;
        place.key = key = KeyOf(entry);
        goes_on =
            is_message
                ? take_message(place, MessageView(entry.GetReflection()->GetMessage(entry, &value)))
                : take_scalar(place, Read(entry, value, field, &scratch));
      } else {
        place.item = FieldPlace::Item::kElement;
        place.index = static_cast<size_t>(i);
        goes_on = is_message ? take_message(place, MessageView(reflection->GetRepeatedMessage(
                                                       message_, field.field, i)))
                             : take_scalar(place, ReadElement(field, i, &scratch));
      }
      if (!goes_on) return;
    }
  }

 private:
  static std::string KeyOf(const pb::Message& entry) {
    const FieldDescriptor& key = *entry.GetDescriptor()->map_key();
    std::string scratch;
    Scalar read = ReadScalar(entry, key, &scratch);
    switch (key.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return std::string(read.text);
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64:
        return std::to_string(read.natural);
      case FieldDescriptor::CPPTYPE_BOOL:
        return read.integer != 0 ? "true" : "false";
      default:
        return std::to_string(read.integer);
    }
  }

  // The value of a singular field, or what is in the wrapper that it holds.
  static Scalar Read(const pb::Message& message, const FieldDescriptor& singular,
                     const MessageRules::Field& field, std::string* scratch) {
    if (!field.is_wrapped) return ReadScalar(message, singular, scratch);
    return ReadScalar(message.GetReflection()->GetMessage(message, &singular), *field.scalar,
                      scratch);
  }

  static Scalar ReadScalar(const pb::Message& message, const FieldDescriptor& field,
                           std::string* scratch) {
    const auto* reflection = message.GetReflection();
    Scalar value;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        value.integer = reflection->GetInt32(message, &field);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        value.integer = reflection->GetInt64(message, &field);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        value.natural = reflection->GetUInt32(message, &field);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        value.natural = reflection->GetUInt64(message, &field);
        break;
      case FieldDescriptor::CPPTYPE_FLOAT:
        value.floating = reflection->GetFloat(message, &field);
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        value.floating = reflection->GetDouble(message, &field);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        value.integer = reflection->GetBool(message, &field) ? 1 : 0;
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        value.integer = reflection->GetEnumValue(message, &field);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        value.text = reflection->GetStringReference(message, &field, scratch);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    return value;
  }

  Scalar ReadElement(const MessageRules::Field& field, int index, std::string* scratch) const {
    const auto* reflection = message_.GetReflection();
    const FieldDescriptor* list = field.field;
    Scalar value;
    switch (list->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        value.integer = reflection->GetRepeatedInt32(message_, list, index);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        value.integer = reflection->GetRepeatedInt64(message_, list, index);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        value.natural = reflection->GetRepeatedUInt32(message_, list, index);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        value.natural = reflection->GetRepeatedUInt64(message_, list, index);
        break;
      case FieldDescriptor::CPPTYPE_FLOAT:
        value.floating = reflection->GetRepeatedFloat(message_, list, index);
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        value.floating = reflection->GetRepeatedDouble(message_, list, index);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        value.integer = reflection->GetRepeatedBool(message_, list, index) ? 1 : 0;
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        value.integer = reflection->GetRepeatedEnumValue(message_, list, index);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        value.text = reflection->GetRepeatedStringReference(message_, list, index, scratch);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:  // A wrapper.
        return ReadScalar(reflection->GetRepeatedMessage(message_, list, index), *field.scalar,
                          scratch);
    }
    return value;
  }

  const pb::Message& message_;
};

// Each time that JSON has no text for.
void FindBadTimes(const pb::Message& message, const std::string& prefix, Violations& violations) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    bool is_list = field->is_repeated();
    int size = is_list ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size && !violations.is_full(); ++i) {
      const pb::Message& inner = is_list ? reflection->GetRepeatedMessage(message, field, i)
                                         : reflection->GetMessage(message, field);
      std::string path = prefix + field->name();
      if (is_list) absl::StrAppend(&path, "[", i, "]");
      if (const auto* time = dynamic_cast<const pb::Timestamp*>(&inner)) {
        if (!IsValid(*time)) violations.Add(std::move(path), {Breach::kTime});
      } else if (inner.GetDescriptor()->file()->package() != "google.protobuf") {
        FindBadTimes(inner, path + ".", violations);
      }
    }
  }
}

// The first text that holds U+0000, at which C and PostgreSQL would end it; empty when none does.
// Well-known types are named as a whole. No deeper than protobuf's parser lets a message be.
std::string FindNul(const pb::Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    bool is_list = field->is_repeated();
    bool is_message = field->message_type() != nullptr;
    if (!is_message && field->type() != pb::FieldDescriptor::TYPE_STRING) continue;
    int size = is_list ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      std::string scratch, below;
      bool is_found = false;
      if (is_message) {
        below = FindNul(is_list ? reflection->GetRepeatedMessage(message, field, i)
                                : reflection->GetMessage(message, field));
        is_found = !below.empty();
        if (field->message_type()->file()->package() == "google.protobuf") below.clear();
      } else {
        const std::string& text =
            is_list ? reflection->GetRepeatedStringReference(message, field, i, &scratch)
                    : reflection->GetStringReference(message, field, &scratch);
        is_found = text.find('\0') != std::string::npos;
      }
      if (!is_found) continue;
      std::string path = field->name();
      if (is_list) path += "[" + std::to_string(i) + "]";
      return below.empty() ? path : path + "." + below;
    }
  }
  return {};
}

}  // namespace

absl::Status Validate(const pb::Message& message, std::string_view language) {
  if (std::string path = FindNul(message); !path.empty())
    return InvalidField(path, Describe({Breach::kNul}, language));
  Violations violations(language);
  RuleBook own;
  if (const MessageRules* rules = RulesOf(*message.GetDescriptor(), &own))
    CheckRules(*rules, MessageView(message), nullptr, violations);
  FindBadTimes(message, "", violations);
  return violations.Result();
}

absl::Status CheckTimes(const pb::Message& message) {
  Violations violations("en");
  FindBadTimes(message, "", violations);
  return violations.Result();
}

absl::Status CheckLine(std::string_view field, std::string_view line) {
  return text::HasControlCharacter(line)
             ? InvalidField(field, "must hold no control characters and none of direction")
             : absl::OkStatus();
}

}  // namespace tamarack::rpc
