// JSON to wire bytes: what is accepted is compared with what the generated class makes of the
// bytes.
#include "gateway/codec/json_to_wire.h"
#include "toy.pb.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

using google::protobuf::TextFormat;
using toy::v1::AllTypes;

const MessagePlan& Plan() {
  static MessagePlans plans;
  plans.Get(*toy::v1::Kite::descriptor());  // for an Any to hold
  return *plans.Get(*AllTypes::descriptor());
}

AllTypes FromText(const std::string& text) {
  AllTypes message;
  REQUIRE(TextFormat::ParseFromString(text, &message));
  return message;
}

TEST_CASE("JSON becomes the message it means", "[gateway]") {
  auto [json, text] = GENERATE(table<const char*, const char*>({
      {"{}", ""},
      {" { } \n", ""},
      {R"({"int32_value": 7})", "int32_value: 7"},
      {R"({"int32Value": 7})", "int32_value: 7"},
      {R"({"aka": "x"})", "renamed: 'x'"},
      {R"({"renamed": "x"})", "renamed: 'x'"},
      {R"({"int32_value": -2147483648})", "int32_value: -2147483648"},
      {R"({"int32_value": 2147483647})", "int32_value: 2147483647"},
      {R"({"int32_value": "2147483647"})", "int32_value: 2147483647"},
      {R"({"int32_value": 1e5})", "int32_value: 100000"},
      {R"({"int32_value": 1.0})", "int32_value: 1"},
      {R"({"int32_value": -0})", "int32_value: 0"},
      {R"({"int32_value": 0.5e1})", "int32_value: 5"},
      {R"({"int32_value": 120e-1})", "int32_value: 12"},
      {R"({"int32_value": -0.00e99999999999999999999})", ""},
      {R"({"int32_value": "1e3"})", "int32_value: 1000"},
      {R"({"int64_value": 9223372036854775807.0})", "int64_value: 9223372036854775807"},
      {R"({"int64_value": -922337203685477580.8E1})", "int64_value: -9223372036854775808"},
      {R"({"uint64_value": 1844674407370955161.5e+1})", "uint64_value: 18446744073709551615"},
      {R"({"any": {}})", "any {}"},
      {R"({"any": null})", ""},
      {R"({"any": {"@type": "type.googleapis.com/toy.v1.AllTypes.Inner", "text": "x"}})",
       "any {[type.googleapis.com/toy.v1.AllTypes.Inner] {text: 'x'}}"},
      {R"({"any": {"text": "x", "@type": "type.googleapis.com/toy.v1.AllTypes.Inner", "number": 2}})",
       "any {[type.googleapis.com/toy.v1.AllTypes.Inner] {text: 'x' number: 2}}"},
      {R"({"any": {"\u0040type": "type.googleapis.com/toy.v1.AllTypes.Inner"}})",
       "any {[type.googleapis.com/toy.v1.AllTypes.Inner] {}}"},
      {R"({"any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}})",
       "any {[type.googleapis.com/google.protobuf.Duration] {seconds: 1}}"},
      {R"({"any": {"@type": "type.googleapis.com/google.protobuf.Int64Value", "value": "7"}})",
       "any {[type.googleapis.com/google.protobuf.Int64Value] {value: 7}}"},
      {R"({"any": {"@type": "type.googleapis.com/google.protobuf.Int64Value"}})",
       "any {[type.googleapis.com/google.protobuf.Int64Value] {}}"},
      {R"({"any": {"@type": "type.googleapis.com/google.protobuf.Value", "value": null}})",
       "any {[type.googleapis.com/google.protobuf.Value] {null_value: NULL_VALUE}}"},
      {R"({"any": {"value": {"a": 1}, "@type": "type.googleapis.com/google.protobuf.Struct"}})",
       "any {[type.googleapis.com/google.protobuf.Struct] {fields {key: 'a' value {number_value: "
       "1}}}}"},
      {R"({"any": {"@type": "type.googleapis.com/google.protobuf.Any", "value": {"@type": )"
       R"("type.googleapis.com/google.protobuf.FieldMask", "value": "a,b"}}})",
       "any {[type.googleapis.com/google.protobuf.Any] "
       "{[type.googleapis.com/google.protobuf.FieldMask] {paths: ['a', 'b']}}}"},
      {R"({"anys": [{}, {"@type": "type.googleapis.com/toy.v1.Kite", "priceCents": "5"}]})",
       "anys {} anys {[type.googleapis.com/toy.v1.Kite] {price_cents: 5}}"},
      {R"({"int64_value": 9223372036854775807})", "int64_value: 9223372036854775807"},
      {R"({"int64_value": -9223372036854775808})", "int64_value: -9223372036854775808"},
      {R"({"int64_value": "9223372036854775807"})", "int64_value: 9223372036854775807"},
      {R"({"uint32_value": 4294967295})", "uint32_value: 4294967295"},
      {R"({"uint64_value": 18446744073709551615})", "uint64_value: 18446744073709551615"},
      {R"({"uint64_value": -0})", "uint64_value: 0"},
      {R"({"sint32_value": -5})", "sint32_value: -5"},
      {R"({"sint64_value": -9223372036854775808})", "sint64_value: -9223372036854775808"},
      {R"({"fixed32_value": 4294967295})", "fixed32_value: 4294967295"},
      {R"({"fixed64_value": 18446744073709551615})", "fixed64_value: 18446744073709551615"},
      {R"({"sfixed32_value": -1})", "sfixed32_value: -1"},
      {R"({"sfixed64_value": -1})", "sfixed64_value: -1"},
      {R"({"float_value": 1.5})", "float_value: 1.5"},
      {R"({"float_value": "NaN"})", "float_value: nan"},
      {R"({"float_value": 3.4028235e38})", "float_value: 3.4028235e38"},
      {R"({"double_value": 0.1})", "double_value: 0.1"},
      {R"({"double_value": 1})", "double_value: 1"},
      {R"({"double_value": "Infinity"})", "double_value: inf"},
      {R"({"double_value": "-Infinity"})", "double_value: -inf"},
      {R"({"double_value": 1e-400})", "double_value: 0"},
      {R"({"double_value": 123456789012345678901234567890})",
       "double_value: 1.2345678901234568e29"},
      {R"({"double_value": "1.5"})", "double_value: 1.5"},
      {R"({"bool_value": true})", "bool_value: true"},
      {R"({"bool_value": false})", "bool_value: false"},
      {R"({"string_value": "café 🚀"})", "string_value: 'café 🚀'"},
      {R"({"string_value": "\u00e9\ud83d\ude80\n\t\"\\\/"})", "string_value: 'é🚀\\n\\t\\\"\\\\/'"},
      {R"({"string_value": ""})", ""},
      {R"({"bytes_value": "AQID"})", "bytes_value: '\\001\\002\\003'"},
      {R"({"bytes_value": "-_8="})", "bytes_value: '\\373\\377'"},
      {R"({"bytes_value": "+/8"})", "bytes_value: '\\373\\377'"},
      {R"({"bytes_value": ""})", ""},
      {R"({"colour": "RED"})", "colour: RED"},
      {R"({"colour": 2})", "colour: BLUE"},
      {R"({"inner": {"text": "a", "child": {"child": {"number": 3}}}})",
       "inner {text: 'a' child {child {number: 3}}}"},
      {R"({"inner": {}})", "inner {}"},
      {R"({"inner": null})", ""},
      {R"({"int32_value": null})", ""},
      {R"({"optional_int32": 0})", "optional_int32: 0"},
      {R"({"optional_int32": null})", ""},
      {R"({"optional_string": ""})", "optional_string: ''"},
      {R"({"repeated_int32": [1, 2, -3]})", "repeated_int32: [1, 2, -3]"},
      {R"({"repeated_int32": []})", ""},
      {R"({"repeated_int32": null})", ""},
      {R"({"repeated_string": ["a", "", "b"]})", "repeated_string: ['a', '', 'b']"},
      {R"({"repeated_inner": [{}, {"text": "a"}]})",
       "repeated_inner {} repeated_inner {text: 'a'}"},
      {R"({"repeated_colour": ["RED", 2]})", "repeated_colour: [RED, BLUE]"},
      {R"({"repeated_double": [1, "NaN"]})", "repeated_double: [1, nan]"},
      {R"({"string_map": {"a": 1, "": 2}})",
       "string_map {key: 'a' value: 1} string_map {key: '' value: 2}"},
      {R"({"string_map": {}})", ""},
      {R"({"int_map": {"-5": {"text": "x"}, "0": {}}})",
       "int_map {key: -5 value {text: 'x'}} int_map {value {}}"},
      {R"({"bool_map": {"true": "yes", "false": "no"}})",
       "bool_map {key: true value: 'yes'} bool_map {key: false value: 'no'}"},
      {R"({"choice_text": "a"})", "choice_text: 'a'"},
      {R"({"choice_number": 0})", "choice_number: 0"},
      {R"({"choice_inner": {}})", "choice_inner {}"},
      {R"({"choice_null": null})", "choice_null: NULL_VALUE"},
      {R"({"choice_text": null, "choice_number": 1})", "choice_number: 1"},
      {R"({"timestamp": "2026-11-24T14:30:00Z"})", "timestamp {seconds: 1795530600}"},
      {R"({"timestamp": "2026-11-24T09:30:00.5-05:00"})",
       "timestamp {seconds: 1795530600 nanos: 500000000}"},
      {R"({"timestamp": "0001-01-01T00:00:00Z"})", "timestamp {seconds: -62135596800}"},
      {R"({"timestamp": "9999-12-31T23:59:59.999999999Z"})",
       "timestamp {seconds: 253402300799 nanos: 999999999}"},
      {R"({"timestamp": "1969-12-31T23:59:59.9Z"})", "timestamp {seconds: -1 nanos: 900000000}"},
      {R"({"duration": "1.5s"})", "duration {seconds: 1 nanos: 500000000}"},
      {R"({"duration": "-0.000000001s"})", "duration {nanos: -1}"},
      {R"({"duration": "315576000000s"})", "duration {seconds: 315576000000}"},
      {R"({"duration": "-315576000000.999999999s"})",
       "duration {seconds: -315576000000 nanos: -999999999}"},
      {R"({"field_mask": "a,b_c.d,eF"})", "field_mask {paths: ['a', 'b_c.d', 'e_f']}"},
      {R"({"field_mask": ""})", "field_mask {}"},
      {R"({"struct": {"a": 1, "b": [true, null, "x", {"c": {}}]}})",
       "struct {fields {key: 'a' value {number_value: 1}} fields {key: 'b' value {list_value "
       "{values {bool_value: true} "
       "values {null_value: NULL_VALUE} values {string_value: 'x'} values {struct_value {fields "
       "{key: 'c' value "
       "{struct_value {}}}}}}}}}"},
      {R"({"struct": {}})", "struct {}"},
      {R"({"value": null})", "value {null_value: NULL_VALUE}"},
      {R"({"value": "x"})", "value {string_value: 'x'}"},
      {R"({"value": [1, {}]})",
       "value {list_value {values {number_value: 1} values {struct_value {}}}}"},
      {R"({"list_value": [[], null]})",
       "list_value {values {list_value {}} values {null_value: NULL_VALUE}}"},
      {R"({"wrapped_string": ""})", "wrapped_string {}"},
      {R"({"wrapped_string": "x"})", "wrapped_string {value: 'x'}"},
      {R"({"wrapped_int64": "-5"})", "wrapped_int64 {value: -5}"},
      {R"({"wrapped_bool": true})", "wrapped_bool {value: true}"},
      {R"({"wrapped_double": 2.5})", "wrapped_double {value: 2.5}"},
      {R"({"wrapped_bool": null})", ""},
      {R"({"timestamps": ["1970-01-01T00:00:01Z"]})", "timestamps {seconds: 1}"},
      {R"({"big_number": "5"})", "big_number: 5"},
      {"{\"string_value\": \"\x7f\"}", "string_value: '\\177'"},
  }));
  INFO(json);
  std::string wire;
  Refusal refusal = JsonToWire(json, Plan(), nullptr, wire);
  if (refusal)
    FAIL("refused: " << Describe(*refusal, Language::kEnglish) << " at " << refusal->where);
  AllTypes message;
  REQUIRE(message.ParseFromString(wire));
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_float_comparison(google::protobuf::util::MessageDifferencer::EXACT);
  differencer.TreatAsMap(
      AllTypes::descriptor()->FindFieldByName("int_map"),
      AllTypes::descriptor()->FindFieldByName("int_map")->message_type()->map_key());
  google::protobuf::util::DefaultFieldComparator comparator;
  comparator.set_treat_nan_as_equal(true);
  differencer.set_field_comparator(&comparator);
  std::string differences;
  differencer.ReportDifferencesToString(&differences);
  differencer.Compare(FromText(text), message);
  CHECK(differences.empty());
  INFO(differences);
}

