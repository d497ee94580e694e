#include "gateway/codec/json_to_wire.h"

#include "gateway/codec/scalars.h"
#include "gateway/codec/wire.h"
#include "platform/base/status.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_replace.h>
#include <boost/json/basic_parser_impl.hpp>

#include <vector>

namespace tamarack::gateway {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
namespace json = boost::json;

namespace {

// Receives the parser's events and writes the wire bytes of what they mean. A stack of frames, one
// per open object or array, says what the next value is for. Struct, ListValue and Value need no
// frames of their own: on the wire a Struct is a message with one map, and a ListValue is one with
// a repeated field.
class Encoder {
 public:
  // Limits that Boost.JSON asks for; the body size limits all of them.
  static constexpr size_t max_object_size = static_cast<size_t>(-1);
  static constexpr size_t max_array_size = static_cast<size_t>(-1);
  static constexpr size_t max_key_size = static_cast<size_t>(-1);
  static constexpr size_t max_string_size = static_cast<size_t>(-1);

  Encoder(const Descriptor* type, const FieldDescriptor* field, const FieldTree* given,
          std::string* wire)
      : root_type_(type), root_field_(field), root_given_(given), out_(*wire) {}

  Refusal TakeRefusal() { return std::move(refusal_); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& ec) { return Check(BeginObject(), ec); }
  bool on_object_end(size_t, json::error_code&) { return EndFrame(); }
  bool on_array_begin(json::error_code& ec) { return Check(BeginArray(), ec); }
  bool on_array_end(size_t, json::error_code&) { return EndFrame(); }
  bool on_key_part(json::string_view part, size_t, json::error_code&) { return Append(part); }
  bool on_key(json::string_view part, size_t, json::error_code& ec) {
    return Check(Key(Take(part)), ec);
  }
  bool on_string_part(json::string_view part, size_t, json::error_code&) { return Append(part); }
  bool on_string(json::string_view part, size_t, json::error_code& ec) {
    return Check(Scalar({ScalarText::Kind::kString, Take(part)}), ec);
  }
  bool on_number_part(json::string_view part, json::error_code&) { return Append(part); }
  bool on_int64(int64_t, json::string_view part, json::error_code& ec) { return Number(part, ec); }
  bool on_uint64(uint64_t, json::string_view part, json::error_code& ec) {
    return Number(part, ec);
  }
  bool on_double(double, json::string_view part, json::error_code& ec) { return Number(part, ec); }
  bool on_bool(bool value, json::error_code& ec) {
    return Check(Scalar({ScalarText::Kind::kBoolean, value ? "true" : "false"}), ec);
  }
  bool on_null(json::error_code& ec) { return Check(Null(), ec); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  struct Frame {
    enum class Kind { kMessage, kMap, kList };
    Kind kind;
    const Descriptor* message = nullptr;  // kMessage
    const FieldDescriptor* field =
        nullptr;                       // kMap, kList: whose; kMessage: the member that comes next.
    const FieldTree* given = nullptr;  // kMessage
    std::vector<size_t> open = {};     // Lengths that end with the frame, the outermost first.
    size_t entry = 0;                  // kMap: the entry's length.
    size_t index = 0;                  // kList
    std::string key = {};              // As written, for the pointer.
    std::vector<bool> seen = {};       // kMessage: by field index.
    std::vector<bool> seen_oneofs = {};
    absl::flat_hash_set<std::string> keys = {};  // kMap
  };
  // What the value that comes next is for.
  struct Slot {
    const Descriptor* type = nullptr;        // Of a message; null for scalars.
    const FieldDescriptor* field = nullptr;  // Null for a root message.
    const FieldTree* given = nullptr;
    bool is_repeated = false;  // The whole list or map, not an element of it.
  };

  Slot Next() const {
    if (frames_.empty()) {
      if (root_field_ == nullptr) return {root_type_, nullptr, root_given_, false};
      return {root_field_->message_type(), root_field_, root_given_, root_field_->is_repeated()};
    }
    const Frame& top = frames_.back();
    if (top.kind == Frame::Kind::kList)
      return {top.field->message_type(), top.field, nullptr, false};
    if (top.kind == Frame::Kind::kMap) {
      const FieldDescriptor* value = top.field->message_type()->map_value();
      return {value->message_type(), value, nullptr, false};
    }
    const FieldTree* given = top.given ? top.given->Find(top.field) : nullptr;
    return {top.field->message_type(), top.field, given, top.field->is_repeated()};
  }

  // Tag and length of the message in `slot`; a root has neither.
  void OpenMessage(const Slot& slot, std::vector<size_t>* open) {
    if (slot.field == nullptr) return;
    AppendFieldTag(*slot.field, out_);
    open->push_back(OpenLength(out_));
  }

  Refusal BeginObject() {
    Slot slot = Next();
    if (auto conflict = ClaimOneof()) return conflict;
    if (slot.is_repeated) {
      if (!slot.field->is_map()) return Refuse(Reason::kExpectedArray);
      frames_.push_back({Frame::Kind::kMap, nullptr, slot.field});
      return {};
    }
    if (slot.type == nullptr || IsScalarMessage(*slot.type)) return Expected(slot);
    Frame frame{Frame::Kind::kMessage, slot.type, nullptr, slot.given};
    OpenMessage(slot, &frame.open);
    switch (slot.type->well_known_type()) {
      case Descriptor::WELLKNOWNTYPE_LISTVALUE:
        return Refuse(Reason::kExpectedArray);
      case Descriptor::WELLKNOWNTYPE_ANY:
        return Refuse(Reason::kUnsupportedType, slot.type->full_name());
      case Descriptor::WELLKNOWNTYPE_VALUE: {
        const FieldDescriptor* struct_value = slot.type->FindFieldByNumber(5);
        OpenMessage({nullptr, struct_value}, &frame.open);
        frame.kind = Frame::Kind::kMap;
        frame.field = struct_value->message_type()->FindFieldByNumber(1);
        break;
      }
      case Descriptor::WELLKNOWNTYPE_STRUCT:
        frame.kind = Frame::Kind::kMap;
        frame.field = slot.type->FindFieldByNumber(1);
        break;
      default:
        frame.seen.resize(static_cast<size_t>(slot.type->field_count()));
        frame.seen_oneofs.resize(static_cast<size_t>(slot.type->real_oneof_decl_count()));
    }
    frames_.push_back(std::move(frame));
    return {};
  }

  Refusal BeginArray() {
    Slot slot = Next();
    if (auto conflict = ClaimOneof()) return conflict;
    Frame frame{Frame::Kind::kList, nullptr, slot.field};
    if (slot.is_repeated) {
      if (slot.field->is_map()) return Refuse(Reason::kExpectedObject);
      if (slot.field->is_packed()) {
        AppendTag(slot.field->number(), WireType::kBytes, out_);
        frame.open.push_back(OpenLength(out_));
      }
    } else if (slot.type != nullptr &&
               slot.type->well_known_type() == Descriptor::WELLKNOWNTYPE_LISTVALUE) {
      OpenMessage(slot, &frame.open);
      frame.field = slot.type->FindFieldByNumber(1);
    } else if (slot.type != nullptr &&
               slot.type->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE) {
      OpenMessage(slot, &frame.open);
      const FieldDescriptor* list_value = slot.type->FindFieldByNumber(6);
      OpenMessage({nullptr, list_value}, &frame.open);
      frame.field = list_value->message_type()->FindFieldByNumber(1);
    } else {
      return Expected(slot);
    }
    frames_.push_back(std::move(frame));
    return {};
  }

  bool EndFrame() {
    for (auto start = frames_.back().open.rbegin(); start != frames_.back().open.rend(); ++start) {
      CloseLength(*start, out_);
    }
    frames_.pop_back();
    EndValue();
    return true;
  }

  void EndValue() {
    if (frames_.empty()) return;
    if (frames_.back().kind == Frame::Kind::kMap) CloseLength(frames_.back().entry, out_);
    ++frames_.back().index;
  }

  Refusal Key(std::string_view key) {
    Frame& top = frames_.back();
    top.key = key;
    if (top.kind == Frame::Kind::kMap) {
      if (!top.keys.insert(top.key).second) return Refuse(Reason::kDuplicateKey);
      const FieldDescriptor* key_field = top.field->message_type()->map_key();
      AppendTag(top.field->number(), WireType::kBytes, out_);
      top.entry = OpenLength(out_);
      AppendFieldTag(*key_field, out_);
      auto refusal = EncodeScalar(*key_field, {ScalarText::Kind::kParameter, key}, out_);
      if (refusal) refusal->where = Pointer();
      return refusal;
    }
    top.field = FindField(*top.message, top.key);
    if (top.field == nullptr) return Refuse(Reason::kUnknownField);
    auto index = static_cast<size_t>(top.field->index());
    if (top.seen[index]) return Refuse(Reason::kDuplicateKey);
    top.seen[index] = true;
    if (top.given == nullptr) return {};
    const FieldTree* given = top.given->Find(top.field);
    if (given != nullptr && given->giver() != FieldTree::Giver::kNobody)
      return Refuse(Reason::kPathCollision);
    if (top.given->OneofRival(top.field) != nullptr) {
      return Refuse(Reason::kOneofConflict, top.field->real_containing_oneof()->name());
    }
    return {};
  }

  // A oneof may have one member that is not null.
  Refusal ClaimOneof() {
    if (frames_.empty() || frames_.back().kind != Frame::Kind::kMessage) return {};
    const auto* oneof = frames_.back().field->real_containing_oneof();
    if (oneof == nullptr) return {};
    std::vector<bool>::reference claimed =
        frames_.back().seen_oneofs[static_cast<size_t>(oneof->index())];
    if (claimed) return Refuse(Reason::kOneofConflict, oneof->name());
    claimed = true;
    return {};
  }

  Refusal Scalar(ScalarText value) {
    Slot slot = Next();
    if (slot.is_repeated)
      return Refuse(slot.field->is_map() ? Reason::kExpectedObject : Reason::kExpectedArray);
    Refusal refusal;
    if (slot.type == nullptr) {
      bool is_packed =
          !frames_.empty() && frames_.back().kind == Frame::Kind::kList && slot.field->is_packed();
      if (!is_packed) AppendFieldTag(*slot.field, out_);
      refusal = EncodeScalar(*slot.field, value, out_);
    } else {
      std::vector<size_t> open;
      OpenMessage(slot, &open);
      if (IsScalarMessage(*slot.type)) {
        refusal = EncodeScalarMessage(*slot.type, value, out_);
      } else if (slot.type->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE) {
        int member = value.kind == ScalarText::Kind::kNumber   ? 2
                     : value.kind == ScalarText::Kind::kString ? 3
                                                               : 4;
        const FieldDescriptor* field = slot.type->FindFieldByNumber(member);
        AppendFieldTag(*field, out_);
        refusal = EncodeScalar(*field, value, out_);
      } else {
        return Expected(slot);
      }
      if (!open.empty()) CloseLength(open[0], out_);
    }
    if (refusal) {
      refusal->where = Pointer();
      return refusal;
    }
    if (auto conflict = ClaimOneof()) return conflict;
    EndValue();
    return {};
  }

  bool Number(json::string_view part, json::error_code& ec) {
    return Check(Scalar({ScalarText::Kind::kNumber, Take(part)}), ec);
  }

  // Null leaves a member unset, but is a value of its own for Value and NullValue.
  Refusal Null() {
    Slot slot = Next();
    bool is_value = !slot.is_repeated && slot.type != nullptr &&
                    slot.type->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE;
    bool is_null_enum = !slot.is_repeated && slot.field != nullptr &&
                        slot.field->enum_type() != nullptr &&
                        slot.field->enum_type()->full_name() == "google.protobuf.NullValue";
    if (is_value || is_null_enum) {
      std::vector<size_t> open;
      if (is_value) OpenMessage(slot, &open);
      AppendTag(is_value ? 1 : slot.field->number(), WireType::kVarint, out_);
      AppendVarint(0, out_);
      if (!open.empty()) CloseLength(open[0], out_);
      if (auto conflict = ClaimOneof()) return conflict;
      EndValue();
      return {};
    }
    if (frames_.empty() || frames_.back().kind != Frame::Kind::kMessage)
      return Refuse(Reason::kNull);
    return {};
  }

  // What should have stood where an object, array or scalar stands.
  Refusal Expected(const Slot& slot) {
    if (slot.type == nullptr || IsScalarMessage(*slot.type)) {
      std::string ignored;
      // A string that nothing takes asks the scalar itself what it wants.
      ScalarText odd{slot.type == nullptr && slot.field->type() == FieldDescriptor::TYPE_STRING
                         ? ScalarText::Kind::kBoolean
                         : ScalarText::Kind::kString,
                     "{"};
      Refusal refusal = slot.type ? EncodeScalarMessage(*slot.type, odd, ignored)
                                  : EncodeScalar(*slot.field, odd, ignored);
      return Refuse(refusal ? refusal->reason : Reason::kExpectedString,
                    refusal ? refusal->argument : "");
    }
    bool is_list = slot.type->well_known_type() == Descriptor::WELLKNOWNTYPE_LISTVALUE;
    return Refuse(is_list ? Reason::kExpectedArray : Reason::kExpectedObject);
  }

  std::string Pointer() const {
    std::string pointer;
    for (const Frame& frame : frames_) {
      pointer += '/';
      if (frame.kind == Frame::Kind::kList) {
        absl::StrAppend(&pointer, frame.index);
      } else {
        pointer += absl::StrReplaceAll(frame.key, {{"~", "~0"}, {"/", "~1"}});
      }
    }
    return pointer;
  }
  Refusal Refuse(Reason reason, std::string argument = {}) const {
    return InputError{reason, InputError::Source::kBody, Pointer(), std::move(argument)};
  }
  bool Check(Refusal refusal, json::error_code& ec) {
    if (!refusal) return true;
    refusal_ = std::move(refusal);
    ec = json::error::exception;
    return false;
  }
  bool Append(json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  // The whole text of a key, string or number that may have come in parts; valid until the next one
  // begins.
  std::string_view Take(json::string_view part) {
    if (text_.empty()) return {part.data(), part.size()};
    taken_.assign(text_).append(part.data(), part.size());
    text_.clear();
    return taken_;
  }

  const Descriptor* root_type_;
  const FieldDescriptor* root_field_;
  const FieldTree* root_given_;
  std::string& out_;
  std::vector<Frame> frames_;
  std::string text_, taken_;
  Refusal refusal_;
};

Refusal Run(std::string_view text, Encoder encoder) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::basic_parser<Encoder> parser(options, std::move(encoder));
  json::error_code error;
  size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  if (auto refusal = parser.handler().TakeRefusal()) return refusal;
  if (!error && parsed == text.size()) return {};
  if (error == json::error::too_deep) {
    return InputError{
        Reason::kTooDeep, InputError::Source::kBody, {}, std::to_string(kJsonDepthMax)};
  }
  return InputError{Reason::kMalformedJson, InputError::Source::kBody, {}, std::to_string(parsed)};
}

}  // namespace

const FieldDescriptor* FindField(const Descriptor& type, const std::string& name) {
  if (const auto* field = type.FindFieldByName(name)) return field;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == name) return type.field(i);
  }
  return nullptr;
}

Refusal JsonToWire(std::string_view json, const Descriptor& type, const FieldTree* given,
                   std::string& wire) {
  return Run(json, Encoder(&type, nullptr, given, &wire));
}

Refusal JsonFieldToWire(std::string_view json, const FieldDescriptor& field, const FieldTree* given,
                        std::string& wire) {
  return Run(json, Encoder(nullptr, &field, given, &wire));
}

}  // namespace tamarack::gateway
