// The codec against protobuf's own: in the style of protobuf's JSON mapping both print the same
// meaning and read the same messages; on damaged texts ours may only be stricter, and only for
// reasons that its README names.
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/wire_to_json.h"
#include "random_message.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <optional>
#include <set>

namespace tamarack::gateway {
namespace {

using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageDifferencer;
using google::protobuf::util::MessageToJsonString;
using toy::v1::AllTypes;

// With every type that an Any may hold.
const MessagePlan& Plan(JsonStyle style) {
  static MessagePlans plans[2] = {MessagePlans(JsonStyle::kOurs),
                                  MessagePlans(JsonStyle::kProtoJson)};
  return *plans[style == JsonStyle::kOurs ? 0 : 1].Get(*AllTypes::descriptor());
}

std::string Print(const AllTypes& message, JsonStyle style) {
  std::string json;
  absl::Status status = WireToJson(message.SerializeAsString(), Plan(style), json);
  INFO(message.ShortDebugString());
  INFO(status);
  REQUIRE(status.ok());
  return json;
}

// Numbers by value, whatever their text.
boost::json::value Meaning(const std::string& json) {
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 200;
  auto value = boost::json::parse(json, error, {}, options);
  INFO(json);
  REQUIRE_FALSE(error);
  return value;
}

bool IsSame(const boost::json::value& a, const boost::json::value& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  if (a.is_array() && b.is_array()) {
    const auto &x = a.get_array(), &y = b.get_array();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), IsSame);
  }
  if (!a.is_object() || !b.is_object()) return a == b;
  // Their printer leaves out the value of an empty wrapper in an Any.
  bool is_empty_any = a.get_object().size() == 1 && a.get_object().contains("@type");
  if (is_empty_any) return IsSame(a.at("@type"), b.at("@type"));
  if (a.get_object().size() != b.get_object().size()) return false;
  for (const auto& [key, value] : a.get_object()) {
    const auto* other = b.get_object().if_contains(key);
    if (other == nullptr || !IsSame(value, *other)) return false;
  }
  return true;
}

bool Read(const std::string& json, JsonStyle style, AllTypes* message, std::string* reason) {
  std::string wire;
  Refusal refusal = JsonToWire(json, Plan(style), nullptr, wire);
  if (refusal) *reason = std::string(ReasonName(refusal->reason));
  return !refusal && message->ParseFromString(wire);
}

TEST_CASE("both codecs print the same meaning and read each other's texts", "[gateway][codec]") {
  uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  RandomMessages random(seed);
  for (int round = 0; round < 1000; ++round) {
    AllTypes message;
    message.ParseFromString(random.AllTypes().SerializeAsString());  // settles maps and oneofs
    std::string theirs;
    REQUIRE(MessageToJsonString(message, &theirs).ok());
    std::string canonical = Print(message, JsonStyle::kProtoJson);
    INFO(theirs);
    INFO(canonical);
    REQUIRE(IsSame(Meaning(theirs), Meaning(canonical)));

    std::string reason;
    for (const std::string& json : {theirs, canonical, Print(message, JsonStyle::kOurs)}) {
      AllTypes ours, again;
      bool is_read = Read(json, JsonStyle::kProtoJson, &ours, &reason);
      if (!is_read && reason.starts_with("too_deep")) continue;
      INFO(reason);
      INFO(json);
      REQUIRE(is_read);
      CHECK(MessageDifferencer::Equals(ours, message));
      REQUIRE(JsonStringToMessage(json, &again).ok());
      CHECK(MessageDifferencer::Equals(again, message));
    }
  }
}

// Why protobuf's reader refuses a text, empty when it takes it; nothing when it trips over itself,
// which it does on some of these (a failed check in its proto_writer.cc).
std::optional<std::string> TheirError(const std::string& json, AllTypes* message) {
  try {
    auto status = JsonStringToMessage(json, message);
    return status.ok() ? std::string() : std::string(status.message());
  } catch (const google::protobuf::FatalException&) {
    return std::nullopt;
  }
}

// One small damage to a text: what people, and other languages' printers, get wrong.
std::string Damage(const std::string& json, RandomMessages& random) {
  constexpr std::string_view kTokens[] = {"null",
                                          "true",
                                          "\"x\"",
                                          "0",
                                          "-1",
                                          "1.5",
                                          "1e5",
                                          "\"1\"",
                                          "[]",
                                          "{}",
                                          "\"\"",
                                          "1e999",
                                          "\"NaN\"",
                                          "\"1e3\"",

                                          "\" 1\"",
                                          "1.0",

                                          "\"RED\"",
                                          "\"abc=\"",
                                          "12345678901234567890",
                                          "\"2020-01-01T00:00:00Z\"",
                                          "\"1s\""};
  std::vector<std::pair<size_t, size_t>> values;  // Begin and length of what follows a colon.
  for (size_t at = 0; (at = json.find(':', at)) != std::string::npos; ++at) {
    size_t begin = at + 1;
    size_t end = json.find_first_of(",}]", begin);
    if (end != std::string::npos && end > begin) values.emplace_back(begin, end - begin);
  }
  std::string damaged = json;
  if (values.empty() || random.OneIn(5)) {
    size_t at = random.Below(json.size());
    constexpr std::string_view kBytes = "{}[]\",:0-e.\\ tn";
    random.OneIn(2) ? damaged.erase(at, 1)
                    : damaged.insert(at, 1, kBytes[random.Below(kBytes.size())]);
    return damaged;
  }
  auto [begin, length] = values[random.Below(values.size())];
  damaged.replace(begin, length, kTokens[random.Below(std::size(kTokens))]);
  return damaged;
}

// What the README says that we are stricter about; all others must be taken alike.
const std::set<std::string> kStricter = {
    "malformed_json",   "too_deep",           "duplicate_key",       "nul_character",
    "null_not_allowed", "expected_enum",      "expected_string",     "expected_boolean",
    "expected_integer", "expected_number",    "expected_field_mask", "expected_duration",
    "expected_object",  "expected_timestamp", "inexact_number"};

// We take `"1.0"` and `"1e3"` for whole numbers, as later versions of protobuf do.
bool IsNumberText(const std::string& error) {
  size_t begin = error.find('"');
  size_t end = error.find("\" for type TYPE_");
  return begin < end && end != std::string::npos &&
         error.substr(begin, end - begin).find_first_of(".eE") != std::string::npos;
}

TEST_CASE("on damaged texts ours is protobuf's reader or a stricter one", "[gateway][codec]") {
  uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  RandomMessages random(seed);
  for (int round = 0; round < 5000; ++round) {
    std::string json = Damage(Print(random.AllTypes(), JsonStyle::kProtoJson), random);
    AllTypes ours, theirs;
    std::string reason;
    bool is_ours = Read(json, JsonStyle::kProtoJson, &ours, &reason);
    std::optional<std::string> error = TheirError(json, &theirs);
    if (!error) continue;
    INFO(json);
    if (is_ours && !error->empty() && !IsNumberText(*error)) FAIL("only we take it: " << *error);
    if (!is_ours && error->empty()) {
      INFO("only protobuf takes it: " << reason);
      CHECK(kStricter.contains(reason));
    }
    // A number -0 keeps its sign with us.
    bool has_negative_zero = ours.ShortDebugString().find(": -0") != std::string::npos;
    if (is_ours && error->empty() && !has_negative_zero) {
      CHECK(ours.ShortDebugString() == theirs.ShortDebugString());
    }
  }
}

}  // namespace
}  // namespace tamarack::gateway
