#pragma once

#include "gateway/codec/json_reader.h"
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/wire.h"
#include "gateway/request/messages.h"

#include <absl/container/flat_hash_set.h>

#include <string>
#include <string_view>

namespace tamarack::gateway {

// Where in the document a value stands; a chain up to the root, kept on the stack.
struct Place {
  const Place* parent = nullptr;
  std::string_view key = {};
  size_t index = 0;
  bool is_element = false;
};

// What every function that takes a value off the text and writes its wire bytes shares. Such a
// function returns false to end the walk, with the reason in `refusal` or in the reader.
struct JsonWalk {
  JsonWalk(std::string_view json, std::string& wire) : reader(json, kJsonDepthMax), out(wire) {}

  bool Refuse(const Place& place, Reason reason, std::string argument = {});
  bool Check(Refusal found, const Place& place) {
    if (!found) return true;
    return Refuse(place, found->reason, std::move(found->argument));
  }

  // A length-delimited field, whose contents `write` writes.
  template <class Write>
  bool Nested(int number, Write write) {
    AppendTag(number, WireType::kBytes, out);
    size_t start = OpenLength(out);
    if (!write()) return false;
    CloseLength(start, out);
    return true;
  }

  // The members of an object as the entries of a map field; the two functions write one's key and
  // value. Keys are compared as written to the wire: `-0` and `0` are one.
  template <class WriteKey, class WriteValue>
  bool Entries(int number, const Place& place, WriteKey write_key, WriteValue write_value) {
    absl::flat_hash_set<std::string> keys;
    std::string_view name;
    for (reader.Enter(); reader.NextMember(&name);) {
      std::string key(name);  // the name is gone once the value is read
      Place entry{&place, key};
      AppendTag(number, WireType::kBytes, out);
      size_t start = OpenLength(out);
      if (!write_key(key, entry)) return false;
      if (!keys.insert(out.substr(start)).second) return Refuse(entry, Reason::kDuplicateKey);
      if (!write_value(entry)) return false;
      CloseLength(start, out);
    }
    return !reader.has_failed();
  }

  JsonReader reader;
  std::string& out;
  Refusal refusal;
};

}  // namespace tamarack::gateway
