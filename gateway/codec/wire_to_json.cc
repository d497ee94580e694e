#include "gateway/codec/wire_to_json.h"

#include "gateway/codec/scalars.h"
#include "gateway/codec/well_known.h"
#include "gateway/codec/wire.h"
#include "platform/base/status.h"
#include "platform/telemetry/log.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <span>
#include <tuple>

namespace tamarack::gateway {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

constexpr int kDepthMax = 100;

absl::Status Broken(std::string_view what) {
  return absl::InternalError(
      absl::StrCat("answer is not what its descriptor says: ", ToAbsl(what)));
}

#define RETURN_IF_ERROR(expression) \
  if (absl::Status status_ = (expression); !status_.ok()) return status_

// A field's occurrences on the wire, in order.
struct Occurrence {
  size_t field;  // Index in the plan.
  size_t order;  // On the wire.
  WireField wire;
};

class Printer {
 public:
  explicit Printer(std::string& json) : json_(json) {}

  absl::Status Message(std::string_view wire, const MessagePlan& plan) {
    if (++depth_ > kDepthMax) return Broken("nested too deeply");
    absl::Status status = plan.type->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED
                              ? Plain(wire, plan)
                              : WellKnown(wire, plan);
    --depth_;
    return status;
  }

  absl::Status OneField(std::string_view wire, const MessagePlan& plan, int number) {
    std::vector<Occurrence> all;
    RETURN_IF_ERROR(Collect(wire, plan, &all));
    size_t index = plan.by_number.at(number);
    auto [begin, end] = std::equal_range(all.begin(), all.end(), Occurrence{index, 0, {}}, ByField);
    if (begin == end && plan.fields[index].field->has_presence()) {
      json_ += "null";
      return absl::OkStatus();
    }
    return Value(plan.fields[index], {begin, end});
  }

 private:
  using Occurrences = std::span<const Occurrence>;

  static bool ByField(const Occurrence& a, const Occurrence& b) { return a.field < b.field; }

  // Sorted by field; unknown fields are left out.
  absl::Status Collect(std::string_view wire, const MessagePlan& plan,
                       std::vector<Occurrence>* all) {
    all->reserve(plan.fields.size());
    WireReader reader(wire);
    while (!reader.AtEnd()) {
      WireField field;
      if (!reader.Next(&field)) return Broken(plan.type->full_name());
      if (auto found = plan.by_number.find(field.number); found != plan.by_number.end()) {
        all->push_back({found->second, all->size(), field});
      }
    }
    if (!std::is_sorted(all->begin(), all->end(), ByField)) {
      std::sort(all->begin(), all->end(), [](const Occurrence& a, const Occurrence& b) {
        return std::tie(a.field, a.order) < std::tie(b.field, b.order);
      });
    }
    return absl::OkStatus();
  }

  absl::Status Plain(std::string_view wire, const MessagePlan& plan) {
    std::vector<Occurrence> all;
    RETURN_IF_ERROR(Collect(wire, plan, &all));
    json_ += '{';
    bool is_first = true;
    auto begin = all.begin();
    for (size_t i = 0; i < plan.fields.size(); ++i) {
      const MessagePlan::Field& entry = plan.fields[i];
      auto end = begin;
      while (end != all.end() && end->field == i) ++end;
      Occurrences occurrences(begin, end);
      begin = end;
      bool is_unset = occurrences.empty() && entry.field->has_presence();
      // Of a oneof's members only the last one set counts, but services send no more than one.
      if (is_unset && !entry.null_when_unset) continue;
      if (!is_first) json_ += ',';
      is_first = false;
      json_ += entry.key;
      if (is_unset) {
        json_ += "null";
      } else {
        RETURN_IF_ERROR(Value(entry, occurrences));
      }
    }
    json_ += '}';
    return absl::OkStatus();
  }

  absl::Status Value(const MessagePlan::Field& entry, Occurrences occurrences) {
    if (entry.field->is_map()) return Map(entry, occurrences);
    if (entry.field->is_repeated()) return List(entry, occurrences);
    if (entry.message != nullptr) {
      if (occurrences.size() == 1) return MessageValue(entry, occurrences[0].wire);
      // Several occurrences of a message merge: that is what their concatenation means.
      std::string merged;
      for (const auto& occurrence : occurrences) merged += occurrence.wire.bytes;
      return Message(merged, *entry.message);
    }
    WireField none;
    none.type = WireTypeOf(*entry.field);
    return Scalar(*entry.field, occurrences.empty() ? none : occurrences.back().wire,
                  entry.json_string);
  }

