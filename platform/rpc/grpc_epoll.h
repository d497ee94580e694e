#pragma once

#include <vector>

namespace tamarack::rpc {

// The file descriptor of the epoll set in which gRPC waits for all its sockets, or -1 when there is
// none, as with the polling engine `poll`. gRPC must be initialised. Linux only; reads
// /proc/self/fdinfo, where the kernel shows what each epoll set watches and with which pointer: the
// set that holds a pointer into gRPC's library (its wake-up descriptor) is gRPC's.
int FindGrpcEpoll();

// What an epoll set watches now.
std::vector<int> DescriptorsIn(int epoll);

}  // namespace tamarack::rpc
