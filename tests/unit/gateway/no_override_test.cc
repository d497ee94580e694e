// What the path binds, nothing else gives: random requests against every route of the toy service
// that has path variables. The seed is printed, so that a failure can be repeated.
#include "fixture.h"
#include "gateway/routing/binding.h"
#include "toy.pb.h"

#include <google/protobuf/message.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <random>

namespace tamarack::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using FieldPath = Route::FieldPath;

#ifdef NDEBUG
constexpr int kRounds = 1'000'000;
#else
constexpr int kRounds = 30'000;  // Debug builds and sanitizers are that much slower.
#endif

// A random request for one route, and every field that its query and body name.
struct Triple {
  std::vector<std::string> path_values;  // As the path's variables hold them, decoded.
  std::string path;
  std::string query;
  std::string body;
  std::vector<FieldPath> given;
};

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  Triple Make(const Route& route) {
    Triple triple;
    PathTemplate path_template = *ParseTemplate(route.path);
    for (size_t i = 0; i < path_template.segments.size(); ++i) {
      triple.path += '/';
      const auto& segment = path_template.segments[i];
      triple.path += segment.kind == PathTemplate::Segment::Kind::kLiteral
                         ? segment.literal
                         : PathValue(route, path_template, i);
    }
    if (!path_template.verb.empty()) triple.path += ":" + path_template.verb;
    const Descriptor& type = *route.method->input_type();
    for (size_t count = Below(3); count > 0; --count) {
      FieldPath path;
      std::string pair = QueryPair(type, path);
      triple.query += (triple.query.empty() ? "" : "&") + pair;
      triple.given.push_back(std::move(path));
    }
    if (route.body == Route::Body::kWhole) triple.body = Object(type, {}, triple);
    if (route.body == Route::Body::kField && route.body_field->message_type() != nullptr)
      triple.body = Object(*route.body_field->message_type(), {route.body_field}, triple);
    return triple;
  }

 private:
  std::string PathValue(const Route& route, const PathTemplate& path_template, size_t segment) {
    for (size_t v = 0; v < path_template.variables.size(); ++v) {
      const auto& variable = path_template.variables[v];
      if (segment < variable.first || segment >= variable.first + variable.count) continue;
      if (route.path_fields[v].back()->type() != FieldDescriptor::TYPE_STRING) return "41";
    }
    constexpr const char* kValues[] = {"a", "%61b", "x%2Fy", "%C3%A9", "name=evil", "a+b", "evil"};
    return kValues[Below(std::size(kValues))];
  }

  std::string Name(const FieldDescriptor& field) {
    return OneIn(2) ? field.name() : field.json_name();
  }

  // `a.b=value` for a random field that a parameter could name, and often one that the path binds.
  std::string QueryPair(const Descriptor& type, FieldPath& path) {
    std::string name;
    for (const Descriptor* message = &type; message != nullptr;) {
      const FieldDescriptor* field = Pick(*message);
      path.push_back(field);
      name += (name.empty() ? "" : ".") + Name(*field);
      message = IsPlain(*field) && path.size() < 4 ? field->message_type() : nullptr;
    }
    return name + "=" + Scalar(*path.back(), false);
  }

  std::string Object(const Descriptor& type, FieldPath prefix, Triple& triple) {
    std::string json = "{";
    for (size_t count = Below(4); count > 0; --count) {
      const FieldDescriptor* field = Pick(type);
      FieldPath path = prefix;
      path.push_back(field);
      triple.given.push_back(path);
      json += (json.size() > 1 ? ",\"" : "\"") + Name(*field) + "\":";
      if (OneIn(10)) {
        json += "null";
      } else if (IsPlain(*field) && path.size() < 4) {
        json += Object(*field->message_type(), path, triple);
      } else {
        json += Scalar(*field, true);
      }
    }
    return json + "}";
  }

  // Fields in front are more likely: those are what the paths bind.
  const FieldDescriptor* Pick(const Descriptor& type) {
    auto count = static_cast<size_t>(type.field_count());
    if (OneIn(3)) return type.field(static_cast<int>(Below(count)));
    constexpr const char* kLikely[] = {"string_value",  "int32_value", "inner", "text", "child",
                                       "choice_number", "choice_text", "name",  "kite", "owner"};
    const auto* field = type.FindFieldByName(kLikely[Below(std::size(kLikely))]);
    return field != nullptr ? field : type.field(static_cast<int>(Below(count)));
  }

  static bool IsPlain(const FieldDescriptor& field) {
    return field.message_type() != nullptr && !field.is_repeated() &&
           field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
  }

  std::string Scalar(const FieldDescriptor& field, bool as_json) {
    std::string value = field.type() == FieldDescriptor::TYPE_STRING ? "evil"
                        : field.type() == FieldDescriptor::TYPE_BOOL ? "true"
                                                                     : "7";
    if (as_json && value == "evil") value = "\"evil\"";
    return as_json && field.is_repeated() ? "[" + value + "]" : value;
  }

  std::mt19937 random_;
};

