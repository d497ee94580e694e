#include "gateway/codec/wire_to_json.h"

#include "gateway/codec/scalar_to_json.h"
#include "gateway/codec/scalars.h"
#include "gateway/codec/well_known.h"
#include "gateway/codec/wire.h"
#include "platform/base/status.h"

#include <algorithm>
#include <bit>
#include <cmath>
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
  Printer(std::string& json, std::string* flaw) : json_(json), flaw_(flaw) {}

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

  // Of a oneof only the member set last counts, without what it held before another one was set.
  static void KeepLastMembers(const MessagePlan& plan, std::vector<Occurrence>* all) {
    struct Last {
      size_t field = static_cast<size_t>(-1);
      size_t since = 0;
    };
    std::vector<Last> last(static_cast<size_t>(plan.type->real_oneof_decl_count()));
    auto last_of = [&](const Occurrence& occurrence) -> Last* {
      const auto* oneof = plan.fields[occurrence.field].field->real_containing_oneof();
      return oneof ? &last[static_cast<size_t>(oneof->index())] : nullptr;
    };
    for (const Occurrence& occurrence : *all) {
      Last* own = last_of(occurrence);
      if (own != nullptr && own->field != occurrence.field)
        *own = {occurrence.field, occurrence.order};
    }
    std::erase_if(*all, [&](const Occurrence& occurrence) {
      const Last* own = last_of(occurrence);
      return own && (own->field != occurrence.field || occurrence.order < own->since);
    });
  }

  // Sorted by field; unknown fields are left out.
  absl::Status Collect(std::string_view wire, const MessagePlan& plan,
                       std::vector<Occurrence>* all) {
    all->reserve(plan.fields.size());
    WireReader reader(wire);
    while (!reader.AtEnd()) {
      WireField field;
      if (!reader.Next(&field)) return Broken(plan.type->full_name());
      auto found = plan.by_number.find(field.number);
      if (found == plan.by_number.end()) continue;
      const MessagePlan::Field& entry = plan.fields[found->second];
      bool is_packed = entry.is_packable && field.type == WireType::kBytes;
      // A field of another wire type is an unknown one.
      if (field.type == entry.wire_type || is_packed)
        all->push_back({found->second, all->size(), field});
    }
    if (plan.type->real_oneof_decl_count() > 0) KeepLastMembers(plan, all);
    if (!std::is_sorted(all->begin(), all->end(), ByField)) {
      std::sort(all->begin(), all->end(), [](const Occurrence& a, const Occurrence& b) {
        return std::tie(a.field, a.order) < std::tie(b.field, b.order);
      });
    }
    return absl::OkStatus();
  }

  absl::Status Plain(std::string_view wire, const MessagePlan& plan) {
    json_ += '{';
    return Members(wire, plan, true);
  }

  // The members and the brace after them; `is_first` where none precede them.
  absl::Status Members(std::string_view wire, const MessagePlan& plan, bool is_first) {
    std::vector<Occurrence> all;
    RETURN_IF_ERROR(Collect(wire, plan, &all));
    bool omits_defaults = plan.style == JsonStyle::kProtoJson;
    auto begin = all.begin();
    for (size_t i = 0; i < plan.fields.size(); ++i) {
      const MessagePlan::Field& entry = plan.fields[i];
      auto end = begin;
      while (end != all.end() && end->field == i) ++end;
      Occurrences occurrences(begin, end);
      begin = end;
      bool is_unset = omits_defaults ? IsDefault(*entry.field, occurrences)
                                     : occurrences.empty() && entry.field->has_presence();
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

  // True for what protobuf itself would not have written, though a service may.
  static bool IsDefault(const FieldDescriptor& field, Occurrences occurrences) {
    if (occurrences.empty()) return true;
    if (field.has_presence() || field.message_type() != nullptr) return false;
    if (field.is_repeated()) {
      return field.is_packable() && std::ranges::all_of(occurrences, [](const Occurrence& packed) {
               return packed.wire.type == WireType::kBytes && packed.wire.bytes.empty();
             });
    }
    const WireField& last = occurrences.back().wire;
    bool is_short = field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
                    field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ||
                    field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
    uint64_t value = is_short ? static_cast<uint32_t>(last.value) : last.value;
    return value == 0 && last.bytes.empty();
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
    none.type = entry.wire_type;
    return Scalar(*entry.field, occurrences.empty() ? none : occurrences.back().wire,
                  entry.json_string);
  }

  absl::Status MessageValue(const MessagePlan::Field& entry, const WireField& wire) {
    return Message(wire.bytes, *entry.message);
  }

  absl::Status List(const MessagePlan::Field& entry, Occurrences occurrences) {
    json_ += '[';
    bool is_first = true;
    auto separate = [&] {
      if (!is_first) json_ += ',';
      is_first = false;
    };
    WireType type = entry.wire_type;
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
        if (part.number == 1 && part.type == WireTypeOf(key_field)) key = part;
        if (part.number == 2 && part.type == WireTypeOf(value_field)) value = part;
      }
      std::string text;
      if (!PrintScalar(key_field, key, false, text)) Flaw(entry.field->full_name(), "not UTF-8");
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
    if (!PrintScalar(field, wire, as_string, json_)) Flaw(field.full_name(), "not UTF-8");
    return absl::OkStatus();
  }
  absl::Status Text(std::string_view text, const std::string& whose) {
    if (!PrintText(text, json_)) Flaw(whose, "not UTF-8");
    return absl::OkStatus();
  }
  absl::Status Null(const std::string& whose, const char* why) {
    Flaw(whose, why);
    json_ += "null";
    return absl::OkStatus();
  }
  // The service has done what it was asked for: one wrong value does not lose the rest.
  void Flaw(const std::string& whose, const char* why) {
    if (flaw_ != nullptr && flaw_->empty()) *flaw_ = absl::StrCat(whose, " is ", why);
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
        return Any(wire, plan);
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
      if (field.type != WireType::kVarint) continue;
      if (field.number == 1) time.seconds = static_cast<int64_t>(field.value);
      if (field.number == 2) time.nanos = static_cast<int32_t>(field.value);
    }
    bool is_timestamp = plan.type->well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP;
    auto text = is_timestamp ? PrintTimestamp(time) : PrintDuration(time);
    if (!text) return Null(plan.type->full_name(), "out of range");
    absl::StrAppend(&json_, "\"", *text, "\"");
    return absl::OkStatus();
  }

  absl::Status FieldMask(std::string_view wire, const MessagePlan& plan) {
    std::string paths;
    for (WireReader reader(wire); !reader.AtEnd();) {
      WireField field;
      if (!reader.Next(&field)) return Broken(plan.type->full_name());
      if (field.number != 1 || field.type != WireType::kBytes) continue;
      std::string path(field.bytes);
      if (plan.style == JsonStyle::kProtoJson) path = CamelCasePath(path);
      absl::StrAppend(&paths, paths.empty() ? "" : ",", path);
    }
    return Text(paths, plan.type->full_name());
  }

  absl::Status DynamicValue(std::string_view wire, const MessagePlan& plan) {
    constexpr int kNumberValue = 2;
    std::vector<Occurrence> all;
    RETURN_IF_ERROR(Collect(wire, plan, &all));
    if (all.empty()) {
      json_ += "null";
      return absl::OkStatus();
    }
    const MessagePlan::Field& member = plan.fields[all[0].field];
    if (member.field->number() == kNumberValue) {
      // Infinity and NaN would read back as strings.
      if (!std::isfinite(std::bit_cast<double>(all.back().wire.value)))
        return Null(plan.type->full_name(), "no JSON number");
    }
    return Value(member, all);
  }

  absl::Status Any(std::string_view wire, const MessagePlan& plan) {
    std::string_view url, value;
    for (WireReader reader(wire); !reader.AtEnd();) {
      WireField field;
      if (!reader.Next(&field)) return Broken(plan.type->full_name());
      if (field.type != WireType::kBytes) continue;
      if (field.number == 1) url = field.bytes;
      if (field.number == 2) value = field.bytes;
    }
    json_ += '{';
    if (url.empty() && value.empty()) {
      json_ += '}';
      return absl::OkStatus();
    }
    const MessagePlan* type = plan.plans->FindByUrl(url, plan);
    if (type == nullptr) return Broken("a google.protobuf.Any of an unknown type");
    json_ += "\"@type\":";
    RETURN_IF_ERROR(Text(url, plan.type->full_name()));
    if (type->type->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED)
      return Members(value, *type, false);
    json_ += ",\"value\":";
    RETURN_IF_ERROR(Message(value, *type));
    json_ += '}';
    return absl::OkStatus();
  }

  std::string& json_;
  std::string* flaw_;
  int depth_ = 0;
};

}  // namespace

absl::Status WireToJson(std::string_view wire, const MessagePlan& plan, std::string& json,
                        std::string* flaw) {
  return Printer(json, flaw).Message(wire, plan);
}

absl::Status WireFieldToJson(std::string_view wire, const MessagePlan& plan, int field_number,
                             std::string& json, std::string* flaw) {
  return Printer(json, flaw).OneField(wire, plan, field_number);
}

}  // namespace tamarack::gateway
