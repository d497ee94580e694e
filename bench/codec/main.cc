// What one message costs in the codec, in nanoseconds, against protobuf's json_util on the same
// text and bytes; and what reading JSON alone costs, against simdjson's and Boost.JSON's parsers
// with nothing behind them.
#include "bench/echo/sample.h"
#include "gateway/codec/json_failure.h"
#include "gateway/codec/json_reader.h"
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/wire_to_json.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace tamarack::gateway {
namespace {

namespace ondemand = simdjson::ondemand;
namespace util = google::protobuf::util;
using bench::echo::v1::EchoList;
using bench::echo::v1::EchoMessage;

constexpr int kRounds = 15;
constexpr std::chrono::milliseconds kSlice(20);
constexpr int kLevelsMax = 32;

size_t seen = 0;  // Printed at the end, so that no work is left out.

void Require(bool holds) {
  if (!holds) std::abort();
}

struct Contestant {
  std::string name;
  std::function<void()> run;
  double nanoseconds = std::numeric_limits<double>::infinity();
};

// The best slice of each: others on the machine only ever add to it. Contestants take turns.
void Measure(std::vector<Contestant>& contestants) {
  using Clock = std::chrono::steady_clock;
  for (int round = 0; round < kRounds; ++round) {
    for (Contestant& one : contestants) {
      int count = 0;
      auto begin = Clock::now();
      auto end = begin;
      for (; end - begin < kSlice; end = Clock::now()) {
        for (int i = 0; i < 16; ++i) one.run();
        count += 16;
      }
      one.nanoseconds = std::min(
          one.nanoseconds, std::chrono::duration<double, std::nano>(end - begin).count() / count);
    }
  }
}

void Print(const char* what, const std::string& text, std::vector<Contestant> contestants) {
  Measure(contestants);
  std::printf("%-14s %6zu bytes", what, text.size());
  double ours = contestants.front().nanoseconds;
  for (const Contestant& one : contestants) {
    std::printf("   %s %.0f ns", one.name.c_str(), one.nanoseconds);
    if (&one != &contestants.front()) std::printf(" (x%.2f)", one.nanoseconds / ours);
  }
  std::puts("");
}

// Takes every value of a text with our reader.
void Walk(JsonReader& reader) {
  using Kind = JsonReader::Kind;
  std::string_view name;
  switch (reader.Peek()) {
    case Kind::kObject:
      for (reader.Enter(); reader.NextMember(&name); Walk(reader)) seen += name.size();
      return;
    case Kind::kArray:
      for (reader.Enter(); reader.NextElement();) Walk(reader);
      return;
    case Kind::kString:
      seen += reader.String().size();
      return;
    case Kind::kNumber:
      seen += reader.Number().size();
      return;
    case Kind::kBoolean:
      seen += reader.Boolean().size();
      return;
    default:
      reader.Null();
  }
}

// The same with simdjson as it comes.
template <class Value>
void WalkSimdjson(Value& value) {
  switch (value.type().value_unsafe()) {
    case ondemand::json_type::object: {
      ondemand::object object;
      Require(!value.get_object().get(object));
      for (auto member : object) {
        seen += member.unescaped_key().value_unsafe().size();
        ondemand::value inner;
        Require(!member.value().get(inner));
        WalkSimdjson(inner);
      }
      return;
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      Require(!value.get_array().get(array));
      for (auto element : array) {
        ondemand::value inner;
        Require(!element.get(inner));
        WalkSimdjson(inner);
      }
      return;
    }
    case ondemand::json_type::string:
      seen += value.get_string().value_unsafe().size();
      return;
    case ondemand::json_type::boolean:
      seen += value.get_bool().value_unsafe();
      return;
    default:
      seen += std::string_view(value.raw_json_token()).size();
  }
}

void PrintReading(const std::string& json) {
  ondemand::parser parser;
  std::string padded;
  auto ours = [&] {
    JsonReader reader(json, kLevelsMax);
    Walk(reader);
    Require(reader.AtEnd());
  };
  auto simd = [&] {
    padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    padded = json;
    ondemand::document document;
    Require(!parser.iterate(padded).get(document));
    WalkSimdjson(document);
  };
  auto boost = [&] { Require(FindJsonFailure(json, kLevelsMax).position == json.size()); };
  Print("reading", json, {{"ours", ours}, {"simdjson", simd}, {"Boost.JSON", boost}});
}

template <class Message>
void PrintAll(const char* name, const Message& message) {
  std::printf("%s\n", name);
  MessagePlans plans;
  const MessagePlan& plan = *plans.Get(*Message::descriptor());
  std::string wire = message.SerializeAsString(), json;
  Require(WireToJson(wire, plan, json).ok());
  std::unique_ptr<util::TypeResolver> types(util::NewTypeResolverForDescriptorPool(
      "type.googleapis.com", google::protobuf::DescriptorPool::generated_pool()));
  std::string url = "type.googleapis.com/" + Message::descriptor()->full_name();
  util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;

  auto our_wire = [&] {
    std::string out;
    Require(!JsonToWire(json, plan, nullptr, out));
    seen += out.size();
  };
  auto their_wire = [&] {
    std::string out;
    Require(util::JsonToBinaryString(types.get(), url, json, &out).ok());
    seen += out.size();
  };
  auto our_json = [&] {
    std::string out;
    Require(WireToJson(wire, plan, out).ok());
    seen += out.size();
  };
  auto their_json = [&] {
    std::string out;
    Require(util::BinaryToJsonString(types.get(), url, wire, &out, options).ok());
    seen += out.size();
  };
  Print("JSON to wire", json, {{"ours", our_wire}, {"json_util", their_wire}});
  Print("wire to JSON", json, {{"ours", our_json}, {"json_util", their_json}});
  PrintReading(json);
}

EchoList Many() {
  EchoList list;
  for (int i = 0; i < 70; ++i) {
    EchoMessage& message = *list.add_echoes() = bench::Sample();
    if (i % 4 == 0) message.set_note("Délivré à Montréal,\nvalable jusqu’à l’été \"2026\"");
  }
  return list;
}

EchoMessage Letter() {
  EchoMessage message = bench::Sample();
  for (int i = 0; i < 300; ++i)
    message.mutable_note()->append("Le permis délivré à l’été 2026 sera renouvelé. ");
  return message;
}

}  // namespace
}  // namespace tamarack::gateway

int main() {
  using namespace tamarack::gateway;  // NOLINT: a program of one page
  std::printf("simdjson with %s\n", simdjson::get_active_implementation()->name().c_str());
  PrintAll("one message", bench::Sample());
  PrintAll("a list of 70", Many());
  PrintAll("a long text", Letter());
  std::printf("(%zu)\n", seen);
}
