#include "gateway/codec/wire_rules.h"

#include "gateway/codec/scalars.h"
#include "gateway/codec/wire.h"
#include "platform/base/status.h"

#include <absl/container/inlined_vector.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <string>

namespace tamarack::gateway {

using google::protobuf::FieldDescriptor;
using rpc::FieldPlace;
using rpc::MessageRules;
using rpc::Scalar;

namespace {

Scalar ReadScalar(const FieldDescriptor& field, const WireField& wire) {
  Scalar value;
  auto bits32 = static_cast<uint32_t>(wire.value);
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
      value.text = wire.bytes;
      break;
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SFIXED32:
    case FieldDescriptor::TYPE_ENUM:
      value.integer = static_cast<int32_t>(bits32);
      break;
    case FieldDescriptor::TYPE_SINT32:
      value.integer = static_cast<int32_t>(UnZigZag(bits32));
      break;
    case FieldDescriptor::TYPE_SINT64:
      value.integer = UnZigZag(wire.value);
      break;
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SFIXED64:
      value.integer = static_cast<int64_t>(wire.value);
      break;
    case FieldDescriptor::TYPE_BOOL:
      value.integer = wire.value != 0 ? 1 : 0;
      break;
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      value.natural = bits32;
      break;
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      value.natural = wire.value;
      break;
    case FieldDescriptor::TYPE_FLOAT:
      value.floating = std::bit_cast<float>(bits32);
      break;
    case FieldDescriptor::TYPE_DOUBLE:
      value.floating = std::bit_cast<double>(wire.value);
      break;
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_GROUP:
      break;
  }
  return value;
}

size_t PackedCount(const FieldDescriptor& field, std::string_view bytes) {
  switch (WireTypeOf(field)) {
    case WireType::kFixed32:
      return bytes.size() / 4;
    case WireType::kFixed64:
      return bytes.size() / 8;
    default:
      return static_cast<size_t>(
          std::ranges::count_if(bytes, [](char c) { return static_cast<uint8_t>(c) < 0x80; }));
  }
}

// The last field of this number within a message's bytes; empty where there is none.
WireField LastOf(std::string_view wire, int number) {
  WireField field, found;
  for (WireReader reader(wire); !reader.AtEnd() && reader.Next(&field);) {
    if (field.number == number) found = field;
  }
  return found;
}

std::string KeyText(const FieldDescriptor& field, const WireField& wire) {
  Scalar key = ReadScalar(field, wire);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return std::string(key.text);
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(key.natural);
    case FieldDescriptor::CPPTYPE_BOOL:
      return key.integer != 0 ? "true" : "false";
    default:
      return std::to_string(key.integer);
  }
}

// What a FieldMask names of one message.
struct Mask {
  bool names_all = false;
  std::map<std::string, Mask, std::less<>> fields = {};

  void Add(std::string_view path) {
    Mask* at = this;
    for (absl::string_view name : absl::StrSplit(ToAbsl(path), '.')) {
      if (name != "*") at = &at->fields[std::string(name)];
    }
    at->names_all = true;
  }
  const Mask& Of(const FieldDescriptor& field) const {
    static const Mask kNothing;
    auto found = fields.find(field.name());
    return found == fields.end() ? kNothing : found->second;
  }
};

// Shows the wire bytes of a message to CheckRules. Holds a few words for each field with rules,
// however many values there are: lists are read again when they are looked at.
class WireView {
 public:
  // `mask`: of this message; null: all of it counts. `masked` is a field of this message with a
  // mask of its own.
  WireView(const MessageRules& rules, std::string_view wire, const Mask* mask,
           const FieldDescriptor* masked = nullptr, const Mask* masked_by = nullptr)
      : rules_(rules),
        mask_(mask),
        masked_(masked),
        masked_by_(masked_by),
        slots_(rules.fields.size()) {
    WireField field;
    for (WireReader reader(wire);;) {
      std::string_view from = reader.rest();
      if (reader.AtEnd() || !reader.Next(&field)) break;
      for (size_t i = 0; i < slots_.size(); ++i) {
        if (rules.fields[i].field->number() == field.number) Note(i, field, from);
      }
    }
  }

  size_t Count(const MessageRules::Field& field) const {
    const Slot& slot = SlotOf(field);
    // What the mask leaves out may be absent: there is something, of which nothing is shown.
    size_t none = mask_ != nullptr && !mask_->Of(*field.field).names_all ? 1 : 0;
    if (slot.count == 0) return none;
    if (field.field->is_repeated()) return slot.count;
    bool has_default =
        !field.field->has_presence() && slot.last.value == 0 && slot.last.bytes.empty();
    return has_default ? none : 1;
  }

