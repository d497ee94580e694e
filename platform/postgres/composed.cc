#include "platform/postgres/composed.h"

#include <map>
#include <mutex>
#include <utility>

namespace tamarack::pg {
namespace {

// The process's, since connections may outlive the thread that first made the text.
Statement Keep(std::string text, const std::string& name) {
  static std::mutex mutex;
  static auto& kept = *new std::map<std::string, std::string>;
  std::lock_guard lock(mutex);
  auto at = kept.try_emplace(std::move(text), name).first;
  return {at->second.c_str(), at->first.c_str()};
}

}  // namespace

void Composed::AddText(std::string_view part) {
  for (size_t at = 0; at < part.size(); ++at) {
    text_ += part[at];
    if (!part.substr(at).starts_with("$?")) continue;
    text_ += std::to_string(++holes_);
    ++at;
  }
}

pg::BoundStatement Composed::Bind() const {
  return pg::BoundStatement(Keep(text_, shape_.empty() ? name_ : name_ + "/" + shape_), params_);
}

}  // namespace tamarack::pg
