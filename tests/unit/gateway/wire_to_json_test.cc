// Wire bytes to JSON: what the generated class serialises is printed as the API promises.
#include "gateway/codec/wire_to_json.h"
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/wire.h"
#include "toy.pb.h"

#include <google/protobuf/text_format.h>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <random>

namespace tamarack::gateway {
namespace {

using google::protobuf::TextFormat;
using toy::v1::AllTypes;

const MessagePlan& Plan() {
  static MessagePlans plans;
  return *plans.Get(*AllTypes::descriptor());
}
using toy::v1::Kite;

template <class Message>
std::string Print(const std::string& wire) {
  MessagePlans plans;
  std::string json;
  absl::Status status = WireToJson(wire, *plans.Get(*Message::descriptor()), json);
  return status.ok() ? json : std::string(status.message());
}

// The value that AllTypes' `field` has in the printed object; empty when it is not printed.
std::string PrintField(const std::string& text, const std::string& field) {
  AllTypes message;
  REQUIRE(TextFormat::ParseFromString(text, &message));
  auto object = boost::json::parse(Print<AllTypes>(message.SerializeAsString())).as_object();
  const auto* value = object.if_contains(field);
  return value ? boost::json::serialize(*value) : std::string();
}

TEST_CASE("every kind of field is printed as the API promises", "[gateway]") {
  auto [text, field, json] = GENERATE(table<const char*, const char*, const char*>({
      {"", "int32_value", "0"},
      {"", "int64_value", "0"},
      {"", "bool_value", "false"},
      {"", "string_value", "\"\""},
      {"", "bytes_value", "\"\""},
      {"", "colour", "\"COLOUR_UNSPECIFIED\""},
      {"", "double_value", "0"},
      {"", "big_number", "\"0\""},
      {"", "repeated_int32", "[]"},
      {"", "string_map", "{}"},
      {"", "inner", ""},
      {"", "optional_int32", ""},
      {"", "choice_text", ""},
      {"", "timestamp", ""},
      {"", "wrapped_string", ""},
      {"", "aka", "\"\""},
      {"optional_int32: 0", "optional_int32", "0"},
      {"int32_value: -5", "int32_value", "-5"},
      {"int64_value: 9223372036854775807", "int64_value", "9223372036854775807"},
      {"int64_value: -9223372036854775808", "int64_value", "-9223372036854775808"},
      {"uint64_value: 18446744073709551615", "uint64_value", "18446744073709551615"},
      {"sint32_value: -7", "sint32_value", "-7"},
      {"sint64_value: -9223372036854775808", "sint64_value", "-9223372036854775808"},
      {"fixed32_value: 4294967295", "fixed32_value", "4294967295"},
      {"sfixed32_value: -1", "sfixed32_value", "-1"},
      {"sfixed64_value: -1", "sfixed64_value", "-1"},
      {"big_number: 9007199254740993", "big_number", "\"9007199254740993\""},
      {"bool_value: true", "bool_value", "true"},
      {"double_value: nan", "double_value", "\"NaN\""},
      {"double_value: -inf", "double_value", "\"-Infinity\""},
      {"colour: BLUE", "colour", "\"BLUE\""},
      {"bytes_value: '\\373\\377'", "bytes_value", "\"+/8=\""},
      {"string_value: 'é\"\\\\\\n\\001'", "string_value", "\"é\\\"\\\\\\n\\u0001\""},
      {"inner {}", "inner", R"({"text":"","number":0})"},
      {"repeated_int32: [1, -2, 3]", "repeated_int32", "[1,-2,3]"},
      {"repeated_string: ['a', '']", "repeated_string", R"(["a",""])"},
      {"repeated_colour: [RED]", "repeated_colour", R"(["RED"])"},
      {"repeated_inner {} repeated_inner {number: 1}", "repeated_inner",
       R"([{"text":"","number":0},{"text":"","number":1}])"},
      {"string_map {key: 'b' value: 2} string_map {key: 'a' value: 1}", "string_map",
       R"({"a":1,"b":2})"},
      {"int_map {key: -1 value {number: 1}}", "int_map", R"({"-1":{"text":"","number":1}})"},
      {"bool_map {key: true value: 'x'}", "bool_map", R"({"true":"x"})"},
      {"choice_number: 0", "choice_number", "0"},
      {"choice_null: NULL_VALUE", "choice_null", "null"},
      {"timestamp {seconds: 1795530600}", "timestamp", "\"2026-11-24T14:30:00Z\""},
      {"timestamp {seconds: -1 nanos: 900000000}", "timestamp", "\"1969-12-31T23:59:59.900Z\""},
      {"timestamp {seconds: 0 nanos: 1}", "timestamp", "\"1970-01-01T00:00:00.000000001Z\""},
      {"timestamp {seconds: -62135596800}", "timestamp", "\"0001-01-01T00:00:00Z\""},
      {"duration {seconds: -1 nanos: -500000000}", "duration", "\"-1.500s\""},
      {"duration {seconds: 3}", "duration", "\"3s\""},
      {"field_mask {paths: ['a', 'b_c.d']}", "field_mask", "\"a,b_c.d\""},
      {"struct {fields {key: 'a' value {list_value {values {null_value: NULL_VALUE} values "
       "{number_value: 1.5}}}}}",
       "struct", R"({"a":[null,1.5E0]})"},
      {"value {string_value: 'x'}", "value", "\"x\""},
      {"value {}", "value", "null"},
      {"list_value {values {bool_value: true}}", "list_value", "[true]"},
      {"wrapped_string {}", "wrapped_string", "\"\""},
      {"wrapped_int64 {value: 7}", "wrapped_int64", "7"},
      {"wrapped_double {value: 2}", "wrapped_double", "2"},
      {"any {}", "any", "{}"},
      {"any {[type.googleapis.com/toy.v1.AllTypes.Inner] {number: 1}}", "any",
       R"({"@type":"type.googleapis.com/toy.v1.AllTypes.Inner","text":"","number":1})"},
      {"any {[type.googleapis.com/google.protobuf.Duration] {seconds: 1}}", "any",
       R"({"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"})"},
      {"anys {[type.googleapis.com/google.protobuf.Int64Value] {}}", "anys",
       R"([{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":0}])"},
      {"timestamps {seconds: 1}", "timestamps", R"(["1970-01-01T00:00:01Z"])"},
  }));
  INFO(text << " → " << field);
  CHECK(PrintField(text, field) == json);
}

