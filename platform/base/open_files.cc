#include "platform/base/open_files.h"

#include <sys/resource.h>

namespace tamarack {
namespace {

constexpr rlim_t kOwnShare = 8;  // One of so many is left to what is no connection of a client's.

rlim_t SoftLimit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

}  // namespace

size_t RaiseOpenFilesLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return SoftLimit();
}

size_t ConnectionsWithinLimit() {
  rlim_t limit = SoftLimit();
  return limit - limit / kOwnShare;
}

}  // namespace tamarack
