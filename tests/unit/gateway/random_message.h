#pragma once

#include "toy.pb.h"

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <limits>
#include <random>
#include <string>

namespace tamarack::gateway {

// Fills messages of the toy service with random values that have a JSON form: times in range,
// texts in UTF-8 and without NUL, finite numbers.
class RandomMessages {
 public:
  explicit RandomMessages(uint32_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  std::string Text() {
    constexpr const char* kPieces[] = {"a", "é",  "\"", "\\", "/", "\n",  "\x01",
                                       "€", "🚀", " b", "<",  "0", "\x7f"};
    std::string text;
    for (size_t count = Below(5); count > 0; --count) text += kPieces[Below(std::size(kPieces))];
    return text;
  }

  toy::v1::AllTypes AllTypes() {
    toy::v1::AllTypes message;
    Fill(message, 0);
    return message;
  }

  void Fill(google::protobuf::Message& message, int depth) {
    using google::protobuf::Descriptor;
    const Descriptor& type = *message.GetDescriptor();
    switch (type.well_known_type()) {
      case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      case Descriptor::WELLKNOWNTYPE_DURATION:
        return FillTime(message, type);
      case Descriptor::WELLKNOWNTYPE_FIELDMASK:
        return Parse(message, OneIn(2) ? "paths: 'a_b.c' paths: 'd'" : "");
      case Descriptor::WELLKNOWNTYPE_VALUE:
        return FillValue(static_cast<google::protobuf::Value&>(message), depth);
      case Descriptor::WELLKNOWNTYPE_ANY:
        return FillAny(static_cast<google::protobuf::Any&>(message), depth);
      default:
        break;
    }
    for (int i = 0; i < type.field_count(); ++i) {
      const auto* field = type.field(i);
      bool is_wrapper = type.well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
      if (!is_wrapper && !OneIn(4)) continue;
      if (field->message_type() != nullptr && depth > 3) continue;
      for (size_t count = field->is_repeated() ? Below(4) : 1; count > 0; --count)
        FillField(message, *field, depth);
    }
  }

 private:
  void FillField(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                 int depth);
  void FillTime(google::protobuf::Message& message, const google::protobuf::Descriptor& type);
  void FillValue(google::protobuf::Value& value, int depth);
  void FillAny(google::protobuf::Any& any, int depth);
  static void Parse(google::protobuf::Message& message, const std::string& text);
  template <class T>
  T Integer();
  double Number() { return static_cast<double>(Integer<int32_t>()) / 8; }

  std::mt19937 random_;
};

template <class T>
T RandomMessages::Integer() {
  switch (Below(5)) {
    case 0:
      return 0;
    case 1:
      return std::numeric_limits<T>::max();
    case 2:
      return std::numeric_limits<T>::min();
    default:
      return static_cast<T>(static_cast<uint64_t>(random_()) << Below(32));
  }
}

inline void RandomMessages::Parse(google::protobuf::Message& message, const std::string& text) {
  google::protobuf::TextFormat::ParseFromString(text, &message);
}

inline void RandomMessages::FillTime(google::protobuf::Message& message,
                                     const google::protobuf::Descriptor& type) {
  bool is_duration = type.well_known_type() == google::protobuf::Descriptor::WELLKNOWNTYPE_DURATION;
  int64_t seconds = static_cast<int64_t>(random_()) - (1LL << 31);
  if (OneIn(8)) seconds = is_duration ? 315'576'000'000 : 253'402'300'799;
  if (OneIn(8)) seconds = is_duration ? -315'576'000'000 : -62'135'596'800;
  constexpr int kNanos[] = {0, 1, 1'000, 500'000'000, 999'999'999};
  int nanos = kNanos[Below(std::size(kNanos))];
  if (is_duration && seconds < 0) nanos = -nanos;
  Parse(message, "seconds: " + std::to_string(seconds) + " nanos: " + std::to_string(nanos));
}

inline void RandomMessages::FillValue(google::protobuf::Value& value, int depth) {
  switch (Below(depth > 3 ? 4 : 6)) {
    case 0:
      return value.set_null_value(google::protobuf::NULL_VALUE);
    case 1:
      return value.set_number_value(Number());
    case 2:
      return value.set_string_value(Text());
    case 3:
      return value.set_bool_value(OneIn(2));
    case 4:
      value.mutable_struct_value();
      for (size_t count = Below(3); count > 0; --count)
        FillValue((*value.mutable_struct_value()->mutable_fields())[Text()], depth + 1);
      return;
    default:
      value.mutable_list_value();
      for (size_t count = Below(3); count > 0; --count)
        FillValue(*value.mutable_list_value()->add_values(), depth + 1);
  }
}

inline void RandomMessages::FillAny(google::protobuf::Any& any, int depth) {
  auto pack = [&](google::protobuf::Message&& message) {
    Fill(message, depth + 1);
    any.PackFrom(message);
  };
  switch (Below(depth > 2 ? 4 : 6)) {
    case 0:
      return pack(google::protobuf::Timestamp());
    case 1:
      return pack(google::protobuf::Int64Value());
    case 2:
      return pack(google::protobuf::Value());
    case 3:
      return;
    case 4:
      return pack(google::protobuf::Any());
    default:
      return pack(toy::v1::AllTypes());
  }
}

inline void RandomMessages::FillField(google::protobuf::Message& message,
                                      const google::protobuf::FieldDescriptor& field, int depth) {
  const auto& reflection = *message.GetReflection();
  bool is_list = field.is_repeated();
  auto put = [&](auto set, auto add, auto value) {
    if (is_list) {
      (reflection.*add)(&message, &field, std::move(value));
    } else {
      (reflection.*set)(&message, &field, std::move(value));
    }
  };
  using R = google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case google::protobuf::FieldDescriptor::CPPTYPE_INT32:
      return put(&R::SetInt32, &R::AddInt32, Integer<int32_t>());
    case google::protobuf::FieldDescriptor::CPPTYPE_INT64:
      return put(&R::SetInt64, &R::AddInt64, Integer<int64_t>());
    case google::protobuf::FieldDescriptor::CPPTYPE_UINT32:
      return put(&R::SetUInt32, &R::AddUInt32, Integer<uint32_t>());
    case google::protobuf::FieldDescriptor::CPPTYPE_UINT64:
      return put(&R::SetUInt64, &R::AddUInt64, Integer<uint64_t>());
    case google::protobuf::FieldDescriptor::CPPTYPE_FLOAT:
      return put(&R::SetFloat, &R::AddFloat, static_cast<float>(Below(4096)) / 8);
    case google::protobuf::FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&R::SetDouble, &R::AddDouble, Number());
    case google::protobuf::FieldDescriptor::CPPTYPE_BOOL:
      return put(&R::SetBool, &R::AddBool, OneIn(2));
    case google::protobuf::FieldDescriptor::CPPTYPE_ENUM:
      return put(&R::SetEnumValue, &R::AddEnumValue,
                 field.enum_type()
                     ->value(static_cast<int>(
                         Below(static_cast<size_t>(field.enum_type()->value_count()))))
                     ->number());
    case google::protobuf::FieldDescriptor::CPPTYPE_STRING:
      return put(&R::SetString, &R::AddString, Text());
    case google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE: {
      // An entry of a map merges into an earlier one of the same key when it is read.
      google::protobuf::Message* child = is_list ? reflection.AddMessage(&message, &field)
                                                 : reflection.MutableMessage(&message, &field);
      if (field.is_map()) {
        const auto& entry = *field.message_type();
        FillField(*child, *entry.map_key(), depth + 1);
        FillField(*child, *entry.map_value(), depth + 1);
        return;
      }
      return Fill(*child, depth + 1);
    }
  }
}

}  // namespace tamarack::gateway