TEST_CASE("a message longer than its reserved length byte is moved, at every depth", "[gateway]") {
  size_t length = GENERATE(0u, 1u, 125u, 126u, 127u, 128u, 129u, 16380u, 16384u, 300000u);
  std::string text(length, 'x');
  std::string wire;
  std::string json =
      R"({"inner": {"child": {"child": {"text": ")" + text + R"("}, "number": 7}, "number": 8}})";
  REQUIRE_FALSE(JsonToWire(json, Plan(), nullptr, wire));
  AllTypes message;
  REQUIRE(message.ParseFromString(wire));
  CHECK(message.inner().child().child().text() == text);
  CHECK(message.inner().child().number() == 7);
  CHECK(message.inner().number() == 8);
}

TEST_CASE("one field's value is translated with its tag", "[gateway]") {
  auto [field, json, text] = GENERATE(table<const char*, const char*, const char*>({
      {"repeated_int32", "[1,2]", "repeated_int32: [1, 2]"},
      {"repeated_inner", "[{\"number\":1}]", "repeated_inner {number: 1}"},
      {"inner", "{\"text\":\"x\"}", "inner {text: 'x'}"},
      {"string_map", "{\"a\":1}", "string_map {key: 'a' value: 1}"},
      {"string_value", "\"x\"", "string_value: 'x'"},
      {"int32_value", "7", "int32_value: 7"},
      {"timestamp", "\"1970-01-01T00:00:01Z\"", "timestamp {seconds: 1}"},
      {"struct", "{\"a\":true}", "struct {fields {key: 'a' value {bool_value: true}}}"},
      {"value", "null", "value {null_value: NULL_VALUE}"},
  }));
  INFO(field);
  std::string wire;
  REQUIRE_FALSE(JsonFieldToWire(json, *Plan().Find(field), nullptr, wire));
  AllTypes message;
  REQUIRE(message.ParseFromString(wire));
  CHECK(google::protobuf::util::MessageDifferencer::Equals(message, FromText(text)));
}

}  // namespace
}  // namespace tamarack::gateway
