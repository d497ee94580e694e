#include "platform/rpc/cork.h"

#include "platform/rpc/grpc_epoll.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

namespace tamarack::rpc {
namespace {

// A list costs about 30 us; a connection that it lacks is only slower.
constexpr std::chrono::milliseconds kListEvery{100};
// Corking costs two system calls for each, which more connections would not give back.
constexpr size_t kConnectionsMax = 16;

int Option(int descriptor, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// What a listening socket accepts inherits its cork, and nobody would pull that.
bool IsTcpConnection(int descriptor) {
  return Option(descriptor, SO_PROTOCOL) == IPPROTO_TCP && Option(descriptor, SO_ACCEPTCONN) == 0;
}

}  // namespace

void Cork::Push() {
  if (std::exchange(is_in_, true)) return;
  auto now = std::chrono::steady_clock::now();
  if (now - listed_ >= kListEvery) {
    listed_ = now;
    connections_ = DescriptorsIn(epoll_);
    std::erase_if(connections_, [](int descriptor) { return !IsTcpConnection(descriptor); });
    if (connections_.size() > kConnectionsMax) connections_.clear();
  }
  Set(1);
}

void Cork::Pull() {
  if (std::exchange(is_in_, false)) Set(0);
}

void Cork::Set(int on) const {
  for (int connection : connections_) setsockopt(connection, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

}  // namespace tamarack::rpc
