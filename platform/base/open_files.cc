#include "platform/base/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace tamarack {
namespace {

// One of so many is left to what is no connection of a client's, and this many at least.
constexpr rlim_t kOwnShare = 8;
constexpr rlim_t kOwnFilesMin = 64;

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
  rlim_t own = std::max(limit / kOwnShare, kOwnFilesMin);
  return limit > own ? limit - own : 1;
}

}  // namespace tamarack
