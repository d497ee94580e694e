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

const void* LibraryOf(const void* address) {
  Dl_info info;
  return dladdr(address, &info) != 0 ? info.dli_fbase : nullptr;
}

// Lines are `tfd: 5 events: 80000001 data: 7f4b5c2a9d40 pos:0 …`, one for each watched descriptor.
bool WatchesPointerInto(const void* library, const std::filesystem::path& fdinfo) {
  std::ifstream file(fdinfo);
  for (std::string line; std::getline(file, line);) {
    constexpr std::string_view kData = " data:";
    size_t data = line.find(kData);
    if (!line.starts_with("tfd:") || data == std::string::npos) continue;
    size_t begin = line.find_first_not_of(' ', data + kData.size());
    size_t end = line.find(' ', begin);
    uintptr_t value = 0;
    if (begin == std::string::npos) continue;
    if (!absl::SimpleHexAtoi(line.substr(begin, end - begin), &value)) continue;
    if (LibraryOf(reinterpret_cast<const void*>(value)) == library) return true;
  }
  return false;
}

}  // namespace

int FindGrpcEpoll() {
  const void* grpc = LibraryOf(reinterpret_cast<const void*>(&grpc_completion_queue_next));
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fdinfo", error), end;
  for (; !error && entries != end; entries.increment(error)) {
    int descriptor = -1;
    if (!absl::SimpleAtoi(entries->path().filename().string(), &descriptor)) continue;
    if (grpc != nullptr && WatchesPointerInto(grpc, entries->path())) return descriptor;
  }
  return -1;
}

}  // namespace tamarack::rpc
