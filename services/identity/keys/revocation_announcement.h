#pragma once

#include "platform/redis/redis.h"

#include <boost/asio/awaitable.hpp>

namespace tamarack::identity {

// Tells every process that something was revoked (platform/auth/revocations.h). Does not fail:
// without Redis they find out by themselves, a few seconds later.
boost::asio::awaitable<void> AnnounceRevocation(redis::Client& redis);

}  // namespace tamarack::identity