  absl::Status MessageValue(const MessagePlan::Field& entry, const WireField& wire) {
    if (wire.type != WireType::kBytes) return Broken(entry.field->full_name());
    return Message(wire.bytes, *entry.message);
  }

  absl::Status List(const MessagePlan::Field& entry, Occurrences occurrences) {
    json_ += '[';
    bool is_first = true;
    auto separate = [&] {
      if (!is_first) json_ += ',';
      is_first = false;
    };
    WireType type = WireTypeOf(*entry.field);
    for (const auto& occurrence : occurrences) {
      if (entry.message != nullptr) {
        separate();
        RETURN_IF_ERROR(MessageValue(entry, occurrence.wire));
      } else if (occurrence.wire.type == WireType::kBytes && type != WireType::kBytes) {
        for (WireReader packed(occurrence.wire.bytes); !packed.AtEnd();) {
          WireField element;
          element.type = type;
          if (!packed.Value(type, &element)) return Broken(entry.field->full_name());
          separate();
          RETURN_IF_ERROR(Scalar(*entry.field, element, entry.json_string));
        }
      } else {
        separate();
        RETURN_IF_ERROR(Scalar(*entry.field, occurrence.wire, entry.json_string));
      }
    }
    json_ += ']';
    return absl::OkStatus();
  }

  absl::Status Map(const MessagePlan::Field& entry, Occurrences occurrences) {
    const FieldDescriptor& key_field = *entry.field->message_type()->map_key();
    const FieldDescriptor& value_field = *entry.field->message_type()->map_value();
    // The last entry with a key wins; std::map also makes the order of a service's hash map
    // repeatable.
    std::map<std::string, WireField> entries;
    for (const auto& occurrence : occurrences) {
      WireField key, value, part;
      key.type = WireTypeOf(key_field);
      value.type = WireTypeOf(value_field);
      for (WireReader reader(occurrence.wire.bytes); !reader.AtEnd();) {
        if (!reader.Next(&part)) return Broken(entry.field->full_name());
        if (part.number == 1) key = part;
        if (part.number == 2) value = part;
      }
      std::string text;
      Printer printer(text);
      RETURN_IF_ERROR(printer.Scalar(key_field, key, false));
      if (text.front() != '"') text = "\"" + text + "\"";
      entries[std::move(text)] = value;
    }
    json_ += '{';
    bool is_first = true;
    for (const auto& [key, value] : entries) {
      if (!is_first) json_ += ',';
      is_first = false;
      absl::StrAppend(&json_, key, ":");
      RETURN_IF_ERROR(entry.message ? Message(value.bytes, *entry.message)
                                    : Scalar(value_field, value, entry.json_string));
    }
    json_ += '}';
    return absl::OkStatus();
  }

  absl::Status Scalar(const FieldDescriptor& field, const WireField& wire, bool as_string) {
    if (wire.type != WireTypeOf(field)) return Broken(field.full_name());
    auto number = [&](auto value) {
      const char* quote = as_string ? "\"" : "";
      absl::StrAppend(&json_, quote, value, quote);
      return absl::OkStatus();
    };
    switch (field.type()) {
      case FieldDescriptor::TYPE_INT32:
      case FieldDescriptor::TYPE_SFIXED32:
        return number(static_cast<int32_t>(wire.value));
      case FieldDescriptor::TYPE_INT64:
      case FieldDescriptor::TYPE_SFIXED64:
        return number(static_cast<int64_t>(wire.value));
      case FieldDescriptor::TYPE_UINT32:
      case FieldDescriptor::TYPE_FIXED32:
        return number(static_cast<uint32_t>(wire.value));
      case FieldDescriptor::TYPE_UINT64:
      case FieldDescriptor::TYPE_FIXED64:
        return number(wire.value);
      case FieldDescriptor::TYPE_SINT32:
      case FieldDescriptor::TYPE_SINT64:
        return number(UnZigZag(wire.value));
      case FieldDescriptor::TYPE_BOOL:
        json_ += wire.value != 0 ? "true" : "false";
        return absl::OkStatus();
      case FieldDescriptor::TYPE_FLOAT: {
        auto bits = static_cast<uint32_t>(wire.value);
        float value;
        std::memcpy(&value, &bits, sizeof value);
        return Floating(value);
      }
      case FieldDescriptor::TYPE_DOUBLE: {
        double value;
        std::memcpy(&value, &wire.value, sizeof value);
        return Floating(value);
      }
      case FieldDescriptor::TYPE_ENUM:
        return Enum(field, static_cast<int>(wire.value));
      case FieldDescriptor::TYPE_STRING:
        telemetry::AppendJsonString(json_, wire.bytes);
        return absl::OkStatus();
      case FieldDescriptor::TYPE_BYTES:
        absl::StrAppend(&json_, "\"", absl::Base64Escape(ToAbsl(wire.bytes)), "\"");
        return absl::OkStatus();
      default:
        return Broken(field.full_name());
    }
  }

