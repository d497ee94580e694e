#include "gateway/codec/scalars.h"

#include "gateway/codec/decimal.h"
#include "gateway/codec/json_reader.h"
#include "gateway/codec/scalar_to_json.h"
#include "gateway/codec/well_known.h"
#include "platform/base/status.h"

#include <absl/strings/escaping.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace tamarack::gateway {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Kind = ScalarText::Kind;

namespace {

Refusal Refuse(Reason reason, std::string argument = {}) {
  return InputError{reason, InputError::Source::kBody, {}, std::move(argument)};
}

// The digits of a whole number written with a fraction or an exponent (`1e5`, `1.0`); nothing when
// it is not whole. More digits than any integer has are cut, which leaves it out of range.
std::optional<std::string> WholeDigits(std::string_view text) {
  constexpr int64_t kDigitsMax = 40;
  Decimal decimal = ParseDecimal(text);
  if (decimal.digits.empty()) return "0";
  if (!decimal.is_whole()) return std::nullopt;
  decimal.digits.resize(static_cast<size_t>(std::min(decimal.exponent, kDigitsMax)), '0');
  return (decimal.is_negative ? "-" : "") + decimal.digits;
}

template <class T>
Refusal ParseInteger(std::string_view text, const char* type, T* value) {
  bool is_integer = false;
  if (!IsJsonNumber(text, &is_integer)) return Refuse(Reason::kExpectedInteger);
  std::optional<std::string> whole;
  if (!is_integer) {
    whole = WholeDigits(text);
    if (!whole) return Refuse(Reason::kExpectedInteger);
    text = *whole;
  }
  if (text == "-0") text = "0";
  auto result = std::from_chars(text.data(), text.data() + text.size(), *value);
  bool ok = result.ec == std::errc() && result.ptr == text.data() + text.size();
  return ok ? Refusal() : Refuse(Reason::kOutOfRange, type);
}

template <class T>
Refusal ParseFloating(ScalarText value, const char* type, T* number) {
  if (value.kind != Kind::kNumber) {
    constexpr T kInfinity = std::numeric_limits<T>::infinity();
    if (value.text == "NaN") return *number = std::numeric_limits<T>::quiet_NaN(), Refusal();
    if (value.text == "Infinity") return *number = kInfinity, Refusal();
    if (value.text == "-Infinity") return *number = -kInfinity, Refusal();
  }
  bool is_integer = false;
  if (!IsJsonNumber(value.text, &is_integer)) return Refuse(Reason::kExpectedNumber);
  auto result = std::from_chars(value.text.data(), value.text.data() + value.text.size(), *number);
  if (result.ec == std::errc::result_out_of_range) {
    // Too small is zero, too large is an error; from_chars does not tell them apart, strtod does.
    double wide = std::strtod(std::string(value.text).c_str(), nullptr);
    if (std::fabs(wide) > 1) return Refuse(Reason::kOutOfRange, type);
    *number = 0;
  }
  return {};
}

Refusal ParseEnum(const FieldDescriptor& field, ScalarText value, int* number) {
  const auto& type = *field.enum_type();
  if (value.kind == Kind::kString || value.kind == Kind::kParameter) {
    if (const auto* found = type.FindValueByName(std::string(value.text))) {
      *number = found->number();
      return {};
    }
  }
  if (value.kind == Kind::kNumber || value.kind == Kind::kParameter) {
    int parsed = 0;
    if (!ParseInteger(value.text, "int32", &parsed) && type.FindValueByNumber(parsed) != nullptr) {
      *number = parsed;
      return {};
    }
  }
  std::string names;
  for (int i = 0; i < type.value_count(); ++i)
    absl::StrAppend(&names, i > 0 ? ", " : "", type.value(i)->name());
  return Refuse(Reason::kExpectedEnum, std::move(names));
}

// Standard or URL-safe alphabet, with or without padding.
Refusal DecodeBase64(std::string_view text, std::string* bytes) {
  std::string standard(text);
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (!standard.empty() && standard.back() == '=' && text.size() % 4 == 0 &&
         text.size() - standard.size() < 2) {
    standard.pop_back();
  }
  bool ok = standard.find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") ==
                std::string::npos &&
            standard.size() % 4 != 1;
  standard.resize((standard.size() + 3) / 4 * 4, '=');
  ok = ok && absl::Base64Unescape(standard, bytes);
  // Bits beyond the last byte are zero, so that bytes have one text.
  ok = ok && absl::Base64Escape(*bytes) == standard;
  return ok ? Refusal() : Refuse(Reason::kExpectedBase64);
}

template <class T>
Refusal AppendInteger(ScalarText value, const char* type, std::string& out,
                      void (*append)(T, std::string&)) {
  if (value.kind == Kind::kBoolean) return Refuse(Reason::kExpectedInteger);
  T number = 0;
  if (auto refusal = ParseInteger(value.text, type, &number)) return refusal;
  append(number, out);
  return {};
}

template <class T>
Refusal AppendFloating(ScalarText value, const char* type, std::string& out) {
  if (value.kind == Kind::kBoolean) return Refuse(Reason::kExpectedNumber);
  T number = 0;
  if (auto refusal = ParseFloating(value, type, &number)) return refusal;
  AppendFixed(number, out);
  return {};
}

void AppendSigned(int64_t value, std::string& out) {
  AppendVarint(static_cast<uint64_t>(value), out);
}

}  // namespace

