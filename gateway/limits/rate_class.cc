#include "gateway/limits/rate_class.h"

namespace tamarack::gateway {

RateClasses::RateClasses()
    : classes_{{"read", {.per_second = 100, .burst = 500}},
               {"write", {.per_second = 50, .burst = 200}},
               // Credentials that turned out bad, by network address.
               {"failed_authentication", {.per_second = 5, .burst = 50, .concurrent = 0}}} {}

void RateClasses::Set(const std::string& name, const RateClass& figures) {
  classes_.insert_or_assign(name, figures);
}

RateClasses::Named RateClasses::Find(std::string_view name, bool is_read) const {
  std::string_view fallback = is_read ? "read" : "write";
  if (auto found = classes_.find(name); found != classes_.end())
    return {found->first, found->second, true};
  return {name.empty() ? fallback : name, classes_.find(fallback)->second, name.empty()};
}

}  // namespace tamarack::gateway
