// Descriptors of any size and shape that a back end may offer: what is taken in is gone through
// without recursion, the rest is refused with a reason.
#include "gateway/routing/descriptor_limits.h"
#include "fixture.h"
#include "gateway/openapi/openapi.h"
#include "gateway/plugin/breaking.h"
#include "gateway/plugin/lint.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;

google::api::HttpRule Post() {
  google::api::HttpRule rule;
  rule.set_post("/x");
  rule.set_body("*");
  return rule;
}

void AddField(DescriptorProto& type, const std::string& name, const std::string& of) {
  auto& field = *type.add_field();
  field.set_name(name);
  field.set_number(type.field_size());
  field.set_label(FieldDescriptorProto::LABEL_OPTIONAL);
  field.set_type(FieldDescriptorProto::TYPE_MESSAGE);
  field.set_type_name(of);
}

// T0 { T1 { T2 … } }, asked and answered.
BackendDescriptors Chain(int types) {
  auto backend = OneMethod("a", Post());
  auto& file = *backend.files.mutable_file(0);
  for (int i = 0; i < types; ++i) {
    auto& type = *file.add_message_type();
    type.set_name("T" + std::to_string(i));
    if (i + 1 < types) AddField(type, "next", ".a.T" + std::to_string(i + 1));
  }
  file.mutable_service(0)->mutable_method(0)->set_input_type(".a.T0");
  file.mutable_service(0)->mutable_method(0)->set_output_type(".a.T0");
  return backend;
}

// A message within a message within …, so many levels.
BackendDescriptors Nest(int levels) {
  auto backend = OneMethod("a", Post());
  DescriptorProto* type = backend.files.mutable_file(0)->add_message_type();
  type->set_name("N");
  for (int i = 1; i < levels; ++i) {
    type = type->add_nested_type();
    type->set_name("N");
  }
  return backend;
}

std::string Refusal(const BackendDescriptors& backend) {
  std::vector<std::string> notes;
  return std::string(RouteTable::Build({backend}, &notes).status().message());
}

TEST_CASE("as many message types as are taken may hold one another in one chain", "[gateway]") {
  std::vector<std::string> notes;
  auto before = RouteTable::Build({Chain(kMessageTypesMax - 1)}, &notes);
  auto after = RouteTable::Build({Chain(kMessageTypesMax - 1)}, &notes);
  REQUIRE((before.ok() && after.ok()));
  CHECK(Lint(**after).empty());
  CHECK(FindBreaking(**before, **after).empty());
  auto document = MakeOpenApi(**after, {"https://services.example"});
  CHECK(document.at("components").at("schemas").as_object().size() >=
        static_cast<size_t>(kMessageTypesMax) - 1);
}

TEST_CASE("descriptors beyond the limits are refused with the reason", "[gateway]") {
  CHECK(Refusal(Chain(20'000)) == "back end a: it has more than 10000 message types");
  CHECK(Refusal(Nest(kMessageNestingMax)) == "");
  CHECK(Refusal(Nest(kMessageNestingMax + 1)) ==
        "back end a: the message type N is nested more than 31 levels deep");
  auto large = OneMethod("a", Post());
  large.files.mutable_file(0)->mutable_source_code_info()->add_location()->set_leading_comments(
      std::string(kDescriptorBytesMax, 'x'));
  CHECK(Refusal(large) == "back end a: its descriptors are larger than 16777216 bytes");
}

}  // namespace
}  // namespace tamarack::gateway