  template <class T>
  absl::Status Floating(T value) {
    if (std::isnan(value)) {
      json_ += "\"NaN\"";
    } else if (std::isinf(value)) {
      json_ += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    } else if (std::trunc(value) == value && std::fabs(value) < 1e15) {
      fmt::format_to(std::back_inserter(json_), "{:.0f}", value);
    } else {
      fmt::format_to(std::back_inserter(json_), "{}",
                     value);  // the shortest text that reads back the same
    }
    return absl::OkStatus();
  }

  absl::Status Enum(const FieldDescriptor& field, int number) {
    if (field.enum_type()->full_name() == "google.protobuf.NullValue") {
      json_ += "null";
    } else if (const auto* value = field.enum_type()->FindValueByNumber(number)) {
      absl::StrAppend(&json_, "\"", value->name(), "\"");
    } else {
      absl::StrAppend(&json_, number);
    }
    return absl::OkStatus();
  }

  absl::Status WellKnown(std::string_view wire, const MessagePlan& plan) {
    switch (plan.type->well_known_type()) {
      case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      case Descriptor::WELLKNOWNTYPE_DURATION:
        return Time(wire, plan);
      case Descriptor::WELLKNOWNTYPE_FIELDMASK:
        return FieldMask(wire, plan);
      case Descriptor::WELLKNOWNTYPE_VALUE:
        return DynamicValue(wire, plan);
      case Descriptor::WELLKNOWNTYPE_ANY:
        return absl::InternalError("google.protobuf.Any has no JSON form here");
      default:
        return OneField(wire, plan,
                        1);  // Struct, ListValue and wrappers are printed as their one field
    }
  }

  absl::Status Time(std::string_view wire, const MessagePlan& plan) {
    SecondsAndNanos time;
    for (WireReader reader(wire); !reader.AtEnd();) {
      WireField field;
      if (!reader.Next(&field)) return Broken(plan.type->full_name());
      if (field.number == 1) time.seconds = static_cast<int64_t>(field.value);
      if (field.number == 2) time.nanos = static_cast<int32_t>(field.value);
    }
    bool is_timestamp = plan.type->well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP;
    absl::StrAppend(&json_, "\"", is_timestamp ? PrintTimestamp(time) : PrintDuration(time), "\"");
    return absl::OkStatus();
  }

  absl::Status FieldMask(std::string_view wire, const MessagePlan& plan) {
    std::string paths;
    for (WireReader reader(wire); !reader.AtEnd();) {
      WireField field;
      if (!reader.Next(&field)) return Broken(plan.type->full_name());
      absl::StrAppend(&paths, paths.empty() ? "" : ",", ToAbsl(field.bytes));
    }
    telemetry::AppendJsonString(json_, paths);
    return absl::OkStatus();
  }

  absl::Status DynamicValue(std::string_view wire, const MessagePlan& plan) {
    WireField last;
    for (WireReader reader(wire); !reader.AtEnd();) {
      if (!reader.Next(&last)) return Broken(plan.type->full_name());
    }
    auto found = plan.by_number.find(last.number);
    if (found == plan.by_number.end()) {
      json_ += "null";
      return absl::OkStatus();
    }
    Occurrence occurrence{found->second, 0, last};
    return Value(plan.fields[found->second], Occurrences(&occurrence, 1));
  }

  std::string& json_;
  int depth_ = 0;
};

}  // namespace

absl::Status WireToJson(std::string_view wire, const MessagePlan& plan, std::string& json) {
  return Printer(json).Message(wire, plan);
}

absl::Status WireFieldToJson(std::string_view wire, const MessagePlan& plan, int field_number,
                             std::string& json) {
  return Printer(json).OneField(wire, plan, field_number);
}

}  // namespace tamarack::gateway
