#include "platform/http/list.h"

#include "platform/base/status.h"
#include "platform/http/message.h"

#include <absl/strings/numbers.h>

#include <algorithm>

namespace tamarack::http {
namespace {

constexpr char kForbiddenUnquoted[] = "\" \t";

// Where the part that begins the list ends.
size_t EndOfPart(std::string_view list, char separator, Quotes quotes) {
  bool is_quoted = false;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '"') {
      is_quoted = !is_quoted;
    } else if (is_quoted && list[i] == '\\' && quotes == Quotes::kString) {
      ++i;
    } else if (list[i] == separator && !is_quoted) {
      return i;
    }
  }
  return list.size();
}

// What a quoted string says; nothing where it is none.
std::optional<std::string> Unquote(std::string_view text) {
  std::string value;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1 == text.size() ? std::optional(value) : std::nullopt;
    if (text[i] == '\\' && ++i == text.size()) break;
    value += text[i];
  }
  return std::nullopt;
}

// Java's own client sends `.2`, others more digits than RFC 9110 allows.
double ParseWeight(std::string_view text) {
  double weight = 0;
  bool is_number = text.find_first_not_of("0123456789.") == std::string_view::npos &&
                   absl::SimpleAtod(ToAbsl(text), &weight);
  return is_number ? std::min(weight, 1.0) : 0;
}

}  // namespace

bool NextPart(std::string_view& list, char separator, std::string_view& part, Quotes quotes) {
  while (!list.empty()) {
    size_t end = EndOfPart(list, separator, quotes);
    part = TrimBlanks(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!part.empty()) return true;
  }
  return false;
}

std::optional<Parameter> ParseParameter(std::string_view text) {
  size_t equals = text.find('=');
  if (equals == std::string_view::npos || !IsToken(text.substr(0, equals))) return std::nullopt;
  Parameter parameter{text.substr(0, equals), {}};
  std::string_view value = text.substr(equals + 1);
  if (value.starts_with('"')) {
    auto unquoted = Unquote(value);
    if (!unquoted) return std::nullopt;
    parameter.value = *std::move(unquoted);
    return parameter;
  }
  if (value.find_first_of(kForbiddenUnquoted) != std::string_view::npos) return std::nullopt;
  parameter.value = value;
  return parameter;
}

bool NextWeighted(std::string_view& list, Weighted& element) {
  std::string_view part;
  if (!NextPart(list, ',', part)) return false;
  element = {};
  size_t end = EndOfPart(part, ';', Quotes::kString);
  element.value = TrimBlanks(part.substr(0, end));
  std::string_view parameters = part.substr(std::min(end + 1, part.size()));
  for (std::string_view text; NextPart(parameters, ';', text);) {
    auto parameter = ParseParameter(text);
    if (parameter && EqualsIgnoreCase(parameter->name, "q"))
      element.weight = ParseWeight(parameter->value);
  }
  return true;
}

}  // namespace tamarack::http
