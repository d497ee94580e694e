#include "platform/rpc/grpc_epoll.h"

#include <absl/strings/numbers.h>
#include <grpc/grpc.h>

#include <dlfcn.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace tamarack::rpc {
namespace {

// What an epoll set watches, and what the kernel hands back when it is ready.
struct Watched {
  int descriptor = -1;
  uintptr_t data = 0;
};

// Lines are `tfd:        5 events: 80000001 data:     7f4b5c2a9d40  pos:0 …`, one for each.
std::vector<Watched> WatchedBy(const std::filesystem::path& fdinfo) {
  std::vector<Watched> all;
  std::ifstream file(fdinfo);
  for (std::string line; std::getline(file, line);) {
    auto word_after = [&](std::string_view label) -> std::string {
      size_t found = line.find(label);
      if (found == std::string::npos) return {};
      size_t begin = line.find_first_not_of(' ', found + label.size());
      return begin == std::string::npos ? "" : line.substr(begin, line.find(' ', begin) - begin);
    };
    Watched one;
    bool is_watched = line.starts_with("tfd:") &&
                      absl::SimpleAtoi(word_after("tfd:"), &one.descriptor) &&
                      absl::SimpleHexAtoi(word_after(" data:"), &one.data);
    if (is_watched) all.push_back(one);
  }
  return all;
}

const void* LibraryOf(const void* address) {
  Dl_info info;
  return dladdr(address, &info) != 0 ? info.dli_fbase : nullptr;
}

}  // namespace

int FindGrpcEpoll() {
  const void* grpc = LibraryOf(reinterpret_cast<const void*>(&grpc_completion_queue_next));
  if (grpc == nullptr) return -1;
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fdinfo", error), end;
  for (; !error && entries != end; entries.increment(error)) {
    int descriptor = -1;
    if (!absl::SimpleAtoi(entries->path().filename().string(), &descriptor)) continue;
    for (const Watched& watched : WatchedBy(entries->path())) {
      if (LibraryOf(reinterpret_cast<const void*>(watched.data)) == grpc) return descriptor;
    }
  }
  return -1;
}

std::vector<int> DescriptorsIn(int epoll) {
  std::vector<int> descriptors;
  for (const Watched& watched : WatchedBy("/proc/self/fdinfo/" + std::to_string(epoll)))
    descriptors.push_back(watched.descriptor);
  return descriptors;
}

}  // namespace tamarack::rpc
