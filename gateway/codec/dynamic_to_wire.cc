#include "gateway/codec/dynamic_to_wire.h"

#include "gateway/codec/scalars.h"

namespace tamarack::gateway {

using Kind = JsonReader::Kind;

namespace {

// Field numbers of google.protobuf.Struct, ListValue and Value.
constexpr int kStructFields = 1, kListValues = 1;
constexpr int kValueNull = 1, kValueNumber = 2, kValueString = 3, kValueBool = 4, kValueStruct = 5,
              kValueList = 6;

bool HasNul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

}  // namespace

bool StructToWire(JsonWalk& walk, const Place& place) {
  auto write_key = [&](std::string_view key, const Place& entry) {
    if (HasNul(key)) return walk.Refuse(entry, Reason::kNulCharacter);
    AppendBytes(1, key, walk.out);
    return true;
  };
  return walk.Entries(kStructFields, place, write_key, [&](const Place& entry) {
    return walk.Nested(2, [&] { return ValueToWire(walk, entry); });
  });
}

bool ListValueToWire(JsonWalk& walk, const Place& place) {
  Place element{&place, {}, 0, true};
  for (walk.reader.Enter(); walk.reader.NextElement(); ++element.index) {
    if (!walk.Nested(kListValues, [&] { return ValueToWire(walk, element); })) return false;
  }
  return !walk.reader.has_failed();
}

bool ValueToWire(JsonWalk& walk, const Place& place) {
  JsonReader& reader = walk.reader;
  switch (reader.Peek()) {
    case Kind::kObject:
      return walk.Nested(kValueStruct, [&] { return StructToWire(walk, place); });
    case Kind::kArray:
      return walk.Nested(kValueList, [&] { return ListValueToWire(walk, place); });
    case Kind::kNull:
      reader.Null();
      AppendTag(kValueNull, WireType::kVarint, walk.out);
      AppendVarint(0, walk.out);
      break;
    case Kind::kBoolean:
      AppendTag(kValueBool, WireType::kVarint, walk.out);
      AppendVarint(reader.Boolean() == "true", walk.out);
      break;
    case Kind::kString: {
      std::string_view text = reader.String();
      if (HasNul(text)) return walk.Refuse(place, Reason::kNulCharacter);
      AppendBytes(kValueString, text, walk.out);
      break;
    }
    case Kind::kNumber: {
      std::string_view text = reader.Number();
      AppendTag(kValueNumber, WireType::kFixed64, walk.out);
      if (!reader.has_failed() && !walk.Check(EncodeExactDouble(text, walk.out), place))
        return false;
      break;
    }
    case Kind::kNothing:
      break;
  }
  return !reader.has_failed();
}

}  // namespace tamarack::gateway
