// Budgets by network: no customer takes what is there for all, however many networks it has.
#include "platform/base/network_budget.h"
#include "platform/base/network.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace tamarack {
namespace {

using Strings = std::vector<std::string>;

TEST_CASE("an address is part of every network that one customer may have") {
  CHECK(NetworksOf("203.0.113.7") == Strings{"203.0.113.7"});
  CHECK(NetworksOf("::ffff:203.0.113.7") == Strings{"203.0.113.7"});
  CHECK(NetworksOf("2001:db8:1:2ff:4:5:6:7") ==
        Strings{"2001:db8:1:2ff::", "2001:db8:1:200::/56", "2001:db8:1::/48"});
  // What begins with the same bits is not the same network.
  CHECK(NetworksOf("2001:db8:1::1") ==
        Strings{"2001:db8:1::", "2001:db8:1::/56", "2001:db8:1::/48"});
  CHECK(NetworksOf("") == Strings{""});
}

// Shares of one each, one for each address, until one is too many; how many were not.
size_t Fits(NetworkBudget& budget, const Strings& addresses) {
  std::vector<std::unique_ptr<NetworkBudget::Share>> shares;
  for (const std::string& address : addresses) {
    auto& share = shares.emplace_back(std::make_unique<NetworkBudget::Share>(budget));
    share->CountFor(address);
    share->Hold(1);
    if (share->is_over() || share->is_network_over()) return shares.size() - 1;
  }
  return shares.size();
}

TEST_CASE("wider networks hold more, not as much as they have networks") {
  NetworkBudget budget({.all = 1000, .network = 10});
  Strings one_64, one_56, one_48, many;
  for (int i = 0; i < 200; ++i) {
    std::string number = std::to_string(i % 90 + 10);
    one_64.push_back("2001:db8:1:2::" + number);
    one_56.push_back("2001:db8:1:2" + number + "::1");
    one_48.push_back("2001:db8:1:" + number + "00::1");
    many.push_back("2001:db8:" + std::to_string(i) + "::1");
  }
  for (int again = 0; again < 2; ++again) {  // Nothing is left of those that have gone.
    CHECK(Fits(budget, one_64) == 10);
    CHECK(Fits(budget, one_56) == 20);
    CHECK(Fits(budget, one_48) == 30);
    CHECK(Fits(budget, many) == many.size());
  }
}

TEST_CASE("a budget for all is for all") {
  NetworkBudget budget({.all = 5, .network = 4});
  CHECK(Fits(budget,
             {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"}) == 5);
  CHECK(Fits(budget, {"192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"}) == 4);
}

TEST_CASE("what a share held before its network was known counts for it") {
  NetworkBudget budget({.all = 100, .network = 10});
  NetworkBudget::Share share(budget);
  share.Hold(11);
  CHECK_FALSE(share.is_network_over());
  share.CountFor("192.0.2.1");
  CHECK(share.is_network_over());
  share.Hold(10);
  CHECK_FALSE(share.is_network_over());
}

}  // namespace
}  // namespace tamarack
