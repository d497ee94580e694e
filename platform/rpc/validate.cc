#include "platform/rpc/validate.h"

#include "platform/rpc/errors.h"
#include "platform/rpc/timestamp.h"
#include "platform/text/text.h"

#include "tamarack/api/v1/policy.pb.h"

#include <google/protobuf/descriptor.h>
#include <re2/re2.h>

#include <mutex>
#include <unordered_map>

namespace tamarack::rpc {
namespace {

namespace pb = google::protobuf;
using api::v1::FieldRules;

// Violations beyond this add nothing for the caller.
constexpr size_t kViolationsMax = 20;

// Compiled once per pattern; patterns come from our descriptors, so their number is bounded.
const RE2& CompiledPattern(const std::string& pattern) {
  static std::mutex mutex;
  static auto& cache = *new std::unordered_map<std::string, std::unique_ptr<RE2>>();
  std::lock_guard lock(mutex);
  auto& entry = cache[pattern];
  if (!entry) entry = std::make_unique<RE2>(pattern);
  return *entry;
}

class Validator {
 public:
  // Without them, only times are checked.
  explicit Validator(bool has_rules) : has_rules_(has_rules) {}

  void Check(const pb::Message& message, const std::string& prefix) {
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count() && violations_.size() < kViolationsMax; ++i) {
      const auto* field = descriptor->field(i);
      std::string path = prefix + field->name();
      if (has_rules_ && field->options().HasExtension(api::v1::rules)) {
        CheckField(message, *field, field->options().GetExtension(api::v1::rules), path);
      }
      if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) Descend(message, *field, path);
    }
  }
  absl::Status Result() const {
    return violations_.empty() ? absl::OkStatus() : InvalidFields(violations_);
  }

 private:
  void Descend(const pb::Message& message, const pb::FieldDescriptor& field,
               const std::string& path) {
    const auto* reflection = message.GetReflection();
    if (!field.is_repeated()) {
      if (reflection->HasField(message, &field))
        CheckInner(reflection->GetMessage(message, &field), path);
      return;
    }
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      CheckInner(reflection->GetRepeatedMessage(message, &field, i),
                 path + "[" + std::to_string(i) + "]");
    }
  }

  void CheckInner(const pb::Message& message, const std::string& path) {
    if (const auto* time = dynamic_cast<const pb::Timestamp*>(&message)) {
      if (!IsValid(*time)) Add(path, "must be a time of the years 1 to 9999");
    } else if (message.GetDescriptor()->file()->package() != "google.protobuf") {
      Check(message, path + ".");
    }
  }

  void CheckField(const pb::Message& message, const pb::FieldDescriptor& field,
                  const FieldRules& rules, const std::string& path) {
    const auto* reflection = message.GetReflection();
    if (field.is_repeated()) {
      int size = reflection->FieldSize(message, &field);
      if (rules.required() && size == 0) return Add(path, "required");
      if (rules.max_items() > 0 && size > static_cast<int>(rules.max_items())) {
        return Add(path, "must have at most " + std::to_string(rules.max_items()) + " elements");
      }
      if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
        for (int i = 0; i < size && violations_.size() < kViolationsMax; ++i) {
          std::string element = reflection->GetRepeatedString(message, &field, i);
          CheckText(element, rules, path + "[" + std::to_string(i) + "]");
        }
      }
      return;
    }
    bool present =
        field.has_presence() ? reflection->HasField(message, &field) : !IsDefault(message, field);
    if (!present) {
      if (rules.required()) Add(path, "required");
      return;
    }
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      std::string value = reflection->GetString(message, &field);
      if (rules.required() && text::IsBlank(value)) return Add(path, "required");
      return CheckText(value, rules, path);
    }
    if (rules.has_min() || rules.has_max()) CheckNumber(message, field, rules, path);
  }

  static bool IsDefault(const pb::Message& message, const pb::FieldDescriptor& field) {
    // Without presence, HasField of a scalar is "differs from the default".
    return !message.GetReflection()->HasField(message, &field);
  }

  void CheckText(const std::string& value, const FieldRules& rules, const std::string& path) {
    size_t length = text::CountCharacters(value);
    if (length < rules.min_len()) {
      return Add(path, "must be at least " + std::to_string(rules.min_len()) + " characters");
    }
    if (rules.max_len() > 0 && length > rules.max_len()) {
      return Add(path, "must be at most " + std::to_string(rules.max_len()) + " characters");
    }
    if (!rules.pattern().empty() && !RE2::FullMatch(value, CompiledPattern(rules.pattern()))) {
      return Add(path, "has the wrong format");
    }
    if (rules.in().empty()) return;
    if (std::find(rules.in().begin(), rules.in().end(), value) != rules.in().end()) return;
    std::string choices;
    for (const auto& choice : rules.in()) choices += (choices.empty() ? "" : ", ") + choice;
    Add(path, "must be one of " + choices);
  }

  void CheckNumber(const pb::Message& message, const pb::FieldDescriptor& field,
                   const FieldRules& rules, const std::string& path) {
    const auto* reflection = message.GetReflection();
    int64_t value = 0;
    switch (field.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_INT32:
        value = reflection->GetInt32(message, &field);
        break;
      case pb::FieldDescriptor::CPPTYPE_INT64:
        value = reflection->GetInt64(message, &field);
        break;
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        value = reflection->GetUInt32(message, &field);
        break;
      default:
        return;
    }
    if (rules.has_min() && value < rules.min()) {
      return Add(path, "must be at least " + std::to_string(rules.min()));
    }
    if (rules.has_max() && value > rules.max())
      Add(path, "must be at most " + std::to_string(rules.max()));
  }

  void Add(const std::string& path, std::string description) {
    violations_.push_back({path, std::move(description)});
  }

  const bool has_rules_;
  std::vector<FieldViolation> violations_;
};

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

absl::Status Validate(const pb::Message& message) {
  if (std::string path = FindNul(message); !path.empty())
    return InvalidField(path, "must not hold the character U+0000");
  Validator validator(true);
  validator.Check(message, "");
  return validator.Result();
}

absl::Status CheckTimes(const pb::Message& message) {
  Validator validator(false);
  validator.Check(message, "");
  return validator.Result();
}

absl::Status CheckLine(std::string_view field, std::string_view line) {
  return text::HasControlCharacter(line)
             ? InvalidField(field, "must hold no control characters and none of direction")
             : absl::OkStatus();
}

}  // namespace tamarack::rpc