TEST_CASE("numbers print in the shortest form that reads back the same", "[gateway]") {
  auto [value, json] = GENERATE(table<double, const char*>({{0.1, "0.1"},
                                                            {1.5, "1.5"},
                                                            {100, "100"},
                                                            {1e21, "1e+21"},
                                                            {-2.5e-7, "-2.5e-07"},
                                                            {1.0 / 3, "0.3333333333333333"}}));
  AllTypes message;
  message.set_double_value(value);
  CHECK(Print<AllTypes>(message.SerializeAsString())
            .find("\"double_value\":" + std::string(json) + ",") != std::string::npos);
}

TEST_CASE("an unset field is null where its rules say so", "[gateway]") {
  Kite kite;
  CHECK(Print<Kite>(kite.SerializeAsString()) ==
        R"({"name":"","colour":"","price_cents":0,"note":null})");
  kite.set_note("");
  CHECK(Print<Kite>(kite.SerializeAsString()) ==
        R"({"name":"","colour":"","price_cents":0,"note":""})");
}

TEST_CASE("protobuf's style leaves out default values that a service wrote", "[gateway]") {
  MessagePlans plans(JsonStyle::kProtoJson);
  const MessagePlan& plan = *plans.Get(*AllTypes::descriptor());
  auto print = [&](const std::string& wire) {
    std::string json;
    REQUIRE(WireToJson(wire, plan, json).ok());
    return json;
  };
  auto number = [](const char* name) {
    return AllTypes::descriptor()->FindFieldByName(name)->number();
  };
  auto varint = [&](const char* name, uint64_t value) {
    std::string wire;
    AppendTag(number(name), WireType::kVarint, wire);
    AppendVarint(value, wire);
    return wire;
  };
  auto bytes = [&](const char* name) {
    std::string wire;
    AppendBytes(number(name), "", wire);
    return wire;
  };
  std::string zero;
  AppendTag(number("double_value"), WireType::kFixed64, zero);
  CHECK(print(zero + std::string(8, '\0')) == "{}");
  CHECK(print(zero + std::string(7, '\0') + '\x80') == R"({"doubleValue":-0})");
  for (const char* name : {"int32_value", "int64_value", "bool_value", "colour"})
    CHECK(print(varint(name, 7) + varint(name, 0)) == "{}");
  CHECK(print(varint("int32_value", 1ULL << 32)) == "{}");
  CHECK(print(varint("int64_value", 1ULL << 32)) == R"({"int64Value":"4294967296"})");
  for (const char* name : {"string_value", "bytes_value", "repeated_int32"})
    CHECK(print(bytes(name)) == "{}");
  CHECK(print(varint("optional_int32", 0)) == R"({"optionalInt32":0})");
  CHECK(print(varint("repeated_int32", 0)) == R"({"repeatedInt32":[0]})");
  CHECK(print(bytes("repeated_string")) == R"({"repeatedString":[""]})");
  CHECK(print(bytes("choice_text")) == R"({"choiceText":""})");
  CHECK(print(bytes("inner")) == R"({"inner":{}})");
}

