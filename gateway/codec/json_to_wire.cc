#include "gateway/codec/json_to_wire.h"

#include "gateway/codec/dynamic_to_wire.h"
#include "gateway/codec/json_walk.h"
#include "gateway/codec/scalars.h"
#include "gateway/codec/wire.h"
#include "platform/base/status.h"

#include <absl/container/inlined_vector.h>

namespace tamarack::gateway {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Kind = JsonReader::Kind;

namespace {

// Field numbers of google.protobuf.Any.
constexpr int kAnyUrl = 1, kAnyValue = 2;
constexpr std::string_view kType = "@type";
constexpr std::string_view kUrlPrefix = "type.googleapis.com/";

bool IsNullValue(const FieldDescriptor& field) {
  return field.enum_type() != nullptr &&
         field.enum_type()->full_name() == "google.protobuf.NullValue";
}

// Null leaves a member unset, but is a value of its own for Value and NullValue.
bool TakesNull(const FieldDescriptor& field, const MessagePlan* message) {
  if (message == nullptr) return IsNullValue(field);
  return message->type->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE;
}

// Walks the text and the plan together.
class Encoder : private JsonWalk {
 public:
  Encoder(std::string_view json, std::string& wire) : JsonWalk(json, wire) {}

  Refusal Root(const MessagePlan& plan, const FieldTree* given, std::vector<std::string>* paths) {
    Place root;
    bool is_null = reader.Peek() == Kind::kNull &&
                   plan.type->well_known_type() != Descriptor::WELLKNOWNTYPE_VALUE;
    return End(is_null ? RefuseNull(root) : Message(plan, given, root, "", paths));
  }
  Refusal Root(const MessagePlan::Field& field, const FieldTree* given,
               std::vector<std::string>* paths) {
    Place root;
    bool is_null = reader.Peek() == Kind::kNull &&
                   (field.field->is_repeated() || !TakesNull(*field.field, field.message));
    return End(is_null ? RefuseNull(root) : Field(field, given, root, "", paths));
  }

 private:
  using Paths = std::vector<std::string>;

  Refusal End(bool ok) {
    if (refusal || (ok && reader.AtEnd())) return std::move(refusal);
    constexpr auto kBody = InputError::Source::kBody;
    JsonFailure failure = reader.Failure();
    if (failure.is_too_deep)
      return InputError{Reason::kTooDeep, kBody, {}, std::to_string(kJsonDepthMax)};
    return InputError{Reason::kMalformedJson, kBody, {}, std::to_string(failure.position)};
  }

  // A whole field: a list, a map or a single value.
  bool Field(const MessagePlan::Field& field, const FieldTree* given, const Place& place,
             std::string_view path, Paths* paths) {
    if (field.is_map) return Map(field, place);
    if (field.field->is_repeated()) return List(field, place);
    return Single(*field.field, field.message, given, place, path, paths);
  }

  // One value with its tag: a singular field, an element of a list, a map's value.
  bool Single(const FieldDescriptor& field, const MessagePlan* message, const FieldTree* given,
              const Place& place, std::string_view path, Paths* paths) {
    if (message == nullptr) {
      AppendFieldTag(field, out);
      return Scalar(field, place);
    }
    AppendTag(field.number(), WireType::kBytes, out);
    size_t start = OpenLength(out);
    if (!Message(*message, given, place, path, paths)) return false;
    CloseLength(start, out);
    return true;
  }

  bool Scalar(const FieldDescriptor& field, const Place& place) {
    if (reader.Peek() == Kind::kNull && IsNullValue(field)) {
      reader.Null();
      AppendVarint(0, out);
      return !reader.has_failed();
    }
    ScalarText text;
    if (!TakeScalar(&text)) return Wrong(&field, nullptr, place);
    return Check(EncodeScalar(field, text, out), place);
  }

  // False for what is no scalar, with nothing taken, and for what is not JSON.
  bool TakeScalar(ScalarText* text) {
    switch (reader.Peek()) {
      case Kind::kString:
        *text = {ScalarText::Kind::kString, reader.String()};
        break;
      case Kind::kNumber:
        *text = {ScalarText::Kind::kNumber, reader.Number()};
        break;
      case Kind::kBoolean:
        *text = {ScalarText::Kind::kBoolean, reader.Boolean()};
        break;
      default:
        return false;
    }
    return !reader.has_failed();
  }

