#pragma once

#include "tamarack/api/v1/policy.pb.h"

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

// The field rules of a proto (tamarack/api/v1/policy.proto), compiled: the one implementation for
// the messages that services get and for the wire bytes that the gateway sends.
namespace tamarack::rpc {

// What was asked of a value that it is not.
enum class Breach {
  kRequired,
  kTooShort,
  kTooLong,
  kPattern,
  kChoice,
  kTooSmall,
  kTooLarge,
  kNotFinite,
  kTooMany,
  kNul,
  kTime
};

struct Flaw {
  Breach breach;
  std::string argument = {};  // The limit or the choices.
  bool is_bytes = false;      // A length counts bytes, not characters.
};

// The flaw in words, to follow the field's name, in `language` (`en` or `fr`).
std::string Describe(const Flaw& flaw, std::string_view language);
// Whether they are those of a field that is missing, in either language.
bool SaysRequired(std::string_view description);

// One value, read from wherever it was; which member holds it follows from the field's C++ type.
struct Scalar {
  std::string_view text = {};  // Strings and bytes.
  int64_t integer = 0;         // Signed numbers, enums and booleans.
  uint64_t natural = 0;        // Unsigned numbers.
  double floating = 0;         // Both widths.
};

// What the rules of a field ask of each of its values. Immutable.
class ValueRules {
 public:
  // Rules of `field` for values of `scalar`: itself, what its wrapper holds or its map's values.
  ValueRules(const google::protobuf::FieldDescriptor& field,
             const google::protobuf::FieldDescriptor& scalar);
  ~ValueRules();

  // Whether they ask for anything.
  bool is_needed() const;
  std::optional<Flaw> Check(const Scalar& value) const;

 private:
  std::optional<Flaw> CheckText(std::string_view text) const;
  template <class Number>
  std::optional<Flaw> CheckNumber(Number number) const;
  std::optional<Flaw> CheckEnum(int number) const;

  const google::protobuf::FieldDescriptor& scalar_;
  const api::v1::FieldRules& rules_;
  bool is_required_text_;
  bool is_required_enum_;
  std::unique_ptr<const re2::RE2> pattern_;  // Null without one.
};

}  // namespace tamarack::rpc
