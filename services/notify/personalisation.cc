#include "services/notify/personalisation.h"

#include "services/notify/errors.h"

#include <algorithm>

namespace tamarack::notify {
namespace {

bool IsFile(const google::protobuf::Value& value) {
  if (value.has_list_value()) {
    const auto& values = value.list_value().values();
    return std::any_of(values.begin(), values.end(), IsFile);
  }
  const auto& members = value.struct_value().fields();
  auto file = members.find("file");
  return file != members.end() && file->second.has_string_value();
}

}  // namespace

absl::Status CheckPersonalisation(const google::protobuf::Struct& personalisation) {
  for (const auto& [name, value] : personalisation.fields()) {
    if (IsFile(value))
      return ValidationError("personalisation." + name, "is a file: files are not supported");
  }
  return absl::OkStatus();
}

}  // namespace tamarack::notify
