#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tamarack {

// How much of something is held, altogether and for each network whose requests hold it, so that
// none takes what is there for all. An IPv6 address counts for its /64, /56 and /48, of which one
// customer may have the whole: those may hold two and three times what one network may. Lives on
// one loop.
class NetworkBudget {
  struct Network {
    uint64_t held = 0;
    size_t shares = 0;
  };
  using Networks = std::unordered_map<std::string, Network>;

 public:
  struct Limits {
    uint64_t all;
    uint64_t network;
  };
  explicit NetworkBudget(Limits limits) : limits_(limits) {}

  // What one request holds; gives it back at its end.
  class Share {
   public:
    explicit Share(NetworkBudget& budget) : budget_(budget) {}
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // From now on it counts for the networks of this address, too.
    void CountFor(std::string_view address);
    bool has_network() const { return !networks_.empty(); }
    // It holds so much now.
    void Hold(uint64_t amount);
    // Whether, with it, more is held than may be: by all, or by one of its networks.
    bool is_over() const { return budget_.held_ > budget_.limits_.all; }
    bool is_network_over() const;

   private:
    NetworkBudget& budget_;
    std::vector<Networks::value_type*> networks_;  // The smallest first.
    uint64_t amount_ = 0;
  };

 private:
  const Limits limits_;
  uint64_t held_ = 0;
  Networks networks_;  // Those that some share counts for.
};

}  // namespace tamarack