Refusal EncodeScalar(const FieldDescriptor& field, ScalarText value, std::string& out) {
  bool is_text = value.kind == Kind::kString || value.kind == Kind::kParameter;
  switch (field.type()) {
    case FieldDescriptor::TYPE_INT32:
      return AppendInteger<int32_t>(value, "int32", out,
                                    [](int32_t v, std::string& o) { AppendSigned(v, o); });
    case FieldDescriptor::TYPE_INT64:
      return AppendInteger<int64_t>(value, "int64", out,
                                    [](int64_t v, std::string& o) { AppendSigned(v, o); });
    case FieldDescriptor::TYPE_UINT32:
      return AppendInteger<uint32_t>(value, "uint32", out,
                                     [](uint32_t v, std::string& o) { AppendVarint(v, o); });
    case FieldDescriptor::TYPE_UINT64:
      return AppendInteger<uint64_t>(value, "uint64", out,
                                     [](uint64_t v, std::string& o) { AppendVarint(v, o); });
    case FieldDescriptor::TYPE_SINT32:
      return AppendInteger<int32_t>(value, "int32", out,
                                    [](int32_t v, std::string& o) { AppendVarint(ZigZag(v), o); });
    case FieldDescriptor::TYPE_SINT64:
      return AppendInteger<int64_t>(value, "int64", out,
                                    [](int64_t v, std::string& o) { AppendVarint(ZigZag(v), o); });
    case FieldDescriptor::TYPE_FIXED32:
      return AppendInteger<uint32_t>(value, "uint32", out, AppendFixed<uint32_t>);
    case FieldDescriptor::TYPE_FIXED64:
      return AppendInteger<uint64_t>(value, "uint64", out, AppendFixed<uint64_t>);
    case FieldDescriptor::TYPE_SFIXED32:
      return AppendInteger<int32_t>(value, "int32", out, AppendFixed<int32_t>);
    case FieldDescriptor::TYPE_SFIXED64:
      return AppendInteger<int64_t>(value, "int64", out, AppendFixed<int64_t>);
    case FieldDescriptor::TYPE_FLOAT:
      return AppendFloating<float>(value, "float", out);
    case FieldDescriptor::TYPE_DOUBLE:
      return AppendFloating<double>(value, "double", out);
    case FieldDescriptor::TYPE_BOOL:
      if (value.kind != Kind::kBoolean && value.kind != Kind::kParameter)
        return Refuse(Reason::kExpectedBoolean);
      if (value.text != "true" && value.text != "false") return Refuse(Reason::kExpectedBoolean);
      AppendVarint(value.text == "true", out);
      return {};
    case FieldDescriptor::TYPE_ENUM: {
      int number = 0;
      if (auto refusal = ParseEnum(field, value, &number)) return refusal;
      AppendSigned(number, out);
      return {};
    }
    case FieldDescriptor::TYPE_STRING:
      if (!is_text) return Refuse(Reason::kExpectedString);
      if (value.text.find('\0') != std::string_view::npos) return Refuse(Reason::kNulCharacter);
      AppendVarint(value.text.size(), out);
      out += value.text;
      return {};
    case FieldDescriptor::TYPE_BYTES: {
      std::string bytes;
      if (!is_text) return Refuse(Reason::kExpectedBase64);
      if (auto refusal = DecodeBase64(value.text, &bytes)) return refusal;
      AppendVarint(bytes.size(), out);
      out += bytes;
      return {};
    }
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_GROUP:
      break;
  }
  return Refuse(Reason::kExpectedObject);
}

