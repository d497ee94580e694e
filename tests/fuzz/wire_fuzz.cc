// Wire bytes to JSON: the bytes mean the same to protobuf's own parser, the text is JSON, and what
// our reader takes back prints the same again. The first byte chooses the style.
#include "fuzz.h"
#include "gateway/codec/json_reader.h"
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/wire_to_json.h"
#include "toy.pb.h"

#include <string>

using namespace tamarack::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  static MessagePlans plans[2] = {MessagePlans(JsonStyle::kOurs),
                                  MessagePlans(JsonStyle::kProtoJson)};
  const MessagePlan& plan = *plans[bytes[0] & 1].Get(*toy::v1::AllTypes::descriptor());
  std::string_view wire(reinterpret_cast<const char*>(bytes + 1), size - 1);
  std::string printed, flaw, wire_again, printed_again;
  if (!WireToJson(wire, plan, printed, &flaw).ok()) return 0;
  JsonReader reader(printed, 300);
  reader.Skip();
  Require(reader.AtEnd());
  toy::v1::AllTypes message;
  if (message.ParseFromArray(wire.data(), static_cast<int>(wire.size()))) {
    std::string theirs;
    Require(WireToJson(message.SerializeAsString(), plan, theirs).ok());
    Require(printed == theirs);
  }
  if (!flaw.empty()) return 0;
  if (JsonToWire(printed, plan, nullptr, wire_again)) return 0;  // NUL, or an unknown enum value
  Require(WireToJson(wire_again, plan, printed_again).ok());
  Require(printed == printed_again);
  return 0;
}
