#include "services/identity/keys/signing_key_command.h"

#include "platform/runtime/task_group.h"
#include "services/identity/keys/revocation_announcement.h"

#include <absl/time/time.h>

#include <cstdio>

namespace tamarack::identity {
namespace {

// Between a key's last token and its removal in an emergency: time for all who keep its tokens to
// get others, so that nobody with a good credential is refused.
constexpr std::chrono::seconds kLastTokens{2};

void Print(const SigningKeyRow& key) {
  std::string since = absl::FormatTime(
      "%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(UnixMicros(key.since)), absl::UTCTimeZone());
  std::printf("%s %s %s since %s\n", key.kid.c_str(),
              std::string(crypto::Name(key.algorithm)).c_str(),
              std::string(Name(key.state)).c_str(), since.c_str());
}

AsyncStatus Retire(SigningKeyRepository& keys, redis::Client& redis, const std::string& kid,
                   bool is_emergency) {
  absl::Status retired = co_await keys.Retire(kid, is_emergency);
  if (!is_emergency) co_return retired;
  if (retired.ok()) {
    // Redis may hang, and the removal may not wait for it.
    runtime::TaskGroup announcing(co_await boost::asio::this_coro::executor);
    announcing.Spawn([&redis] { return AnnounceRevocation(redis); });
    co_await runtime::SleepFor(kLastTokens);
    retired = co_await keys.Remove(kid);
    co_await announcing.Join();
    co_return retired;
  }
  if (!absl::IsAlreadyExists(retired)) co_return retired;
  co_return co_await keys.Remove(kid);
}

}  // namespace

AsyncStatus RunSigningKeyCommand(SigningKeyRepository& keys, redis::Client& redis,
                                 std::vector<std::string> arguments, bool is_emergency) {
  const std::string verb = arguments.size() > 1 ? arguments[1] : "";
  if (verb == "rotate" && arguments.size() == 2 && !is_emergency) {
    CO_RETURN_IF_ERROR(co_await keys.Rotate());
  } else if (verb == "retire" && arguments.size() == 3) {
    CO_RETURN_IF_ERROR(co_await Retire(keys, redis, arguments[2], is_emergency));
  } else if (verb != "list" || arguments.size() != 2 || is_emergency) {
    co_return absl::InvalidArgumentError(
        "list, rotate or retire [--emergency] [--] KID; see --help");
  }
  if (verb != "list") co_await AnnounceRevocation(redis);
  CO_ASSIGN_OR_RETURN(auto rows, co_await keys.List());
  for (const SigningKeyRow& row : rows) Print(row);
  co_return absl::OkStatus();
}

}  // namespace tamarack::identity