TEST_CASE("fields may come in any order, unknown ones are skipped, the last scalar counts",
          "[gateway]") {
  Kite first, second;
  first.set_price_cents(5);
  first.set_note("n");
  second.set_name("kites/1");
  second.set_price_cents(7);
  std::string wire =
      first.SerializeAsString() + second.SerializeAsString() + std::string("\xf8\x3f\x01", 3);
  CHECK(Print<Kite>(wire) == R"({"name":"kites/1","colour":"","price_cents":7,"note":"n"})");
}

TEST_CASE("several occurrences of a message merge", "[gateway]") {
  AllTypes first, second;
  first.mutable_inner()->set_text("a");
  second.mutable_inner()->mutable_child()->set_number(1);
  std::string json = Print<AllTypes>(first.SerializeAsString() + second.SerializeAsString());
  CHECK(json.find(R"("inner":{"text":"a","child":{"text":"","number":1},"number":0})") !=
        std::string::npos);
}

TEST_CASE("of a oneof the member set last counts, whole", "[gateway]") {
  auto wire = [](const char* text) {
    AllTypes message;
    REQUIRE(TextFormat::ParseFromString(text, &message));
    return message.SerializeAsString();
  };
  std::string json =
      Print<AllTypes>(wire("choice_inner {text: 'a'}") + wire("choice_text: 'b'") +
                      wire("choice_inner {number: 1}") + wire("choice_inner {child {}}"));
  CHECK(json.find(R"("choice_inner":{"text":"","child":{"text":"","number":0},"number":1})") !=
        std::string::npos);
  CHECK(json.find("choice_text") == std::string::npos);
}

TEST_CASE("groups and fields of another wire type are unknown ones", "[gateway]") {
  Kite kite;
  kite.set_name("a");
  std::string group("\x9b\x06\x08\x05\x9b\x06\x9c\x06\x9c\x06", 10);  // 99: {1: 5, 99: {}}
  std::string wire = group + kite.SerializeAsString() + std::string("\x08\x01\x1a\x01x", 5);
  CHECK(Print<Kite>(wire) == R"({"name":"a","colour":"","price_cents":0,"note":null})");
  std::string unended = group.substr(0, 8);
  CHECK(Print<Kite>(unended).starts_with("answer is not"));
}

TEST_CASE("an answer that is not what its descriptor says is an error", "[gateway]") {
  auto text = GENERATE(values<const char*>({
      "any {type_url: 'type.googleapis.com/toy.v1.None'}",
      "any {value: 'x'}",
      "any {type_url: 'type.googleapis.com/google.protobuf.Duration' value: '\\377'}",
  }));
  INFO(text);
  AllTypes message;
  REQUIRE(TextFormat::ParseFromString(text, &message));
  CHECK(Print<AllTypes>(message.SerializeAsString()).starts_with("answer is not"));
}

