#pragma once

#include "platform/rpc/errors.h"
#include "platform/rpc/field_rules.h"

#include <google/protobuf/descriptor.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tamarack::rpc {

// What the field rules ask of the messages of one type: only fields of which, or within which,
// something is asked. Worked out once; immutable.
struct MessageRules {
  struct Field {
    const google::protobuf::FieldDescriptor* field;
    bool is_required = false;
    uint32_t items_max = 0;                         // 0: any number.
    std::unique_ptr<const ValueRules> values = {};  // Null: any value.
    const MessageRules* message = nullptr;          // Of message values; null: nothing within them.
    // What holds a value that is no message: the field, its map's `value` or what a wrapper in
    // either holds.
    const google::protobuf::FieldDescriptor* scalar = nullptr;
    bool is_wrapped = false;

    bool AsksItself() const { return is_required || items_max > 0 || values != nullptr; }
  };
  std::vector<Field> fields;  // In the order of declaration.
  bool is_live = false;       // Whether anything is asked at any depth.
};

// The rules of every message type reachable from those asked for. Well-known types are single
// values: nothing is asked of what they hold, but for wrappers.
class RuleBook {
 public:
  // Null where nothing is asked of such a message, at any depth.
  const MessageRules* Get(const google::protobuf::Descriptor& type);

 private:
  MessageRules* Enter(
      const google::protobuf::Descriptor& type,
      std::vector<std::pair<const google::protobuf::Descriptor*, MessageRules*>>* added);

  std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<MessageRules>> rules_;
};

// A place in a message; lives on the stack of whoever walks there.
struct FieldPlace {
  const FieldPlace* above;  // Null at the top.
  const google::protobuf::FieldDescriptor* field;
  enum class Item { kWhole, kElement, kEntry } item = Item::kWhole;
  size_t index = 0;           // Of kElement.
  std::string_view key = {};  // Of kEntry.
};
// With proto names: `lines[2].amount`, `labels[colour]`.
std::string PathOf(const FieldPlace& place);

// What is wrong with one request. More than `kMax` add nothing for the caller.
class Violations {
 public:
  explicit Violations(std::string_view language) : language_(language) {}
  bool is_full() const { return list_.size() >= kMax; }
  void Add(const FieldPlace& place, const Flaw& flaw) {
    if (!is_full()) list_.push_back({PathOf(place), Describe(flaw, language_)});
  }
  void Add(std::string path, const Flaw& flaw) {
    if (!is_full()) list_.push_back({std::move(path), Describe(flaw, language_)});
  }
  // INVALID_ARGUMENT with all of them, or OK.
  absl::Status Result() const { return list_.empty() ? absl::OkStatus() : InvalidFields(list_); }

 private:
  static constexpr size_t kMax = 20;
  std::string_view language_;
  std::vector<FieldViolation> list_;
};

// Checks a message by its rules. A View shows one message, however it is held:
//   size_t Count(const MessageRules::Field&) const: how many values the field has; 0 for a singular
//     one that is not present, or has its default value and cannot tell;
//   void ForEach(const MessageRules::Field&, FieldPlace, take_scalar, take_message) const: shows
//     each value, with its place, as take_scalar(FieldPlace, Scalar) or take_message(FieldPlace,
//     View).
template <class View>
void CheckRules(const MessageRules& rules, const View& view, const FieldPlace* above,
                Violations& violations) {
  for (const MessageRules::Field& field : rules.fields) {
    if (violations.is_full()) return;
    FieldPlace place{above, field.field};
    size_t count = view.Count(field);
    if (count == 0) {
      if (field.is_required) violations.Add(place, {Breach::kRequired});
      continue;
    }
    if (field.items_max > 0 && count > field.items_max) {
      violations.Add(place, {Breach::kTooMany, std::to_string(field.items_max)});
      continue;
    }
    if (field.values == nullptr && field.message == nullptr) continue;
    view.ForEach(
        field, place,
        [&](const FieldPlace& at, const Scalar& value) {
          if (auto flaw = field.values->Check(value)) violations.Add(at, *flaw);
          return !violations.is_full();
        },
        [&](const FieldPlace& at, const View& inner) {
          CheckRules(*field.message, inner, &at, violations);
          return !violations.is_full();
        });
  }
}

}  // namespace tamarack::rpc