// The value of a field of the bound message, found by number in its generated class.
std::string ValueAt(const Message& root, const FieldPath& path) {
  const Message* message = &root;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    const auto* field = message->GetDescriptor()->FindFieldByNumber(path[i]->number());
    message = &message->GetReflection()->GetMessage(*message, field);
  }
  const auto* field = message->GetDescriptor()->FindFieldByNumber(path.back()->number());
  return field->type() == FieldDescriptor::TYPE_STRING
             ? message->GetReflection()->GetString(*message, field)
             : std::to_string(message->GetReflection()->GetInt32(*message, field));
}

// What is wrong with a triple; empty when the rule holds. Counts those that were accepted.
std::string Violation(const RouteTable& routes, const Route& route, const Triple& triple,
                      int& accepted) {
  PathSegments segments;
  if (SplitPath(triple.path, &segments)) return "path refused";
  Router::Match match = routes.router().Find(route.http_method, segments);
  if (match.kind != Router::Match::Kind::kFound || &routes.route(match.target) != &route)
    return "another route";
  Bound bound = BindRequest(route, match, {triple.query, "application/json", triple.body});
  if (bound.outcome != Bound::Outcome::kOk) return {};
  ++accepted;
  for (const FieldPath& path : route.path_fields) {
    for (const FieldPath& given : triple.given) {
      if (given == path) return "given twice and not refused";
    }
  }
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      route.method->input_type()->full_name());
  std::unique_ptr<Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!message->ParseFromString(bound.wire)) return "bound to bytes that are no message";
  for (size_t i = 0; i < route.path_fields.size(); ++i) {
    if (ValueAt(*message, route.path_fields[i]) != match.variables[i].second)
      return "the path's value was overridden";
  }
  return {};
}

TEST_CASE("no query and no body overrides what the path binds", "[gateway][property]") {
  const char* repeated = std::getenv("TAMARACK_PROPERTY_SEED");
  uint32_t seed = repeated ? static_cast<uint32_t>(std::strtoul(repeated, nullptr, 10))
                           : std::random_device()();
  WARN("TAMARACK_PROPERTY_SEED=" << seed << ", " << kRounds << " requests");
  Generator generator(seed);
  auto table = ToyRoutes();
  std::vector<const Route*> routes;
  for (const auto& route : table->routes()) {
    if (!route->path_fields.empty() && !route->policy.page()) routes.push_back(route.get());
  }
  REQUIRE(routes.size() >= 8);
  int accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Route& route = *routes[generator.Below(routes.size())];
    Triple triple = generator.Make(route);
    std::string violation = Violation(*table, route, triple, accepted);
    if (!violation.empty()) {
      FAIL(violation << ": " << route.http_method << " " << triple.path << "?" << triple.query
                     << " " << triple.body);
    }
  }
  CHECK(accepted > kRounds / 10);  // so the generator makes both kinds
  CHECK(accepted < kRounds * 9 / 10);
}

}  // namespace
}  // namespace tamarack::gateway
