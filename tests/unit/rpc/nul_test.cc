// U+0000 in a text would end it for C and PostgreSQL: no handler gets one.
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"
#include "toy.pb.h"

#include <catch2/catch.hpp>

namespace tamarack::rpc {
namespace {

using toy::v1::AllTypes;

const std::string kNul("a\0b", 3);

TEST_CASE("a text with U+0000 is refused by its field, wherever it is", "[rpc]") {
  AllTypes message;
  std::string field;
  SECTION("a field") {
    message.set_string_value(kNul);
    field = "string_value";
  }
  SECTION("at the end") {
    message.set_optional_string(std::string("a\0", 2));
    field = "optional_string";
  }
  SECTION("an element") {
    message.add_repeated_string("a");
    message.add_repeated_string(kNul);
    field = "repeated_string[1]";
  }
  SECTION("a field of a field") {
    message.mutable_inner()->mutable_child()->set_text(kNul);
    field = "inner.child.text";
  }
  SECTION("a field of an element") {
    message.add_repeated_inner()->set_text("a");
    message.add_repeated_inner()->set_text(kNul);
    field = "repeated_inner[1].text";
  }
  SECTION("a key") {
    (*message.mutable_string_map())[kNul] = 1;
    field = "string_map[0].key";
  }
  SECTION("a member of a oneof") {
    message.set_choice_text(kNul);
    field = "choice_text";
  }
  SECTION("a value of a Struct") {
    (*message.mutable_struct_()->mutable_fields())["a"]
        .mutable_list_value()
        ->add_values()
        ->set_string_value(kNul);
    field = "struct";
  }
  SECTION("a name of a Struct") {
    (*message.mutable_struct_()->mutable_fields())[kNul];
    field = "struct";
  }
  SECTION("a wrapper") {
    message.mutable_wrapped_string()->set_value(kNul);
    field = "wrapped_string";
  }
  SECTION("a mask") {
    message.mutable_field_mask()->add_paths(kNul);
    field = "field_mask";
  }
  absl::Status status = Validate(message);
  CHECK(absl::IsInvalidArgument(status));
  auto violations = ViolationsOf(status);
  REQUIRE(violations.size() == 1);
  CHECK(violations[0].field == field);
}

TEST_CASE("octets may be any", "[rpc]") {
  AllTypes message;
  message.set_bytes_value(kNul);
  message.set_string_value("a\x01 é");
  CHECK(Validate(message).ok());
}

}  // namespace
}  // namespace tamarack::rpc
