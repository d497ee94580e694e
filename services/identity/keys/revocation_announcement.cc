#include "services/identity/keys/revocation_announcement.h"

#include "platform/auth/revocations.h"
#include "platform/telemetry/log.h"

namespace tamarack::identity {

boost::asio::awaitable<void> AnnounceRevocation(redis::Client& redis) {
  auto told = co_await redis.Command("PUBLISH", auth::kRevocationChannel, "");
  if (!told.ok())
    telemetry::Log(telemetry::Level::kWarning, "revocation not announced",
                   {{"error", told.status().message()}});
}

}  // namespace tamarack::identity
