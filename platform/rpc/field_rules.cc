#include "platform/rpc/field_rules.h"

#include "platform/base/status.h"
#include "platform/text/text.h"

#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace tamarack::rpc {

using google::protobuf::FieldDescriptor;

namespace {

struct Words {
  std::string_view english;
  std::string_view french;
};

// In the order of `Breach`.
constexpr int64_t kPatternBytesMax = 256 << 10;

constexpr Words kWords[] = {
    {"required", "obligatoire"},
    {"must be at least {} {unit}", "doit compter au moins {} {unit}"},
    {"must be at most {} {unit}", "doit compter au plus {} {unit}"},
    {"has the wrong format", "n’a pas la forme voulue"},
    {"must be one of {}", "doit être l’une de ces valeurs\u00a0: {}"},
    {"must be at least {}", "doit être d’au moins {}"},
    {"must be at most {}", "doit être d’au plus {}"},
    {"must be a finite number", "doit être un nombre fini"},
    {"must have at most {} elements", "doit compter au plus {} éléments"},
    {"must not hold the character U+0000", "ne doit pas contenir le caractère U+0000"},
    {"must be a time of the years 1 to 9999", "doit être un moment des années 1 à 9999"},
};
static_assert(std::size(kWords) == static_cast<size_t>(Breach::kTime) + 1);

std::string_view UnitOf(const Flaw& flaw, bool is_french) {
  if (flaw.is_bytes) return is_french ? "octets" : "bytes";
  return is_french ? "caractères" : "characters";
}

}  // namespace

std::string Describe(const Flaw& flaw, std::string_view language) {
  bool is_french = language == "fr";
  const Words& words = kWords[static_cast<size_t>(flaw.breach)];
  return absl::StrReplaceAll(ToAbsl(is_french ? words.french : words.english),
                             {{"{}", flaw.argument}, {"{unit}", ToAbsl(UnitOf(flaw, is_french))}});
}

bool SaysRequired(std::string_view description) {
  const Words& words = kWords[static_cast<size_t>(Breach::kRequired)];
  return description == words.english || description == words.french;
}

ValueRules::ValueRules(const FieldDescriptor& field, const FieldDescriptor& scalar)
    : scalar_(scalar),
      rules_(field.options().GetExtension(api::v1::rules)),
      is_required_text_(rules_.required() && !field.is_repeated() &&
                        scalar.type() == FieldDescriptor::TYPE_STRING),
      is_required_enum_(rules_.required() && !field.is_repeated() && !field.has_presence()) {
  if (!rules_.pattern().empty()) {
    // Patterns are whoever's the proto is: none may hold much.
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(kPatternBytesMax);
    pattern_ = std::make_unique<re2::RE2>(rules_.pattern(), options);
  }
}

ValueRules::~ValueRules() = default;

bool ValueRules::is_needed() const {
  switch (scalar_.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return true;
    case FieldDescriptor::CPPTYPE_STRING:
      return is_required_text_ || rules_.min_len() > 0 || rules_.max_len() > 0 || pattern_ ||
             !rules_.in().empty();
    default:
      return rules_.has_min() || rules_.has_max();
  }
}

std::optional<Flaw> ValueRules::Check(const Scalar& value) const {
  switch (scalar_.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return CheckText(value.text);
    case FieldDescriptor::CPPTYPE_ENUM:
      return CheckEnum(static_cast<int>(value.integer));
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return CheckNumber(value.integer);
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return CheckNumber(value.natural);
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return CheckNumber(value.floating);
    case FieldDescriptor::CPPTYPE_BOOL:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return std::nullopt;
}

std::optional<Flaw> ValueRules::CheckText(std::string_view text) const {
  if (is_required_text_ && text::IsBlank(text)) return Flaw{Breach::kRequired};
  bool is_bytes = scalar_.type() == FieldDescriptor::TYPE_BYTES;
  if (rules_.min_len() > 0 || rules_.max_len() > 0) {
    size_t length = is_bytes ? text.size() : text::CountCharacters(text);
    if (length < rules_.min_len())
      return Flaw{Breach::kTooShort, std::to_string(rules_.min_len()), is_bytes};
    if (rules_.max_len() > 0 && length > rules_.max_len())
      return Flaw{Breach::kTooLong, std::to_string(rules_.max_len()), is_bytes};
  }
  if (pattern_ && !re2::RE2::FullMatch({text.data(), text.size()}, *pattern_))
    return Flaw{Breach::kPattern};
  if (rules_.in().empty() || std::ranges::find(rules_.in(), text) != rules_.in().end())
    return std::nullopt;
  return Flaw{Breach::kChoice, absl::StrJoin(rules_.in(), ", ")};
}

// Wide enough to hold every number of either side as it is.
template <class Number>
std::optional<Flaw> ValueRules::CheckNumber(Number number) const {
  if (!rules_.has_min() && !rules_.has_max()) return std::nullopt;
  auto wide = static_cast<long double>(number);
  static_assert(std::numeric_limits<long double>::digits >= 64);
  if (!std::isfinite(wide)) return Flaw{Breach::kNotFinite};
  if (rules_.has_min() && wide < static_cast<long double>(rules_.min()))
    return Flaw{Breach::kTooSmall, std::to_string(rules_.min())};
  if (rules_.has_max() && wide > static_cast<long double>(rules_.max()))
    return Flaw{Breach::kTooLarge, std::to_string(rules_.max())};
  return std::nullopt;
}

// Proto3 lets any number through, and JSON has no name for it.
std::optional<Flaw> ValueRules::CheckEnum(int number) const {
  const auto& type = *scalar_.enum_type();
  if (type.FindValueByNumber(number) != nullptr) return std::nullopt;
  Flaw flaw{Breach::kChoice};
  for (int i = 0; i < type.value_count(); ++i) {
    if (is_required_enum_ && type.value(i)->number() == 0) continue;
    absl::StrAppend(&flaw.argument, flaw.argument.empty() ? "" : ", ", type.value(i)->name());
  }
  return flaw;
}

}  // namespace tamarack::rpc