TEST_CASE("one value that JSON has no text for does not lose the rest of an answer", "[gateway]") {
  auto [text, field, json] = GENERATE(table<const char*, const char*, const char*>({
      {"timestamp {seconds: 253402300800}", "timestamp", "null"},
      {"timestamp {seconds: -62135596801}", "timestamp", "null"},
      {"timestamp {seconds: 9223372036854775807}", "timestamp", "null"},
      {"timestamp {nanos: -1}", "timestamp", "null"},
      {"timestamp {nanos: 1000000000}", "timestamp", "null"},
      {"timestamps {} timestamps {nanos: -1}", "timestamps", R"(["1970-01-01T00:00:00Z",null])"},
      {"duration {seconds: 315576000001}", "duration", "null"},
      {"duration {seconds: 1 nanos: -1}", "duration", "null"},
      {"duration {nanos: 1000000000}", "duration", "null"},
      {"value {number_value: nan}", "value", "null"},
      {"list_value {values {number_value: inf} values {number_value: 1}}", "list_value",
       "[null,1]"},
      {R"(string_value: "a\377b")", "string_value", "\"a\uFFFDb\""},
      {R"(string_map {key: "\300" value: 1})", "string_map", "{\"\uFFFD\":1}"},
      {R"(field_mask {paths: "\377"})", "field_mask", "\"\uFFFD\""},
  }));
  INFO(text);
  AllTypes message;
  REQUIRE(TextFormat::ParseFromString(text, &message));
  message.set_int32_value(7);
  MessagePlans plans;
  std::string printed, flaw;
  REQUIRE(WireToJson(message.SerializePartialAsString(), *plans.Get(*AllTypes::descriptor()),
                     printed, &flaw)
              .ok());
  CHECK_FALSE(flaw.empty());
  CHECK(printed.find("\"int32_value\":7") != std::string::npos);
  CHECK(printed.find("\"" + std::string(field) + "\":" + json) != std::string::npos);
}

TEST_CASE("one field alone is printed as the body", "[gateway]") {
  MessagePlans plans;
  AllTypes message;
  message.add_repeated_int32(4);
  auto [field, expected] =
      GENERATE(table<int, const char*>({{20, "[4]"}, {21, "[]"}, {17, "null"}, {1, "0"}}));
  std::string json;
  REQUIRE(
      WireFieldToJson(message.SerializeAsString(), *plans.Get(*AllTypes::descriptor()), field, json)
          .ok());
  CHECK(json == expected);
}

TEST_CASE("bytes that are no such message are an internal error, never a crash", "[gateway]") {
  MessagePlans plans;
  const MessagePlan& plan = *plans.Get(*AllTypes::descriptor());
  std::mt19937 random(20261124);
  AllTypes message;
  REQUIRE(
      TextFormat::ParseFromString("int32_value: 5 inner {text: 'abc'} repeated_int32: [1, 2] "
                                  "string_map {key: 'a' value: 1} timestamp {seconds: 1} "
                                  "struct {fields {key: 'a' value {number_value: 1}}}",
                                  &message));
  const std::string whole = message.SerializeAsString();
  for (int round = 0; round < 20000; ++round) {
    std::string wire = whole.substr(0, random() % (whole.size() + 1));
    for (int flips = static_cast<int>(random() % 4); flips > 0 && !wire.empty(); --flips) {
      wire[random() % wire.size()] = static_cast<char>(random());
    }
    std::string json;
    if (!WireToJson(wire, plan, json).ok()) continue;
    boost::json::error_code error;
    boost::json::parse(json, error);
    REQUIRE_FALSE(error);
  }
}

TEST_CASE("what is printed can be read back to the same message", "[gateway]") {
  AllTypes message;
  REQUIRE(
      TextFormat::ParseFromString("int32_value: -5 uint64_value: 18446744073709551615 "
                                  "sint64_value: -3 float_value: 0.1 double_value: 1e300 "
                                  "string_value: 'é' bytes_value: 'xyz' colour: RED inner {child "
                                  "{}} optional_string: '' repeated_double: [0.1] "
                                  "string_map {key: 'k' value: 1} choice_inner {} timestamp "
                                  "{nanos: 5} duration {seconds: -9} field_mask {paths: 'a'} "
                                  "value {list_value {}} wrapped_bool {} big_number: -1",
                                  &message));
  std::string wire;
  REQUIRE_FALSE(JsonToWire(Print<AllTypes>(message.SerializeAsString()), Plan(), nullptr, wire));
  AllTypes again;
  REQUIRE(again.ParseFromString(wire));
  CHECK(again.SerializeAsString() == message.SerializeAsString());
}

}  // namespace
}  // namespace tamarack::gateway
