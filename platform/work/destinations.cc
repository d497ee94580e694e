#include "platform/work/destinations.h"

#include <algorithm>
#include <utility>

namespace tamarack::work {

int Destinations::Room(const std::string& name, Time now) {
  auto found = all_.find(name);
  if (found == all_.end()) return share_max_;
  auto& [breaker, in_flight] = found->second;
  return breaker.Room(now, std::max(share_max_ - in_flight, 0));
}

std::map<std::string, int> Destinations::Limited(Time now) {
  std::erase_if(all_, [&](const auto& entry) {
    return entry.second.in_flight == 0 && entry.second.breaker.is_idle(now);
  });
  std::map<std::string, int> limited;
  for (const auto& [name, destination] : all_) {
    if (int room = Room(name, now); room < share_max_) limited[name] = room;
  }
  return limited;
}

int Destinations::open() const {
  return static_cast<int>(std::count_if(
      all_.begin(), all_.end(), [](const auto& entry) { return entry.second.breaker.is_open(); }));
}

Try::Try(Destinations& destinations, const std::string& name, std::string job_id,
         bool is_known_down)
    : at_(destinations.all_.try_emplace(name, Breaker(destinations.options_, is_known_down)).first),
      job_id_(std::move(job_id)),
      is_probe_(at_->second.breaker.Begin(std::chrono::steady_clock::now())) {
  ++at_->second.in_flight;
}

Try::~Try() {
  if (is_probe_ && !has_learnt_) at_->second.breaker.Leave();
  --at_->second.in_flight;
}

bool Try::Learn(Contact contact) {
  Breaker& breaker = at_->second.breaker;
  if (!std::exchange(has_learnt_, true)) {
    breaker.Learn(std::chrono::steady_clock::now(), is_probe_, job_id_, contact);
  }
  return contact != Contact::kReached && breaker.is_open();
}

}  // namespace tamarack::work