  // The contents of a message, without tag and length.
  bool Message(const MessagePlan& plan, const FieldTree* given, const Place& place,
               std::string_view path, Paths* paths) {
    switch (plan.type->well_known_type()) {
      case Descriptor::WELLKNOWNTYPE_UNSPECIFIED:
        if (reader.Peek() != Kind::kObject) return Wrong(nullptr, &plan, place);
        return Members(plan, given, place, path, paths);
      case Descriptor::WELLKNOWNTYPE_ANY:
        if (reader.Peek() != Kind::kObject) return Wrong(nullptr, &plan, place);
        return Any(plan, place);
      case Descriptor::WELLKNOWNTYPE_STRUCT:
        if (reader.Peek() != Kind::kObject) return Wrong(nullptr, &plan, place);
        return StructToWire(*this, place);
      case Descriptor::WELLKNOWNTYPE_LISTVALUE:
        if (reader.Peek() != Kind::kArray) return Wrong(nullptr, &plan, place);
        return ListValueToWire(*this, place);
      case Descriptor::WELLKNOWNTYPE_VALUE:
        return ValueToWire(*this, place);
      default: {
        ScalarText text;
        if (!TakeScalar(&text)) return Wrong(nullptr, &plan, place);
        return Check(EncodeScalarMessage(*plan.type, text, out), place);
      }
    }
  }

  // The members of a message that is written as an object of its fields; in a google.protobuf.Any
  // one of them is `@type`.
  bool Members(const MessagePlan& plan, const FieldTree* given, const Place& place,
               std::string_view path, Paths* paths, bool has_type = false) {
    absl::InlinedVector<bool, 64> seen(plan.fields.size() + 1);  // the last is `@type`
    absl::InlinedVector<bool, 8> seen_oneofs(
        static_cast<size_t>(plan.type->real_oneof_decl_count()));
    std::string_view name;
    for (reader.Enter(); reader.NextMember(&name);) {
      Place member{&place, name};
      bool is_type = has_type && name == kType;
      const MessagePlan::Field* field = is_type ? nullptr : plan.Find(name);
      if (!is_type && field == nullptr) return Refuse(member, Reason::kUnknownField);
      size_t index = is_type ? plan.fields.size() : static_cast<size_t>(field->field->index());
      if (seen[index]) return Refuse(member, Reason::kDuplicateKey);
      seen[index] = true;
      if (is_type) {
        reader.Skip();
      } else if (!CheckGiven(*field->field, given, member) ||
                 !Member(*field, given, seen_oneofs, member, path, paths)) {
        return false;
      }
    }
    return !reader.has_failed();
  }

  bool Member(const MessagePlan::Field& field, const FieldTree* given,
              absl::InlinedVector<bool, 8>& seen_oneofs, const Place& place, std::string_view path,
              Paths* paths) {
    const FieldDescriptor& descriptor = *field.field;
    std::string own_path;
    size_t paths_before = 0;
    if (paths != nullptr) {
      own_path = absl::StrCat(ToAbsl(path), path.empty() ? "" : ".", descriptor.name());
      paths_before = paths->size();
    }
    bool is_unset = reader.Peek() == Kind::kNull &&
                    (descriptor.is_repeated() || !TakesNull(descriptor, field.message));
    if (is_unset) {
      reader.Null();
    } else {
      // A oneof may have one member that is not null.
      if (const auto* oneof = descriptor.real_containing_oneof()) {
        bool& claimed = seen_oneofs[static_cast<size_t>(oneof->index())];
        if (claimed) return Refuse(place, Reason::kOneofConflict, oneof->name());
        claimed = true;
      }
      const FieldTree* below = given ? given->Find(&descriptor) : nullptr;
      bool may_descend = !descriptor.is_repeated() && field.message != nullptr;
      if (!Field(field, below, place, own_path, may_descend ? paths : nullptr)) return false;
    }
    // A message that names no field of its own is named as a whole.
    if (paths != nullptr && paths->size() == paths_before) paths->push_back(std::move(own_path));
    return !reader.has_failed();
  }

  bool CheckGiven(const FieldDescriptor& field, const FieldTree* given, const Place& place) {
    if (given == nullptr) return true;
    const FieldTree* own = given->Find(&field);
    if (own != nullptr && own->giver() != FieldTree::Giver::kNobody)
      return Refuse(place, Reason::kPathCollision);
    if (given->OneofRival(&field) != nullptr)
      return Refuse(place, Reason::kOneofConflict, field.real_containing_oneof()->name());
    return true;
  }

  bool List(const MessagePlan::Field& field, const Place& place) {
    if (reader.Peek() != Kind::kArray) return Refuse(place, Reason::kExpectedArray);
    bool is_packed = field.field->is_packed();
    size_t start = 0;
    if (is_packed) {
      AppendTag(field.field->number(), WireType::kBytes, out);
      start = OpenLength(out);
    }
    Place element{&place, {}, 0, true};
    for (reader.Enter(); reader.NextElement(); ++element.index) {
      bool is_null = reader.Peek() == Kind::kNull && !TakesNull(*field.field, field.message);
      if (is_null) return RefuseNull(element);
      if (!(is_packed ? Scalar(*field.field, element)
                      : Single(*field.field, field.message, nullptr, element, "", nullptr)))
        return false;
    }
    if (is_packed) CloseLength(start, out);
    return !reader.has_failed();
  }

