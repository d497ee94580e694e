#include "platform/http/media_type.h"

#include "platform/base/status.h"
#include "platform/http/list.h"
#include "platform/http/message.h"

#include <absl/strings/ascii.h>

namespace tamarack::http {

const std::string* MediaType::Find(std::string_view parameter) const {
  for (const auto& [name, value] : parameters) {
    if (name == parameter) return &value;
  }
  return nullptr;
}

std::optional<MediaType> ParseMediaType(std::string_view text) {
  std::string_view essence = EssenceOf(text);
  size_t slash = essence.find('/');
  bool is_type = slash != std::string_view::npos && IsToken(essence.substr(0, slash)) &&
                 IsToken(essence.substr(slash + 1));
  if (!is_type) return std::nullopt;
  MediaType type{absl::AsciiStrToLower(ToAbsl(essence)), {}};
  std::string_view rest = text;
  std::string_view part;
  NextPart(rest, ';', part);  // the essence
  while (NextPart(rest, ';', part)) {
    auto parameter = ParseParameter(part);
    if (!parameter) return std::nullopt;
    std::string name = absl::AsciiStrToLower(ToAbsl(parameter->name));
    if (type.Find(name) != nullptr) return std::nullopt;
    type.parameters.emplace_back(std::move(name), std::move(parameter->value));
  }
  return type;
}

std::string_view EssenceOf(std::string_view content_type) {
  return TrimBlanks(content_type.substr(0, content_type.find(';')));
}

}  // namespace tamarack::http
