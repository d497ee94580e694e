#include "platform/base/network_budget.h"

#include "platform/base/network.h"

namespace tamarack {

// The sums are unsigned: they wrap back when a share shrinks.
void NetworkBudget::Share::Hold(uint64_t amount) {
  budget_.held_ += amount - amount_;
  for (auto* network : networks_) network->second.held += amount - amount_;
  amount_ = amount;
}

void NetworkBudget::Share::CountFor(std::string_view address) {
  for (std::string& name : NetworksOf(address)) {
    auto& network = *budget_.networks_.try_emplace(std::move(name)).first;
    network.second.held += amount_;
    ++network.second.shares;
    networks_.push_back(&network);
  }
}

bool NetworkBudget::Share::is_network_over() const {
  uint64_t times = 0;
  for (const auto* network : networks_) {
    if (network->second.held > ++times * budget_.limits_.network) return true;
  }
  return false;
}

NetworkBudget::Share::~Share() {
  Hold(0);
  for (auto* network : networks_) {
    if (--network->second.shares == 0) budget_.networks_.erase(std::string(network->first));
  }
}

}  // namespace tamarack
