#pragma once

#include <chrono>
#include <vector>

namespace tamarack::rpc {

// Holds back what gRPC writes to its connections (TCP_CORK, tcp(7)) until a turn of the loop is
// over, so that calls that begin together travel together: gRPC itself writes for every call, and
// each write wakes the other side. The kernel lets go by itself after 200 ms.
class Cork {
 public:
  // `epoll` is gRPC's.
  explicit Cork(int epoll) : epoll_(epoll) {}

  // Corks the connections; pulling lets go. A descriptor that has become somebody else's meanwhile
  // takes no harm: it is uncorked with the others.
  void Push();
  void Pull();
  bool is_in() const { return is_in_; }

 private:
  void Set(int on) const;

  int epoll_;
  bool is_in_ = false;
  std::vector<int> connections_;
  std::chrono::steady_clock::time_point listed_{};
};

}  // namespace tamarack::rpc
