#include "gateway/codec/scalar_to_json.h"

#include "gateway/codec/decimal.h"
#include "gateway/request/uri.h"
#include "platform/base/status.h"
#include "platform/telemetry/log.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <iterator>

namespace tamarack::gateway {

using google::protobuf::FieldDescriptor;

namespace {

template <class T>
void PrintNumber(T value, bool as_string, std::string& json) {
  const char* quote = as_string ? "\"" : "";
  absl::StrAppend(&json, quote, value, quote);
}

template <class T>
void PrintFloating(T value, std::string& json) {
  if (std::isnan(value)) {
    json += "\"NaN\"";
  } else if (std::isinf(value)) {
    json += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else if (std::trunc(value) == value && std::fabs(value) < 1e15) {
    fmt::format_to(std::back_inserter(json), "{:.0f}", value);
  } else {
    // The shortest text that reads back the same.
    fmt::format_to(std::back_inserter(json), "{}", value);
  }
}

void PrintEnum(const FieldDescriptor& field, int number, std::string& json) {
  if (field.enum_type()->full_name() == "google.protobuf.NullValue") {
    json += "null";
  } else if (const auto* value = field.enum_type()->FindValueByNumber(number)) {
    absl::StrAppend(&json, "\"", value->name(), "\"");
  } else {
    absl::StrAppend(&json, number);
  }
}

}  // namespace

bool PrintText(std::string_view text, std::string& json) {
  telemetry::AppendJsonString(json, text);
  return IsUtf8(text);
}

void PrintDouble(double value, std::string& json) {
  constexpr double kPlainMax = 1e21;  // as in JavaScript
  size_t start = json.size();
  PrintFloating(value, json);
  if (std::fabs(value) < kPlainMax && json.find('e', start) != std::string::npos) {
    Decimal decimal = ParseDecimal(std::string_view(json).substr(start));
    if (!decimal.is_whole()) return;
    json.resize(start);
    absl::StrAppend(
        &json, decimal.is_negative ? "-" : "", decimal.digits,
        std::string(static_cast<size_t>(decimal.exponent) - decimal.digits.size(), '0'));
  }
}

bool PrintScalar(const FieldDescriptor& field, const WireField& wire, bool as_string,
                 std::string& json) {
  auto bits32 = static_cast<uint32_t>(wire.value);
  switch (field.type()) {
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SFIXED32:
      PrintNumber(static_cast<int32_t>(bits32), as_string, json);
      break;
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SFIXED64:
      PrintNumber(static_cast<int64_t>(wire.value), as_string, json);
      break;
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      PrintNumber(bits32, as_string, json);
      break;
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      PrintNumber(wire.value, as_string, json);
      break;
    case FieldDescriptor::TYPE_SINT32:
      PrintNumber(static_cast<int32_t>(UnZigZag(bits32)), as_string, json);
      break;
    case FieldDescriptor::TYPE_SINT64:
      PrintNumber(UnZigZag(wire.value), as_string, json);
      break;
    case FieldDescriptor::TYPE_BOOL:
      json += wire.value != 0 ? "true" : "false";
      break;
    case FieldDescriptor::TYPE_FLOAT:
      PrintFloating(std::bit_cast<float>(bits32), json);
      break;
    case FieldDescriptor::TYPE_DOUBLE:
      PrintDouble(std::bit_cast<double>(wire.value), json);
      break;
    case FieldDescriptor::TYPE_ENUM:
      PrintEnum(field, static_cast<int>(bits32), json);
      break;
    case FieldDescriptor::TYPE_BYTES:
      absl::StrAppend(&json, "\"", absl::Base64Escape(ToAbsl(wire.bytes)), "\"");
      break;
    default:
      return PrintText(wire.bytes, json);
  }
  return true;
}

}  // namespace tamarack::gateway