  template <class TakeScalar, class TakeMessage>
  void ForEach(const MessageRules::Field& field, FieldPlace place, TakeScalar take_scalar,
               TakeMessage take_message) const {
    const Slot& slot = SlotOf(field);
    if (slot.count == 0) return;
    const Mask* mask = MaskOf(*field.field);
    auto take = [&](const WireField& value) {
      if (field.message != nullptr)
        return take_message(place, WireView(*field.message, value.bytes, mask));
      return take_scalar(place, Read(field, value));
    };
    if (!field.field->is_repeated()) {
      WireField value = slot.last;
      std::string merged;
      if (slot.count > 1 && field.field->message_type() != nullptr)
        value.bytes = merged = Merge(field);
      take(value);
      return;
    }
    place.item = field.field->is_map() ? FieldPlace::Item::kEntry : FieldPlace::Item::kElement;
    Each(field, [&](const WireField& value) {
      if (!field.field->is_map()) {
        bool goes_on = take(value);
        ++place.index;
        return goes_on;
      }
      std::string key = KeyText(*field.field->message_type()->map_key(), LastOf(value.bytes, 1));
      place.key = key;
      return take(LastOf(value.bytes, 2));
    });
  }

 private:
  struct Slot {
    size_t count = 0;
    WireField last = {};
    std::string_view from = {};  // The message from the field's first value on.
  };

  void Note(size_t index, const WireField& field, std::string_view from) {
    Slot& slot = slots_[index];
    if (slot.from.empty()) slot.from = from;
    slot.count += IsPacked(*rules_.fields[index].field, field)
                      ? PackedCount(*rules_.fields[index].field, field.bytes)
                      : 1;
    slot.last = field;
  }

  static bool IsPacked(const FieldDescriptor& field, const WireField& wire) {
    return field.is_packable() && wire.type == WireType::kBytes;
  }

  const Mask* MaskOf(const FieldDescriptor& field) const {
    const Mask* mask = &field == masked_ ? masked_by_ : mask_ ? &mask_->Of(field) : nullptr;
    return mask != nullptr && mask->names_all ? nullptr : mask;
  }

  const Slot& SlotOf(const MessageRules::Field& field) const {
    return slots_[static_cast<size_t>(&field - rules_.fields.data())];
  }

  static Scalar Read(const MessageRules::Field& field, const WireField& value) {
    return ReadScalar(*field.scalar, field.is_wrapped ? LastOf(value.bytes, 1) : value);
  }

  // Calls `take` with each value until it says no.
  template <class Take>
  void Each(const MessageRules::Field& field, Take take) const {
    WireField found;
    for (WireReader reader(SlotOf(field).from); !reader.AtEnd() && reader.Next(&found);) {
      if (found.number != field.field->number()) continue;
      if (!IsPacked(*field.field, found)) {
        if (!take(found)) return;
        continue;
      }
      WireField element;
      for (WireReader packed(found.bytes);
           !packed.AtEnd() && packed.Value(WireTypeOf(*field.field), &element);) {
        if (!take(element)) return;
      }
    }
  }

  // Several occurrences of a message are one, as path and query each bring their own.
  std::string Merge(const MessageRules::Field& field) const {
    std::string merged;
    Each(field, [&](const WireField& value) {
      merged += value.bytes;
      return true;
    });
    return merged;
  }

  const MessageRules& rules_;
  const Mask* mask_;
  const FieldDescriptor* masked_;
  const Mask* masked_by_;
  absl::InlinedVector<Slot, 8> slots_;  // In the order of `rules_.fields`.
};

}  // namespace

absl::Status CheckWire(const MessageRules& rules, std::string_view wire, std::string_view language,
                       const MaskedField& masked) {
  rpc::Violations violations(language);
  Mask mask;
  if (masked.mask != nullptr) {
    WireField path;
    WireField given = LastOf(wire, masked.mask->number());
    for (WireReader paths(given.bytes); !paths.AtEnd() && paths.Next(&path);) mask.Add(path.bytes);
  }
  rpc::CheckRules(rules, WireView(rules, wire, nullptr, masked.message, &mask), nullptr,
                  violations);
  return violations.Result();
}

}  // namespace tamarack::gateway
