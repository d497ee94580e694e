// Numbers that nobody said may be rounded: what google.protobuf.Value takes comes back as the same
// number, or is refused by name.
#include "gateway/codec/decimal.h"
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/scalars.h"
#include "gateway/codec/wire_to_json.h"
#include "toy.pb.h"

#include <catch2/catch.hpp>

#include <random>

namespace tamarack::gateway {
namespace {

const MessagePlan& Plan() {
  static MessagePlans plans(JsonStyle::kProtoJson);
  return *plans.Get(*toy::v1::AllTypes::descriptor());
}

// What comes back; the pointer and the reason of a refusal.
std::string Echo(const std::string& json) {
  std::string wire, printed;
  if (Refusal refusal = JsonToWire(json, Plan(), nullptr, wire))
    return refusal->where + " " + std::string(ReasonName(refusal->reason));
  REQUIRE(WireToJson(wire, Plan(), printed).ok());
  return printed;
}

std::string EchoValue(const std::string& number) {
  std::string printed = Echo("{\"value\":" + number + "}");
  constexpr std::string_view kBefore = "{\"value\":";
  return printed.starts_with(kBefore)
             ? printed.substr(kBefore.size(), printed.size() - kBefore.size() - 1)
             : printed;
}

TEST_CASE("a number without a declared type comes back digit by digit", "[gateway][numbers]") {
  std::string number = GENERATE(values<std::string>({"0",
                                                     "-0",
                                                     "7",
                                                     "-1",
                                                     "123456789012345",
                                                     "999999999999999",
                                                     "1000000000000000",
                                                     "9007199254740991",
                                                     "9007199254740992",
                                                     "-9007199254740992",
                                                     "9007199254740994",
                                                     "18014398509481984",
                                                     "12345678901234568",
                                                     "1764491013123000000",
                                                     "100000000000000000000",
                                                     "0.1",
                                                     "-0.25",
                                                     "12.5",
                                                     "0.30000000000000004",
                                                     "123456789.125"}));
  CHECK(EchoValue(number) == number);
}

TEST_CASE("the same number in another form is the same number", "[gateway][numbers]") {
  auto [number, printed] = GENERATE(table<const char*, const char*>({
      {"1e3", "1000"},
      {"1.0", "1"},
      {"1.50", "1.5"},
      {"15e-1", "1.5"},
      {"9.007199254740992e15", "9007199254740992"},
      {"1E+20", "100000000000000000000"},
      {"6.02214076e23", "6.02214076e+23"},
      {"1e300", "1e+300"},
      {"5e-324", "5e-324"},
      {"0e999", "0"},
  }));
  CHECK(EchoValue(number) == printed);
}

TEST_CASE("a number whose digits would change is refused", "[gateway][numbers]") {
  std::string number = GENERATE(values<std::string>(
      {"9007199254740993", "-9007199254740993", "9007199254740993.0", "9007199254740993e0",
       "9007199254740992.5", "12345678901234567", "1234567890123456789", "9223372036854775807",
       "18446744073709551615", "-9223372036854775807", "123456789012345678901234567890", "1e400",
       "-1e400", "1e-400", "1.23456789012345e-320", "-0.1e-999999999999999999999",
       "1e99999999999999999999", "1" + std::string(300, '0') + "1"}));
  std::string echoed = EchoValue(number);
  CHECK((echoed == "/value inexact_number" || echoed == "/value out_of_range"));
}

TEST_CASE("the refusal names the member, however deep", "[gateway][numbers]") {
  CHECK(Echo(R"({"struct":{"a":{"n/m":[1,{"x":9007199254740993}]}}})") ==
        "/struct/a/n~1m/1/x inexact_number");
  CHECK(Echo(R"({"list_value":[0,12345678901234567]})") == "/list_value/1 inexact_number");
  CHECK(Echo(R"({"any":{"@type":"type.googleapis.com/google.protobuf.Value",)"
             R"("value":9007199254740993}})") == "/any/value inexact_number");
}

TEST_CASE("the refusal of a number does not repeat it: it may be a person's or a card's",
          "[gateway][numbers]") {
  auto number = GENERATE(as<std::string>(), "12345678901234567", "4242424242424242424",
                         "-9007199254740993", "9007199254740992.5");
  std::string wire;
  Refusal refusal = EncodeExactDouble(number, wire);
  REQUIRE(refusal);
  for (Language language : {Language::kEnglish, Language::kFrench})
    CHECK_THAT(Describe(*refusal, language), !Catch::Contains(number.substr(0, 5)));
  CHECK(Describe(*refusal, Language::kEnglish).ends_with("send it as text, in quotes."));
}

TEST_CASE("a field that is declared a double is rounded, as protobuf has it",
          "[gateway][numbers]") {
  CHECK(Echo(R"({"double_value":9007199254740993})") == R"({"doubleValue":9007199254740992})");
  CHECK(Echo(R"({"wrapped_double":-9007199254740993})") ==
        R"({"wrappedDouble":-9007199254740992})");
  CHECK(Echo(R"({"float_value":16777217})") == R"({"floatValue":16777216})");
  CHECK(Echo(R"({"double_value":1e400})") == "/double_value out_of_range");
}

TEST_CASE("whole numbers below 1e21 print without exponent", "[gateway][numbers]") {
  auto [value, printed] = GENERATE(table<double, const char*>({
      {0x1p53, "9007199254740992"},
      {0x1p60, "1152921504606847000"},
      {-1e16, "-10000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e20, "100000000000000000000"},
      {999999999999999900000.0, "999999999999999900000"},
      {1e21, "1e+21"},
      {-1.5e300, "-1.5e+300"},
      {1e-7, "1e-07"},
  }));
  toy::v1::AllTypes message;
  message.set_double_value(value);
  std::string json;
  REQUIRE(WireToJson(message.SerializeAsString(), Plan(), json).ok());
  CHECK(json == "{\"doubleValue\":" + std::string(printed) + "}");
}

TEST_CASE("any number is the same after the way there and back, or is refused",
          "[gateway][numbers][property]") {
  uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  auto digits = [&](size_t count) {
    std::string text;
    for (; count > 0; --count) text += static_cast<char>('0' + random() % 10);
    return text;
  };
  size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string number = random() % 2 ? "-" : "";
    number += static_cast<char>('1' + random() % 9);
    number += digits(random() % 22);
    // Fractions of more digits than a double has are rounded, so these have no more.
    if (number.size() < 8 && random() % 2) number += "." + digits(1 + random() % 7);
    if (random() % 3 == 0) number += "e" + std::to_string(static_cast<int>(random() % 640) - 320);
    INFO(number);
    std::string echoed = EchoValue(number);
    if (echoed.starts_with("/value")) continue;
    ++accepted;
    bool is_rounded = !ParseDecimal(number).is_whole() && ParseDecimal(number).digits.size() > 15;
    if (!is_rounded) REQUIRE(ParseDecimal(echoed) == ParseDecimal(number));
  }
  CHECK(accepted > 5'000);
}

}  // namespace
}  // namespace tamarack::gateway