Refusal EncodeExactDouble(std::string_view number, std::string& out) {
  constexpr double kWholeMax = 0x1p53;
  double value = 0;
  if (auto refusal = ParseFloating<double>({Kind::kNumber, number}, "double", &value))
    return refusal;
  AppendFixed(value, out);
  if (std::isnormal(value) && std::fabs(value) < kWholeMax) return {};
  std::string printed;
  PrintDouble(value, printed);
  if (ParseDecimal(printed) == ParseDecimal(number)) return {};
  // Without the number: it may be personal, and answers are logged.
  return Refuse(Reason::kInexactNumber);
}

bool IsWrapper(const Descriptor& type) {
  return type.well_known_type() >= Descriptor::WELLKNOWNTYPE_DOUBLEVALUE &&
         type.well_known_type() <= Descriptor::WELLKNOWNTYPE_BOOLVALUE;
}

bool IsScalarMessage(const Descriptor& type) {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
    case Descriptor::WELLKNOWNTYPE_DURATION:
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return true;
    default:
      return IsWrapper(type);
  }
}

Refusal EncodeScalarMessage(const Descriptor& type, ScalarText value, std::string& out) {
  if (IsWrapper(type)) {
    const FieldDescriptor& inner = *type.FindFieldByNumber(1);
    AppendFieldTag(inner, out);
    return EncodeScalar(inner, value, out);
  }
  bool is_text = value.kind == Kind::kString || value.kind == Kind::kParameter;
  if (type.well_known_type() == Descriptor::WELLKNOWNTYPE_FIELDMASK) {
    auto paths = is_text ? ParseFieldMask(value.text) : std::nullopt;
    if (!paths) return Refuse(Reason::kExpectedFieldMask);
    for (const std::string& path : *paths) AppendBytes(1, path, out);
    return {};
  }
  bool is_timestamp = type.well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP;
  std::optional<SecondsAndNanos> time;
  if (is_text) time = is_timestamp ? ParseTimestamp(value.text) : ParseDuration(value.text);
  if (!time) return Refuse(is_timestamp ? Reason::kExpectedTimestamp : Reason::kExpectedDuration);
  AppendTag(1, WireType::kVarint, out);
  AppendSigned(time->seconds, out);
  AppendTag(2, WireType::kVarint, out);
  AppendSigned(time->nanos, out);
  return {};
}

WireType WireTypeOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return WireType::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return WireType::kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return WireType::kBytes;
    case FieldDescriptor::TYPE_GROUP:
      return WireType::kGroupStart;
    default:
      return WireType::kVarint;
  }
}

void AppendFieldTag(const FieldDescriptor& field, std::string& out) {
  AppendTag(field.number(), WireTypeOf(field), out);
}

}  // namespace tamarack::gateway