  bool Map(const MessagePlan::Field& field, const Place& place) {
    if (reader.Peek() != Kind::kObject) return Refuse(place, Reason::kExpectedObject);
    const FieldDescriptor& key_field = *field.field->message_type()->map_key();
    const FieldDescriptor& value_field = *field.field->message_type()->map_value();
    auto write_key = [&](std::string_view key, const Place& entry) {
      AppendFieldTag(key_field, out);
      // `1` and `1.0` would be the same key.
      bool is_plain = key_field.type() == FieldDescriptor::TYPE_STRING ||
                      key_field.type() == FieldDescriptor::TYPE_BOOL ||
                      key.find_first_of(".eE") == std::string_view::npos;
      if (!is_plain) return Refuse(entry, Reason::kExpectedInteger);
      ScalarText text{ScalarText::Kind::kParameter, key};
      return Check(EncodeScalar(key_field, text, out), entry);
    };
    return Entries(field.field->number(), place, write_key, [&](const Place& entry) {
      bool is_null = reader.Peek() == Kind::kNull && !TakesNull(value_field, field.message);
      if (is_null) return RefuseNull(entry);
      return Single(value_field, field.message, nullptr, entry, "", nullptr);
    });
  }

  // `@type` may stand behind the members whose meaning it gives.
  bool Any(const MessagePlan& plan, const Place& place) {
    std::string url;
    bool is_empty = true;
    std::string_view name;
    for (reader.Enter(); reader.NextMember(&name); is_empty = false) {
      if (name != kType || !url.empty()) {
        reader.Skip();
      } else if (reader.Peek() != Kind::kString) {
        return Refuse(Place{&place, kType}, Reason::kExpectedString);
      } else {
        url = reader.String();
      }
    }
    if (reader.has_failed() || is_empty) return !reader.has_failed();
    reader.Rewind();
    const MessagePlan* type =
        url.starts_with(kUrlPrefix) ? plan.plans->FindByUrl(url, plan) : nullptr;
    if (type == nullptr) {
      std::string what = url.empty() ? "google.protobuf.Any (without @type)" : url;
      return Refuse(Place{&place, kType}, Reason::kUnsupportedType, std::move(what));
    }
    AppendBytes(kAnyUrl, url, out);
    bool is_plain = type->type->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
    return Nested(kAnyValue, [&] {
      return is_plain ? Members(*type, nullptr, place, "", nullptr, true)
                      : TypedValue(*type, place);
    });
  }

  // An Any whose contents JSON does not write as an object of fields has them in a member `value`;
  // protobuf's own printer leaves out that of an empty message.
  bool TypedValue(const MessagePlan& type, const Place& place) {
    bool has_type = false, has_value = false;
    std::string_view name;
    for (reader.Enter(); reader.NextMember(&name);) {
      Place member{&place, name};
      bool is_type = name == kType;
      bool& seen = is_type ? has_type : has_value;
      if (!is_type && name != "value") return Refuse(member, Reason::kUnknownField);
      if (seen) return Refuse(member, Reason::kDuplicateKey);
      seen = true;
      if (is_type) {
        reader.Skip();
      } else if (!Message(type, nullptr, member, "", nullptr)) {
        return false;
      }
    }
    return !reader.has_failed();
  }

  // Refuses the null that begins here, if it is one.
  bool RefuseNull(const Place& place) {
    reader.Null();
    return !reader.has_failed() && Refuse(place, Reason::kNull);
  }

  // Refuses what stands here, saying what should have.
  bool Wrong(const FieldDescriptor* field, const MessagePlan* message, const Place& place) {
    if (reader.Peek() == Kind::kNothing || reader.has_failed()) return false;
    if (reader.Peek() == Kind::kNull) return RefuseNull(place);
    if (message != nullptr && !IsScalarMessage(*message->type)) {
      bool is_list = message->type->well_known_type() == Descriptor::WELLKNOWNTYPE_LISTVALUE;
      return Refuse(place, is_list ? Reason::kExpectedArray : Reason::kExpectedObject);
    }
    // A text that nothing takes asks the scalar itself what it wants.
    bool is_string = field != nullptr && field->type() == FieldDescriptor::TYPE_STRING;
    ScalarText odd{is_string ? ScalarText::Kind::kBoolean : ScalarText::Kind::kString, "{"};
    std::string ignored;
    Refusal wanted = message ? EncodeScalarMessage(*message->type, odd, ignored)
                             : EncodeScalar(*field, odd, ignored);
    return Refuse(place, wanted ? wanted->reason : Reason::kExpectedString,
                  wanted ? wanted->argument : "");
  }
};

}  // namespace

Refusal JsonToWire(std::string_view json, const MessagePlan& plan, const FieldTree* given,
                   std::string& wire, std::vector<std::string>* paths) {
  return Encoder(json, wire).Root(plan, given, paths);
}

Refusal JsonFieldToWire(std::string_view json, const MessagePlan::Field& field,
                        const FieldTree* given, std::string& wire,
                        std::vector<std::string>* paths) {
  return Encoder(json, wire).Root(field, given, paths);
}

}  // namespace tamarack::gateway
