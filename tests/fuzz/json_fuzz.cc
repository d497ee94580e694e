// JSON to wire bytes: what is accepted is JSON, is a message, and prints to a text that means the
// same.
#include "fuzz.h"
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/wire_to_json.h"
#include "toy.pb.h"

#include <boost/json/parse.hpp>

#include <string>

using namespace tamarack::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view json(reinterpret_cast<const char*>(bytes), size);
  static MessagePlans plans;
  static const MessagePlan& plan = *plans.Get(*toy::v1::AllTypes::descriptor());
  std::string wire, printed, wire_again, printed_again;
  std::vector<std::string> paths;
  if (JsonToWire(json, plan, nullptr, wire, &paths)) return 0;
  boost::json::error_code error;
  boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
  // `0e9999999999` is JSON, and zero; Boost has no room for the exponent.
  Require(!error || error == boost::json::error::exponent_overflow);
  toy::v1::AllTypes message;
  Require(message.ParseFromString(wire));
  Require(WireToJson(wire, plan, printed).ok());
  Refusal refusal = JsonToWire(printed, plan, nullptr, wire_again);
  // A text's levels may be one more once printed with their defaults.
  if (refusal) return Require(refusal->reason == Reason::kTooDeep), 0;
  Require(WireToJson(wire_again, plan, printed_again).ok());
  Require(printed == printed_again);
  return 0;
}
