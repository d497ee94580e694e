#include "platform/http/body_budget.h"

namespace tamarack::http {

// The sums are unsigned: they wrap back when a share shrinks.
void BodyBudget::Share::Count(uint64_t bytes) {
  budget_.bytes_ += bytes - counted_;
  if (network_ != nullptr) network_->second.bytes += bytes - counted_;
  counted_ = bytes;
}

void BodyBudget::Share::CountFor(const std::string& network) {
  network_ = &*budget_.networks_.try_emplace(network).first;
  network_->second.bytes += counted_;
  ++network_->second.shares;
}

BodyBudget::Share::~Share() {
  Count(0);
  if (network_ != nullptr && --network_->second.shares == 0)
    budget_.networks_.erase(std::string(network_->first));
}

}  // namespace tamarack::http
