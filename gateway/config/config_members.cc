#include "gateway/config/config_members.h"

#include "platform/base/status.h"

namespace tamarack::gateway {
namespace json = boost::json;

const json::value* ConfigMembers::Find(const char* key) {
  known_.insert(key);
  return object_.if_contains(key);
}

void ConfigMembers::Fail(std::string_view key, std::string_view what) {
  problems_->push_back(absl::StrCat(name_, ToAbsl(key), ": ", ToAbsl(what)));
}

void ConfigMembers::Text(const char* key, std::string* value, bool is_required) {
  const json::value* found = Find(key);
  if (found != nullptr && !found->is_string()) return Fail(key, "must be a string");
  if (found != nullptr) value->assign(found->get_string().data(), found->get_string().size());
  if (is_required && value->empty()) Fail(key, "is required");
}

void ConfigMembers::File(const char* key, const std::filesystem::path& folder, std::string* path,
                         bool is_required) {
  Text(key, path, is_required);
  if (!path->empty()) *path = (folder / *path).lexically_normal().string();
}

void ConfigMembers::Flag(const char* key, bool* value) {
  const json::value* found = Find(key);
  if (found == nullptr) return;
  if (!found->is_bool()) return Fail(key, "must be true or false");
  *value = found->get_bool();
}

void ConfigMembers::Number(const char* key, int64_t min, int64_t max, int64_t* value) {
  const json::value* found = Find(key);
  if (found == nullptr) return;
  if (!found->is_int64() || found->get_int64() < min || found->get_int64() > max)
    return Fail(key, ToStd(absl::StrCat("must be a whole number from ", min, " to ", max)));
  *value = found->get_int64();
}

void ConfigMembers::Decimal(const char* key, double min, double max, double* value) {
  const json::value* found = Find(key);
  if (found == nullptr) return;
  json::error_code error;
  auto number = found->to_number<double>(error);
  if (error || number < min || number > max)
    return Fail(key, ToStd(absl::StrCat("must be a number from ", min, " to ", max)));
  *value = number;
}

void ConfigMembers::Texts(const char* key, std::vector<std::string>* values) {
  const json::array* list = List(key);
  if (list == nullptr) return;
  for (const json::value& item : *list) {
    if (!item.is_string()) return Fail(key, "must hold strings");
    values->emplace_back(item.get_string().data(), item.get_string().size());
  }
}

const json::array* ConfigMembers::List(const char* key, bool is_required) {
  const json::value* found = Find(key);
  if (found == nullptr && is_required) Fail(key, "is required");
  if (found != nullptr && !found->is_array()) Fail(key, "must be an array");
  return found != nullptr ? found->if_array() : nullptr;
}

const json::object* ConfigMembers::Object(const char* key) {
  const json::value* found = Find(key);
  if (found != nullptr && !found->is_object()) Fail(key, "must be an object");
  return found != nullptr ? found->if_object() : nullptr;
}

void ConfigMembers::Finish() {
  for (const auto& member : object_) {
    std::string key(member.key());
    if (!known_.contains(key)) Fail(key, "no such setting");
  }
}

}  // namespace tamarack::gateway
