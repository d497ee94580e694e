#include "gateway/limits/rate_class.h"

namespace tamarack::gateway {

RateClasses::RateClasses()
    : classes_{{"read", {.per_second = 100, .burst = 500}},
               {"write", {.per_second = 50, .burst = 200}},
               {"create_payment", {.per_second = 50, .burst = 300}},
               // GOV.UK Notify's: 3,000 a minute.
               {"notify_send", {.per_second = 50, .burst = 3000, .per_day = 250'000}},
               // By network address, behind which a whole office may sit.
               {"page", {.per_second = 50, .burst = 500}},
               {"sign_in", {.per_second = 10, .burst = 300}},
               {"token", {.per_second = 50, .burst = 500}},
               // Credentials that turned out bad, by network address.
               {"failed_authentication", {.per_second = 5, .burst = 50, .concurrent = 0}}} {}

void RateClasses::Set(const std::string& name, const RateClass& figures) {
  classes_.insert_or_assign(name, figures);
}

RateClasses::Named RateClasses::Find(std::string_view name, bool is_read) const {
  std::string_view fallback = is_read ? "read" : "write";
  if (auto found = classes_.find(name); found != classes_.end())
    return {found->first, found->second};
  return {name.empty() ? fallback : name, classes_.find(fallback)->second};
}

}  // namespace tamarack::gateway
