#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace tamarack::http {

// How many bytes of requests' bodies are held, altogether and for each network whose requests were
// waited for, so that none takes what is there for all. Lives on one loop.
class BodyBudget {
  struct Network {
    uint64_t bytes = 0;
    size_t shares = 0;
  };
  using Networks = std::unordered_map<std::string, Network>;

 public:
  // What one request holds; gives it back at its end.
  class Share {
   public:
    explicit Share(BodyBudget& budget) : budget_(budget) {}
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // From now on it counts for `network`, too.
    void CountFor(const std::string& network);
    bool has_network() const { return network_ != nullptr; }
    // It holds so many bytes now.
    void Count(uint64_t bytes);
    uint64_t network_bytes() const { return network_ != nullptr ? network_->second.bytes : 0; }

   private:
    BodyBudget& budget_;
    Networks::value_type* network_ = nullptr;
    uint64_t counted_ = 0;
  };

  uint64_t bytes() const { return bytes_; }

 private:
  uint64_t bytes_ = 0;
  Networks networks_;  // Those that some share counts for.
};

}  // namespace tamarack::http
